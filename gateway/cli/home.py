"""``init``: a new home."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.lazy import Command
from gateway.cli.options import DATABASE_OWNER
from gateway.cli.session import Session, ask_new_passphrase, ask_passphrase, pass_session
from gateway.cli.words import N_, _


@click.command(
    cls=Command,
    help=N_("Make a new home: configuration, database, signing key; with --sandbox people and rehearsal partners."),
    epilog="chitra init ./home --sandbox",
)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--sandbox", is_flag=True, help=N_("A rehearsal home: every adapter as a partner on this machine."))
@click.option(
    "--database", metavar="URL", help=N_("PostgreSQL instead of the embedded database: postgresql+psycopg://...")
)
@DATABASE_OWNER
@pass_session
def init(session: Session, folder: Path | None, sandbox: bool, database: str | None, database_owner: str | None) -> int:
    from gateway.clock import RealClock
    from gateway.setup import EMBEDDED_DATABASE, init_home

    home, url, now = folder or session.home, database or EMBEDDED_DATABASE, RealClock().now()
    if sandbox:
        with session.output.working(_("Making keys")):
            made = init_home(home, sandbox, now, ask_passphrase, url, database_owner)
    else:
        made = init_home(
            home, sandbox, now, ask_new_passphrase, url, database_owner
        )  # asks, so nothing may draw over it
    session.output.say(_("New home: {home}").format(home=made.home))
    if not sandbox:
        session.output.say(_("Next: fill in chitra.toml, then chitra operator root, then chitra doctor."))
    people = {"admins": made.admins, "operators": made.operators}
    session.output.document({"home": str(made.home), **people, "partners": made.partners})
    return 0
