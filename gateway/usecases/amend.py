"""Amend: two people take payments out of an approved batch before they are released; the rest goes on (M12, M13).

What leaves, with the reason and with the count and sum before and after, is signed by both over the content that the
approvals sign, and the approvals stand for what is left. What was released is left alone: that is a recall.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import NotAllowed, Refusal
from gateway.domain.states import BatchState, FileState, PaymentState
from gateway.store import amendments, batches, deliveries, files, moves, resolutions
from gateway.store.store import Transaction
from gateway.store.tables import Batch, Decision
from gateway.usecases import amended
from gateway.usecases.amended import Document
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params, Proposal, params_of

_WAITING = (PaymentState.APPROVED, PaymentState.ALLOCATED, PaymentState.HELD)
_NAME = "amendment.json"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be proposed, and payments that it is too late for."""

    proposal: Proposal
    document: Document
    left_alone: Sequence[Any]


def draft(context: Context, batch_id: str, reason: str, chosen: Sequence[str] = ()) -> Draft:
    """These payments, or all that the population registry keeps from going out; raises ``Refusal`` without any."""
    with context.store.read() as tx:
        batch = batches.find(tx, batch_id)
        _require_approved(batch)
        found = _found(tx, batch, list(dict.fromkeys(chosen))) if chosen else amendments.stopped(tx, batch.id)
        taken = [row for row in found if chosen or _why_not(row) is None]
        if not taken:
            raise Refusal("amendment_of_nothing", batch=batch.id)
        document = Document(batch.id, _content(batch), tuple(_line(row) for row in taken))
        change = document.change(*amendments.total(tx, batch.id))
    told = Proposal(batch_id, reason, {"change": change}, _NAME, io.BytesIO(document.encoded()))
    return Draft(told, document, [row for row in found if row not in taken])


def _line(row: Any) -> dict[str, str | int]:
    return {
        "payment": row.end_to_end_id,
        "content": bytes(row.content_blind).hex(),
        "amount": row.amount,
        "why": row.code or "",
    }


class Amend(Act):
    """Lines of one batch, as the document says."""

    verb = amendments.VERB
    needs_evidence = True
    own_withdrawal = False
    proposers = frozenset({"maker"})
    deciders = frozenset({"checker", "releaser"})
    reads_document = True

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        """The totals and what the registry says of the people; each payment must wait still."""
        batch = batches.claim(tx, subject)
        _require_approved(batch)
        document = amended.document(context, tx, params["document"])
        rows = _claimed(tx, batch, document)
        payments, amount = amendments.total(tx, batch.id)
        if document.change(payments, amount) != params["change"]:
            raise Refusal("state_changed")
        if payments == len(rows) and batch.state == BatchState.APPROVED:
            raise Refusal("amendment_of_everything", batch=batch.id)
        ground = [f"{row.end_to_end_id} {row.item or '-'} {row.item_state or '-'}" for row in rows]
        return "\n".join((document.approved, params["change"], *ground))

    def admit(self, tx: Transaction, decision: Decision, operator: str) -> None:
        """M11: the batch's maker does not confirm; a trigger holds it, too."""
        if batches.find(tx, decision.subject).maker == operator:
            raise NotAllowed("maker_cannot_amend", operator=operator, batch=decision.subject)

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        batch, params = batches.find(tx, decision.subject), params_of(decision)
        document = amended.document(context, tx, params["document"])
        rows, why = _claimed(tx, batch, document), f"decision {decision.reference}: taken out of the batch"
        for number in sorted({row.file_id for row in rows if row.file_id is not None}):
            file = files.claim(tx, number)
            deliveries.void(tx, file, f"{file.message_id} void: {why}")
        for row in rows:
            moves.move(tx, "payment", row.id, PaymentState.CANCELLED, why)
        amendments.cancel(tx, [row.id for row in rows])
        resolutions.end_what_is_over(tx)
        told: dict[str, str | int] = {"payments": len(rows), "amount": document.amount, "change": params["change"]}
        tx.record("system", self.verb, batch.id, params["document"], decision=decision.reference, **told)


def _require_approved(batch: Batch) -> None:
    if batch.state not in (BatchState.APPROVED, BatchState.SENDING):
        raise Refusal("amendment_not_approved", batch=batch.id, state=batch.state)


def _content(batch: Batch) -> str:
    return (batch.content_sha256 or b"").hex()


def _claimed(tx: Transaction, batch: Batch, document: Document) -> list[Any]:
    """The payments as they are, their files locked to the end of the transaction.

    Raises ``Refusal`` for one that it is too late for.
    """
    if (document.batch, document.approved) != (batch.id, _content(batch)):
        raise Refusal("state_changed")
    first = _found(tx, batch, document.payments)
    for number in sorted({row.file_id for row in first if row.file_id is not None}):
        files.claim(tx, number)
    rows = _found(tx, batch, document.payments)
    if [_line(row) | {"why": ""} for row in rows] != [dict(line) | {"why": ""} for line in document.lines]:
        raise Refusal("state_changed")
    return rows


def _found(tx: Transaction, batch: Batch, names: Iterable[str]) -> list[Any]:
    rows = []
    for name, row in amendments.lines(tx, batch.id, names):
        if row is None:
            raise Refusal("amendment_foreign", payment=name, batch=batch.id)
        if refusal := _why_not(row):
            raise refusal
        rows.append(row)
    return rows


def _why_not(row: Any) -> Refusal | None:
    """Why a payment can no longer be taken out."""
    if row.state not in _WAITING:
        return Refusal("cancel_too_late", payment=row.end_to_end_id, state=row.state)
    if row.file_id is not None and (row.file_state not in (FileState.ALLOCATED, FileState.SEALED) or row.attempts):
        return Refusal("cancel_in_file", payment=row.end_to_end_id, file=row.message_id)
    return None
