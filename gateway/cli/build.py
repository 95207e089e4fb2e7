"""``batch build``: the month's payment list from the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gateway.cli.messages import explain
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.roster.building import LeftOut

_SHOWN_MAX = 50


@click.command(
    "build",
    help=N_("Make the month's list from the roster and the rates and import it; says who is not on it, and why."),
    epilog="chitra batch build --programme btxh --period 2026-12 --operator maker",
)
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--period", required=True, help=N_("Month of payment, YYYY-MM."))
@click.option("--operator", required=True, help=N_("Who imports (a maker)."))
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@pass_session
def build_batch(session: Session, programme: str, period: str, operator: str, payer: str | None) -> int:
    from gateway.cli.batch import show_import
    from gateway.usecases.roster.building import Request, build

    app = session.app
    with session.output.working(_("Making the list of {period}").format(period=period)):
        built = build(app.context, Request(app.config.payer(payer), programme, period, operator))
    left_out = [_document(each) for each in built.left_out]
    _table(session, left_out)
    if built.imported is None:
        session.output.say(_("Nobody is owed anything that can be paid; no batch was made."))
        session.output.document({"batch": None, "left_out": left_out})
        return 3 if left_out else 0
    return max(show_import(session, built.imported, left_out=left_out), 3 if left_out else 0)


def _document(each: LeftOut) -> dict[str, Any]:
    message = explain(each.code, each.params)
    return {"line": each.line, "month": each.month, "code": each.code, "message": message, "amount": each.amount}


def _table(session: Session, left_out: list[dict[str, Any]]) -> None:
    session.output.table(
        [_("Roster line"), _("Month"), _("Amount"), _("To look at")],
        [[d["line"], d["month"], money(d["amount"], "VND"), d["message"]] for d in left_out[:_SHOWN_MAX]],
        numbers=[0, 2],
    )
    if len(left_out) > _SHOWN_MAX:
        session.output.say(_("... and {count} more; --json lists all.").format(count=len(left_out) - _SHOWN_MAX))
