"""``exception``: what needs a person, who looks after it, and how it ended."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from gateway.cli import reasons
from gateway.cli.lazy import Group
from gateway.cli.messages import advise, kind_word, phrase, state_word
from gateway.cli.messages.kinds import KINDS
from gateway.cli.options import (
    ACTING_PASSPHRASE_FILE,
    NUMBER_MAX,
    OPERATOR,
    REASON_TOLD,
    beginning,
    listing,
    plain_name,
)
from gateway.cli.session import Session, acting_user, local, money, pass_session
from gateway.cli.words import N_, _
from gateway.domain.deadlines import due_at
from gateway.domain.resolutions import RESOLUTIONS, handling

_NUMBER = click.argument("number", metavar="ID", type=click.IntRange(1, NUMBER_MAX))
_TO_CHOOSE = sorted(name for name, way in RESOLUTIONS.items() if way.people)


@click.group(cls=Group, help=N_("What needs a person."))
def exception() -> None:
    pass


@exception.command(
    "list",
    help=N_("What waits for a person, the most urgent and oldest first."),
    epilog="chitra exception list --owner NAME",
)
@listing(["open", "resolved"])
@click.option("--partner", metavar="CODE", help=N_("Only of this partner."))
@click.option("--kind", type=click.Choice(sorted(KINDS)), metavar="CODE", help=N_("Only of this kind."))
@click.option("--owner", metavar="NAME", help=N_("Only what this person looks after."))
@click.option("--open", "only_open", flag_value=True, default=True, help=N_("Only what is open; so without it."))
@click.option("--all", "only_open", flag_value=False, help=N_("Also what has ended."))
@pass_session
def list_(
    session: Session, /, state: str | None, since: datetime | None, limit: int, only_open: bool, **given: Any
) -> int:
    from gateway.store import browse

    state = state or ("open" if only_open else None)
    with session.app.store.read() as tx:
        rows = browse.exceptions(tx, limit, state=state, since=beginning(since), **given)
    now = session.app.clock.now()
    documents = [_document(row, now) for row in rows]
    session.output.table(
        [*(_("Exception"), _("Partner"), _("What"), _("About"), _("Amount"), _("Days"), _("In charge"), _("Due")),
         _("State")],
        [
            [d["exception"], d["partner"], kind_word(d["kind"]), _about(d), money(d["amount"], d["currency"]),
             d["age_days"], d["owner"] or "", _due(d), state_word(d["state"])]
            for d in documents
        ],
        numbers=[4, 5],
    )  # fmt: skip
    if not rows:
        session.output.say(_("Nothing needs a person."))
    session.output.document({"exceptions": documents})
    return 0


@exception.command("show", help=N_("One exception and what it is about."), epilog="chitra exception show ID")
@_NUMBER
@pass_session
def show(session: Session, number: int) -> int:
    return _show(session, number)


def _show(session: Session, number: int) -> int:
    from gateway.reports.suggestions import suggestions
    from gateway.store import browse, resolutions

    with session.app.store.read() as tx:
        row, found = browse.exception(tx, number), browse.exception_reason(tx, number)
        ending = resolutions.of_exception(tx, number)
        likely = suggestions(tx, number, row.kind) if row.state == "open" else []
    reason = reasons.reason_of(session, row.partner, found.code, found.state) if found else None
    document = _document(row, session.app.clock.now()) | {"params": json.loads(row.params)}
    document |= {"reason": reasons.document(reason), "resolution": _ended(ending)}
    document |= {"suggestions": [asdict(each) for each in likely]}
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
            [_("In charge"), row.owner or ""],
            *_shown(document, ending),
        ],
    )
    output.table(
        [_("May be"), _("Reference"), _("State"), _("Day"), _("Payee"), _("Account"), _("Because of")],
        [
            [s.payment, s.payment_ref, state_word(s.state), s.day, s.payee_name, s.account,
             ", ".join(phrase(each) for each in s.why)]
            for s in likely
        ],
    )  # fmt: skip
    output.document(document)
    return 0


def _shown(document: dict[str, Any], ending: Any | None) -> list[list[str]]:
    """How it may end and by when, or how it ended."""
    if document["healed_at"]:
        return [[_("Ended by itself"), local(document["healed_at"])]]
    if ending is None:
        ways = [f"{each} ({phrase(each)})" for each in document["resolutions"]]
        people = _("Two people") if document["people"] == 2 else _("One person")
        return [[_("Due"), _due(document)], [_("May end as"), ", ".join(ways)], [_("Ended by"), people]]
    evidence = f"{ending.evidence_name}  sha256 {ending.evidence_sha256}" if ending.evidence_sha256 else ""
    return [
        [_("Resolved as"), phrase(ending.resolution)],
        [_("By"), f"{ending.resolved_by}  {local(ending.resolved_at)}"],
        [_("Why"), ending.reason],
        [_("Payment"), ending.payment or ""],
        [_("Evidence"), evidence],
        [_("Decision"), ending.decision or ""],
    ]


@exception.command("assign", help=N_("Somebody looks after an exception."), epilog="chitra exception assign ID NAME")
@_NUMBER
@click.argument("person", metavar="NAME")
@pass_session
def assign(session: Session, number: int, person: str) -> int:
    from gateway.usecases.exceptions import assign as assign_

    assign_(session.app.context, number, person, acting_user())
    return _show(session, number)


@exception.command(
    "resolve",
    help=N_("End an exception. What concerns money or the books is proposed, and a second person confirms."),
    epilog='chitra exception resolve ID --as answered --operator checker --reason "bank called back"',
)
@_NUMBER
@click.option("--as", "resolution", type=click.Choice(_TO_CHOOSE), required=True, help=N_("What was found out."))
@click.option("--payment", metavar="E2E", help=N_("The payment that came back, with --as return_of."))
@click.option(
    "--evidence",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("The document it rests on; needed for alarms and returns, kept for ever."),
)
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def resolve(
    session: Session, /, number: int, operator: str, passphrase_file: Path | None, evidence: Path | None, **told: Any
) -> int:
    from contextlib import nullcontext

    from gateway.cli.decision import tell_proposed
    from gateway.usecases.exceptions import Finding
    from gateway.usecases.exceptions import resolve as resolve_

    session.operator_passphrase = passphrase_file
    name = plain_name(evidence) if evidence else None
    with evidence.open("rb") if evidence else nullcontext() as document:
        finding = Finding(number, evidence_name=name, evidence=document, **told)
        decision = resolve_(session.app.context, finding, operator, session.app.operator_key(operator))
    return _show(session, number) if decision is None else tell_proposed(session, decision)


def _document(row: Any, now: datetime) -> dict[str, Any]:
    opened, how = datetime.fromisoformat(row.opened_at), handling(row.kind)
    due = due_at(row.kind, opened)
    return {
        "exception": row.id,
        "kind": row.kind,
        "message": advise(row.kind, json.loads(row.params)),
        "partner": row.partner,
        "amount": row.amount,
        "currency": row.currency,
        "age_days": (now - opened).days,
        "state": row.state,
        "urgency": how.urgency.name.lower(),
        "owner": row.owner,
        "due_at": due.isoformat(),
        "overdue": row.state == "open" and due < now,
        "resolutions": list(how.resolutions),
        "people": how.people,
        "opened_at": row.opened_at,
        "healed_at": row.healed_at,
        "file_in": row.file_in,
        "file_out": row.file_out,
        "payment": row.end_to_end_id,
        "quoted_end_to_end_id": row.quoted_end_to_end_id or None,
        "statement": row.statement_id,
        "entry": row.entry,
    }


def _ended(ending: Any | None) -> dict[str, Any] | None:
    if ending is None:
        return None
    evidence = {"name": ending.evidence_name, "sha256": ending.evidence_sha256}
    return {
        "resolution": ending.resolution,
        "reason": ending.reason,
        "by": ending.resolved_by,
        "at": ending.resolved_at,
        "payment": ending.payment,
        "decision": ending.decision,
        "evidence": evidence if ending.evidence_sha256 else None,
    }


def _due(document: dict[str, Any]) -> str:
    """Until when, or that the time is over."""
    if document["state"] != "open":
        return ""
    return _("overdue") if document["overdue"] else local(document["due_at"])


def _about(document: dict[str, Any]) -> str:
    """The nearest thing it is about."""
    nearest = ("payment", "quoted_end_to_end_id", "file_out", "file_in")
    return next((str(document[name]) for name in nearest if document[name]), "")
