"""Resolve: what two people say of a file that we cannot judge ourselves.

An unknown file was *delivered*, or *absent*: the partner's word that it has not processed it and has blocked its
message id, and a complete chain of booked statements without a debit of it (money-safety notes, "Verdict absent").
A file that somebody uploaded by hand is *marked delivered*, so that it is never sent again.
"""

from __future__ import annotations

from datetime import date

from gateway.domain.calendar import add_working
from gateway.domain.errors import Refusal
from gateway.domain.states import FileState, PaymentState
from gateway.store import absence, deliveries, files, moves
from gateway.store.store import Transaction
from gateway.store.tables import Attempt, Decision, FileOut, Verdict
from gateway.usecases import chain
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, params_of

VERDICTS = ("delivered", "absent")

_OPEN = " AND t.state IN ('sent', 'accepted')"


class Resolve(Act):
    """The verdict on one file whose delivery is unknown."""

    verb = "file resolve"
    needs_evidence = True
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        file = files.find(tx, subject)
        if file.state != FileState.UNKNOWN:
            raise Refusal("file_not_unknown", file=subject, state=file.state)
        if params["verdict"] == "absent":
            _require_absent(context, tx, file)
        return f"{file.state} {len(files.attempts(tx, file.id))} {params['verdict']}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        file, verdict = files.find(tx, decision.subject), params_of(decision)["verdict"]
        tx.session.add(Verdict(file_id=file.id, decision_id=decision.id, verdict=verdict))
        evidence = f"decision {decision.reference}: {verdict}"
        if verdict == "delivered":
            _delivered(tx, file, evidence)
        else:
            _absent(tx, file, evidence)


class MarkDelivered(Act):
    """Somebody brought the file to the partner by hand: it counts as released, by the word of two people."""

    verb = "file mark-delivered"
    needs_evidence = True
    own_withdrawal = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        file = files.find(tx, subject)
        if file.state not in (FileState.SEALED, FileState.UPLOADING):
            raise Refusal("file_not_waiting", file=subject, state=file.state)
        if any(_may_be_whole(attempt) for attempt in files.attempts(tx, file.id)):
            raise Refusal("file_perhaps_taken", file=subject)
        return f"{file.sha256}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        file = files.claim(tx, files.find(tx, decision.subject).id)
        evidence = f"decision {decision.reference}: delivered by hand"
        _note_attempt(tx, file, evidence)
        tx.session.add(Verdict(file_id=file.id, decision_id=decision.id, verdict="delivered"))
        moves.move(tx, "file_out", file.id, FileState.UNKNOWN, evidence)
        deliveries.payments_sent(tx, file, evidence)
        _delivered(tx, file, evidence)


def _may_be_whole(attempt: Attempt) -> bool:
    """Whole bytes of this attempt may lie at the partner, or may have been taken from there."""
    return attempt.writing_at is not None and not attempt.incomplete and attempt.removed_at is None


def _delivered(tx: Transaction, file: FileOut, evidence: str) -> None:
    moves.move(tx, "file_out", file.id, FileState.SENT, evidence)
    tx.run("UPDATE file_out SET sent_at = COALESCE(sent_at, :now) WHERE id = :id", now=tx.now(), id=file.id)


def _absent(tx: Transaction, file: FileOut, evidence: str) -> None:
    """The message id stays used for ever; the payments end, and their benefit keys are free for a successor."""
    moves.move(tx, "file_out", file.id, FileState.REJECTED, evidence)
    moves.move_payments(tx, files.IN_FILE + _OPEN, PaymentState.REJECTED, evidence, file=file.id)
    tx.run(
        f"UPDATE payment AS t SET holds_key = :no WHERE holds_key AND {files.IN_FILE} AND t.state = 'rejected'",
        no=False,
        file=file.id,
    )


def _note_attempt(tx: Transaction, file: FileOut, evidence: str) -> None:
    """The hand's delivery stands among the attempts, released."""
    number = len(files.attempts(tx, file.id)) + 1
    now = tx.now()
    tx.session.add(
        Attempt(
            file_id=file.id,
            number=number,
            temporary="",
            host_key="",
            started_at=now,
            releasing_at=now,
            outcome=evidence,
            ended_at=now,
        )
    )
    tx.session.flush()


def _require_absent(context: Context, tx: Transaction, file: FileOut) -> None:
    partner = context.partner(file.partner)
    executed = date.fromisoformat(file.execution_date)
    last = add_working(executed, partner.profile.absence_days, context.is_working)
    if context.today() <= last:
        raise Refusal("absence_too_early", file=file.message_id, until=last.isoformat())
    first = min(date.fromisoformat(file.created_at[:10]), executed)
    if absence.contradicts(tx, file, first.isoformat()):
        raise Refusal("absence_contradicted", file=file.message_id)
    if missing := chain.gap(context, tx, partner, file.debtor_account, first, last):
        raise Refusal("absence_unproven", file=file.message_id, why=missing)
