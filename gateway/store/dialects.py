"""What differs between SQLite and PostgreSQL: connecting, bulk insert, locks."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError

from gateway.domain.errors import Busy, NotConfigured
from gateway.ports import LockHeld

_BUSY_TIMEOUT_SECONDS = 600
"""Longer than any transaction: a sender that waits for an import must not lose its outcome."""


class Dialect(Protocol):
    name: str
    read_isolation: str
    """One consistent picture for several queries."""
    write_isolation: str
    binary_order: str
    """SQL that orders text by bytes, equal on both databases."""

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows, streamed, values as the driver takes them."""

    def take(self, connection: Connection, name: str, count: int) -> range:
        """``count`` fresh numbers of a counter."""

    def exclusive(self, engine: Engine, name: str, folder: Path | None) -> AbstractContextManager[LockHeld]:
        """Exclusion between processes."""


def create_engine(url: str) -> Engine:
    """An engine with durable settings: SQLite WAL + FULL, PostgreSQL synchronous_commit on (D1)."""
    if url.startswith("sqlite"):
        engine = sqlalchemy.create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg"):
        engine = sqlalchemy.create_engine(url, pool_pre_ping=True)
        event.listen(engine, "connect", _configure_postgresql)
        return engine
    raise NotConfigured("database_url_unknown", scheme=url.split(":", 1)[0])


def dialect_of(engine: Engine) -> Dialect:
    return Sqlite() if engine.dialect.name == "sqlite" else Postgresql()


def _advance(connection: Connection, name: str, count: int) -> range:
    """Move one counter on."""
    named = {"name": name, "count": count}
    connection.execute(_NEW_COUNTER, {"name": name})
    following = int(connection.execute(_NEXT, named).scalar_one())
    return range(following - count, following)


_NEW_COUNTER = text('INSERT INTO sequence (name, "next") VALUES (:name, 1) ON CONFLICT (name) DO NOTHING')
_NEXT = text('UPDATE sequence SET "next" = "next" + :count WHERE name = :name RETURNING "next"')


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writing transaction takes the write lock at once, so that it never fails half-way."""
    writing = connection.get_execution_options().get("chitra_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _configure_postgresql(connection: Any, _record: Any) -> None:
    connection.execute("SET synchronous_commit = on")
    connection.execute("SET timezone = 'UTC'")
    connection.commit()


class Sqlite:
    name = "sqlite"
    read_isolation = write_isolation = "SERIALIZABLE"
    binary_order = "COLLATE BINARY"

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join("?" for _ in columns)
        cursor = connection.connection.cursor()
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)  # type: ignore[arg-type]
        cursor.close()

    def take(self, connection: Connection, name: str, count: int) -> range:
        """In the transaction itself: there is one writer at a time."""
        return _advance(connection, name, count)

    @contextmanager
    def exclusive(self, _engine: Engine, name: str, folder: Path | None) -> Iterator[LockHeld]:
        """One process by file lock; an in-memory database has one process anyway."""
        if folder is None:
            yield _FileLock()
            return
        with (folder / f".{name}.lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy("busy", lock=name) from None
            yield _FileLock()


class _FileLock:
    def prove_alive(self) -> None:
        """A file lock lives as long as its process."""


class Postgresql:
    name = "postgresql"
    read_isolation, write_isolation = "REPEATABLE READ", "READ COMMITTED"
    binary_order = 'COLLATE "C"'

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)

    def take(self, connection: Connection, name: str, count: int) -> range:
        """On a connection of its own, committed at once: no worker waits for another's bulk work, or deadlocks."""
        with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
            return _advance(own, name, count)

    @contextmanager
    def exclusive(self, engine: Engine, name: str, _folder: Path | None) -> Iterator[LockHeld]:
        """A session advisory lock on a connection of its own."""
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}).scalar():
                raise Busy("busy", lock=name)
            held = _AdvisoryLock(connection, name)
            try:
                yield held
            finally:
                held.release(number)


class _AdvisoryLock:
    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        self._backend = self._backend_now()

    def _backend_now(self) -> int:
        return int(self._connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    def prove_alive(self) -> None:
        """The same backend still answers; a pooler that changes backends would void the lock."""
        try:
            alive = self._backend_now() == self._backend
        except DBAPIError:
            alive = False
        if not alive:
            raise Busy("lock_lost", lock=self._name)

    def release(self, number: int) -> None:
        """A session that died holds no lock any more."""
        with suppress(DBAPIError, PendingRollbackError):
            self._connection.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": number})
