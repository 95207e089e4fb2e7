"""``payment``: single payments and their history."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import reasons
from gateway.cli.lazy import Group
from gateway.cli.messages import phrase, state_word, status_word
from gateway.cli.options import beginning, listing, permit, unmasking
from gateway.cli.prove import prove_payment
from gateway.cli.repay import cancel_payment, recall_payment, reissue_payment
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.states import FileState, PaymentState

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason

_IN_DOUBT = (FileState.UNKNOWN, FileState.RELEASING)
_OF_RECALL = ("file", "state", "asked", "answer_reason", "requested_at")
_PLAIN = ("payment_ref", "batch", "line", "programme", "benefit_month", "kind", "commune_code", "bank", "uetr")


@click.group(cls=Group, help=N_("Single payments and their history."))
def payment() -> None:
    pass


payment.add_command(reissue_payment)
payment.add_command(recall_payment)
payment.add_command(cancel_payment)
payment.add_command(prove_payment)


@payment.command("list", help=N_("Payments, newest batch first."), epilog="chitra payment list --state returned")
@listing(PaymentState)
@click.option("--partner", metavar="CODE", help=N_("Only through this partner."))
@click.option("--batch", metavar="ID", help=N_("Only of this batch."))
@pass_session
def list_(
    session: Session, state: str | None, since: datetime | None, limit: int, partner: str | None, batch: str | None
) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        rows = browse.payments(tx, limit, state=state, since=beginning(since), partner=partner, batch=batch)
    session.output.table(
        [_("Payment"), _("Reference"), _("Batch"), _("Partner"), _("Amount"), _("State"), _("Reason"), _("File")],
        [
            [r.end_to_end_id, r.payment_ref, r.batch, r.partner, money(r.amount, r.currency), _state(r),
             reasons.short(_reason(session, r)), r.file or ""]
            for r in rows
        ],
        numbers=[4],
    )  # fmt: skip
    _say_next_steps(session, rows)
    session.output.document({"payments": [_summary(session, row) for row in rows]})
    return 0


@payment.command(
    "show", help=N_("One payment: where it stands and how it came there."), epilog="chitra payment show E2E"
)
@click.argument("end_to_end_id", metavar="E2E")
@unmasking
@pass_session
def show(session: Session, end_to_end_id: str, unmask: bool, reason: str | None) -> int:
    from gateway.reports.persons import person
    from gateway.store import browse, recalls, succession

    with session.app.store.read() as tx:
        row = browse.payment(tx, end_to_end_id)
        line = succession.neighbours(tx, row.id)
        recalled = recalls.of_payment(tx, row.id)
        moves = browse.history(tx, "payment", end_to_end_id)
        answers = browse.answers(tx, row)
    unmasked = permit(session, unmask, reason, end_to_end_id)
    who = person(session.app.vault(), row.id, row.personal)
    shown = who if unmasked else who.masked()
    output = session.output
    output.say(f"{row.end_to_end_id}  {row.payment_ref}  {money(row.amount, row.currency)}  {_state(row)}")
    output.say(f"{shown.payee_name}  {shown.account}  {row.partner}")
    _say_reason(session, row)
    _say_line(session, line)
    _say_recalls(session, row, recalled)
    output.table([_("At"), _("State"), _("Evidence")], [[local(m.at), state_word(m.target), m.evidence] for m in moves])
    _say_answers(session, row, answers)
    output.document(
        _summary(session, row)
        | {name: getattr(row, name) for name in _PLAIN}
        | {"returned_amount": row.returned_amount, "return_window_until": row.return_window_until}
        | {name: getattr(line, name) for name in ("predecessor", "successor", "successor_batch")}
        | {"recalls": [{name: getattr(each, name) for name in _OF_RECALL} for each in recalled]}
        | {"person": asdict(shown), "masked": not unmasked}
        | {"history": [{"at": m.at, "from": m.source, "to": m.target, "evidence": m.evidence} for m in moves]}
        | {"answers": [dict(a._mapping) | {"message": status_word(a.status)} for a in answers]}
    )
    return 0


def _summary(session: Session, row: Any) -> dict[str, Any]:
    return {
        "end_to_end_id": row.end_to_end_id,
        "payment_ref": row.payment_ref,
        "batch": row.batch,
        "state": row.state,
        "amount": row.amount,
        "currency": row.currency,
        "partner": row.partner,
        "file": row.file,
        "return_reason": row.return_reason,
        "reason": reasons.document(_reason(session, row)),
        "debited_at": row.debited_at,
        "delivery": "unknown" if row.file_state in _IN_DOUBT else None,
    }


def _state(row: Any) -> str:
    """The state, and the doubt about its file where there is one."""
    doubt = f" ({_('delivery unknown')})" if row.file_state in _IN_DOUBT else ""
    return state_word(row.state) + doubt


def _reason(session: Session, row: Any) -> Reason | None:
    return reasons.reason_of(session, row.partner, row.return_reason, row.state)


def _say_reason(session: Session, row: Any) -> None:
    """Why it was rejected or returned, and what to do."""
    if reason := _reason(session, row):
        session.output.say(reasons.short(reason))
        session.output.say(reasons.next_step(reason))


def _say_line(session: Session, line: Any) -> None:
    """What it pays again, and what pays it again."""
    if line.predecessor:
        session.output.say(_("Pays {payment} again.").format(payment=line.predecessor))
    if line.successor:
        text = _("Paid again by {payment} in batch {batch}.")
        session.output.say(text.format(payment=line.successor, batch=line.successor_batch))


def _say_recalls(session: Session, row: Any, recalled: list[Any]) -> None:
    """What we asked the partner, and how it stands."""
    session.output.table(
        [_("Recall"), _("State"), _("Reason"), _("File")],
        [
            [local(each.requested_at), phrase(f"recall {each.state}"),
             reasons.short(reasons.reason_of(session, row.partner, each.answer_reason)) or each.answer_reason or "",
             each.file]
            for each in recalled
        ],
    )  # fmt: skip


def _say_next_steps(session: Session, rows: list[Any]) -> None:
    """What to do about each reason of a list, once."""
    found = dict.fromkeys(filter(None, (_reason(session, row) for row in rows)))
    session.output.table(
        [_("Reason"), _("What to do")], [[reasons.short(reason), reasons.next_step(reason)] for reason in found]
    )


def _say_answers(session: Session, row: Any, answers: list[Any]) -> None:
    """What the partner said, by the time inside its files."""
    session.output.table(
        [_("At"), _("About"), _("Partner's answer"), _("Reason"), _("File")],
        [
            [local(a.at), phrase(a.level), f"{a.status} {status_word(a.status)}",
             reasons.short(reasons.reason_of(session, row.partner, a.reason)), a.file]
            for a in answers
        ],
    )  # fmt: skip
