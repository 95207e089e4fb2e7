"""``key rotate``, ``activate``, ``retire``, ``destroy``: the life of a key of ours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import phrase
from gateway.cli.options import PASSPHRASE_FILE
from gateway.cli.session import Session, acting_user, ask_new_passphrase, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.lifecycle import Held

_NAME = click.argument("name", metavar="NAME")


@click.command(
    "rotate",
    cls=Command,
    help=N_("Make the key that is to succeed one of ours; nothing uses it before key activate."),
    epilog="chitra key rotate payments",
)
@_NAME
@PASSPHRASE_FILE
@pass_session
def rotate(session: Session, name: str, passphrase_file: Path | None) -> int:
    from gateway import lifecycle

    app = session.app
    new = lifecycle.next_name(app, name)
    purpose = lifecycle.purpose_of(app, name)
    passphrase = lifecycle.new_secret(app, new, purpose, passphrase_file, ask_new_passphrase)
    made = lifecycle.rotate(app, name, passphrase, acting_user())
    text = _(
        "Give the partners its public half: chitra key export {name}. When they know it: chitra key activate {name}"
    )
    session.output.say(text.format(name=made.info.name))
    return _tell(session, made)


@click.command(
    "activate",
    cls=Command,
    help=N_("Use a key from now on, towards one partner or all; the one before it is kept for what it signed."),
    epilog="chitra key activate payments-2 --partner CODE",
)
@_NAME
@click.option("--partner", metavar="CODE", help=N_("Only towards this partner."))
@pass_session
def activate(session: Session, name: str, partner: str | None) -> int:
    from gateway import lifecycle

    return _tell(session, lifecycle.activate(session.app, name, partner, acting_user()))


@click.command(
    "retire",
    cls=Command,
    help=N_("End the use of a key for good, at once, such as one that somebody may have copied."),
    epilog="chitra key retire payments",
)
@_NAME
@pass_session
def retire(session: Session, name: str) -> int:
    from gateway import lifecycle

    return _tell(session, lifecycle.retire(session.app, name, acting_user()))


@click.command(
    "destroy",
    cls=Command,
    help=N_("Remove the private half of a key that nothing uses any more; its certificate stays."),
    epilog="chitra key destroy payments",
)
@_NAME
@pass_session
def destroy(session: Session, name: str) -> int:
    from gateway import lifecycle

    return _tell(session, lifecycle.destroy(session.app, name, acting_user()))


COMMANDS = (rotate, activate, retire, destroy)


def _tell(session: Session, found: Held) -> int:
    session.output.table(
        [_("Key"), _("Purpose"), _("Key id"), _("State"), _("Used towards")],
        [row(found)],
    )
    session.output.document(document(found, session.app.clock.now()))
    return 0


def row(found: Held) -> list[str]:
    """A key for people: name, purpose, id, state, partners."""
    info = found.info
    return [info.name, phrase(info.purpose), info.key_id, phrase(found.state), ", ".join(found.partners)]


def days_left(found: Held, now: datetime) -> int | None:
    """Whole days to the end of its certificate; None where there is none."""
    return (found.info.not_after - now).days if found.info.not_after else None


def document(found: Held, now: datetime) -> dict[str, Any]:
    """A key as JSON."""
    info = found.info
    return {
        "key": info.name,
        "purpose": info.purpose,
        "key_id": info.key_id,
        "algorithm": info.algorithm,
        "created": info.created.isoformat() if info.created else None,
        "not_after": info.not_after.isoformat() if info.not_after else None,
        "days_left": days_left(found, now),
        "state": str(found.state),
        "line": found.line,
        "partners": list(found.partners),
    }
