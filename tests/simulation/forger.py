"""An administrator of the database who makes up people, and approves with them (M11).

What is edited is put back at once, and nothing of it is drawn from the luck of the world: the seed tells the same story
with and without the forger.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from random import Random

from support.gateways import ADMINS, person
from support.tampering import past_triggers

from gateway.domain.errors import ChitraError
from gateway.store.store import Store
from gateway.store.tables import Decision
from gateway.usecases import approve
from gateway.usecases.context import Context
from gateway.usecases.signed import statement_of
from simulation.violation import Violation

_RATE = 0.02
_SWAP = "UPDATE operator SET public_key = ?, key_id = ? WHERE name = 'checker'"
_STATEMENT = (
    "INSERT INTO decision (id, reference, verb, subject, params, reason, precondition, state, proposed_by,"
    " proposed_key, proposed_at, proposal, confirmed_by, confirmed_key, confirmation, ended_at)"
    " SELECT 1000000000, 'DFORGED', verb, 'ghost', :params, reason, precondition, state, COALESCE(:first, proposed_by),"
    " proposed_key, proposed_at, COALESCE(:proposal, proposal), COALESCE(:second, confirmed_by), confirmed_key,"
    " COALESCE(:confirmation, confirmation), ended_at FROM decision"
    " WHERE verb = 'operator add' AND subject = 'checker'"
)
_COLLUDING = ("checker", "checker2")
_ELSEWHERE = "production"
"""Another environment than that of the world."""

Forged = Callable[[sqlite3.Connection], AbstractContextManager[None]]


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
                name, forged = self._luck.choice(self._forms(context.environment))
                with forged(db):
                    self._approve(replace(context, store=self._store), self._luck.choice(waiting)[0], name)

    def _approve(self, context: Context, batch: str, name: str) -> None:
        try:
            approve.approve(context, batch, name, self._key)
        except ChitraError:
            return
        raise Violation("M11", f"a person made up in the database approved {batch} as {name}")

    def _forms(self, here: str) -> list[tuple[str, Forged]]:
        """Who approves, and what was made up for it; where a statement is signed, by whom and for where."""
        return [
            ("checker", lambda db: nullcontext()),
            ("checker", self._swapped),
            ("ghost", self._invented),
            ("ghost", lambda db: self._stated(db, _COLLUDING, here)),
            ("ghost", lambda db: self._stated(db, (ADMINS[0], ADMINS[0]), here)),
            ("ghost", lambda db: self._stated(db, ADMINS, _ELSEWHERE)),
        ]

    @contextmanager
    def _swapped(self, db: sqlite3.Connection) -> Iterator[None]:
        """A checker's public key becomes the forger's."""
        before = db.execute("SELECT public_key, key_id FROM operator WHERE name = 'checker'").fetchone()
        past_triggers(db, _SWAP, (self._key.public_pem.decode(), self._key.key_id))
        yield
        past_triggers(db, _SWAP, before)

    def _invented(self, db: sqlite3.Connection) -> AbstractContextManager[None]:
        """A checker more, with the signatures of admins from under another enrolment."""
        return self._ghost(db, {"first": None, "proposal": None, "second": None, "confirmation": None})

    def _stated(
        self, db: sqlite3.Connection, signers: tuple[str, ...], environment: str
    ) -> AbstractContextManager[None]:
        """A checker more, by people who may not say so, by one admin twice, or by both in a rehearsal."""
        reason, precondition = db.execute(
            "SELECT reason, precondition FROM decision WHERE verb = 'operator add' AND subject = 'checker'"
        ).fetchone()
        decision = Decision(
            reference="DFORGED",
            verb="operator add",
            subject="ghost",
            params=self._params(),
            reason=reason,
            precondition=precondition,
        )
        proposal, confirmation = (
            person(name).sign(statement_of(environment, decision, step, name))
            for step, name in zip(("propose", "confirm"), signers, strict=True)
        )
        first, second = signers
        return self._ghost(db, {"first": first, "proposal": proposal, "second": second, "confirmation": confirmation})

    @contextmanager
    def _ghost(self, db: sqlite3.Connection, signed: dict[str, str | bytes | None]) -> Iterator[None]:
        row = (self._key.key_id, self._key.public_pem.decode())
        past_triggers(db, "INSERT INTO operator VALUES ('ghost', ?, ?, 'checker', '2026', NULL)", row)
        past_triggers(db, _STATEMENT, {"params": self._params(), **signed})
        yield
        past_triggers(db, "DELETE FROM decision WHERE subject = 'ghost'")
        past_triggers(db, "DELETE FROM operator WHERE name = 'ghost'")

    def _params(self) -> str:
        told = {"key_id": self._key.key_id, "public_key": self._key.public_pem.decode(), "roles": "checker"}
        return json.dumps(told)
