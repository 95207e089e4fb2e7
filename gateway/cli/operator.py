"""``operator``: people and their roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import phrase
from gateway.cli.options import PASSPHRASE_FILE
from gateway.cli.session import Session, ask_new_passphrase, local, pass_session
from gateway.cli.words import N_, _

ROLES = ("maker", "checker", "releaser", "auditor", "admin")


@click.group(cls=Group, help=N_("People and their roles."))
def operator() -> None:
    pass


@operator.command(
    "add",
    help=N_("Enrol a person with a key of their own; the person types the passphrase."),
    epilog="chitra operator add lan --role maker",
)
@click.argument("name", metavar="NAME")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help=N_("May be repeated."))
@PASSPHRASE_FILE
@pass_session
def add(session: Session, name: str, roles: tuple[str, ...], passphrase_file: Path | None) -> int:
    from gateway.setup import add_operator

    app = session.app
    passphrase = app.new_passphrase(name, passphrase_file, ask_new_passphrase)
    key_id = add_operator(app, name, sorted(set(roles)), passphrase, app.clock.now())
    text = _("Enrolled {name} as {roles}; key {key_id}")
    session.output.say(text.format(name=name, roles=", ".join(map(phrase, sorted(set(roles)))), key_id=key_id))
    session.output.document({"operator": name, "roles": sorted(set(roles)), "key_id": key_id})
    return 0


@operator.command("list", help=N_("Everybody who is or was enrolled."), epilog="chitra operator list")
@pass_session
def list_(session: Session) -> int:
    from gateway.store import browse

    with session.app.store.read() as tx:
        rows = browse.operators(tx)
    session.output.table(
        [_("Operator"), _("Roles"), _("Key id"), _("Enrolled"), _("Revoked")],
        [
            [r.name, ", ".join(map(phrase, r.roles.split(","))), r.key_id, local(r.enrolled_at), local(r.revoked_at)]
            for r in rows
        ],
    )
    session.output.document({"operators": [_document(row) for row in rows]})
    return 0


@operator.command("show", help=N_("One person: roles and key."), epilog="chitra operator show checker")
@click.argument("name", metavar="NAME")
@pass_session
def show(session: Session, name: str) -> int:
    from gateway.store import batches

    with session.app.store.read() as tx:
        row = batches.operator(tx, name)
    session.output.say(f"{row.name}  {', '.join(map(phrase, row.roles.split(',')))}  {row.key_id}")
    session.output.say(f"{local(row.enrolled_at)}  {local(row.revoked_at)}".strip())
    session.output.document(_document(row) | {"public_key": row.public_key})
    return 0


def _document(row: Any) -> dict[str, Any]:
    return {
        "operator": row.name,
        "roles": row.roles.split(","),
        "key_id": row.key_id,
        "enrolled_at": row.enrolled_at,
        "revoked_at": row.revoked_at,
    }
