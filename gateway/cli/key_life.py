"""``key rotate``, ``activate``, ``retire``, ``destroy``: the life of a key of ours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Command
from gateway.cli.messages import phrase
from gateway.cli.options import DATABASE_OWNER, PASSPHRASE_FILE
from gateway.cli.session import Session, acting_user, ask_new_passphrase, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.lifecycle import Held, Pinned

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
    help=N_("End the use of a key of ours, or the belief in one of a partner's, at once and for good."),
    epilog="chitra key retire payments",
)
@_NAME
@click.option("--partner", metavar="CODE", help=N_("NAME is the key id of a key of this partner."))
@pass_session
def retire(session: Session, name: str, partner: str | None) -> int:
    from gateway import lifecycle

    if partner is not None:
        gone = lifecycle.retire_pin(session.app, partner, name, acting_user())
        session.output.say(_("{key_id} of {partner} is believed no longer.").format(key_id=name, partner=partner))
        session.output.document(pin_document(gone, session.app.clock.now()))
        return 0
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


@click.command(
    "rewrap",
    cls=Command,
    help=N_(
        "A new generation of the storage key; all that older ones sealed is sealed anew. Interrupted: run it again."
    ),
    epilog="chitra key rewrap",
)
@DATABASE_OWNER
@pass_session
def rewrap(session: Session, database_owner: str | None) -> int:
    from gateway import rewrapping

    with session.output.working(_("Sealing anew")):
        made = rewrapping.run(session.app, acting_user(), database_owner)
    count = sum(made.envelopes.values())
    session.output.say(_("Sealed anew: {count}. Copy keyring/vault.key to its safe place now.").format(count=count))
    if not made.done:
        session.output.note("rewrap_goes_on", {})
    session.output.document({"envelopes": made.envelopes, "done": made.done})
    return 0 if made.done else 3


COMMANDS = (rewrap, rotate, activate, retire, destroy)


def _tell(session: Session, found: Held) -> int:
    session.output.table(
        [_("Key"), _("Purpose"), _("Key id"), _("State"), _("Used towards")],
        [row(found)],
    )
    session.output.document(document(found, session.app.clock.now()))
    return 0


def pin_row(found: Pinned, now: datetime) -> list[str]:
    """A partner's key for people."""
    told = pin_document(found, now)
    days = told["days_left"]
    return [
        *(found.partner, phrase(found.purpose), told["key_id"], phrase(told["state"])),
        *(told["decision"] or "chitra.toml", (told["not_after"] or "")[:10], "" if days is None else str(days)),
    ]


def pin_document(found: Pinned, now: datetime) -> dict[str, Any]:
    """A partner's key as JSON."""
    key = found.pin.key
    return {
        "partner": found.partner,
        "purpose": found.purpose,
        "key_id": key.key_id,
        "fingerprint": key.fingerprint,
        "subject": key.subject,
        "not_before": key.not_before.isoformat() if key.not_before else None,
        "not_after": key.not_after.isoformat() if key.not_after else None,
        "days_left": (key.not_after - now).days if key.not_after else None,
        "state": "active" if found.pin.is_believed(now) else "verify-only",
        "decision": found.pin.decision or None,
    }


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
        "unused": found.unused,
    }
