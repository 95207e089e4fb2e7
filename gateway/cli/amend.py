"""``batch amend``: payments leave an approved batch by two people; and what ``batch show`` tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import explain, phrase, state_word
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.store.store import Transaction


@click.command(
    "amend",
    cls=Command,
    help=N_(
        "Propose to take payments out of an approved batch before they are released: those named, or all that the"
        " population registry keeps from going out. A second person confirms; the approval stands for the rest."
    ),
    epilog='chitra batch amend ID --operator maker --reason "deceased, answer of 20 November"',
)
@click.argument("batch_id", metavar="ID")
@click.option("--payment", "payments", multiple=True, metavar="E2E", help=N_("A payment to take out; repeatable."))
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def amend_batch(
    session: Session,
    batch_id: str,
    payments: tuple[str, ...],
    reason: str,
    operator: str,
    passphrase_file: Path | None,
) -> int:
    from gateway.cli.decision import proposed
    from gateway.usecases.amend import draft

    session.operator_passphrase = passphrase_file
    made = draft(session.app.context, batch_id, reason, payments)
    lines = [_line(each) for each in made.document.lines]
    _say_lines(session, lines)
    for row in made.left_alone:
        text = _("Payment {payment} is “{state}” already and stays. Perhaps: chitra payment recall {payment}")
        session.output.say(text.format(payment=row.end_to_end_id, state=state_word(row.state)))
    row = proposed(session, "batch amend", made.proposal, operator)
    told = {"batch": batch_id, "change": made.proposal.params["change"], "lines": lines}
    left_alone = [{"payment": each.end_to_end_id, "state": each.state} for each in made.left_alone]
    session.output.document(row | told | {"left_alone": left_alone})
    return 3


def _line(line: Any) -> dict[str, Any]:
    return {name: line[name] for name in ("payment", "amount", "why")}


def _say_lines(session: Session, lines: list[dict[str, Any]]) -> None:
    session.output.table(
        [_("Payment"), _("Amount"), _("Why")],
        [[each["payment"], money(each["amount"], "VND"), _why(each["why"])] for each in lines],
        numbers=[1],
    )


def _why(code: str) -> str:
    return explain(code, {}) if code else ""


def amendments_of(session: Session, tx: Transaction, batch_id: str) -> list[dict[str, Any]]:
    """Those of a batch that wait or are done, each with its lines."""
    from gateway.store import amendments
    from gateway.usecases.amended import document
    from gateway.usecases.decide import params_of

    return [
        {
            "decision": each.reference,
            "state": each.state,
            "change": params_of(each)["change"],
            "reason": each.reason,
            "proposed_by": each.proposed_by,
            "confirmed_by": each.confirmed_by,
            "lines": [_line(line) for line in document(session.app.context, tx, each.evidence_sha256 or "").lines],
        }
        for each in amendments.of_batch(tx, batch_id, ("proposed", "executed"))
    ]


def say_amendments(session: Session, found: list[dict[str, Any]]) -> None:
    for each in found:
        people = ", ".join(filter(None, (each["proposed_by"], each["confirmed_by"])))
        told = (
            each["decision"],
            phrase("batch amend"),
            each["change"],
            state_word(each["state"]),
            people,
            each["reason"],
        )
        session.output.say("  ".join(told))
        _say_lines(session, each["lines"])
