"""``report actions``: what a commune does about payments that were refused or came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import reasons
from gateway.cli.lazy import Command
from gateway.cli.messages import state_word
from gateway.cli.messages.reasons import action_name, action_words
from gateway.cli.options import permit, unmasking
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.reports.actions import Total, Unpaid

_HEADINGS = (
    *(N_("Commune"), N_("What to do"), N_("Batch"), N_("Row"), N_("Reference"), N_("Beneficiary id")),
    *(N_("Beneficiary"), N_("Payee"), N_("Account"), N_("Partner"), N_("Amount"), N_("Currency"), N_("State")),
    *(N_("Reason"), N_("What it means"), N_("In detail"), N_("Payment")),
)
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(
    "actions",
    cls=Command,
    help=N_("What each commune does about payments that were refused or came back: the lines, then the sums."),
    epilog="chitra report actions --commune 10162 --xlsx commune.xlsx",
)
@click.option("--commune", metavar="CODE", help=N_("Only this commune."))
@click.option("--batch", metavar="ID", help=N_("Only this batch."))
@click.option("--csv", type=_NEW_FILE, help=N_("Write the list of lines as CSV; never overwrites."))
@click.option("--xlsx", type=_NEW_FILE, help=N_("Write the list of lines as XLSX; never overwrites."))
@unmasking
@pass_session
def actions(
    session: Session,
    /,
    csv: Path | None,
    xlsx: Path | None,
    unmask: bool,
    reason: str | None,
    **only: str | None,
) -> int:
    from gateway.reports.actions import totals, unpaid_lines

    unmasked = permit(session, unmask, reason, only["batch"] or only["commune"] or "actions")
    lines = list(unpaid_lines(session.app.store, partial(_action, session), unmasked, **only))
    sums = totals(lines)
    written = {form: path for form, path in (("csv", csv), ("xlsx", xlsx)) if path}
    for form, path in written.items():
        _write(session, form, path, lines, sums)
    _say(session, lines, sums)
    for path in written.values():
        session.output.say(_("Written: {path}").format(path=path))
    documents = {"lines": [_document(session, each) for each in lines], "totals": [_total(each) for each in sums]}
    session.output.document(documents | {form: str(path) for form, path in written.items()})
    return 0


def _action(session: Session, partner: str, code: str | None, state: str) -> str:
    from gateway.reports.actions import NO_REASON

    found = reasons.reason_of(session, partner, code, state)
    return found.action if found else NO_REASON


def _write(session: Session, form: str, path: Path, lines: list[Unpaid], sums: list[Total]) -> None:
    from formats import tabular
    from gateway.cli.target import new_file

    writer = {"csv": tabular.write_csv, "xlsx": tabular.write_xlsx}[form]
    with new_file(path) as target:
        writer(target, [_(heading) for heading in _HEADINGS], _rows(session, lines, sums))


def _rows(session: Session, lines: list[Unpaid], sums: list[Total]) -> Iterator[tuple[str | int, ...]]:
    """The lines, an empty row, the sums."""
    for line in lines:
        who, reason = line.person, reasons.reason_of(session, line.partner, line.reason, line.state)
        yield (
            *(line.commune_code, action_name(line.action), line.batch, line.row, line.payment_ref),
            *(who.beneficiary_id, who.beneficiary_name, who.payee_name, who.account, line.partner, line.amount),
            *(line.currency, state_word(line.state), line.reason or "", reasons.meaning(reason)),
            *(action_words(line.action), line.end_to_end_id),
        )
    yield ("",) * len(_HEADINGS)
    for each in sums:
        blank = ("",) * 6
        yield (
            each.commune_code,
            action_name(each.action),
            _("Total"),
            each.payments,
            *blank,
            each.amount,
            each.currency,
        )


def _say(session: Session, lines: list[Unpaid], sums: list[Total]) -> None:
    output = session.output
    if not lines:
        output.say(_("Nothing was refused and nothing has come back."))
        return
    output.table(
        [_("Commune"), _("What to do"), _("Reference"), _("Beneficiary"), _("Amount"), _("State"), _("Reason")],
        [
            [each.commune_code, action_name(each.action), each.payment_ref, each.person.beneficiary_name,
             money(each.amount, each.currency), state_word(each.state), each.reason or ""]
            for each in lines
        ],
        numbers=[4],
    )  # fmt: skip
    output.table(
        [_("Commune"), _("What to do"), _("Payments"), _("Amount"), _("In detail")],
        [
            [each.commune_code, action_name(each.action), each.payments, money(each.amount, each.currency),
             action_words(each.action)]
            for each in sums
        ],
        numbers=[2, 3],
    )  # fmt: skip


def _document(session: Session, line: Unpaid) -> dict[str, Any]:
    who, reason = line.person, reasons.reason_of(session, line.partner, line.reason, line.state)
    return {
        "commune": line.commune_code,
        "batch": line.batch,
        "row": line.row,
        "payment_ref": line.payment_ref,
        "beneficiary_id": who.beneficiary_id,
        "beneficiary_name": who.beneficiary_name,
        "partner": line.partner,
        "amount": line.amount,
        "currency": line.currency,
        "state": line.state,
        "reason": reasons.document(reason),
        "action": line.action,
        "end_to_end_id": line.end_to_end_id,
    }


def _total(each: Total) -> dict[str, Any]:
    document = asdict(each)
    return {"commune": document.pop("commune_code")} | document | {"action_message": action_words(each.action)}
