"""Somebody with the gateway's own access to its database, and without the gateway: what the tables themselves refuse.

Every statement must be refused, so that nothing changes; and its order is not drawn from the luck of the world.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from random import Random

from simulation.violation import require

_RATE = 0.01
STATEMENTS = (
    ("M11", "INSERT INTO approval SELECT id, maker, maker, 'checker', x'00', '', x'00', '2026' FROM batch"),
    ("M11", "UPDATE approval SET signature = x'00'"),
    ("M11", "DELETE FROM approval"),
    ("M11", "UPDATE batch SET state = 'approved' WHERE state = 'submitted'"),
    ("M11", "UPDATE operator SET roles = 'checker' WHERE name = 'maker'"),
    ("M11", "UPDATE operator SET public_key = '' WHERE name = 'checker'"),
    (
        "M11",
        "UPDATE decision SET state = 'executed', confirmed_by = proposed_by, confirmed_key = proposed_key,"
        " confirmation = proposal WHERE state = 'proposed'",
    ),
    ("M12", "UPDATE payment SET amount = amount + 1"),
    ("M12", "UPDATE payment SET account_blind = x'00'"),
    ("M12", "UPDATE batch SET content_sha256 = x'00' WHERE content_sha256 IS NOT NULL"),
    ("M5", "UPDATE wire_object SET sha256 = ''"),
    ("T3", "UPDATE blob SET bytes = x'00'"),
    ("T3", "DELETE FROM blob WHERE sha256 IN (SELECT sha256 FROM file_in)"),
    ("A2", "UPDATE audit SET actor = 'somebody'"),
    ("A2", "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)"),
)
"""(promise, what it forbids)"""


class Clerk:
    """Now and then, between two steps."""

    def __init__(self, seed: int, path: str) -> None:
        self._luck, self._path = Random(f"clerk {seed}"), path

    def act(self) -> None:
        if self._luck.random() >= _RATE:
            return
        with closing(sqlite3.connect(self._path, isolation_level=None)) as db:
            for promise, statement in STATEMENTS:
                changed = _changed(db, statement)
                require(not changed, promise, f"the database let it happen: {statement}")


def _changed(db: sqlite3.Connection, statement: str) -> int:
    try:
        return db.execute(statement).rowcount
    except sqlite3.IntegrityError:
        return 0
