"""``report changes``: the increase and decrease list of a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages.changes import beside_word, change_word, why_words
from gateway.cli.options import NEW_FILE, of_a_month, permit, unmasking
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.reports.persons import Person
    from gateway.usecases.roster.changes import Changes

_HEADINGS = (
    *(N_("Change"), N_("Commune"), N_("Reference"), N_("Beneficiary id"), N_("Beneficiary"), N_("Last month")),
    *(N_("This month"), N_("Difference"), N_("Why")),
)
_SHOWN_MAX = 50


@click.command(
    "changes",
    cls=Command,
    help=N_("Who is new, gone, or has another amount than last month, and why; the lines, then the sums."),
    epilog="chitra report changes --programme btxh --period 2026-12 --xlsx changes.xlsx",
)
@of_a_month
@click.option("--csv", type=NEW_FILE, help=N_("Write the list of lines as CSV; never overwrites."))
@click.option("--xlsx", type=NEW_FILE, help=N_("Write the list of lines as XLSX; never overwrites."))
@unmasking
@pass_session
def changes(
    session: Session,
    programme: str,
    period: str,
    payer: str | None,
    csv: Path | None,
    xlsx: Path | None,
    unmask: bool,
    reason: str | None,
) -> int:
    from gateway.usecases.roster import changes as usecase

    app = session.app
    unmasked = permit(session, unmask, reason, f"changes {programme} {period}")
    with session.output.working(_("Comparing two months")):
        found = usecase.changes(app.context, app.config.payer(payer), programme, period)
        who = list(_people(session, found, unmasked))
    written = {form: path for form, path in (("csv", csv), ("xlsx", xlsx)) if path}
    for form, path in written.items():
        _write(form, path, found, who)
    _say(session, found, who)
    for path in written.values():
        session.output.say(_("Written: {path}").format(path=path))
    session.output.document(_document(found, who) | {form: str(path) for form, path in written.items()})
    return 0 if found.ties else 5


def _people(session: Session, found: Changes, unmasked: bool) -> Iterator[Person]:
    from gateway.reports.persons import person

    vault = session.app.vault()
    for each in found.changed:
        who = person(vault, each.payment_id, each.personal)
        yield who if unmasked else who.masked()


def _rows(found: Changes, who: list[Person]) -> Iterator[tuple[str | int, ...]]:
    for each, person in zip(found.changed, who, strict=True):
        yield (
            *(change_word(each.change), each.commune_code, each.payment_ref, person.beneficiary_id),
            *(person.beneficiary_name, each.before, each.now, each.difference, why_words(each.why, each.detail)),
        )


def sums(found: Changes) -> list[tuple[str, int, int]]:
    """(what, people, amount): last month + increases - decreases = this month, then what the list has besides."""
    from gateway.domain.changes import Change

    more = (Change.NEW, Change.MORE)
    between = [(change_word(each), each in more, found.sum_of(each)) for each in Change]
    return [
        (_("Last month"), found.before.people, found.before.amount),
        *((f"{'+' if adds else '-'} {word}", sum_.people, sum_.amount) for word, adds, sum_ in between),
        (f"= {_('This month')}", found.now.people, found.now.amount),
        *((beside_word(kind), sum_.people, sum_.amount) for kind, sum_ in found.beside.items()),
    ]


def _write(form: str, path: Path, found: Changes, who: list[Person]) -> None:
    """The lines, an empty row, the sums."""
    from formats import tabular
    from gateway.cli.target import new_file

    def rows() -> Iterator[tuple[str | int, ...]]:
        yield from _rows(found, who)
        yield ("",) * len(_HEADINGS)
        for word, people, amount in sums(found):
            yield (word, "", "", "", people, "", amount, "", "")

    writer = {"csv": tabular.write_csv, "xlsx": tabular.write_xlsx}[form]
    with new_file(path) as target:
        writer(target, [_(heading) for heading in _HEADINGS], rows())


def _say(session: Session, found: Changes, who: list[Person]) -> None:
    output = session.output
    shown = [
        [*row[:5], *(money(int(amount), "VND") for amount in row[5:8]), row[8]]
        for row, _number in zip(_rows(found, who), range(_SHOWN_MAX), strict=False)
    ]
    output.table([_(heading) for heading in _HEADINGS], shown, numbers=[5, 6, 7])
    if len(found.changed) > _SHOWN_MAX:
        output.say(_("... and {count} more; --json lists all.").format(count=len(found.changed) - _SHOWN_MAX))
    output.table(
        [_("Sum"), _("People"), _("Amount")],
        [[word, people, money(amount, "VND")] for word, people, amount in sums(found)],
        numbers=[1, 2],
    )
    output.say(_("The two months tie.") if found.ties else _("It does not tie."))


def _document(found: Changes, who: list[Person]) -> dict[str, Any]:
    from gateway.domain.changes import Change

    return {
        "last": found.last,
        "this": found.this,
        "currency": "VND",
        "changes": [
            {
                "change": each.change,
                "commune": each.commune_code,
                "payment_ref": each.payment_ref,
                "beneficiary_id": person.beneficiary_id,
                "beneficiary_name": person.beneficiary_name,
                "before": each.before,
                "now": each.now,
                "difference": each.difference,
                "why": each.why,
                "detail": each.detail,
            }
            for each, person in zip(found.changed, who, strict=True)
        ],
        "before": asdict(found.before),
        **{str(each): asdict(found.sum_of(each)) for each in Change},
        "now": asdict(found.now),
        "beside": {kind: asdict(sum_) for kind, sum_ in found.beside.items()},
        "ties": found.ties,
    }
