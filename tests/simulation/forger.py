"""An administrator of the database who makes up people, and approves with them (M11).

What is edited is put back at once, and nothing of it is drawn from the luck of the world: the seed tells the same story
with and without the forger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from random import Random

from support.gateways import person
from support.tampering import past_triggers

from gateway.domain.errors import ChitraError
from gateway.store.store import Store
from gateway.usecases import approve
from gateway.usecases.context import Context
from simulation.violation import Violation

_RATE = 0.02
_SWAP = "UPDATE operator SET public_key = ?, key_id = ? WHERE name = 'checker'"
_STATEMENT = (
    "INSERT INTO decision (id, reference, verb, subject, params, reason, precondition, state, proposed_by,"
    " proposed_key, proposed_at, proposal, confirmed_by, confirmed_key, confirmation, ended_at)"
    " SELECT 1000000000, 'DFORGED', verb, 'ghost', ?, reason, precondition, state, proposed_by, proposed_key,"
    " proposed_at, proposal, confirmed_by, confirmed_key, confirmation, ended_at FROM decision"
    " WHERE verb = 'operator add' AND subject = 'checker'"
)


class Forger:
    """Now and then, between two steps, while a list waits for its checkers."""

    def __init__(self, seed: int, path: str, store: Store) -> None:
        self._luck, self._path, self._store = Random(f"forger {seed}"), path, store
        self._key = person("forger")

    def act(self, context: Context) -> None:
        if self._luck.random() >= _RATE:
            return
        with closing(sqlite3.connect(self._path, isolation_level=None)) as db:
            waiting = db.execute(
                "SELECT id FROM batch b WHERE state = 'submitted' AND NOT EXISTS (SELECT 1 FROM approval a"
                " WHERE a.batch_id = b.id AND a.approver = 'checker') ORDER BY id"
            ).fetchall()
            if waiting:
                name, forged = self._luck.choice((("checker", self._swapped), ("ghost", self._invented)))
                with forged(db):
                    self._approve(replace(context, store=self._store), self._luck.choice(waiting)[0], name)

    def _approve(self, context: Context, batch: str, name: str) -> None:
        try:
            approve.approve(context, batch, name, self._key)
        except ChitraError:
            return
        raise Violation("M11", f"a person made up in the database approved {batch} as {name}")

    @contextmanager
    def _swapped(self, db: sqlite3.Connection) -> Iterator[None]:
        """A checker's public key becomes the forger's."""
        before = db.execute("SELECT public_key, key_id FROM operator WHERE name = 'checker'").fetchone()
        past_triggers(db, _SWAP, (self._key.public_pem.decode(), self._key.key_id))
        yield
        past_triggers(db, _SWAP, before)

    @contextmanager
    def _invented(self, db: sqlite3.Connection) -> Iterator[None]:
        """A checker more, with the signatures of admins from under another enrolment."""
        pem = self._key.public_pem.decode()
        past_triggers(
            db, "INSERT INTO operator VALUES ('ghost', ?, ?, 'checker', '2026', NULL)", (self._key.key_id, pem)
        )
        past_triggers(
            db, _STATEMENT, (json.dumps({"key_id": self._key.key_id, "public_key": pem, "roles": "checker"}),)
        )
        yield
        past_triggers(db, "DELETE FROM decision WHERE subject = 'ghost'")
        past_triggers(db, "DELETE FROM operator WHERE name = 'ghost'")
