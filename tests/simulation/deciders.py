"""Two people over what nobody may decide alone: what was stopped, a file of unknown delivery, one brought by hand."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Mapping

from support.gateways import person

from gateway.store import batches, blobs, stops
from gateway.store.tables import Decision
from gateway.usecases.acts import ACTS
from gateway.usecases.context import Context
from gateway.usecases.decide import Proposal, confirm, propose
from gateway.usecases.reissue import LIST_NAME, correction
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
        self._corrections = 0
        self._tried: set[str] = set()

    def act(self, context: Context) -> object:
        """Confirm what is proposed, or propose something; mostly there is nothing to decide."""
        waiting = self._raw.execute("SELECT reference FROM decision WHERE state = 'proposed' ORDER BY id").fetchall()
        if waiting and self._chance.happens(0.7):
            return self._confirm(context, self._chance.one(waiting)[0])
        acts = [self._start, self._by_hand, *2 * [self._resolve], *3 * [self._reissue], *2 * [self._recall]]
        return self._chance.one(acts)(context)

    def _propose(self, context: Context, verb: str, subject: str, **params: str) -> Decision:
        letter = io.BytesIO(f"{verb} {subject} {params}".encode())
        proposal = Proposal(subject, "we have asked", params, "letter.pdf", letter)
        return self._proposed(context, verb, proposal, self._chance.one(DECIDERS))

    def _proposed(self, context: Context, verb: str, proposal: Proposal, name: str) -> Decision:
        self._chance.tell(f"{name} proposes {verb} {proposal.subject} {proposal.params}")
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

    def _recall(self, context: Context) -> object:
        """M13: what was released is asked back; what stands in a file is cancelled, which is refused."""
        how, states = self._chance.one(
            (("payment recall", ("sent", "accepted")), ("payment cancel", ("allocated", "sent")))
        )
        rows = self._raw.execute("SELECT end_to_end_id FROM payment WHERE state IN (?, ?) ORDER BY id", states)
        out = [end_to_end_id for (end_to_end_id,) in rows]
        return self._propose(context, how, self._chance.one(out), code="CUST") if out else None

    def _reissue(self, context: Context) -> object:
        """What was refused or came back, to another account; sometimes what must be refused to be paid again."""
        ended = self._ended()
        if self._chance.happens(0.1):
            ended = self._raw.execute("SELECT end_to_end_id, partner FROM payment ORDER BY id").fetchall()
        maker = self._chance.one(("maker", "both"))
        return self._corrected(context, *self._chance.one(ended), maker) if ended else None

    def untried(self) -> list[tuple[str, str]]:
        """What was refused or came back, and that nobody has tried to pay again at the end."""
        return [each for each in self._ended() if each[0] not in self._tried]

    def paid_again(self) -> set[str]:
        rows = self._raw.execute("SELECT b.end_to_end_id FROM payment s JOIN payment b ON b.id = s.predecessor_id")
        return {end_to_end_id for (end_to_end_id,) in rows}

    def pay_again(self, context: Context, end_to_end_id: str, partner: str) -> str:
        """Proposed and confirmed; returns the new batch, still to be approved."""
        self._tried.add(end_to_end_id)
        decision = self._corrected(context, end_to_end_id, partner, "maker")
        confirm(context, ACTS, decision.reference, "checker", person("checker"))
        return str(self._raw.execute("SELECT max(id) FROM batch").fetchone()[0])

    def _ended(self) -> list[tuple[str, str]]:
        """(end-to-end id, partner) of what was refused or came back, and was not paid again."""
        return self._raw.execute(
            "SELECT end_to_end_id, partner FROM payment p WHERE state IN ('rejected', 'returned')"
            " AND NOT EXISTS (SELECT 1 FROM payment s WHERE s.predecessor_id = p.id) ORDER BY id"
        ).fetchall()

    def _corrected(self, context: Context, end_to_end_id: str, partner: str, maker: str) -> Decision:
        self._corrections += 1
        number = 90_000 + self._corrections
        account = f"0977{number:06d}" if partner == "momo" else f"10777{number:05d}"
        document = self._correction(context, end_to_end_id, account=account, bank=partner)
        proposal = Proposal(end_to_end_id, "another account", {}, LIST_NAME, document)
        return self._proposed(context, "payment reissue", proposal, maker)

    def _correction(self, context: Context, end_to_end_id: str, **corrected: str) -> io.BytesIO:
        """The list, whose row the judge remembers under the reference that the successor will have."""
        with context.store.read() as tx:
            payment = batches.payment(tx, end_to_end_id)
        document = correction(context, payment, corrected)
        root, _, generation = payment.payment_ref.partition(".R")
        listed = self._judge.listed(end_to_end_id) | corrected
        sha256 = hashlib.sha256(document.getvalue()).hexdigest()
        self._judge.lists[sha256] = {f"{root}.R{int(generation or 0) + 1}": listed}
        return document

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
