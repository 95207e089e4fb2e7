"""Entries to payments on both databases: ours, a session row by row, the bare insert; and the import as a whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.harness import Case, python_case
from bench.ladder import Climber, Ladder, climb
from bench.report import Aim, Section
from bench.suites.reading import Files

_SIZES = (10_000, 100_000, 1_000_000)
_OBJECTS_MAX = 10_000
_CASE_SECONDS_MAX = 3000
_WALL_SECONDS_MAX = 3600
_OURS = "ours: match, conclude, commit"
_OBJECTS = "SQLModel session, row by row"
_ROWS = "limit: the bulk insert of the same entries"
_WHOLE = "ours: import of the camt.053, whole"
_SERVER = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "autovacuum": "off",
}
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Stores:
    """Databases to copy from, each made when it is first asked for. ``place`` is a folder, or a server's URL."""

    place: str
    files: Files

    def matching(self, title: str, name: str, size_max: int = _SIZES[-1]) -> Climber:
        """Works on entries that are in the store."""
        return Climber(title, lambda count: _case(title, name, count, self._told(count)), size_max, _CASE_SECONDS_MAX)

    def telling(self, title: str, name: str) -> Climber:
        """Brings them in."""

        def case(count: int) -> Case:
            return _case(title, name, count, self._sent(count), self.files.path("statement", count))

        return Climber(title, case, seconds_max=_CASE_SECONDS_MAX)

    def _sent(self, count: int) -> str:
        return self._made("sent", count)

    def _told(self, count: int) -> str:
        return self._made("told", count, self._sent(count))

    def _made(self, kind: str, count: int, *source: str) -> str:
        url, mark = self._url(kind, count), self.files.folder / f"{self._name}-{kind}-{count}.made"
        if not mark.exists():
            command = [sys.executable, "-m", "bench.cases.booked", kind, str(count), url, *source]
            subprocess.run(command, check=True)
            mark.touch()
        return url

    @property
    def _name(self) -> str:
        return "sqlite" if self.place.startswith("/") else "postgresql"

    def _url(self, kind: str, count: int) -> str:
        if self._name == "sqlite":
            return f"sqlite:///{self.place}/{kind}-{count}.db"
        return f"{self.place}/{kind}_{count}"


def _case(title: str, name: str, *arguments: object) -> Case:
    return replace(python_case(title, "matching", name, *arguments), wall_seconds_max=_WALL_SECONDS_MAX)


def match_sqlite(told: Told) -> Section:
    """A file of its own for each case."""
    with _folder() as folder:
        return _section("SQLite", _Stores(str(folder), Files(folder)), told)


def match_postgresql(told: Told) -> Section:
    """A database of its own for each case, on one server."""
    with _folder() as folder, _server() as url:
        if url is None:
            return Section("PostgreSQL", (), remarks=("PostgreSQL is not available on this machine: not measured.",))
        return _section("PostgreSQL", _Stores(url, Files(folder)), told)


def _at_100_000(ladder: Ladder) -> str:
    """Row by row is not run there: its time grows with the rows."""
    ours, objects = ladder.at(_OURS, 100_000), ladder.at(_OBJECTS, _OBJECTS_MAX)
    if not ours or not objects:
        return "Row by row could not be reckoned at 100,000."
    times = objects.seconds * 100_000 / _OBJECTS_MAX / ours.seconds
    return f"Row by row was not run at 100,000; ten times its time at {_OBJECTS_MAX:,} would be {times:.1f} times ours."


def _section(database: str, stores: _Stores, told: Told) -> Section:
    climbers = [
        stores.matching(_OURS, "ours"),
        stores.matching(_OBJECTS, "objects", _OBJECTS_MAX),
        stores.telling(_ROWS, "rows"),
        stores.telling(_WHOLE, "whole"),
    ]
    ladder = climb(climbers, _SIZES, told)
    aims = (*_speed_aims(database, ladder), *_memory_aims(database, ladder))
    return Section(database, ladder.tables(), aims, (*_REMARKS[database], _at_100_000(ladder), *ladder.remarks()))


def _speed_aims(database: str, ladder: Ladder) -> Iterator[Aim]:
    times = ladder.times(_OBJECTS, _OBJECTS_MAX)
    yield Aim(f"{database}: match {_OBJECTS_MAX:,} against row by row", 60, times, "times")
    for size in _SIZES:
        times = ladder.times(_OURS, size, _ROWS)
        yield Aim(f"{database}: match {size:,} in times of the bulk insert", 2, times, "times", at_least=False)


def _memory_aims(database: str, ladder: Ladder) -> Iterator[Aim]:
    small, large = _SIZES[-2:]
    growth = ladder.growth(_WHOLE, small, large)
    words = f"{database}: memory of the import of {large:,} beside {small:,}"
    yield Aim(words, 1.1, growth, "times", at_least=False)


_PYTHON = "About half of the import is Python: reading, digests, sealing of personal data."
_REMARKS = {
    "SQLite": (
        "WAL, `synchronous=FULL`, no statistics, as in production.",
        "Memory grows until the cache of pages and the sorters are full: 64 MiB each at most.",
        _PYTHON,
    ),
    "PostgreSQL": (
        "One server on loopback with `fsync`, `full_page_writes`, 1 GB of `shared_buffers` and 8 GB of `max_wal_size`; "
        "its statistics are those before the statement came. The memory of the server is not counted.",
        "Ours writes four rows for each entry: allocation, history, the use of the entry, the payment with its state "
        "and facts. An update writes the row, and its place in every index, anew: 18 places and three foreign keys in "
        "all, where the bulk insert has two rows, 7 places and two foreign keys. A session writes the same four rows.",
        "Profiled once at a million, a third of ours is the update of the payments with their eight indexes, a quarter "
        "the allocations with their foreign keys, a fifth the entries, the history and the search for forgotten ids.",
        _PYTHON,
    ),
}


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="chitra-bench-", dir="/var/tmp") as name:
        yield Path(name)


@contextmanager
def _server() -> Iterator[str | None]:
    """Where databases can be made; None when there is no server to begin."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    postgres = import_module("support.postgres")
    if postgres.server_binaries() is None:
        yield None
        return
    with postgres.cluster(**_SERVER) as cluster:
        yield f"postgresql+psycopg://chitra@127.0.0.1:{cluster.port}"
