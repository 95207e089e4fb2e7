"""Creating and upgrading the database: Alembic migrations, then the triggers of the dialect."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect

from gateway.domain.crash import crash_point
from gateway.domain.errors import Refusal
from gateway.store.audit import GENESIS
from gateway.store.revision import NEWEST
from gateway.store.store import Store

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> str:
    """Bring the database to the newest revision, in one transaction; returns that revision."""
    with store.connected(writing=True) as connection, connection.begin():
        build(connection)
        crash_point("committing schema")
    crash_point("committed schema")
    return NEWEST


def build(connection: Connection) -> None:
    """Tables and triggers of the newest revision, in the caller's transaction."""
    _drop_triggers(connection)
    lay_tables(connection, "head")
    _create_triggers(connection)
    if connection.dialect.name == "postgresql":
        _pin_functions(connection)


def require_empty(connection: Connection) -> None:
    """Refuse a database that has any table."""
    if found := inspect(connection).get_table_names():
        raise Refusal("database_not_empty", table=sorted(found)[0])


def lay_tables(connection: Connection, revision: str) -> None:
    """Tables of a revision, or those of an older one brought to it; ``build`` adds the triggers."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def establish(store: Store, instance: str, environment: str) -> None:
    """First rows of a new database: who it is and the start of the audit chain."""
    with store.begin() as tx:
        tx.run(
            "INSERT INTO instance (id, instance, epoch, environment, created_at) VALUES (1, :i, 1, :e, :at)",
            i=instance,
            e=environment,
            at=tx.now(),
        )
        tx.run("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, :h)", h=GENESIS)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _trigger_sql(dialect: str) -> str:
    return files("gateway.store").joinpath("triggers", f"{dialect}.sql").read_text()


def _statements(sql: str) -> list[str]:
    """Split at the ends of statements: a semicolon that ends a line."""
    without_comments = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    return [part.strip() for part in re.split(r";\s*\n", without_comments) if part.strip()]


def _create_triggers(connection: Connection) -> None:
    for statement in _statements(_trigger_sql(connection.dialect.name)):
        connection.exec_driver_sql(statement)


def _pin_functions(connection: Connection) -> None:
    """What a trigger looks up stands in our tables, never in temporary ones that a session made under their names."""
    schema: str = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for name in re.findall(r"FUNCTION (\w+)\(\) RETURNS", _trigger_sql("postgresql")):
        connection.exec_driver_sql(f"ALTER FUNCTION {name}() SET search_path = {schema}, pg_temp")


def _drop_triggers(connection: Connection) -> None:
    existing = set(inspect(connection).get_table_names())
    pattern = r"CREATE TRIGGER (\w+) BEFORE [^;]*? ON (\w+)"
    for name, table in re.findall(pattern, _trigger_sql(connection.dialect.name)):
        if table in existing:
            on = "" if connection.dialect.name == "sqlite" else f" ON {table}"
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
