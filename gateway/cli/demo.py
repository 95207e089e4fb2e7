"""``demo``: a month in a minute."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import state_word
from gateway.cli.population import RESULTS
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.demo import Month
    from gateway.demo_roster import Beginning

_STEPS = {
    "rates": N_("Rates of the programmes, by two people"),
    "lists": N_("Nine communes' lists, each in another shape"),
    "registry": N_("Asking the population registry about everybody"),
    "settle": N_("Two people end what the registry says has ended"),
    "build": N_("Making the month's payment lists"),
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
@click.option(
    "--full",
    is_flag=True,
    help=N_("Begin with the lists of nine communes and the population registry; --payments is the number of people."),
)
@pass_session
def demo(session: Session, folder: Path | None, payments: int, seed: int, full: bool) -> int:
    began = perf_counter()
    output, home = session.output, (folder or session.home).absolute()
    beginning = None
    with output.working(_("A month with rehearsal partners")):
        if full:
            from gateway.demo_roster import play_from_lists

            beginning, month = play_from_lists(home, payments, seed, lambda step: output.say(f"  {_(_STEPS[step])}"))
        else:
            from gateway.demo import play_month

            month = play_month(home, payments, seed, lambda step: output.say(f"  {_(_STEPS[step])}"))
    if beginning:
        _show_beginning(session, beginning)
    _show_month(session, month)
    seconds = round(perf_counter() - began, 1)
    output.say(_("{seconds} s; the home is {home}").format(seconds=seconds, home=home))
    begun = {"lists": [asdict(each) for each in beginning.lists], "registry": beginning.registry} if beginning else {}
    output.document(_document(month) | {"seconds": seconds, "home": str(home)} | begun)
    if not month.ties:
        return 5
    return 3 if month.exceptions else 0


def _show_beginning(session: Session, beginning: Beginning) -> None:
    session.output.table(
        [_("Commune"), _("File"), _("Rows"), _("Usable"), _("To look at"), _("Paid"), _("Left out")],
        [[each.commune, each.file, each.rows, each.usable, each.to_look_at, each.paid, each.left_out]
         for each in beginning.lists],
        numbers=[2, 3, 4, 5, 6],
    )  # fmt: skip
    session.output.table(
        [_("Registry says"), _("People")],
        [[_(RESULTS[result]), count] for result, count in beginning.registry.most_common()],
        numbers=[1],
    )


def _show_month(session: Session, month: Month) -> None:
    output, currency = session.output, month.reports[0].currency
    output.table(
        [_("Partner"), _("State"), _("Payments"), _("Amount")],
        [[o.partner, state_word(o.state), o.payments, money(o.amount, currency)] for o in month.outcomes()],
        numbers=[2, 3],
    )
    output.say(_("Approved {amount} in {payments} payments.").format(
        amount=money(month.total("approved"), currency), payments=month.total("payments")))  # fmt: skip
    output.say(_("Debited and kept {debited}, returned {returned}, rejected {rejected}.").format(
        debited=money(month.total("debited"), currency), returned=money(month.total("returned"), currency),
        rejected=money(month.total("rejected"), currency)))  # fmt: skip
    output.say(_("Everything ties, also with the partners' own books.") if month.ties else _("It does not tie."))


def _document(month: Month) -> dict[str, Any]:
    return {
        "payments": month.total("payments"),
        "settled": month.payments_in("settled"),
        "returned": month.payments_in("returned"),
        "rejected": month.payments_in("rejected"),
        "exceptions": month.exceptions,
        "approved_amount": month.total("approved"),
        "paid_amount": month.total("debited"),
        "returned_amount": month.total("returned"),
        "rejected_amount": month.total("rejected"),
        "currency": month.reports[0].currency,
        "ledger_differs": month.ledger_differs,
        "days": month.days,
        "batch": month.reports[0].batch,
        "batches": [report.batch for report in month.reports],
        "ties": month.ties,
    }
