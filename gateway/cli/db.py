"""``db``: the database."""

from __future__ import annotations

from itertools import islice

import click

from gateway.cli.lazy import Group
from gateway.cli.session import Session, pass_session
from gateway.cli.words import N_, _

_ROWS_MAX = 1000
"""Findings that are listed: whoever has so many need not read more."""


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


@db.command(
    "check",
    help=N_("Look over everything stored: definitions, rows, signatures, bytes, the record of acts; changes nothing."),
    epilog="chitra db check",
)
@pass_session
def check(session: Session) -> int:
    from gateway.cli.audit import show_discrepancies, told
    from gateway.usecases import gravity, integrity

    with session.output.working(_("Looking over the database")):
        found = list(islice(integrity.check(session.app.context), _ROWS_MAX))
    show_discrepancies(session, found)
    if not found:
        session.output.say(_("Everything stored is as it must be."))
    session.output.document({"ok": not found, "findings": [told(each) for each in found]})
    return gravity.gravest(3 if each.code in integrity.FOR_A_PERSON else 5 for each in found)
