"""What the database itself can say of its rows: its own pages, its constraints, and who points to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column
from sqlmodel import SQLModel

from gateway.store.discrepancy import Discrepancy
from gateway.store.store import Transaction

FOUND_MAX = 100
"""Of one kind: whoever finds so many need not read more of them."""


def pages(tx: Transaction) -> Iterator[Discrepancy]:
    """SQLite only: pages, indexes, NOT NULL, CHECK and UNIQUE; PostgreSQL has these for its own administrators."""
    if tx.dialect.name == "sqlite":
        for row in tx.rows(f"PRAGMA integrity_check({FOUND_MAX})"):
            if row[0] != "ok":
                yield Discrepancy("pages_damaged", "chitra.db", "ok", str(row[0]))


def types(tx: Transaction) -> Iterator[Discrepancy]:
    """SQLite only, which holds any value in any column: those that the columns do not declare."""
    if tx.dialect.name != "sqlite":
        return
    for table in SQLModel.metadata.sorted_tables:
        wrong = " OR ".join(f'typeof("{column.name}") NOT IN ({_kinds(column)})' for column in table.columns)
        for row in tx.rows(f'SELECT rowid AS number FROM "{table.name}" WHERE {wrong} LIMIT {FOUND_MAX}'):
            yield Discrepancy("rows_differ", f"{table.name} {row.number}", "values of the declared types", "others")


def _kinds(column: Column[Any]) -> str:
    kind = {int: "integer", bool: "integer", bytes: "blob"}.get(column.type.python_type, "text")
    return f"'{kind}', 'null'" if column.nullable else f"'{kind}'"


def identity(tx: Transaction) -> Iterator[Discrepancy]:
    """The row that says whose database this is."""
    if not tx.value("SELECT count(*) FROM instance WHERE id = 1"):
        yield Discrepancy("rows_missing", "instance", "1", "0")


def orphans(tx: Transaction) -> Iterator[Discrepancy]:
    """Rows that point to a row that is not there, by every foreign key, whether or not the database holds it."""
    for table in SQLModel.metadata.sorted_tables:
        for foreign in table.foreign_key_constraints:
            columns = [element.parent.name for element in foreign.elements]
            targets = [element.column.name for element in foreign.elements]
            given = " AND ".join(f"c.{column} IS NOT NULL" for column in columns)
            same = " AND ".join(f"p.{target} = c.{column}" for column, target in zip(columns, targets, strict=True))
            keys = " || ' ' || ".join(_as_text(tx, table.columns[column.name]) for column in table.primary_key)
            got = " || ' ' || ".join(_as_text(tx, table.columns[column]) for column in columns)
            parent = foreign.referred_table.name
            sql = (
                f"SELECT {keys} AS subject, {got} AS got FROM {table.name} c WHERE {given}"
                f" AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {same}) LIMIT {FOUND_MAX}"
            )
            for row in tx.rows(sql):
                yield Discrepancy("row_orphaned", f"{table.name} {row.subject}", parent, f"{columns[0]} {row.got}")


def _as_text(tx: Transaction, column: Column[Any]) -> str:
    """A value of ``c`` in words; bytes in hexadecimal digits."""
    if column.type.python_type is not bytes:
        return f"CAST(c.{column.name} AS TEXT)"
    return f"hex(c.{column.name})" if tx.dialect.name == "sqlite" else f"encode(c.{column.name}, 'hex')"
