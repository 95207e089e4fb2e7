"""Stores for tests: SQLite copied from one migrated file, PostgreSQL from an empty database; time that a test moves."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache

from gateway.clock import ZONE
from gateway.proof import TranslatedVault
from gateway.store import schema
from gateway.store.dialects import create_engine
from gateway.store.store import OpenVault, Store, Transaction
from keys.vault import Vault

START = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)
"""A Monday morning."""

SECRET = bytes(range(32))
VAULT = TranslatedVault(Vault(SECRET))


@dataclass
class Time:
    """The Clock port; a second passes at every look, so that no two moments are equal."""

    value: datetime = START

    def now(self) -> datetime:
        self.value += timedelta(seconds=1)
        return self.value

    def pass_(self, **spans: int) -> None:
        self.value += timedelta(**spans)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; each one's result or exception."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = act()
        except Exception as error:  # given back to the test
            results[index] = error

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@dataclass
class Crashed(BaseException):
    """The process died here."""

    where: str = ""


@dataclass
class Points:
    """Every operation that may fail, counted over a whole scenario; ``reached`` is told before and after each."""

    names: list[str] = field(default_factory=list)
    before: Callable[[int, str], None] = lambda number, name: None
    after: Callable[[int, str], None] = lambda number, name: None

    def reach(self, name: str, effect: Callable[[], Any]) -> Any:
        number = len(self.names)
        self.names.append(name)
        self.before(number, name)
        result = effect()
        self.after(number, name)
        return result


class CountedStore(Store):
    """A store whose commits are points at which the process may die: before the commit and after it."""

    points: Points | None = None

    def begin(self) -> Any:
        return _Counted(super().begin(), self.points) if self.points else super().begin()


class _Counted:
    """One write transaction; dying before its commit rolls it back."""

    def __init__(self, inner: Any, points: Points) -> None:
        self._inner, self._points = inner, points

    def __enter__(self) -> Transaction:
        return self._inner.__enter__()  # type: ignore[no-any-return]

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> Any:
        if error is not None:
            return self._inner.__exit__(kind, error, traceback)
        committed = False

        def commit() -> None:
            nonlocal committed
            committed = True
            self._inner.__exit__(None, None, None)

        try:
            self._points.reach("commit", commit)
        except BaseException as crash:
            if not committed:
                self._inner.__exit__(type(crash), crash, crash.__traceback__)
            raise
        return False


def open_store(
    url: str, *, clock: Time | None = None, vault: OpenVault = lambda: VAULT, folder: Path | None = None
) -> CountedStore:
    """Without waiting for the disk: a process that dies here is an exception, not a power cut."""
    store = CountedStore(url, clock or Time(), vault, folder)
    if store.dialect.name == "sqlite":
        event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        store.engine.dialect = _compiler().dialect
        store.engine.update_execution_options(compiled_cache=_COMPILED)
    return store


@cache
def _compiler() -> Engine:
    """Whose dialect all stores on SQLite share, so that a statement is compiled once and not once a process."""
    engine = create_engine("sqlite://")
    engine.connect().close()
    return engine


_COMPILED: dict[Any, Any] = LRUCache(1000)


def establish(store: Store) -> Store:
    """Tables, triggers and the first rows."""
    schema.upgrade(store)
    schema.establish(store, "TEST00", "sandbox")
    return store


@cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="chitra-store-") as folder:
        path = Path(folder) / "chitra.db"
        store = establish(open_store(f"sqlite:///{path}"))
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        store.close()
        return path.read_bytes()


def sqlite_url(folder: Path) -> str:
    """URL of a fresh, migrated and established database in ``folder``."""
    (folder / "chitra.db").write_bytes(_template())
    return f"sqlite:///{folder / 'chitra.db'}"


class PostgresTemplate:
    """A migrated and established database on a cluster; fresh ones are copies of it, which takes milliseconds."""

    def __init__(self, url: str) -> None:
        self._base, self._name = url.rsplit("/", 1)
        store = establish(open_store(url))
        store.close()

    @contextmanager
    def copy(self) -> Iterator[str]:
        name = f"copy_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._name}")
        try:
            yield f"{self._base}/{name}"
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        address = self._base.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())
