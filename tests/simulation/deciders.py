"""Two people over what nobody may decide alone: what was stopped, a file of unknown delivery, one brought by hand."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from support.gateways import person

from gateway.store import blobs, files, stops
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

    def __init__(self, chance: Chance, judge: Judge, banks: Mapping[str, Bank]) -> None:
        self._chance, self._judge, self._banks = chance, judge, banks
        self._brought: set[str] = set()

    def act(self, context: Context) -> object:
        """Confirm what is proposed, or propose something; mostly there is nothing to decide."""
        with context.store.read() as tx:
            waiting = tx.rows("SELECT reference, verb, subject FROM decision WHERE state = 'proposed' ORDER BY id")
        if waiting and self._chance.happens(0.7):
            return self._confirm(context, self._chance.one(waiting))
        return self._chance.one((self._start, self._resolve, self._resolve, self._by_hand))(context)

    def _propose(self, context: Context, verb: str, subject: str, **params: str) -> object:
        name = self._chance.one(DECIDERS)
        letter = io.BytesIO(f"{verb} {subject} {params}".encode())
        proposal = Proposal(subject, "we have asked", params, "letter.pdf", letter)
        self._chance.tell(f"{name} proposes {verb} {subject} {params}")
        return propose(context, ACTS[verb], proposal, name, person(name))

    def _confirm(self, context: Context, waiting: Any) -> object:
        name, reference = self._chance.one(DECIDERS), waiting.reference
        self._chance.tell(f"{name} confirms {reference}")
        return confirm(context, ACTS, reference, name, person(name))

    # --- what is proposed ---------------------------------------------------------------------------------------

    def _start(self, context: Context) -> object:
        with context.store.read() as tx:
            stopped = [stops.Scope(each.scope, each.subject) for each in stops.active(tx)]
        return self._propose(context, "start", named(self._chance.one(stopped))) if stopped else None

    def _resolve(self, context: Context) -> object:
        """The bank says whether it has the file; when it has not, it blocks the message id before it says so."""
        with context.store.read() as tx:
            unknown = [(each.message_id, each.partner) for each in files.in_states(tx, ["unknown"])]
        if not unknown:
            return None
        message_id, partner = self._chance.one(unknown)
        if message_id in self._judge.appeared:
            return self._propose(context, "file resolve", message_id, verdict="delivered")
        self._banks[partner].blocked.add(message_id)
        return self._propose(context, "file resolve", message_id, verdict="absent")

    def _by_hand(self, context: Context) -> object:
        """The file is marked first and brought to the partner afterwards."""
        with context.store.read() as tx:
            sealed = [each.message_id for each in files.in_states(tx, ["sealed", "uploading"])]
        if not sealed:
            return None
        return self._propose(context, "file mark-delivered", self._chance.one(sealed))

    def bring(self, context: Context) -> None:
        """What was decided to be brought by hand is brought, by a person who does not die with a process."""
        with context.store.read() as tx:
            decided = tx.rows(
                "SELECT f.message_id, f.partner, f.name, f.sha256 FROM decision d JOIN file_out f"
                " ON f.message_id = d.subject WHERE d.verb = 'file mark-delivered' AND d.state = 'executed'"
                " ORDER BY d.id"
            )
            for file in decided:
                if file.message_id not in self._brought:
                    self._brought.add(file.message_id)
                    content = b"".join(blobs.parts(tx, file.sha256))
                    self._banks[file.partner].receive_by_hand(file.name, content)
