"""Two people over what nobody may decide alone: what was stopped, a file of unknown delivery, one brought by hand."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping

from support.gateways import person

from gateway.store import blobs, stops
from gateway.usecases.acts import ACTS
from gateway.usecases.context import Context
from gateway.usecases.decide import Proposal, confirm, propose
from gateway.usecases.stopping import named
from simulation.bank import Bank
from simulation.chance import Chance
from simulation.judge import Judge

DECIDERS = ("checker", "checker2", "both")


class Deciders:
    """One proposes, another confirms; the banks tell them the truth about their files."""

    def __init__(self, chance: Chance, judge: Judge, banks: Mapping[str, Bank], raw: sqlite3.Connection) -> None:
        self._chance, self._judge, self._banks, self._raw = chance, judge, banks, raw
        self._brought: set[str] = set()

    def act(self, context: Context) -> object:
        """Confirm what is proposed, or propose something; mostly there is nothing to decide."""
        waiting = self._raw.execute("SELECT reference FROM decision WHERE state = 'proposed' ORDER BY id").fetchall()
        if waiting and self._chance.happens(0.7):
            return self._confirm(context, self._chance.one(waiting)[0])
        return self._chance.one((self._start, self._resolve, self._resolve, self._by_hand))(context)

    def _propose(self, context: Context, verb: str, subject: str, **params: str) -> object:
        name = self._chance.one(DECIDERS)
        letter = io.BytesIO(f"{verb} {subject} {params}".encode())
        proposal = Proposal(subject, "we have asked", params, "letter.pdf", letter)
        self._chance.tell(f"{name} proposes {verb} {subject} {params}")
        return propose(context, ACTS[verb], proposal, name, person(name))

    def _confirm(self, context: Context, reference: str) -> object:
        name = self._chance.one(DECIDERS)
        self._chance.tell(f"{name} confirms {reference}")
        return confirm(context, ACTS, reference, name, person(name))

    # --- what is proposed ---------------------------------------------------------------------------------------

    def _start(self, context: Context) -> object:
        rows = self._raw.execute("SELECT scope, subject FROM stop WHERE lifted_at IS NULL ORDER BY id")
        stopped = [stops.Scope(*row) for row in rows]
        return self._propose(context, "start", named(self._chance.one(stopped))) if stopped else None

    def _resolve(self, context: Context) -> object:
        """The bank says whether it has the file; when it has not, it blocks the message id before it says so."""
        unknown = self._raw.execute("SELECT message_id, partner FROM file_out WHERE state = 'unknown'").fetchall()
        if not unknown:
            return None
        message_id, partner = self._chance.one(unknown)
        if message_id in self._judge.appeared:
            return self._propose(context, "file resolve", message_id, verdict="delivered")
        self._banks[partner].blocked.add(message_id)
        return self._propose(context, "file resolve", message_id, verdict="absent")

    def _by_hand(self, context: Context) -> object:
        """The file is marked first and brought to the partner afterwards."""
        sealed = self._raw.execute("SELECT message_id FROM file_out WHERE state IN ('sealed', 'uploading')").fetchall()
        return self._propose(context, "file mark-delivered", self._chance.one(sealed)[0]) if sealed else None

    def bring(self, context: Context) -> None:
        """What was decided to be brought by hand is brought, by a person who does not die with a process."""
        decided = self._raw.execute(
            "SELECT f.message_id, f.partner, f.name, f.sha256 FROM decision d JOIN file_out f"
            " ON f.message_id = d.subject WHERE d.verb = 'file mark-delivered' AND d.state = 'executed' ORDER BY d.id"
        ).fetchall()
        for message_id, partner, name, sha256 in decided:
            if message_id not in self._brought:
                self._brought.add(message_id)
                with context.store.read() as tx:
                    content = b"".join(blobs.parts(tx, sha256))
                self._banks[partner].receive_by_hand(name, content)
