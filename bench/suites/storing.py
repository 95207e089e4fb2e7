"""Payments into the databases, beside the object mapper and the driver alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench.harness import Case, python_case, run
from bench.report import Aim, Section, compared

_ROUNDS = 3
Told = Callable[[str], None]


def insert(told: Told) -> Section:
    """100,000 payments into both databases."""
    tables, aims, remarks = [], [], list(_INSERT_REMARKS)
    with _postgresql() as url:
        targets = [("SQLite", "sqlite", "real"), ("SQLite, plain table", "sqlite", "plain")]
        targets += [("PostgreSQL", url, "real")] if url else []
        for title, target, form in targets:
            results = run(_inserts(target, form), _ROUNDS, told)
            ours, add_all, limit = results
            tables += [f"{title}:", compared(results)]
            aims.append(Aim(f"insert 100,000 against add_all: {title}", 20, ours.times(add_all), "times"))
            remarks.append(f"{title}: the driver alone is {limit.times(add_all):.1f} times as fast as add_all.")
    if not url:
        remarks.append("PostgreSQL is not available on this machine: not measured.")
    return Section("Insert 100,000 payments", tuple(tables), tuple(aims), tuple(remarks))


_INSERT_REMARKS = (
    "The real `payment` table: unique constraints, partial indexes on random blind values, foreign keys, checks. The "
    "plain one has the same columns and nothing else, to show what the indexes take: no way of inserting saves that.",
    "SQLite with WAL and `synchronous=FULL`, PostgreSQL with fsync; one transaction.",
)


def _inserts(target: str, form: str) -> list[Case]:
    titles = {
        "bulk": "ours: gateway.store.bulk",
        "add_all": "SQLModel: add_all",
        "driver": "limit: the driver (executemany of sqlite3, COPY of psycopg)",
    }
    return [python_case(title, "inserts", name, 100_000, target, form) for name, title in titles.items()]


def personal(told: Told) -> Section:
    """What sealing and blinding cost: rows made, sealed and inserted, and read again, at two sizes."""
    tables: list[str] = []
    for count in (100_000, 1_000_000):
        for act, title in (("write", "Make and insert"), ("read", "Read and open")):
            cases = [
                python_case(f"{title} {count:,}, {words}", "personal", act, form, count)
                for form, words in (("sealed", "sealed and blinded"), ("plain", "readable by everybody"))
            ]
            tables.append(compared(run(cases, _ROUNDS, told)))
    return Section("Personal data in envelopes", tuple(tables), (), _PERSONAL_REMARKS)


_PERSONAL_REMARKS = (
    "SQLite, WAL and `synchronous=FULL`, one transaction; an envelope (AES-256-GCM, bound to table and row) and three "
    "blind columns (HMAC-SHA-256) a payment. Random blind values also cost the indexes more than readable ones.",
)


@contextmanager
def _postgresql() -> Iterator[str | None]:
    """A URL of an empty database with durable settings, or None; the tests' own cluster, when it can be had."""
    sys.path.append(str(Path(__file__).parents[2] / "tests"))
    postgres = import_module("support.postgres")
    if postgres.server_binaries() is None:
        yield None
        return
    with postgres.cluster(fsync="on", full_page_writes="on") as cluster, cluster.database() as url:
        yield url
