"""``key``: our keys and certificates."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli import key_life
from gateway.cli.key_import import import_key
from gateway.cli.key_letter import letter
from gateway.cli.lazy import Group
from gateway.cli.messages import phrase
from gateway.cli.options import PASSPHRASE_FILE
from gateway.cli.session import Session, acting_user, ask_new_passphrase, pass_session
from gateway.cli.words import N_, _
from gateway.domain.errors import NotFound, Refusal

if TYPE_CHECKING:
    from gateway.lifecycle import Held


@click.group(cls=Group, help=N_("Our keys and certificates."))
def key() -> None:
    pass


@key.command("list", help=N_("Every key of the keyring; nothing secret is shown."), epilog="chitra key list")
@pass_session
def list_(session: Session) -> int:
    from gateway import lifecycle

    found = lifecycle.held(session.app)
    now = session.app.clock.now()
    session.output.table(
        [_("Key"), _("Purpose"), _("Key id"), _("State"), _("Used towards"), _("Valid until"), _("Days left")],
        [[*key_life.row(each), *_end(each, now)] for each in found],
        numbers=[6],
    )
    for each in found:
        if each.unused:
            told = _("No partner is configured for key {name}. If nobody needs it: chitra key destroy {name}")
            session.output.say(told.format(name=each.info.name))
    pinned = lifecycle.pinned(session.app)
    session.output.table(
        [_("Partner"), _("Purpose"), _("Key id"), _("State"), _("By"), _("Valid until"), _("Days left")],
        [key_life.pin_row(each, now) for each in pinned],
        numbers=[6],
    )
    session.output.document(
        {
            "keys": [key_life.document(each, now) for each in found],
            "pinned": [key_life.pin_document(each, now) for each in pinned],
        }
    )
    return 0


@key.command("show", help=N_("One key: what it is for, and until when it is valid."), epilog="chitra key show payments")
@click.argument("name", metavar="NAME")
@pass_session
def show(session: Session, name: str) -> int:
    document = _document(session, _held(session, name))
    told = {field: ", ".join(value) if isinstance(value, list) else value or "" for field, value in document.items()}
    session.output.table([_("Key"), _("Value")], [[field, value] for field, value in told.items()])
    session.output.document(document)
    return 0


@key.command(
    "generate",
    help=N_("A new key; an existing one is never overwritten."),
    epilog="chitra key generate payments-2027 --purpose signing",
)
@click.argument("name", metavar="NAME")
@click.option(
    "--purpose", type=click.Choice(["signing", "transport", "openpgp"]), required=True,
    help=N_("signing: RSA-3072 with certificate; transport: SSH identity; openpgp: signs and decrypts .pgp files."),
)  # fmt: skip
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("The token of the key holds it already; this is the certificate that was issued for it (PEM)."),
)
@PASSPHRASE_FILE
@pass_session
def generate(session: Session, name: str, purpose: str, certificate: Path | None, passphrase_file: Path | None) -> int:
    from gateway import lifecycle

    app = session.app
    store = app.store
    if certificate is not None:
        info = lifecycle.take_from_token(app, name, app.pin(name, passphrase_file), certificate.read_bytes())
    else:
        secret = lifecycle.new_secret(app, name, purpose, passphrase_file, ask_new_passphrase)
        info = lifecycle.make(app, name, purpose, secret)
    with store.begin() as tx:
        tx.record(acting_user(), "key generate", name, purpose=purpose, key=info.key_id)
    session.output.say(
        _("New {purpose} key {name}: {key_id}").format(purpose=phrase(purpose), name=name, key_id=info.key_id)
    )
    session.output.say(_("Give the partner its public half: chitra key export {name}").format(name=name))
    session.output.document(_document(session, _held(session, name)))
    return 0


@key.command(
    "export",
    help=N_("The public half: a certificate (PEM), an SSH line, a person's public key. Never a private key."),
    epilog="chitra key export payments > payments.pem",
)
@click.argument("name", metavar="NAME")
@pass_session
def export(session: Session, name: str) -> int:
    document, public = _public(session, name)
    for line in public.splitlines():
        session.output.say(line)
    session.output.document(document | {"public": public})
    return 0


for _command in (*key_life.COMMANDS, import_key, letter):
    key.add_command(_command)


def _held(session: Session, name: str) -> Held:
    """A key of ours goes before a person's of the same name."""
    from gateway import lifecycle

    named = (each for each in lifecycle.held(session.app) if each.info.name == name)
    found = sorted(named, key=lambda each: each.info.purpose == "operator")
    if not found:
        raise NotFound("key_unknown", key=name)
    return found[0]


def _public(session: Session, name: str) -> tuple[dict[str, Any], str]:
    keyring, found = session.app.keyring, _held(session, name)
    purpose = found.info.purpose
    if purpose == "signing":
        return _document(session, found), keyring.certificate(name).decode()
    if purpose == "openpgp":
        return _document(session, found), keyring.openpgp_certificate(name).decode()
    if purpose == "transport":
        return _document(session, found), (keyring.folder / f"{name}.pub").read_text()
    if purpose == "operator":
        return _document(session, found), keyring.operator_public(name).decode()
    raise Refusal("key_has_no_public_half", key=name)


def _document(session: Session, found: Held) -> dict[str, Any]:
    return key_life.document(found, session.app.clock.now())


def _end(found: Held, now: datetime) -> list[str]:
    ends, days = found.info.not_after, key_life.days_left(found, now)
    return [ends.date().isoformat() if ends else "", "" if days is None else str(days)]
