"""What differs between SQLite and PostgreSQL: connecting, bulk insert, locks; and SQLite itself.

``gateway.store.postgresql`` is loaded with its driver where a database of it is opened.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import Connection, Engine, event, text

from gateway.domain.errors import Busy, NotConfigured
from gateway.ports import LockHeld
from gateway.store import mounts

logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
"""It writes tracebacks about connections that it closes after they were lost; the loss itself is an error of ours."""

BUSY_TIMEOUT_SECONDS = 600
"""Longer than any transaction: a sender that waits for an import must not lose its outcome."""

AS_MANY_AS_NEEDED = -1
"""Connections: every thread of a daemon needs some at the same time, and there is a thread for each partner."""

_SQLITE_CACHE = "cache_size=-65536"
"""64 MiB: with the 2 MiB it comes with, a large statement reads and writes its pages over and over."""


class Dialect(Protocol):
    name: str
    read_isolation: str
    """One consistent picture for several queries."""
    write_isolation: str
    binary_order: str
    """SQL that orders text by bytes, equal on both databases."""
    has_many_workers: bool
    """Whether several daemons may work on one database at the same time."""

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows, streamed, values as the driver takes them."""

    def take(self, connection: Connection, name: str, count: int) -> range:
        """``count`` fresh numbers of a counter."""

    def exclusive(self, engine: Engine, name: str, folder: Path | None) -> AbstractContextManager[LockHeld]:
        """Exclusion between processes."""

    def require_direct(self, engine: Engine) -> None:
        """Refuse a database that cannot hold locks: behind a transaction pooler, or on a network file system."""

    def receipt(self, connection: Connection) -> str:
        """What ``happened`` needs to know about the transaction at hand."""

    def happened(self, engine: Engine, receipt: str) -> bool:
        """Whether a transaction was committed whose COMMIT got no answer; False when nobody can tell."""


def create_engine(url: str) -> Engine:
    """An engine with durable settings: SQLite WAL + FULL, PostgreSQL synchronous_commit on (D1).

    Its errors quote no value of a row (A3).
    """
    if url.startswith("sqlite"):
        options = {"max_overflow": AS_MANY_AS_NEEDED} if _file_of(sqlalchemy.make_url(url)) else {}
        engine = sqlalchemy.create_engine(
            url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, **options
        )
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.startswith("postgresql+psycopg"):
        from gateway.store import postgresql

        return postgresql.create_engine(url)
    raise NotConfigured("database_url_unknown", scheme=url.split(":", 1)[0])


def dialect_of(engine: Engine) -> Dialect:
    if engine.dialect.name == "sqlite":
        return Sqlite()
    from gateway.store.postgresql import Postgresql

    return Postgresql()


def advance(connection: Connection, name: str, count: int) -> range:
    """Move one counter on."""
    named = {"name": name, "count": count}
    connection.execute(_NEW_COUNTER, {"name": name})
    following = int(connection.execute(_NEXT, named).scalar_one())
    return range(following - count, following)


_NEW_COUNTER = text('INSERT INTO sequence (name, "next") VALUES (:name, 1) ON CONFLICT (name) DO NOTHING')
_NEXT = text('UPDATE sequence SET "next" = "next" + :count WHERE name = :name RETURNING "next"')


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", _SQLITE_CACHE):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writing transaction takes the write lock at once, so that it never fails half-way."""
    writing = connection.get_execution_options().get("chitra_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _file_of(url: sqlalchemy.URL) -> Path | None:
    """Where an SQLite database lies; None in memory."""
    named = url.database
    return None if named is None or named == ":memory:" or named.startswith("file:") else Path(named)


class Sqlite:
    name = "sqlite"
    read_isolation = write_isolation = "SERIALIZABLE"
    binary_order = "COLLATE BINARY"
    has_many_workers = False

    def insert(self, connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        places = ", ".join("?" for _ in columns)
        cursor = connection.connection.cursor()
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)  # type: ignore[arg-type]
        cursor.close()

    def take(self, connection: Connection, name: str, count: int) -> range:
        """In the transaction itself: there is one writer at a time."""
        return advance(connection, name, count)

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

    def require_direct(self, engine: Engine) -> None:
        path = _file_of(engine.url)
        if path is not None and (kind := mounts.network_filesystem(path)):
            raise NotConfigured("database_on_network", path=str(path), filesystem=kind)

    def receipt(self, _connection: Connection) -> str:
        return ""

    def happened(self, _engine: Engine, _receipt: str) -> bool:
        """A commit into a file answers, or the process is gone."""
        return False


class _FileLock:
    def prove_alive(self) -> None:
        """A file lock lives as long as its process."""
