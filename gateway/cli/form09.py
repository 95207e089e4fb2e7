"""``report form09``: the payment table for the Treasury, and what to withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.changes import sums
from gateway.cli.lazy import Command
from gateway.cli.options import NEW_FILE, of_a_month, permit
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.reports.form09 import Row
    from gateway.usecases.roster.form09 import Form


@click.command(
    "form09",
    cls=Command,
    help=N_("Form 09 of a month with the difference against last month, and how much to withdraw for it."),
    epilog='chitra report form09 --programme btxh --period 2026-12 --xlsx form09.xlsx --reason "for the Treasury"',
)
@of_a_month
@click.option("--csv", type=NEW_FILE, help=N_("Write the form as CSV; never overwrites."))
@click.option("--xlsx", type=NEW_FILE, help=N_("Write the form as XLSX; never overwrites."))
@click.option("--reason", help=N_("Why the form is written: it names people and accounts; is recorded."))
@pass_session
def form09(
    session: Session,
    programme: str,
    period: str,
    payer: str | None,
    csv: Path | None,
    xlsx: Path | None,
    reason: str | None,
) -> int:
    from gateway.domain.spelled import dong
    from gateway.usecases.roster.form09 import form

    app = session.app
    code = app.config.payer(payer)
    written = {form_: path for form_, path in (("csv", csv), ("xlsx", xlsx)) if path}
    if written and not reason:
        raise click.UsageError(_("The form names people and accounts: give --reason TEXT."))
    permit(session, bool(written), reason, f"form09 {programme} {period}")
    found = form(app.context, code, programme, period)
    for form_, path in written.items():
        _write(session, code, form_, path, found)
    _say(session, found)
    for path in written.values():
        session.output.say(_("Written: {path}").format(path=path))
    session.output.document(
        {
            "period": period,
            "currency": "VND",
            "now": asdict(found.now),
            "before": asdict(found.before),
            "difference": found.now.amount - found.before.amount,
            "in_words": dong(found.now.amount),
            "waiting": asdict(found.waiting),
            "unpaid": asdict(found.unpaid),
            "accounts": [asdict(each) for each in found.accounts],
            "still_there": found.still_there,
            "advice": found.advice,
            **{form_: str(path) for form_, path in written.items()},
        }
    )
    return 0


def _write(session: Session, payer: str, form: str, path: Path, found: Form) -> None:
    from formats import tabular
    from gateway.cli.target import new_file
    from gateway.reports.form09 import COLUMNS

    writer = {"csv": tabular.write_csv, "xlsx": tabular.write_xlsx}[form]
    with session.output.working(_("Writing {file}").format(file=path.name)), new_file(path) as target:
        writer(target, COLUMNS, _rows(session, payer, found))


def _rows(session: Session, payer: str, found: Form) -> Iterator[Row]:
    from gateway.domain.spelled import dong
    from gateway.reports import form09 as sheet
    from gateway.usecases.roster.form09 import lines

    period = found.changes.this
    for number, line in enumerate(lines(session.app.context, payer, found.programme, period), 1):
        note = sheet.note(line.kind, line.month, line.again)
        yield sheet.row(number, line.name, line.account, line.bank, line.amount, note)
    yield sheet.text("Tổng số", found.now.amount)
    yield sheet.text(sheet.IN_WORDS.format(words=dong(found.now.amount)))
    yield sheet.text(sheet.EXPLAINED, found.now.amount - found.before.amount)
    for word, _people, amount in sums(found.changes):
        yield sheet.text(word, amount)
    yield sheet.text(sheet.SIGNED_BY)


def _say(session: Session, found: Form) -> None:
    output = session.output
    output.table(
        [_("Sum"), _("Payments"), _("Amount")],
        [
            [word, sum_.people, money(sum_.amount, "VND")]
            for word, sum_ in (
                (_("Last month"), found.before),
                (_("This month"), found.now),
                (_("Not sent yet"), found.waiting),
                (_("Unpaid of earlier months"), found.unpaid),
            )
        ],
        numbers=[1, 2],
    )
    output.table(
        [_("Partner"), _("Balance of"), _("Still there")],
        [[a.partner, a.day or "-", money(a.available, "VND")] for a in found.accounts],
        numbers=[2],
    )
    output.say(_("To withdraw: {amount}.").format(amount=money(found.advice, "VND")))
