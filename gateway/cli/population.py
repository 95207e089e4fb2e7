"""``population``: ask the population registry about everybody in the roster, and take its answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import explain
from gateway.cli.options import ACTING_PASSPHRASE_FILE, LIMIT, OPERATOR, REASON_TOLD, plain_name, seekable
from gateway.cli.session import Session, local, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.store.tables import PopulationRequest


RESULTS = {
    "confirmed": N_("identity confirmed"),
    "name_differs": N_("another name"),
    "birth_differs": N_("another birth"),
    "deceased": N_("deceased"),
    "moved": N_("moved to another commune"),
    "unknown": N_("not known to the registry"),
}


@click.group(cls=Group, help=N_("Ask the population registry about everybody in the roster, and take its answers."))
def population() -> None:
    pass


@population.command(
    "request",
    help=N_("Write the list of everybody in the roster for the population registry; holds personal data."),
    epilog="chitra population request --programme btxh --operator maker -o request.csv",
)
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who asks (a maker)."))
@click.option(
    "-o", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help=N_("Where to write it; CSV.")
)
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@pass_session
def request(session: Session, programme: str, operator: str, target: Path, payer: str | None) -> int:
    from gateway.cli.target import new_file
    from gateway.usecases.population.request import ask

    app = session.app
    with new_file(target) as sink:
        made = ask(app.context, app.config.payer(payer), programme, operator, sink)
    told = _("Request {request} asks about {asked} people; it is in {file}.")
    session.output.say(told.format(request=made.reference, asked=made.asked, file=target))
    session.output.document(_request(made) | {"file": str(target)})
    return 0


def _request(row: PopulationRequest | Any) -> dict[str, Any]:
    return {
        "request": row.reference,
        "payer": row.payer,
        "programme": row.programme,
        "asked": row.asked,
        "asked_sha256": bytes(row.asked_sha256).hex(),
        "asked_at": row.made_at,
        "asked_by": row.actor,
    }


@population.command(
    "answer",
    help=N_("Take an answer of the population registry; what it does not confirm waits for a person."),
    epilog="chitra population answer answer.csv --operator maker",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who brings it (a maker)."))
@pass_session
def answer(session: Session, path: Path, operator: str) -> int:
    from gateway.usecases.population.answer import take

    name = plain_name(path)
    with session.output.working(_("Reading {file}").format(file=name)), seekable(path, session.app.spool) as source:
        taken = take(session.app.context, source, name, operator)
    _show_results(session, taken.results)
    if taken.already_seen:
        session.output.say(_("This answer is known as {answer}; nothing changed.").format(answer=taken.reference))
    else:
        told = _("Answer {answer} to request {request} was taken.")
        session.output.say(told.format(answer=taken.reference, request=taken.request.reference))
    if taken.held:
        text = _("{count} approved payments are held by it: chitra exception list. Next: chitra batch amend ID")
        session.output.say(text.format(count=taken.held))
    about = {"answer": taken.reference, "request": taken.request.reference, "results": taken.results}
    session.output.document(about | {"already_seen": taken.already_seen, "held": taken.held})
    return 3 if taken.results.keys() - {"confirmed"} else 0


def _show_results(session: Session, results: dict[str, int]) -> None:
    rows = [[_(RESULTS[result]), count] for result, count in sorted(results.items())]
    session.output.table([_("Result"), _("People")], rows, numbers=[1])


@population.command(
    "list", help=N_("What was asked, and the newest answers, newest first."), epilog="chitra population list"
)
@LIMIT
@pass_session
def list_(session: Session, limit: int) -> int:
    from gateway.store.roster import population as store

    with session.app.store.read() as tx:
        rows = store.requests(tx, limit)
    session.output.table(
        [_("Request"), _("Payer"), _("Programme"), _("People"), _("Asked"), _("Answer"), _("Answered")],
        [[r.reference, r.payer, r.programme, r.asked, local(r.made_at), r.answer or "", r.answered_on or ""]
         for r in rows],
        numbers=[3],
    )  # fmt: skip
    documents = [_request(row) | {"answer": row.answer, "answered_on": row.answered_on} for row in rows]
    session.output.document({"requests": documents})
    return 0


@population.command(
    "show", help=N_("One request, and everything that was answered to it."), epilog="chitra population show ID"
)
@click.argument("reference", metavar="ID")
@pass_session
def show(session: Session, reference: str) -> int:
    from gateway.store.roster import population as store

    with session.app.store.read() as tx:
        made = store.request(tx, reference)
        found = [(row, store.results(tx, row.change_id)) for row in store.answers(tx, reference)]
        document = _request(made)
    for row, results in found:
        session.output.say(_("Answer {answer} of {day}:").format(answer=row.answer, day=row.answered_on))
        _show_results(session, results)
    if not found:
        session.output.say(_("Nothing was answered yet."))
    answers = [
        {"answer": row.answer, "answered_on": row.answered_on, "taken_at": row.taken_at, "taken_by": row.taken_by,
         "results": results}
        for row, results in found
    ]  # fmt: skip
    session.output.document(document | {"answers": answers})
    return 0


@population.command(
    "settle",
    help=N_(
        "Propose to end the entitlements of people who died or moved, as the registry says: all, or those of chosen"
        " items. A second person confirms."
    ),
    epilog='chitra population settle --programme btxh --operator maker --reason "answer of 20 November"',
)
@click.option("--programme", required=True, help=N_("Welfare programme, as you name it."))
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@click.option("--item", "items", type=int, multiple=True, metavar="ID", help=N_("A work item; repeatable."))
@REASON_TOLD
@OPERATOR
@ACTING_PASSPHRASE_FILE
@pass_session
def settle(
    session: Session,
    programme: str,
    payer: str | None,
    items: tuple[int, ...],
    reason: str,
    operator: str,
    passphrase_file: Path | None,
) -> int:
    from gateway.cli.decision import proposed
    from gateway.store.roster.scope import Roster
    from gateway.usecases.population.settle import draft

    session.operator_passphrase = passphrase_file
    roster = Roster(session.app.config.payer(payer), programme)
    proposal, lines = draft(session.app.context, roster, reason, items)
    session.output.table(
        [_("Item"), _("Roster line"), _("Problem"), _("Last month")],
        [[line["item"], line["line"], explain(str(line["code"]), {}), line["last_month"]] for line in lines],
        numbers=[0, 1],
    )
    told = [{name: line[name] for name in ("item", "code", "line", "last_month")} for line in lines]
    session.output.document(proposed(session, "population settle", proposal, operator) | {"lines": told})
    return 3
