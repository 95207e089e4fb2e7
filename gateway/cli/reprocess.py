"""``file reprocess``: what was set aside, examined once more from its stored bytes."""

from __future__ import annotations

import click

from gateway.cli import received
from gateway.cli.lazy import Command
from gateway.cli.session import Session, acting_user, pass_session
from gateway.cli.words import N_, _


@click.command(
    "reprocess",
    cls=Command,
    help=N_("Verify and read files again that were set aside, after what was wrong on our side is mended."),
    epilog="chitra file reprocess R0000000001",
)
@click.argument("references", metavar="ID...", nargs=-1, required=True)
@click.option("--operator", metavar="NAME", help=N_("Who asks for it, for the audit record."))
@pass_session
def reprocess_files(session: Session, references: tuple[str, ...], operator: str | None) -> int:
    from gateway.usecases import gravity
    from gateway.usecases.reprocess import reprocess, require_enrolled

    context = session.app.context
    if operator is not None:
        require_enrolled(context, operator)
    with session.output.working(_("Reading")):
        files = reprocess(context, references, operator or acting_user())
    received.say(session, files)
    session.output.document({"files": [received.document(session, each) for each in files]})
    return gravity.gravest(map(gravity.of_received, files))
