"""``report``: sums and lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gateway.cli import reasons
from gateway.cli.actions import actions
from gateway.cli.changes import changes
from gateway.cli.form09 import form09
from gateway.cli.lazy import Group
from gateway.cli.messages import state_word, tie_word
from gateway.cli.options import permit, unmasking
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import Refusal
from gateway.domain.states import BatchState

if TYPE_CHECKING:
    from formats.iso20022.reasons import Reason
    from gateway.reports.batch import BatchReport, Unpaid
    from gateway.reports.lines import Line
    from gateway.reports.tie import Question, Tie

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


report.add_command(actions)
report.add_command(changes)
report.add_command(form09)


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
    _say_issued(session, sums)
    output.say(_("It ties with the partners' booked entries.") if sums.ties else _("It does not tie."))


def _say_issued(session: Session, sums: BatchReport) -> None:
    """What was reported at each closing, and what has changed from one to the next."""
    output, currency = session.output, sums.currency
    names = ("debited", "returned", "rejected", "cancelled")
    output.table(
        [_("Report"), _("Closed on"), *(_(_SUMS[name]) for name in names)],
        [
            [_("original") if each.number == 1 else _("supplement {number}").format(number=each.number - 1),
             local(each.made_at), *(money(each.sums[name], currency) for name in names)]
            for each in sums.reports
        ],
        numbers=range(2, 6),
    )  # fmt: skip
    output.table(
        [_("Supplement"), _("Payment"), _("Reference"), _("From"), _("To"), _("Amount"), _("Reason")],
        [
            [each.number - 1, c["payment"], c["payment_ref"], state_word(c["from"]), state_word(c["to"]),
             money(c["amount"], currency), c["reason"] or ""]
            for each in sums.reports for c in each.changes
        ],
        numbers=[5],
    )  # fmt: skip


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


_PLACES = {
    "approved": N_("Approved"),
    "debited": N_("Debited and kept"),
    "returned": N_("Returned"),
    "rejected": N_("Rejected"),
    "cancelled": N_("Cancelled"),
    "held": N_("Held"),
    "open": N_("Still open"),
}
_BOOKS = {
    "opening": N_("Opening"),
    "funding": N_("Funding"),
    "other_credits": N_("Other credits"),
    "returned_net": N_("Returned"),
    "reversals": N_("Reversals"),
    "debits": N_("Debits"),
    "fees": N_("Fees"),
    "other_debits": N_("Other debits"),
    "closing": N_("Closing"),
    "difference": N_("Difference"),
}
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%z"])


@report.command(
    "tie",
    help=N_("The tie of a day: approved money by where it is, and each account by its statement; every difference."),
    epilog="chitra report tie --date 2026-11-05",
)
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="YYYY-MM-DD", help=N_("Which day.")
)
@click.option("--payer", metavar="CODE", help=N_("Only of this payer."))
@click.option(
    "--known-at",
    type=_MOMENT,
    metavar="YYYY-MM-DDTHH:MM",
    help=N_("Only with what had arrived by then, in the time of Viet Nam when it names no other."),
)
@pass_session
def tie(session: Session, day: datetime, payer: str | None, known_at: datetime | None) -> int:
    from gateway.reports.tie import daily_tie

    result = daily_tie(session.app.store, _question(session, day, payer, known_at))
    _say_tie(session, result)
    totals = _totals(result)
    session.output.document(asdict(result) | {"totals": totals, "ties": result.ties})
    return 5 if result.differences else 3 if result.awaited or result.unexplained else 0


def _question(session: Session, day: datetime, payer: str | None, known_at: datetime | None) -> Question:
    from gateway.clock import ZONE
    from gateway.reports.tie import Question

    context = session.app.context
    moment = known_at if known_at is None or known_at.tzinfo else known_at.replace(tzinfo=ZONE)
    accounts = None
    if payer is not None:
        accounts = {code: context.payer(payer).accounts(code) for code in context.partners}
    return Question(
        day=day.date(),
        known_at=moment,
        payer=payer,
        books={code: partner.profile.book_of_record for code, partner in context.partners.items()},
        accounts=accounts,
        is_working=context.is_working,
        today=context.today(),
    )


def _totals(result: Tie) -> list[dict[str, Any]]:
    """Sums over all rows, one for each currency."""
    totals: dict[str, dict[str, Any]] = {}
    for row in result.payments:
        total = totals.setdefault(row.currency, {"currency": row.currency, "payments": 0, **dict.fromkeys(_PLACES, 0)})
        for name in ("payments", *_PLACES):
            total[name] += getattr(row, name)
    return list(totals.values())


def _say_tie(session: Session, result: Tie) -> None:
    output = session.output
    for title, rows in (
        (_("Differences"), result.differences),
        (_("Awaited"), result.awaited),
        (_("Unexplained"), result.unexplained),
    ):
        output.table(
            [title, _("Reference"), _("Partner"), _("Account"), _("Amount")],
            [[tie_word(d.kind), d.reference, d.partner, d.account, money(d.amount, d.currency)] for d in rows],
            numbers=[4],
        )
    output.table(
        [_("Payer"), _("Programme"), _("Partner"), _("Commune"), _("Payments"), *map(_, _PLACES.values())],
        [
            [p.payer, p.programme, p.partner, p.commune_code, p.payments,
             *(money(getattr(p, name), p.currency) for name in _PLACES)]
            for p in result.payments
        ],
        numbers=range(4, 12),
    )  # fmt: skip
    output.table(
        [_("Partner"), _("Account"), *map(_, _BOOKS.values())],
        [[a.partner, a.account, *(money(getattr(a, name), a.currency) for name in _BOOKS)] for a in result.accounts],
        numbers=range(2, 12),
    )
    if totals := _totals(result):
        output.table(
            [_("Sum"), *(total["currency"] for total in totals)],
            [[_(word), *(money(total[name], total["currency"]) for total in totals)] for name, word in _PLACES.items()],
            numbers=range(1, 9),
        )
    if result.differences:
        output.say(_("The day does not tie."))
    else:
        output.say(_("The day ties.") if result.ties else _("The day is not proven."))
