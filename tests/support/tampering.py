"""Editing stored data as an administrator of the database can: past every trigger, constraint and command."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.gateways import Gateway
from support.postgres import Cluster


@contextmanager
def copied(gateway: Gateway, folder: Path, cluster: Cluster | None) -> Iterator[Gateway]:
    """The same gateway on a copy of its database, which the test may spoil; the original is not open meanwhile."""
    if cluster is None:
        shutil.copytree(gateway.snapshot(), folder, dirs_exist_ok=True)
        copy = replace(gateway, folder=folder, url=f"sqlite:///{folder / 'chitra.db'}")
        with closing(copy):
            yield copy
        return
    gateway.close()
    with cluster.database(gateway.url.rsplit("/", 1)[1]) as url, closing(replace(gateway, url=url)) as copy:
        yield copy


@dataclass(frozen=True)
class Original:
    """A gateway to fill once; tests spoil copies of it."""

    gateway: Gateway
    cluster: Cluster | None

    def copy(self, folder: Path) -> AbstractContextManager[Gateway]:
        return copied(self.gateway, folder, self.cluster)


def edit(gateway: Gateway, statement: str, params: Sequence[Any] = ()) -> int:
    """Edit rows without leaving another trace; returns how many."""
    if gateway.store.dialect.name == "sqlite":
        with closing(sqlite3.connect(gateway.folder / "chitra.db", isolation_level=None)) as db:
            return past_triggers(db, statement, params)
    with gateway.store.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return connection.exec_driver_sql(statement, tuple(params) or None).rowcount


def past_triggers(db: sqlite3.Connection, statement: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> int:
    """On SQLite: drop the triggers, edit, and put them back; returns how many rows."""
    db.execute("PRAGMA ignore_check_constraints = ON")
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    db.execute("BEGIN IMMEDIATE")
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    edited = db.execute(statement, params).rowcount
    for _, sql in triggers:
        db.execute(sql)
    db.execute("COMMIT")
    return edited


def redefine(gateway: Gateway, statement: str) -> None:
    """Change a definition."""
    with gateway.store.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(statement)


def tamper_with_audit(gateway: Gateway, *statements: str) -> None:
    """Statements on the database, once the triggers that keep the audit record fixed are gone."""
    with gateway.store.begin() as tx:
        on = "" if tx.dialect.name == "sqlite" else " ON audit"
        for trigger in ("audit_fixed_update", "audit_fixed_delete"):
            tx.run(f"DROP TRIGGER {trigger}{on}")
        for statement in statements:
            tx.run(statement)
