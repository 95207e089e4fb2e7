"""``db``: the database."""

from __future__ import annotations

import click

from gateway.cli.lazy import Group
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _


@click.group(cls=Group, help=N_("The database."))
def db() -> None:
    pass


@db.command(
    "upgrade",
    help=N_("Bring the database to this version; an empty one is created. Make a backup first."),
    epilog="chitra db upgrade",
)
@pass_session
def upgrade(session: Session) -> int:
    from gateway.setup import upgrade_database

    with session.output.working(_("Upgrading")):
        before, after = upgrade_database(session.app)
    if before == after:
        session.output.say(_("The database is current: {revision}").format(revision=after))
    else:
        session.output.say(_("Upgraded from {before} to {after}").format(before=before or "-", after=after))
    session.output.document({"before": before, "revision": after, "changed": before != after})
    return 0
