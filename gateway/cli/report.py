"""``report``: sums and lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gateway.cli import reasons
from gateway.cli.lazy import Group
from gateway.cli.messages import state_word
from gateway.cli.options import permit, unmasking
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import Refusal
from gateway.domain.states import BatchState

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason
    from gateway.reports.batch import BatchReport, Unpaid
    from gateway.reports.lines import Line

    _Unpaid = Sequence[tuple[Unpaid, Reason | None]]

_SUMS = {
    "approved": N_("Approved"),
    "debited": N_("Debited and kept"),
    "returned": N_("Returned"),
    "charges": N_("Charges of returns"),
    "rejected": N_("Rejected"),
    "cancelled": N_("Cancelled"),
    "held": N_("Held"),
    "open": N_("Still open"),
    "reissued": N_("Re-issued"),
}
_HEADINGS = (
    *(N_("Row"), N_("Reference"), N_("Beneficiary id"), N_("Beneficiary"), N_("Payee"), N_("Commune"), N_("Account")),
    *(N_("Partner"), N_("Amount"), N_("Currency"), N_("State"), N_("Reason"), N_("Debited on"), N_("Payment")),
    *(N_("What it means"), N_("What to do")),
)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group, help=N_("Sums and lists."))
def report() -> None:
    pass


@report.command(
    "batch",
    help=N_("Where all the money of a batch is, whether it ties, and the list of every line with its end."),
    epilog="chitra report batch ID --xlsx list.xlsx",
)
@click.argument("batch_id", metavar="ID")
@click.option("--csv", type=_NEW_FILE, help=N_("Write the list of lines as CSV; never overwrites."))
@click.option("--xlsx", type=_NEW_FILE, help=N_("Write the list of lines as XLSX; never overwrites."))
@unmasking
@pass_session
def batch(
    session: Session, batch_id: str, csv: Path | None, xlsx: Path | None, unmask: bool, reason: str | None
) -> int:
    from gateway.reports.batch import batch_report

    sums = batch_report(session.app.store, batch_id)
    if sums.state == BatchState.INVALID:
        raise Refusal("batch_invalid", batch=batch_id)
    unmasked = permit(session, unmask, reason, batch_id)
    written = {form: path for form, path in (("csv", csv), ("xlsx", xlsx)) if path}
    for form, path in written.items():
        _write(session, batch_id, form, path, unmasked)
    unpaid = [(each, reasons.reason_of(session, each.partner, each.reason, each.state)) for each in sums.reasons]
    _say(session, sums, unpaid)
    for path in written.values():
        session.output.say(_("Written: {path}").format(path=path))
    documents = [asdict(each) | {"reason": reasons.document(reason)} for each, reason in unpaid]
    session.output.document(asdict(sums) | {"reasons": documents} | {form: str(path) for form, path in written.items()})
    return 0 if sums.ties else 5


def _write(session: Session, batch_id: str, form: str, path: Path, unmasked: bool) -> None:
    from formats import tabular
    from gateway.cli.target import new_file
    from gateway.reports.lines import batch_lines

    writers = {"csv": tabular.write_csv, "xlsx": tabular.write_xlsx}
    lines = batch_lines(session.app.store, batch_id, unmasked)
    with session.output.working(_("Writing {file}").format(file=path.name)), new_file(path) as target:
        _fill(target, writers[form], map(partial(_row, session), lines))


def _fill(target: BinaryIO, writer: Any, rows: Iterator[tuple[str | int, ...]]) -> None:
    writer(target, [_(heading) for heading in _HEADINGS], rows)


def _row(session: Session, line: Line) -> tuple[str | int, ...]:
    who, reason = line.person, reasons.reason_of(session, line.partner, line.reason, line.state)
    return (
        *(line.row, line.payment_ref, who.beneficiary_id, who.beneficiary_name, who.payee_name, line.commune_code),
        *(who.account, line.partner, line.amount, line.currency, state_word(line.state), line.reason or ""),
        *(line.debited_at or "", line.end_to_end_id, reasons.meaning(reason), reasons.next_step(reason)),
    )


def _say(session: Session, sums: BatchReport, unpaid: _Unpaid) -> None:
    output = session.output
    fields = asdict(sums)
    output.say(f"{sums.batch}  {state_word(sums.state)}  {sums.payments}")
    output.table(
        [_("Sum"), _("Amount")], [[_(word), money(fields[name], sums.currency)] for name, word in _SUMS.items()],
        numbers=[1],
    )  # fmt: skip
    output.table(
        [_("Partner"), _("State"), _("Payments"), _("Amount")],
        [[o.partner, state_word(o.state), o.payments, money(o.amount, sums.currency)] for o in sums.outcomes],
        numbers=[2, 3],
    )
    _say_unpaid(session, sums.currency, unpaid)
    output.say(_("It ties with the partners' booked entries.") if sums.ties else _("It does not tie."))


def _say_unpaid(session: Session, currency: str, unpaid: _Unpaid) -> None:
    """Why payments were rejected or returned, and what to do about them."""
    session.output.table(
        [_("Partner"), _("State"), _("Reason"), _("Payments"), _("Amount"), _("What to do")],
        [
            [u.partner, state_word(u.state), reasons.short(reason), u.payments, money(u.amount, currency),
             reasons.next_step(reason)]
            for u, reason in unpaid
        ],
        numbers=[3, 4],
    )  # fmt: skip
