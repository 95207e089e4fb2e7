"""``decision``: acts that need two people, and the way the commands that propose one begin it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import phrase, state_word, why_stopped
from gateway.cli.options import ACTING_PASSPHRASE_FILE, OPERATOR, beginning, listing, plain_name
from gateway.cli.session import Session, local, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.decide import Proposal


@click.group(cls=Group, help=N_("Acts that need two people."))
def decision() -> None:
    pass


@decision.command("list", help=N_("Decisions, newest first."), epilog="chitra decision list --state proposed")
@listing(["proposed", "executed", "lapsed"])
@pass_session
def list_(session: Session, state: str | None, since: datetime | None, limit: int) -> int:
    from gateway.store import decisions

    with session.app.store.read() as tx:
        rows = decisions.listed(tx, limit, state, beginning(since))
    session.output.table(
        [_("Decision"), _("Act"), _("About"), _("State"), _("First person"), _("Second person"), _("Reason")],
        [
            [r.reference, phrase(r.verb), _about(r), state_word(r.state), r.proposed_by, r.confirmed_by or "", r.reason]
            for r in rows
        ],
    )
    session.output.document({"decisions": [_document(row) for row in rows]})
    return 0


@decision.command("show", help=N_("One decision and what it rests on."), epilog="chitra decision show ID")
@click.argument("reference", metavar="ID")
@pass_session
def show(session: Session, reference: str) -> int:
    from gateway.store import decisions

    with session.app.store.read() as tx:
        row = decisions.find(tx, reference)
    _say(session, row)
    session.output.document(_document(row))
    return 0


@decision.command(
    "confirm",
    help=N_("The second person signs: the act is done, unless its ground has changed meanwhile."),
    epilog="chitra decision confirm ID --operator checker2",
)
@click.argument("reference", metavar="ID")
@click.option(
    "--fingerprint", metavar="TEXT", help=N_("For key import: SHA-256, typed from the partner's paper once more.")
)
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def confirm(
    session: Session, reference: str, fingerprint: str | None, operator: str, passphrase_file: Path | None
) -> int:
    from gateway.usecases.decide import confirm as confirm_

    how = partial(confirm_, fingerprint=fingerprint)
    row = _end(session, how, reference, operator, passphrase_file)
    return 0 if row.state == "executed" else 1


@decision.command(
    "withdraw",
    help=N_(
        "Take a proposal back: nothing is done, and the matter may be proposed anew. One person is enough; that a file"
        " was delivered by hand is taken back only by the person who said it."
    ),
    epilog="chitra decision withdraw ID --operator checker",
)
@click.argument("reference", metavar="ID")
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def withdraw(session: Session, reference: str, operator: str, passphrase_file: Path | None) -> int:
    from gateway.usecases.decide import withdraw as withdraw_

    _end(session, withdraw_, reference, operator, passphrase_file)
    return 0


def _end(session: Session, how: Callable[..., Any], reference: str, operator: str, passphrase_file: Path | None) -> Any:
    """Confirmed or withdrawn by the person who acts; what became of the decision is said."""
    from gateway.usecases.acts import ACTS

    session.operator_passphrase = passphrase_file
    row = how(session.app.context, ACTS, reference, operator, session.app.operator_key(operator))
    _say(session, row)
    session.output.document(_document(row))
    return row


def propose(session: Session, verb: str, proposal: Proposal, operator: str) -> int:
    """The first person's part of an act; exit 3, since somebody else must confirm it."""
    session.output.document(proposed(session, verb, proposal, operator))
    return 3


def proposed(session: Session, verb: str, proposal: Proposal, operator: str) -> dict[str, Any]:
    """The decision that now waits for somebody else, said and as a document."""
    from gateway.usecases.acts import ACTS
    from gateway.usecases.decide import propose as propose_

    row = propose_(session.app.context, ACTS[verb], proposal, operator, session.app.operator_key(operator))
    return _say_waiting(session, row)


def tell_proposed(session: Session, row: Any) -> int:
    """What was proposed, and who must do what next; exit 3."""
    session.output.document(_say_waiting(session, row))
    return 3


def _say_waiting(session: Session, row: Any) -> dict[str, Any]:
    _say(session, row)
    text = _("Nothing is done yet. Another person: chitra decision confirm {decision} --operator NAME")
    session.output.say(text.format(decision=row.reference))
    return _document(row)


def propose_about_file(
    session: Session, verb: str, file: str, reason: str, evidence: Path, operator: str, params: Mapping[str, str]
) -> int:
    """An act on one of our files that rests on a document."""
    from gateway.usecases.decide import Proposal

    with evidence.open("rb") as document:
        proposal = Proposal(file, reason, params, plain_name(evidence), document)
        return propose(session, verb, proposal, operator)


def _about(row: Any) -> str:
    told = [phrase(value) for name, value in json.loads(row.params).items() if name not in ("document", "public_key")]
    return " ".join([row.subject, *told])


def _say(session: Session, row: Any) -> None:
    output = session.output
    output.say(f"{row.reference}  {phrase(row.verb)}  {_about(row)}  {state_word(row.state)}")
    output.table(
        [_("About"), _("Value")],
        [
            [_("First person"), f"{row.proposed_by}  {local(row.proposed_at)}"],
            [_("Second person"), f"{row.confirmed_by}  {local(row.ended_at)}" if row.confirmed_by else ""],
            [_("Reason"), row.reason],
            [_("Evidence"), f"{row.evidence_name}  sha256 {row.evidence_sha256}" if row.evidence_sha256 else ""],
            [_("Lapsed because"), why_stopped(row.lapse, {"decision": row.reference}) if row.lapse else ""],
        ],
    )


def _document(row: Any) -> dict[str, Any]:
    return {
        "decision": row.reference,
        "verb": row.verb,
        "subject": row.subject,
        "params": json.loads(row.params),
        "state": row.state,
        "reason": row.reason,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "confirmed_by": row.confirmed_by,
        "ended_at": row.ended_at,
        "lapse": row.lapse,
        "evidence": {"name": row.evidence_name, "sha256": row.evidence_sha256} if row.evidence_sha256 else None,
    }
