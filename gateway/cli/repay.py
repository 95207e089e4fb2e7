"""``payment reissue``, ``recall``, ``cancel`` and ``batch repay``: the first person's part; a second one confirms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import explain
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, REASON_TOLD, plain_name, seekable
from gateway.cli.problems import show_problems
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.reissue import Plan


@click.command(
    "reissue",
    cls=Command,
    help=N_("Propose to pay a rejected or returned payment again, to a corrected account; a second person confirms."),
    epilog='chitra payment reissue E2E --account 123456789 --bank CODE --operator maker --reason "new account"',
)
@click.argument("end_to_end_id", metavar="E2E")
@click.option("--account", required=True, metavar="NUMBER", help=N_("Account or wallet number to pay to."))
@click.option("--bank", required=True, metavar="CODE", help=N_("Bank or wallet of that account."))
@click.option("--payee-name", metavar="NAME", help=N_("Who owns the account, when that changes."))
@click.option("--payee-basis", metavar="TEXT", help=N_("Legal basis, when somebody else receives the money."))
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def reissue_payment(
    session: Session, /, end_to_end_id: str, reason: str, operator: str, passphrase_file: Path | None,
    **corrected: str | None,
) -> int:  # fmt: skip
    from gateway.cli.decision import propose
    from gateway.store import batches
    from gateway.usecases.decide import Proposal
    from gateway.usecases.reissue import LIST_NAME, correction

    session.operator_passphrase = passphrase_file
    with session.app.store.read() as tx:
        payment = batches.payment(tx, end_to_end_id)
    given = {name: value for name, value in corrected.items() if value}
    document = correction(session.app.context, payment, given)
    return propose(session, "payment reissue", Proposal(end_to_end_id, reason, {}, LIST_NAME, document), operator)


@click.command(
    "repay",
    cls=Command,
    help=N_("Propose to pay again all payments of a corrected list that may be; a second person confirms."),
    epilog='chitra batch repay ID corrected.csv --operator maker --reason "returns of November"',
)
@click.argument("batch_id", metavar="ID")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def repay_batch(
    session: Session, batch_id: str, path: Path, reason: str, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.cli.decision import proposed
    from gateway.usecases.decide import Proposal
    from gateway.usecases.reissue import preview

    session.operator_passphrase = passphrase_file
    name = plain_name(path)
    with seekable(path, session.app.spool) as source:
        plan = preview(session.app.context, batch_id, source, name)
        _say_problems(session, plan)
        if not plan.lines:
            session.output.say(_("Nothing of this list may be paid again."))
            session.output.document(_document(plan) | {"decision": None})
            return 3
        row = proposed(session, "batch repay", Proposal(batch_id, reason, {}, name, source), operator)
    session.output.document(_document(plan) | row)
    return 3


def _say_problems(session: Session, plan: Plan) -> None:
    output = session.output
    show_problems(output, plan.problems)
    text = _("To be paid again: {payments} payments, {amount}.")
    output.say(text.format(payments=len(plan.lines), amount=money(plan.amount, plan.batch.currency)))


def _document(plan: Plan) -> dict[str, Any]:
    return {
        "batch": plan.batch.id,
        "payments": len(plan.lines),
        "amount": plan.amount,
        "currency": plan.batch.currency,
        "problems": [
            {"row": p.row, "field": p.field, "code": p.code, "message": explain(p.code, p.params)}
            for p in plan.problems
        ],
    }


@click.command(
    "recall",
    cls=Command,
    help=N_("Propose to ask the partner not to execute a payment that was sent; a second person confirms."),
    epilog='chitra payment recall E2E --operator checker --reason "paid twice"',
)
@click.argument("end_to_end_id", metavar="E2E")
@click.option(
    "--code",
    type=click.Choice(["CUST", "DUPL", "TECH", "FRAD"]),
    default="CUST",
    show_default=True,
    help=N_("Reason that the partner is told: on request, duplicate, technical fault, fraud."),
)
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def recall_payment(
    session: Session, end_to_end_id: str, code: str, reason: str, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.cli.decision import propose
    from gateway.usecases.decide import Proposal

    session.operator_passphrase = passphrase_file
    return propose(session, "payment recall", Proposal(end_to_end_id, reason, {"code": code}), operator)


@click.command(
    "cancel",
    cls=Command,
    help=N_("Propose to take a payment back that is in no file, such as a held one; a second person confirms."),
    epilog='chitra payment cancel E2E --operator checker --reason "the first payment was booked"',
)
@click.argument("end_to_end_id", metavar="E2E")
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def cancel_payment(
    session: Session, end_to_end_id: str, reason: str, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.cli.decision import propose
    from gateway.usecases.decide import Proposal

    session.operator_passphrase = passphrase_file
    return propose(session, "payment cancel", Proposal(end_to_end_id, reason), operator)
