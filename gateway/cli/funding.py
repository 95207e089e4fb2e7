"""``funding``: money that came to an account, by the word of two people, until a statement shows it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from gateway.cli.lazy import Group
from gateway.cli.options import ACTING_PASSPHRASE_FILE, LIMIT, NUMBER_MAX, OPERATOR, REASON_TOLD
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.words import N_, _


@click.group(cls=Group, help=N_("Money that came to our accounts, by the word of two people."))
def funding() -> None:
    pass


@funding.command(
    "confirm",
    help=N_("Propose that money has come to an account, before a statement shows it; a second person confirms."),
    epilog="chitra funding confirm CODE --account 110000000001 --amount 5000000000 --reference FT26310"
    ' --date 2026-11-06 --operator checker --reason "treasury transfer"',
)
@click.argument("partner", metavar="CODE")
@click.option("--account", required=True, metavar="NUMBER", help=N_("The account of ours that was credited."))
@click.option("--amount", required=True, type=click.IntRange(1, NUMBER_MAX), help=N_("In minor units."))
@click.option("--reference", required=True, metavar="TEXT", help=N_("The transfer's reference; it counts once."))
@click.option("--date", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
              help=N_("Day on which it was credited."))  # fmt: skip
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def confirm(
    session: Session, partner: str, account: str, amount: int, reference: str, day: datetime, reason: str,
    operator: str, passphrase_file: Path | None,
) -> int:  # fmt: skip
    from gateway.cli.decision import propose
    from gateway.usecases.decide import Proposal
    from gateway.usecases.funding import subject

    session.operator_passphrase = passphrase_file
    params = {"amount": str(amount), "date": day.date().isoformat(), "reference": reference}
    return propose(session, "funding confirm", Proposal(subject(partner, account), reason, params), operator)


@funding.command("list", help=N_("Confirmed funding, newest first."), epilog="chitra funding list --partner CODE")
@click.option("--partner", metavar="CODE", help=N_("Only at this partner."))
@LIMIT
@pass_session
def list_(session: Session, partner: str | None, limit: int) -> int:
    from gateway.store import gates

    with session.app.store.read() as tx:
        rows = gates.listed(tx, limit, partner)
    _table(session, rows)
    session.output.document({"funding": [_document(row) for row in rows]})
    return 0


@funding.command("show", help=N_("One sum and the decision behind it."), epilog="chitra funding show 1")
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@pass_session
def show(session: Session, number: int) -> int:
    from gateway.domain.errors import NotFound
    from gateway.store import gates

    with session.app.store.read() as tx:
        rows = [row for row in gates.listed(tx, NUMBER_MAX) if row.id == number]
    if not rows:
        raise NotFound("funding_unknown", funding=number)
    _table(session, rows)
    session.output.document(_document(rows[0]))
    return 0


def _table(session: Session, rows: list[Any]) -> None:
    session.output.table(
        [_("Funding"), _("Partner"), _("Account"), _("Reference"), _("Amount"), _("Day"), _("Decision"), _("At")],
        [
            [str(r.id), r.partner, r.account, r.reference, money(r.amount, r.currency), r.value_date, r.decision,
             local(r.confirmed_at)]
            for r in rows
        ],
        numbers=[4],
    )  # fmt: skip


def _document(row: Any) -> dict[str, Any]:
    return {
        "funding": row.id,
        "partner": row.partner,
        "account": row.account,
        "reference": row.reference,
        "amount": row.amount,
        "currency": row.currency,
        "value_date": row.value_date,
        "decision": row.decision,
        "confirmed_at": row.confirmed_at,
    }
