"""``exception``: what needs a person."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from gateway.cli import reasons
from gateway.cli.lazy import Group
from gateway.cli.messages import advise, kind_word, state_word
from gateway.cli.messages.kinds import KINDS
from gateway.cli.options import NUMBER_MAX, beginning, listing
from gateway.cli.session import Session, local, money, pass_session
from gateway.cli.words import N_, _


@click.group(cls=Group, help=N_("What needs a person."))
def exception() -> None:
    pass


@exception.command("list", help=N_("Exceptions, newest first."), epilog="chitra exception list --state open")
@listing(["open", "resolved"])
@click.option("--partner", metavar="CODE", help=N_("Only of this partner."))
@click.option("--kind", type=click.Choice(sorted(KINDS)), metavar="CODE", help=N_("Only of this kind."))
@pass_session
def list_(
    session: Session, state: str | None, since: datetime | None, limit: int, partner: str | None, kind: str | None
) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        rows = browse.exceptions(tx, limit, state=state, since=beginning(since), partner=partner, kind=kind)
    now = session.app.clock.now()
    documents = [_document(row, now) for row in rows]
    session.output.table(
        [_("Exception"), _("Partner"), _("What"), _("About"), _("Amount"), _("Days"), _("State")],
        [
            [d["exception"], d["partner"], kind_word(d["kind"]), _about(d), money(d["amount"], d["currency"]),
             d["age_days"], state_word(d["state"])]
            for d in documents
        ],
        numbers=[4, 5],
    )  # fmt: skip
    if not rows:
        session.output.say(_("Nothing needs a person."))
    session.output.document({"exceptions": documents})
    return 0


@exception.command("show", help=N_("One exception and what it is about."), epilog="chitra exception show ID")
@click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
@pass_session
def show(session: Session, number: int) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        row, found = browse.exception(tx, number), browse.exception_reason(tx, number)
    reason = reasons.reason_of(session, row.partner, found.code, found.state) if found else None
    document = _document(row, session.app.clock.now()) | {"params": json.loads(row.params)}
    document |= {"reason": reasons.document(reason)}
    output = session.output
    output.say(f"{row.id}  {row.partner}  {kind_word(row.kind)}  {state_word(row.state)}")
    output.say(document["message"])
    output.table(
        [_("About"), _("Value")],
        [
            [_("File received"), row.file_in or ""],
            [_("File sent"), row.file_out or ""],
            [_("Payment"), row.end_to_end_id or row.quoted_end_to_end_id],
            [_("Statement"), row.statement_id or ""],
            [_("Entry"), row.entry if row.entry is not None else ""],
            [_("Amount"), money(row.amount, row.currency)],
            [_("Reason"), reasons.short(reason)],
            [_("What to do"), reasons.next_step(reason)],
            [_("Since"), local(row.opened_at)],
        ],
    )
    output.document(document)
    return 0


def _document(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "exception": row.id,
        "kind": row.kind,
        "message": advise(row.kind, json.loads(row.params)),
        "partner": row.partner,
        "amount": row.amount,
        "currency": row.currency,
        "age_days": (now - datetime.fromisoformat(row.opened_at)).days,
        "state": row.state,
        "opened_at": row.opened_at,
        "file_in": row.file_in,
        "file_out": row.file_out,
        "payment": row.end_to_end_id,
        "quoted_end_to_end_id": row.quoted_end_to_end_id or None,
        "statement": row.statement_id,
        "entry": row.entry,
    }


def _about(document: dict[str, Any]) -> str:
    """The nearest thing it is about."""
    nearest = ("payment", "quoted_end_to_end_id", "file_out", "file_in")
    return next((str(document[name]) for name in nearest if document[name]), "")
