"""The storage key gets a new generation, and what older ones sealed is sealed anew, in portions, while others go on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.proof import translated
from gateway.store import rewrap
from gateway.store.revision import require_current

if TYPE_CHECKING:
    from gateway.app import App


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """Envelopes by table that were sealed anew now; ``done``: none of an older generation is left."""

    envelopes: dict[str, int]
    done: bool


def run(app: App, actor: str, owner: str | None = None) -> Rewrapped:
    """Begin, or go on where an earlier run was interrupted.

    ``owner`` is the URL of the role that owns the tables, when the gateway works with another one, which may not do it.
    """
    counts: Counter[str] = Counter()
    require_current(app.any_store)
    with app.store_of(owner) as store, store.exclusive("rewrap"):
        if not rewrap.is_open(store):
            with translated():
                app.keyring.add_vault_generation(app.passphrase("vault"))
            app.vault().reopen()
        rewrap.begin(store, actor)
        for table, done in rewrap.portions(store):
            counts[table] += done
        return Rewrapped(dict(counts), rewrap.end(store, actor, counts))
