"""``rate``: what programmes pay, as data that two people confirm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain, phrase
from gateway.cli.options import ACTING_PASSPHRASE_FILE, LIMIT, NUMBER_MAX, OPERATOR, plain_name, seekable
from gateway.cli.problems import show_problems
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.domain.rates import Rate
    from gateway.usecases.rate_import import Plan

_CURRENCY = "VND"


@click.group(cls=Group, help=N_("What programmes pay: levels, coefficients and local amounts, by two people."))
def rate() -> None:
    pass


@rate.command(
    "import",
    help=N_(
        "Propose the rates of a CSV or XLSX list; a second person confirms. Without FILE: the list that comes with the"
        " gateway, to begin with."
    ),
    epilog="chitra rate import decree-335.csv --operator checker",
)
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", metavar="TEXT", help=N_("Why, for the record; else the name of the list."))
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def import_(
    session: Session, path: Path | None, reason: str | None, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.cli.decision import proposed
    from gateway.usecases.decide import Proposal
    from gateway.usecases.rate_import import SHIPPED, SUBJECT, preview

    session.operator_passphrase = passphrase_file
    path = path or SHIPPED
    name = plain_name(path)
    with seekable(path, session.app.spool) as source:
        plan = preview(session.app.context, source, name)
        _say(session, plan)
        if plan.problems or not plan.new:
            session.output.document(_summary(plan) | {"decision": None})
            return 3 if plan.problems else 0
        row = proposed(session, "rate import", Proposal(SUBJECT, reason or name, {}, name, source), operator)
    session.output.document(_summary(plan) | row)
    return 3


def _say(session: Session, plan: Plan) -> None:
    output = session.output
    show_problems(output, plan.problems)
    for note in plan.notes:
        output.say(explain(note.code, note.params))
    if plan.problems:
        output.say(_("Nothing is proposed: correct the rows and import again."))
    elif not plan.new:
        output.say(_("All {count} rates are known; nothing changed.").format(count=plan.unchanged))
    else:
        text = _("{count} rates to be confirmed, {corrected} of them correct one, {unchanged} are known.")
        output.say(text.format(count=len(plan.new), corrected=plan.corrected, unchanged=plan.unchanged))
        _table(session, plan.new)


def _summary(plan: Plan) -> dict[str, Any]:
    told = {"problems": plan.problems, "notes": plan.notes}
    return {
        "rates": [_document(each) for each in plan.new],
        "corrected": plan.corrected,
        "unchanged": plan.unchanged,
        "already_seen": not plan.new and not plan.problems,
    } | {
        name: [{"row": p.row, "field": p.field, "code": p.code, "message": explain(p.code, p.params)} for p in problems]
        for name, problems in told.items()
    }


@rate.command(
    "list",
    help=N_("Rates that are law on a day; or those of one decision, also while it waits for its second person."),
    epilog="chitra rate list --programme btxh --at 2026-10-05",
)
@click.option("--programme", metavar="P", help=N_("Only of this programme."))
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
              help=N_("As the law stands on this day; else today."))  # fmt: skip
@click.option("--decision", metavar="ID", help=N_("What this decision adds."))
@LIMIT
@pass_session
def list_(session: Session, programme: str | None, day: datetime | None, decision: str | None, limit: int) -> int:
    from gateway.domain.identifiers import programme as spelled
    from gateway.usecases import rate_import

    context = session.app.context
    if decision:
        found: Iterable[Rate] = rate_import.of_decision(context, decision)
    else:
        found = rate_import.in_force(context, day.date() if day else context.today())
    rows = [each for each in found if programme is None or each.programme == spelled(programme)][:limit]
    _table(session, rows)
    session.output.document({"rates": [_document(row) for row in rows]})
    return 0


@rate.command("show", help=N_("One rate, what it rests on, and the decision behind it."), epilog="chitra rate show 1")
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@pass_session
def show(session: Session, number: int) -> int:
    from gateway.usecases import rate_import

    found, decision, replaced_by = rate_import.found(session.app.context, number)
    _table(session, [found])
    session.output.table(
        [_("About"), _("Value")],
        [
            [_("Legal ground"), found.legal],
            [_("Source"), found.source],
            [_("Decision"), decision],
            [_("Replaced by"), str(replaced_by or "")],
        ],
    )
    session.output.document(_document(found) | {"decision": decision, "replaced_by": replaced_by})
    return 0


def _table(session: Session, rows: Iterable[Rate]) -> None:
    session.output.table(
        [_("Rate"), _("Programme"), _("Kind"), _("Group or place"), _("Age"), _("From"), _("Until"), _("Value"),
         _("In force"), _("Legal ground"), _("Sure")],
        [
            [str(r.number or ""), r.programme, phrase(f"rate {r.kind}"), r.group or r.place, _ages(r), r.since,
             r.until or "", _value(r), r.in_force.isoformat(), r.legal, phrase(f"sure {r.confidence}")]
            for r in rows
        ],
        numbers=[7],
    )  # fmt: skip


def _ages(row: Rate) -> str:
    if not row.depends_on_age:
        return ""
    return f"{row.age_from}–{'' if row.age_below is None else row.age_below - 1}"


def _value(row: Rate) -> str:
    if row.kind == "coefficient":
        return f"{row.value // 100},{row.value % 100:02d}"
    return money(row.value, _CURRENCY)


def _document(row: Rate) -> dict[str, Any]:
    is_coefficient = row.kind == "coefficient"
    return {
        "rate": row.number or None,
        "kind": row.kind,
        "programme": row.programme,
        "group": row.group,
        "place": row.place,
        "age_from": row.age_from,
        "age_below": row.age_below,
        "since": row.since,
        "until": row.until,
        "amount": None if is_coefficient else row.value,
        "currency": None if is_coefficient else _CURRENCY,
        "coefficient_hundredths": row.value if is_coefficient else None,
        "in_force": row.in_force.isoformat(),
        "legal": row.legal,
        "source": row.source,
        "confidence": row.confidence,
    }
