"""The real Store on SQLite in shared memory: its commits may fail, be lost or be the last thing a process does."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, event
from support.stores import VAULT, Time

from gateway.domain.errors import Busy
from gateway.store.dialects import create_engine
from gateway.store.store import Store, Transaction
from simulation.chance import Chance
from simulation.process import Process

MEMORY = Path("/dev/shm")

_CRASH_POINTS = {
    "batch import": 1,
    "batch approve": 2,
    "file allocate": 3,
    "file seal": 7,
    "file upload": 8,
    "file sent": 18,
    "file receive": 23,
    "file process": 25,
    "file release": 16,
}
"""What a transaction records -> number of its crash point."""
_ARCHIVED = 27
_LOST = {101: "deadlock", 102: "serialization", 104: "lost before commit", 105: "SQLITE_FULL", 35: "SQLITE_FULL"}
_LOST |= {106: "SQLITE_READONLY"}
_COMMITTED_UNKNOWN = 103


class SimulatedStore(Store):
    """One database for all processes of a world; ``running`` is the one that holds the baton."""

    def __init__(self, url: str, clock: Time, chance: Chance, running: Callable[[], Process]) -> None:
        super().__init__(url, clock, lambda: VAULT)
        self.engine = cached_engine(url)
        self.chance, self.running = chance, running
        self.locks = Locks(running)
        self.before_commit: Callable[[Transaction, list[str]], None] = lambda tx, verbs: None
        self.after_commit: Callable[[list[str]], None] = lambda verbs: None

    def begin(self, *arguments: Any, **options: Any) -> Any:
        return _Commit(super().begin(*arguments, **options), self)

    def exclusive(self, name: str) -> Any:
        return self.locks.hold(name)

    def raw(self) -> sqlite3.Connection:
        """The committed truth, past all code of the gateway."""
        return sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)


@cache
def cached_engine(url: str) -> Engine:
    """One for all worlds of this process, one after another: it has compiled every statement already."""
    engine = create_engine(url)
    event.listen(engine, "connect", _without_disk)
    return engine


def _without_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")


class _Commit:
    """One write transaction."""

    def __init__(self, inner: Any, store: SimulatedStore) -> None:
        self._inner, self._store, self._process = inner, store, store.running()
        self._tx: Transaction

    def __enter__(self) -> Transaction:
        self._process.point()
        if self._store.chance.fault(110):
            raise Busy("database_trouble", reason="SQLITE_BUSY")
        self._tx = self._inner.__enter__()
        self._process.writing += 1
        return self._tx

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Any:
        self._process.writing -= 1
        if error is not None:
            return self._inner.__exit__(kind, error, trace)
        verbs = [record.verb for record in self._tx.records]
        number = next((_CRASH_POINTS[verb] for verb in verbs if verb in _CRASH_POINTS), _ARCHIVED)
        self._or_rollback(lambda: self._process.may_die(number, "before commit"))
        self._or_rollback(self._perhaps_lost)
        self._or_rollback(lambda: self._store.before_commit(self._tx, verbs))
        self._inner.__exit__(None, None, None)
        self._store.chance.tell(f"{self._process.name} commits {', '.join(verbs)}")
        self._store.after_commit(verbs)
        self._process.may_die(self._following(number), "after commit")
        if self._store.chance.fault(_COMMITTED_UNKNOWN):
            raise Busy("database_trouble", reason="connection lost")
        self._process.point()
        return False

    def _following(self, number: int) -> int:
        """Dying after a file is received is dying before its proof is checked (24); 3 and 4 are one commit."""
        if number == 3 and self._store.chance.happens(0.5):
            return 4
        return 24 if number == 23 else number

    def _perhaps_lost(self) -> None:
        if number := self._store.chance.fault(*_LOST):
            raise Busy("database_trouble", reason=_LOST[number])

    def _or_rollback(self, act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            self._inner.__exit__(type(error), error, error.__traceback__)
            raise


class Locks:
    """Session locks: alone among the living; a session that the server ended has lost its own without a word."""

    def __init__(self, running: Callable[[], Process]) -> None:
        self._running = running
        self.held: dict[str, Held] = {}
        self.refused: Counter[str] = Counter()

    @contextmanager
    def hold(self, name: str) -> Iterator[Held]:
        self._running().point()
        if name in self.held:
            self.refused[name] += 1
            raise Busy("busy", lock=name)
        self.held[name] = held = Held(name, self._running())
        try:
            yield held
        finally:
            if self.held.get(name) is held:
                del self.held[name]

    def lose(self, name: str) -> None:
        self.held.pop(name).alive = False


class Held:
    def __init__(self, name: str, process: Process) -> None:
        self.name, self.alive, self._process = name, True, process

    def prove_alive(self) -> None:
        self._process.point()
        self._process.may_die(15, "at the lock")
        if not self.alive:
            raise Busy("lock_lost", lock=self.name)


def in_memory(name: str) -> Path:
    """A folder that no disk slows down."""
    return MEMORY / f"{name}-{os.getpid()}"
