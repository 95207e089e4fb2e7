"""Requests to partners about accounts, and their answers, as files that a person carries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.messages import phrase
from gateway.cli.options import plain_name, seekable
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _
from gateway.domain.accounts import DOUBTED, AccountStep


@click.command(
    "verify",
    help=N_("Write a request to a partner: whose are the accounts that it has not confirmed? Holds personal data."),
    epilog="chitra account verify --partner CODE --operator maker -o request.xml",
)
@click.option("--partner", required=True, metavar="CODE", help=N_("Which bank or wallet is asked."))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who asks (a maker)."))
@click.option(
    "-o", "target", type=click.Path(dir_okay=False, path_type=Path), required=True, help=N_("Where to write it.")
)
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@pass_session
def verify(session: Session, partner: str, operator: str, target: Path, payer: str | None) -> int:
    from gateway.cli.target import new_file
    from gateway.usecases.accounts.request import ask

    app = session.app
    with new_file(target) as sink:
        change, request = ask(app.context, app.config.payer(payer), partner, operator, sink)
    told = _("Request {request} asks {partner} about {asked} accounts; it is in {file}.")
    about = {"request": change.reference, "partner": partner, "asked": request.asked}
    session.output.say(told.format(**about, file=target))
    session.output.document(about | {"form": request.form, "sha256": request.sha256, "file": str(target)})
    return 0


@click.command(
    "answer",
    help=N_("Take a partner's answer about accounts, a message or its list; what it doubts waits for a person."),
    epilog="chitra account answer answer.xml --partner CODE --operator maker",
)
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, metavar="CODE", help=N_("Whose answer it is."))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who brings it (a maker)."))
@pass_session
def answer(session: Session, path: Path, partner: str, operator: str) -> int:
    from gateway.usecases.accounts.answer import take

    name = plain_name(path)
    with session.output.working(_("Reading {file}").format(file=name)), seekable(path, session.app.spool) as source:
        taken = take(session.app.context, partner, source, name, operator)
    rows = [[phrase(result), count] for result, count in taken.results.items()]
    session.output.table([_("Result"), _("Accounts")], rows, numbers=[1])
    if taken.already_seen:
        session.output.say(_("This answer is known as {answer}; nothing changed.").format(answer=taken.reference))
    else:
        told = _("Answer {answer} to request {request} was taken.")
        session.output.say(told.format(answer=taken.reference, request=taken.request))
    about = {"answer": taken.reference, "request": taken.request, "results": taken.results}
    session.output.document(about | {"already_seen": taken.already_seen})
    return 3 if taken.results.keys() & {*DOUBTED, AccountStep.UNUSABLE} else 0


@click.command(
    "open",
    help=N_("Write a request to a partner to open accounts for people who have none; holds personal data."),
    epilog="chitra account open --partner CODE --operator maker -o requests",
)
@click.option("--partner", required=True, metavar="CODE", help=N_("Which bank or wallet is asked."))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who asks (a maker)."))
@click.option(
    "-o",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help=N_("A new folder for messages, one for each person; or the file of the partner's list."),
)
@click.option("--payer", help=N_("Paying authority; needed when there are several."))
@pass_session
def open_(session: Session, partner: str, operator: str, target: Path, payer: str | None) -> int:
    from gateway.cli.target import new_files
    from gateway.usecases.accounts.opening import ask

    app = session.app
    with new_files(target) as new_file:
        change, request = ask(app.context, app.config.payer(payer), partner, operator, new_file)
    told = _("Request {request} asks {partner} to open accounts for {asked} people; it is in {file}.")
    about = {"request": change.reference, "partner": partner, "asked": request.asked}
    session.output.say(told.format(**about, file=target))
    session.output.document(about | {"form": request.form, "sha256": request.sha256, "file": str(target)})
    return 0


@click.command(
    "opened",
    help=N_("Take a partner's answers about accounts to open, messages or its list, each whole or not."),
    epilog="chitra account opened answers/*.xml --partner CODE --operator maker",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", required=True, metavar="CODE", help=N_("Whose answer it is."))
@click.option("--operator", required=True, metavar="NAME", help=N_("Who brings it (a maker)."))
@pass_session
def opened_(session: Session, paths: tuple[Path, ...], partner: str, operator: str) -> int:
    from gateway.usecases.accounts.opened import take

    answers, counts = [], list[list[str | int]]()
    for path in paths:
        name = plain_name(path)
        with seekable(path, session.app.spool) as source:
            taken = take(session.app.context, partner, source, name, operator)
        about: dict[str, Any] = {"file": name, "answer": taken.reference, "results": taken.results}
        answers.append(about | {"already_seen": taken.reference is None})
        told = taken.reference or _("known before")
        counts += [[name, told, phrase(outcome), count] for outcome, count in taken.results.items()]
    session.output.table([_("File"), _("Answer"), _("Result"), _("People")], counts, numbers=[3])
    session.output.document({"answers": answers})
    return 3 if any("rejected" in each["results"] for each in answers) else 0
