"""Which version the tables have, without loading the migrations: every command asks."""

from __future__ import annotations

from sqlalchemy import inspect, text

from gateway.domain.errors import NotConfigured
from gateway.store.store import Store

NEWEST = "0033"
"""The last migration; a test holds it against the folder."""


def revision(store: Store) -> str | None:
    """The database's revision, None when it is empty."""
    with store.connected() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def require_current(store: Store) -> None:
    """Refuse to work on an empty or outdated database."""
    if revision(store) != NEWEST:
        raise NotConfigured("database_outdated")


def require_ours(store: Store) -> None:
    """Refuse what is no database of a gateway, of whatever revision."""
    if revision(store) is None:
        raise NotConfigured("database_outdated")
