"""Tables, constraints, indexes and triggers, held against those that this revision makes, by name and by text.

The reference is made afresh: in memory on SQLite, in a scratch schema that is never committed on PostgreSQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from sqlalchemy import Connection, text

from gateway.store import dialects, schema
from gateway.store.discrepancy import Discrepancy
from gateway.store.store import Store

_SCRATCH = "chitra_reference"
_MAY_BE_ADDED = ("index", "table")
"""What an administrator may add without harm: an index of theirs, a table of theirs."""

_SQLITE = (
    "SELECT type AS kind, name, sql AS definition FROM sqlite_master WHERE sql IS NOT NULL"
    " AND name NOT LIKE 'sqlite@_%' ESCAPE '@'"
)
_OF = "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = :schema"
_POSTGRESQL = (
    "SELECT 'column' AS kind, c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod)"
    " || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid,"
    f" true), '') AS definition FROM pg_class c {_OF} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " AND NOT a.attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind = 'r'",
    "SELECT 'constraint', c.relname || '.' || k.conname, pg_get_constraintdef(k.oid, true)"
    f" || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END FROM pg_class c {_OF}"
    " JOIN pg_constraint k ON k.conrelid = c.oid",
    "SELECT 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid, 0, true)"
    f" || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END FROM pg_class c {_OF}"
    " JOIN pg_index i ON i.indrelid = c.oid",
    "SELECT 'trigger', t.tgname::text, pg_get_triggerdef(t.oid, true)"
    f" || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' DISABLED' END FROM pg_class c {_OF}"
    " JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal",
    f"SELECT 'rule', r.rulename::text, pg_get_ruledef(r.oid, true) FROM pg_class c {_OF}"
    " JOIN pg_rewrite r ON r.ev_class = c.oid AND c.relkind = 'r'",
    "SELECT 'function', c.proname::text, pg_get_functiondef(c.oid) FROM pg_proc c JOIN pg_namespace n"
    " ON n.oid = c.pronamespace AND n.nspname = :schema WHERE c.proname LIKE 'chitra@_%' ESCAPE '@'",
)
Definitions = Mapping[tuple[str, str], str]
"""(kind, name) -> its text."""


def differences(store: Store) -> Iterator[Discrepancy]:
    """What is missing, changed, or was added and may act on rows."""
    expected, got = _on_sqlite(store) if store.dialect.name == "sqlite" else _on_postgresql(store)
    for key in sorted(expected.keys() | got.keys()):
        where, wanted, found = " ".join(key), expected.get(key, ""), got.get(key, "")
        if wanted == found or (not wanted and key[0] in _MAY_BE_ADDED):
            continue
        code = "definition_missing" if not found else "definition_changed" if wanted else "definition_unexpected"
        yield Discrepancy(code, where, wanted, found)


def _on_sqlite(store: Store) -> tuple[Definitions, Definitions]:
    with store.connected() as connection:
        return _in_memory(), _listed(connection, (_SQLITE,), {})


@cache
def _in_memory() -> Definitions:
    """The same in the whole life of a process."""
    reference = dialects.create_engine("sqlite://")
    with reference.connect() as connection, connection.begin():
        schema.build(connection)
        expected = _listed(connection, (_SQLITE,), {})
    reference.dispose()
    return expected


def _on_postgresql(store: Store) -> tuple[Definitions, Definitions]:
    with store.connected(writing=True) as connection, connection.begin() as whole:
        own = str(connection.execute(text("SELECT current_schema()")).scalar_one())
        got = _of_schema(connection, own)
        connection.exec_driver_sql(f"CREATE SCHEMA {_SCRATCH}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {_SCRATCH}")
        schema.build(connection)
        expected = _of_schema(connection, _SCRATCH)
        whole.rollback()
    return expected, got


def _of_schema(connection: Connection, name: str) -> Definitions:
    listed = _listed(connection, _POSTGRESQL, {"schema": name})
    return {key: re.sub(rf"\b{name}\.|'{name}'", "", definition) for key, definition in listed.items()}


def _listed(connection: Connection, queries: tuple[str, ...], params: Mapping[str, str]) -> Definitions:
    found = (row for query in queries for row in connection.execute(text(query), params))
    return {(kind, name): definition.strip() for kind, name, definition in found}
