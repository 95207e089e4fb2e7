"""The key ceremony of people: root admins, pinned in the keyring, outside the database, on whom everybody rests."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gateway.app import App
from gateway.domain.errors import NotConfigured, Refusal
from gateway.domain.identifiers import is_operator_name
from gateway.domain.people import ADD, ADMINS_MIN, Root
from gateway.proof import translated
from gateway.usecases import enrol
from gateway.usecases.decide import Proposal
from keys import operators
from keys.passphrase import Passphrase

if TYPE_CHECKING:
    from gateway.app import AskPassphrase
    from keys.token import Pin

Secret = Callable[[str], Passphrase]
"""The passphrase of a person's new key, or the PIN of the person's token."""


def fix_roots(app: App, names: Sequence[str], secret: Secret) -> tuple[Root, ...]:
    """Make the keys of the root admins where there are none yet, enrol them, and pin them, once for ever."""
    if app.roots:
        raise Refusal("roots_exist")
    if len(set(names)) < ADMINS_MIN or not all(map(is_operator_name, names)):
        raise Refusal("roots_too_few", min=ADMINS_MIN)
    roots = tuple(Root(name, public_key(app, name, secret)) for name in sorted(set(names)))
    with app.store.begin() as tx:
        enrol.add_roots(tx, roots)
    with translated():
        app.keyring.pin_roots(_spelled(roots))
    app.__dict__.pop("roots", None)
    return roots


def public_key(app: App, name: str, secret: Secret) -> str:
    """Of the person's key, which is made when there is none."""
    if place := app.token_of(name):
        with translated():
            return operators.make_in_token(name, place, cast("Pin", secret(name))).public_pem.decode()
    with translated():
        folder = app.key_folder(name)
        if not app.keyring.has_operator(name, folder):
            app.keyring.generate_operator(name, secret(name), now=app.clock.now(), folder=folder)
        return app.keyring.operator_public(name, folder).decode()


def new_secret(app: App, name: str, file: Path | None, ask: AskPassphrase) -> Passphrase:
    """For a person's new key: a passphrase, or the PIN of the person's token."""
    return app.pin(name, file) if app.token_of(name) else app.new_passphrase(name, file, ask)


def enrol_together(app: App, name: str, roles: Collection[str], secret: Secret, admins: Sequence[str]) -> str:
    """Enrol a person while two admins are present; returns the key id."""
    proposal = enrol.added(name, roles, public_key(app, name, secret), "enrolled with both admins present")
    together(app, ADD, proposal, admins)
    return proposal.params["key_id"]


def together(app: App, verb: str, proposal: Proposal, admins: Sequence[str]) -> str:
    """What two admins state while both are present; returns the decision."""
    keys = [(name, app.operator_key(name)) for name in admins]
    with app.store.begin() as tx:
        return enrol.together(app.context, tx, verb, proposal, keys).reference


def _spelled(roots: Sequence[Root]) -> bytes:
    admins = {root.name: root.public_key for root in roots}
    return json.dumps({"admins": admins}, sort_keys=True, indent=1).encode() + b"\n"


def read_roots(content: bytes) -> tuple[Root, ...]:
    """The pinned admins; raises ``NotConfigured`` for anything else than what ``fix_roots`` wrote."""
    try:
        admins = json.loads(content)["admins"]
        roots = tuple(Root(name, str(key)) for name, key in sorted(admins.items()))
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotConfigured("roots_unreadable") from None
    if _spelled(roots) != content:
        raise NotConfigured("roots_unreadable")
    return roots
