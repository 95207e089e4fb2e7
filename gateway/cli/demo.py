"""``demo``: a month in a minute."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import state_word
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

_STEPS = {
    "init": N_("Keys, database and five rehearsal partners"),
    "import": N_("Importing the payment list"),
    "approve": N_("Submitting; two checkers approve"),
    "send": N_("Signing files and sending them over SFTP"),
    "day": N_("A day of answers"),
}


@click.command(
    cls=Command,
    help=N_("Play a whole month in a new folder: import, approve, send over SFTP, reconcile, report."),
    epilog="chitra demo ./demo --payments 1000",
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--payments", type=click.IntRange(1), default=1000, show_default=True, help=N_("How many payments."))
@click.option("--seed", type=int, default=1, show_default=True, help=N_("Another seed invents other people."))
@pass_session
def demo(session: Session, folder: Path | None, payments: int, seed: int) -> int:
    from gateway.demo import play_month

    began = perf_counter()
    output, home = session.output, (folder or session.home).absolute()
    with output.working(_("A month with rehearsal partners")):
        month = play_month(home, payments, seed, lambda step: output.say(f"  {_(_STEPS[step])}"))
    report, seconds = month.report, round(perf_counter() - began, 1)
    output.table(
        [_("Partner"), _("State"), _("Payments"), _("Amount")],
        [[o.partner, state_word(o.state), o.payments, money(o.amount, report.currency)] for o in report.outcomes],
        numbers=[2, 3],
    )
    output.say(_("Approved {amount} in {payments} payments.").format(
        amount=money(report.approved, report.currency), payments=report.payments))  # fmt: skip
    output.say(_("Debited and kept {debited}, returned {returned}, rejected {rejected}.").format(
        debited=money(report.debited, report.currency), returned=money(report.returned, report.currency),
        rejected=money(report.rejected, report.currency)))  # fmt: skip
    output.say(_("Everything ties, also with the partners' own books.") if month.ties else _("It does not tie."))
    output.say(_("{seconds} s; the home is {home}").format(seconds=seconds, home=home))
    output.document(
        {
            "payments": report.payments,
            "settled": month.payments_in("settled"),
            "returned": month.payments_in("returned"),
            "rejected": month.payments_in("rejected"),
            "exceptions": month.exceptions,
            "approved_amount": report.approved,
            "paid_amount": report.debited,
            "returned_amount": report.returned,
            "rejected_amount": report.rejected,
            "currency": report.currency,
            "ledger_differs": month.ledger_differs,
            "days": month.days,
            "batch": report.batch,
            "seconds": seconds,
            "home": str(home),
            "ties": month.ties,
        }
    )
    if not month.ties:
        return 5
    return 3 if month.exceptions else 0
