"""``operator``: people and their roles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.lazy import Group
from gateway.cli.messages import phrase
from gateway.cli.options import PASSPHRASE_FILE, REASON_TOLD
from gateway.cli.session import Session, ask_new_passphrase, local, pass_session
from gateway.cli.words import N_, _

if TYPE_CHECKING:
    from gateway.usecases.decide import Proposal

ROLES = ("maker", "checker", "releaser", "auditor", "admin")
_ROLES = click.option(
    "--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help=N_("May be repeated.")
)
_ADMINS = click.option(
    "--operator", "admins", multiple=True, metavar="NAME", help=N_("An admin who signs; twice when both are present.")
)
_VOID = click.option(
    "--void", is_flag=True, help=N_("What the person signed before does not count on either, where it is not sent yet.")
)
_SAID = {
    "operator add": N_("Enrolled {operator} as {roles}; key {key_id}"),
    "operator role": N_("{operator} is {roles} from now on; key {key_id}"),
    "operator revoke": N_("{operator} is revoked; key {key_id}"),
}


@click.group(cls=Group, help=N_("People and their roles."))
def operator() -> None:
    pass


@operator.command(
    "root",
    help=N_("Fix the root admins, once, at the key ceremony: everybody else is enrolled by two of them."),
    epilog="chitra operator root ha binh",
)
@click.argument("names", metavar="[NAME NAME...]", nargs=-1)
@click.option(
    "--passphrase-file",
    "passphrase_files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help=N_("File of mode 0600 with the passphrase of a new key; one for each name, in their order."),
)
@pass_session
def root(session: Session, names: tuple[str, ...], passphrase_files: tuple[Path, ...]) -> int:
    from gateway.ceremony import fix_roots, new_secret
    from gateway.domain.errors import NotConfigured
    from gateway.domain.people import digest_of, key_id_of
    from gateway.usecases.audit_log import written

    app = session.app
    if names:
        files = dict(zip(names, passphrase_files, strict=False))
        fix_roots(app, names, lambda name: new_secret(app, name, files.get(name), ask_new_passphrase))
    if not app.roots:
        raise NotConfigured("roots_missing")
    session.output.table(
        [_("Root admin"), _("Key id")], [[root.name, key_id_of(root.public_key)] for root in app.roots]
    )
    digest = digest_of(app.roots)
    session.output.say(_("Digest, to be kept on paper: {digest}").format(digest=written(digest)))
    session.output.document({"admins": [root.name for root in app.roots], "digest": digest})
    return 0


@operator.command(
    "add",
    help=N_(
        "Enrol a person with a key of their own; the person types the passphrase. Two admins sign: both now, or one"
        " now and the other by chitra decision confirm."
    ),
    epilog="chitra operator add lan --role maker --operator ha --operator binh",
)
@click.argument("name", metavar="NAME")
@_ROLES
@_ADMINS
@click.option("--reason", default="-", metavar="TEXT", help=N_("Why, for the record."))
@PASSPHRASE_FILE
@pass_session
def add(
    session: Session, name: str, roles: tuple[str, ...], admins: tuple[str, ...], reason: str,
    passphrase_file: Path | None,
) -> int:  # fmt: skip
    from gateway.ceremony import new_secret, public_key
    from gateway.domain.people import ADD
    from gateway.usecases.enrol import added, require_new

    app = session.app
    present = _present(session, admins)
    require_new(app.context, name)
    key = public_key(app, name, lambda name: new_secret(app, name, passphrase_file, ask_new_passphrase))
    return _state(session, ADD, added(name, roles, key, reason), present)


@operator.command(
    "role",
    help=N_("Give a person other roles, by two admins; what the person signed before on open batches counts on."),
    epilog='chitra operator role lan --role maker --operator ha --operator binh --reason "new post"',
)
@click.argument("name", metavar="NAME")
@_ROLES
@_ADMINS
@REASON_TOLD
@_VOID
@pass_session
def role(session: Session, name: str, roles: tuple[str, ...], admins: tuple[str, ...], reason: str, void: bool) -> int:
    from gateway.domain.people import ROLE
    from gateway.usecases.enrol import changed

    proposal = changed(session.app.context, name, reason, void, roles)
    return _state(session, ROLE, proposal, _present(session, admins))


@operator.command(
    "revoke",
    help=N_(
        "End a person's rights, by two admins: nothing they sign from now on counts; what they signed before on open"
        " batches counts on."
    ),
    epilog='chitra operator revoke lan --operator ha --operator binh --reason "has left"',
)
@click.argument("name", metavar="NAME")
@_ADMINS
@REASON_TOLD
@_VOID
@pass_session
def revoke(session: Session, name: str, admins: tuple[str, ...], reason: str, void: bool) -> int:
    from gateway.domain.people import REVOKE
    from gateway.usecases.enrol import changed

    return _state(session, REVOKE, changed(session.app.context, name, reason, void), _present(session, admins))


def _present(session: Session, admins: tuple[str, ...]) -> tuple[str, ...]:
    """Who signs now; in a rehearsal home, where everybody's passphrase lies beside the keys, both root admins."""
    app = session.app
    if not admins and app.config.gateway.environment == "sandbox":
        return tuple(each.name for each in app.roots[:2])
    if len(set(admins)) != len(admins) or not 1 <= len(admins) <= 2:
        raise click.UsageError(_("--operator names one admin, or the two who are present."))
    return admins


def _state(session: Session, verb: str, proposal: Proposal, present: tuple[str, ...]) -> int:
    """What two admins say of a person: done when both are here, else it waits for the second."""
    from gateway.ceremony import together
    from gateway.cli.decision import proposed

    if len(present) == 1:
        session.output.document(_stated(session, proposal) | proposed(session, verb, proposal, present[0]))
        return 3
    reference = together(session.app, verb, proposal, present)
    document = _stated(session, proposal)
    told = {**document, "roles": ", ".join(map(phrase, document["roles"]))}
    session.output.say(_(_SAID[verb]).format(**told))
    session.output.document(document | {"decision": reference, "state": "executed"})
    return 0


def _stated(session: Session, proposal: Proposal) -> dict[str, Any]:
    """The person with the roles and the key that were proposed, or that stay."""
    from gateway.store import browse

    with session.app.store.read() as tx:
        row = next((row for row in browse.operators(tx) if row.name == proposal.subject), None)
    told = {"roles": row.roles, "key_id": row.key_id} if row else {}
    told |= {name: proposal.params[name] for name in ("roles", "key_id") if name in proposal.params}
    return {"operator": proposal.subject, "roles": told["roles"].split(","), "key_id": told["key_id"]}


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
