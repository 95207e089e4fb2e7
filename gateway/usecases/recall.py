"""Recall: the partner is asked not to execute a payment that was released (M13). It moves no payment by itself.

The request is a camt.055 in a file of its own, which is sealed and delivered by the same protocol as every other; the
answer is a camt.029. Only what is booked, or rejected by a pain.002, changes the payment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import Any, BinaryIO

from formats.errors import Unreadable
from formats.iso20022 import cancel, pain001
from gateway.domain.calendar import VIET_NAM
from gateway.domain.errors import Refusal
from gateway.domain.states import FileState, PaymentState
from gateway.store import batches, evidence, moves, recalls
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Decision, FileIn, FileOut, Payment
from gateway.usecases.context import Context, Partner
from gateway.usecases.decide import Act, Params, params_of

REASONS = ("CUST", "DUPL", "TECH", "FRAD")
"""ISO external cancellation reasons that a payer gives."""
_RELEASED = (PaymentState.SENT, PaymentState.ACCEPTED)
_STATES = {"ACCR": "accepted", "CNCL": "accepted", "RJCR": "rejected", "PDCR": "pending"}


class Recall(Act):
    """One payment."""

    verb = "payment recall"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        payment = batches.payment(tx, subject)
        tx.session.refresh(payment)
        if payment.state not in _RELEASED:
            raise Refusal("recall_not_out", payment=subject, state=payment.state)
        if context.partner(payment.partner).profile.recall is None:
            raise Refusal("recall_not_taken", payment=subject, partner=payment.partner)
        if recalls.is_open(tx, payment.id):
            raise Refusal("recall_open", payment=subject)
        return f"{payment.state} {params['code']}"

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        payment = batches.payment(tx, decision.subject)
        file = ask(context, tx, payment, f"decision {decision.reference}")
        recalls.add(tx, payment.id, file.id, decision.id, params_of(decision)["code"])
        tx.record("system", "payment recall", payment.end_to_end_id, file=file.message_id, decision=decision.reference)


def ask(context: Context, tx: Transaction, payment: Payment, ground: str) -> FileOut:
    """The file that asks, which goes out with the next round; the caller says in it what is recalled."""
    file = _file(context, tx, payment)
    tx.session.add(file)
    tx.session.flush()
    file.content_sha256 = batches.file_digest(tx, file.id)
    moves.noted_first(tx, "file_out", file.message_id, file.state, ground)
    return file


def _file(context: Context, tx: Transaction, payment: Payment) -> FileOut:
    """A file of the same account, whose content is the recall; it carries no payment."""
    partner, carrier = context.partner(payment.partner), recalls.carrier(tx, payment.id)
    number = take(tx, "file_out").start
    message_id = naming(tx).message_id(number)
    sequence = take(tx, f"file_name:{partner.code}").start
    return FileOut(
        id=number,
        message_id=message_id,
        payment_information_id=naming(tx).payment_information_id(number),
        partner=partner.code,
        batch_id=payment.batch_id,
        message=partner.profile.recall or "",
        name=partner.profile.outbox.name(context.today(), sequence, message_id),
        created_at=context.clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        execution_date=context.today().isoformat(),
        debtor=carrier.debtor,
        debtor_account=carrier.debtor_account,
        initiating_party=carrier.initiating_party,
        initiating_party_id=carrier.initiating_party_id,
        payments=1,
        amount=payment.amount,
        currency=payment.currency,
        state=FileState.ALLOCATED.value,
    )


# --- the request -------------------------------------------------------------------------------------------------


def request(file: FileOut, rows: list[Any], agent: pain001.Agent) -> cancel.Request:
    """The head of the message; raises ``IndexError`` for a file without recalls."""
    original = rows[0]
    return cancel.Request(
        message_id=file.message_id,
        created=datetime.fromisoformat(file.created_at).astimezone(VIET_NAM),
        party=pain001.Party(file.initiating_party, organisation_id=file.initiating_party_id),
        agent=agent,
        original_message_id=original.message_id,
        original_message=original.message,
        original_created=datetime.fromisoformat(original.created_at).astimezone(VIET_NAM),
        payment_information_id=original.payment_information_id,
        count=file.payments,
        control_sum=file.amount,
        currency=file.currency,
    )


def transfers(rows: list[Any], partner: Partner) -> Iterator[cancel.Transfer]:
    for row in rows:
        yield cancel.Transfer(
            cancellation_id=f"C{row.end_to_end_id[1:]}",
            instruction_id=f"I{row.end_to_end_id[1:]}",
            end_to_end_id=row.end_to_end_id,
            uetr=None if "uetr" in partner.profile.without else row.uetr,
            amount=row.amount,
            execution_date=date.fromisoformat(row.execution_date),
            reason=row.reason,
        )


# --- the answer --------------------------------------------------------------------------------------------------


def record_answers(tx: Transaction, file: FileIn, source: BinaryIO, zone: tzinfo | None) -> list[str]:
    """Store what a camt.029 says of our recalls; returns the kinds of exceptions that it opened."""
    items = cancel.read(source)
    head = next(items)
    if not isinstance(head, cancel.Resolution):
        raise Unreadable("no_group_header")
    found = list(_answers(tx, file, head, [item for item in items if isinstance(item, cancel.Answer)], zone))
    if not found:
        evidence.raise_exception(tx, "recall_answer_unknown", file.partner, file_in_id=file.id)
        return ["recall_answer_unknown"]
    recalls.add_answers(tx, found)
    _acknowledge(tx, file, sorted({recall for recall, *_ in found}))
    return []


def _acknowledge(tx: Transaction, file: FileIn, recall_ids: list[int]) -> None:
    """An answer proves that our request arrived, whatever we knew of its delivery."""
    for asked in recalls.files(tx, recall_ids):
        if asked.state == FileState.RELEASING:
            moves.move(tx, "file_out", asked.id, FileState.SENT, f"camt.029 {file.reference}")
        if asked.state in (FileState.RELEASING, FileState.SENT, FileState.UNKNOWN):
            moves.move(tx, "file_out", asked.id, FileState.ACKNOWLEDGED, f"camt.029 {file.reference}")


def _answers(
    tx: Transaction, file: FileIn, head: cancel.Resolution, answers: list[cancel.Answer], zone: tzinfo | None
) -> Iterator[tuple[Any, ...]]:
    """Rows of each transfer's answer; of a resolution without transfers, its confirmation for the whole request."""
    at, own = _stored(head.created, zone), head.message_id or file.sha256
    for answer in answers or [cancel.Answer(None, None, head.confirmation, None)]:
        state = _STATES.get(answer.status or "", "pending")
        for recall in recalls.named(tx, file.partner, answer.end_to_end_id, head.case_id):
            yield recall, file.id, own, at, state, answer.reason or answer.status


def _stored(created: datetime | None, zone: tzinfo | None) -> str:
    if created is None:
        return ""
    aware = created if created.tzinfo else created.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        raise Unreadable("date_time_unreadable") from None
