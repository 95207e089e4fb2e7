"""What the gateway's own role may do on PostgreSQL, where tables and triggers belong to another one.

The owner makes and upgrades; whoever works with the gateway's role can neither drop a trigger nor write into what never
changes, nor delete what is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, make_url, text
from sqlmodel import SQLModel

from gateway.domain.errors import Refusal
from gateway.store import tables
from gateway.store.store import Store

CHANGES: Mapping[str, tuple[str, ...]] = {
    "attempt": ("writing_at", "incomplete", "removed_at", "releasing_at", "outcome", "ended_at"),
    "audit_head": ("sequence", "hash"),
    "batch": ("state", "content_sha256"),
    "decision": ("proposal", "state", "confirmed_by", "confirmed_key", "confirmation", "ended_at", "lapse"),
    "entry": ("disposition", "reason"),
    "exception": ("state", "healed_at", "owner", "statement_id", "amount", "params"),
    "file_in": ("message", "state", "code", "params", "proof", "key_id", "archived_at"),
    "file_out": ("content_sha256", "sha256", "key_id", "state", "overdue", "sent_at"),
    "instance": ("epoch", "safe_since", "safe_code", "safe_params"),
    "operator": ("roles", "revoked_at"),
    "payment": (
        *("state", "held_from", "holds_key", "debited_at", "credited_evidence", "return_window_until", "reason"),
        *("returned_amount", "return_charges"),
    ),
    "payment_file": ("live",),
    "roster_line": ("ended_by",),
    "sequence": ("next",),
    "sighting": ("size_bytes", "modified", "polls", "tries", "said", "file_in_id"),
    "statement": ("opening", "closing", "entries", "entry_sum", "ties", "content"),
    "stop": ("lifted_at", "decision_id"),
    "work_item": ("state", "reason", "ended_by"),
}
"""Table -> columns that ever change; every other one stays as it was written."""

DELETED = frozenset({"allocation", "sighting"})
"""Tables of which rows are taken away again: what is worked out anew, what is seen no more."""

LOCKED = frozenset({"funding", "stop"})
"""Tables that a transaction locks as a whole, which needs a right over all rows: of deleting, which triggers refuse."""

_MADE_BY_THE_OWNER = frozenset({"instance", "audit_head"})
"""One row each, for ever."""


def give(owner: Store, role: str) -> None:
    """Let ``role`` do the gateway's work and no more; raises ``Refusal`` when it owns the tables itself."""
    with owner.connected(writing=True) as connection, connection.begin():
        if owns(connection, role):
            raise Refusal("database_role_owns", role=role)
        for statement in _statements(_quoted(connection, role), *_place(connection)):
            connection.exec_driver_sql(statement)


def is_same_database(url: str, other: str) -> bool:
    """Whether two URLs differ in the role only; false unless both are of PostgreSQL."""
    nobody = [make_url(each)._replace(username=None, password=None) for each in (url, other)]
    return nobody[0] == nobody[1] and nobody[0].get_backend_name() == "postgresql"


def role_of(store: Store) -> str:
    """Who works on the database with this URL."""
    with store.connected() as connection:
        return str(connection.execute(text("SELECT current_user")).scalar_one())


def owns(connection: Connection, role: str) -> bool:
    """Whether a role could drop a trigger: it, or a role it is in, owns a table, or it may do anything."""
    return bool(connection.execute(_OWNS, {"role": role}).scalar_one())


_OWNS = text(
    "SELECT EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS"
    " regnamespace) AND pg_has_role(CAST(:role AS NAME), c.relowner, 'MEMBER'))"
)
"""A superuser is a member of every role."""


def _statements(role: str, database: str, schema: str) -> list[str]:
    assert tables.__all__  # the import registers every table
    given = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}, PUBLIC",
        f"REVOKE CREATE ON SCHEMA {schema} FROM {role}, PUBLIC",
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT TEMPORARY ON DATABASE {database} TO {role}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
    ]
    for table in sorted(SQLModel.metadata.tables):
        if table not in _MADE_BY_THE_OWNER:
            given.append(f'GRANT INSERT ON "{table}" TO {role}')
        if changing := CHANGES.get(table):
            columns = ", ".join(f'"{column}"' for column in changing)
            given.append(f'GRANT UPDATE ({columns}) ON "{table}" TO {role}')
        if table in DELETED | LOCKED:
            given.append(f'GRANT DELETE ON "{table}" TO {role}')
    return given


def _place(connection: Connection) -> tuple[str, str]:
    """Database and schema."""
    row = connection.execute(text("SELECT current_database(), current_schema()")).one()
    return _quoted(connection, row[0]), _quoted(connection, row[1])


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
