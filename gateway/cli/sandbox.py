"""``sandbox``: rehearsal partners."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from gateway.cli.lazy import Group
from gateway.cli.session import Session, money, pass_session
from gateway.cli.words import N_, _


@click.group(cls=Group, help=N_("Rehearsal partners."))
def sandbox() -> None:
    pass


@sandbox.command(
    "run",
    help=N_("Play every partner and serve their folders over SFTP until Ctrl-C."),
    epilog="chitra --home ./home sandbox run",
)
@click.option("--home", type=click.Path(path_type=Path), help=N_("Another home than the one of the global option."))
@click.option("--port", type=click.IntRange(1, 65535), help=N_("Another port than the configured one."))
@click.option("--no-server", is_flag=True, help=N_("Only play the partners; another SFTP server serves the folders."))
@pass_session
def run(session: Session, home: Path | None, port: int | None, no_server: bool) -> int:
    from gateway import rehearsal
    from gateway.signals import until_signalled

    if no_server and port is not None:
        raise click.UsageError(_("--port is of the server, which --no-server leaves out."))
    app = session.at(home) if home else session.app
    with until_signalled() as stop:
        if no_server:
            rehearsal.play(app, lambda: _ready(session, None), stop)
        else:
            rehearsal.serve(app, port, lambda listening: _ready(session, listening), stop)
    return 0


@sandbox.command(
    "clock",
    help=N_("The time of the sandbox; --next-day moves gateway and partners to the next morning."),
    epilog="chitra sandbox clock --next-day",
)
@click.option("--next-day", is_flag=True, help=N_("Move to the next morning."))
@pass_session
def clock(session: Session, next_day: bool) -> int:
    from gateway import rehearsal

    now = rehearsal.next_day(session.app) if next_day else session.app.clock.now()
    session.output.say(f"{now:%d/%m/%Y %H:%M}")
    session.output.document({"now": now.isoformat()})
    return 0


@sandbox.command(
    "ledger",
    help=N_("What the partners' own books say about every payment: the judge of every rehearsal."),
    epilog="chitra --json sandbox ledger",
)
@pass_session
def ledger(session: Session) -> int:
    from gateway import rehearsal

    books = rehearsal.books(session.app)
    session.output.table(
        [_("Payment"), _("Debited"), _("Amount"), _("Returned"), _("Rejected")],
        [
            [e2e, b.debited, money(b.debited_amount, None), money(b.returned_amount, None), b.rejected]
            for e2e, b in sorted(books.items())
        ],
        numbers=[1, 2, 3, 4],
    )
    session.output.document({"payments": {e2e: asdict(booked) for e2e, booked in sorted(books.items())}})
    return 0


def _ready(session: Session, port: int | None) -> None:
    """The one line that says that partners may be talked to."""
    if port is None:
        session.output.say(_("Ready: partners at work, without a server."))
    else:
        session.output.say(_("Ready: SFTP on 127.0.0.1 port {port}.").format(port=port))
    session.output.document({"ready": True, "home": str(session.home), "port": port})
