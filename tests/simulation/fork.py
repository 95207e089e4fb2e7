"""A copy of the world at one moment, in which anything may be spoiled and tried: the world itself goes on untouched.

It has a database, a clock and partners' servers of its own, all faults are off, and it draws nothing from the luck of
the world: the seed tells the same story with and without it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from support.gateways import CountedIds, bank_key, payments_key, person
from support.signatures import TemporarySpool
from support.stores import VAULT, Time
from support.tampering import past_triggers

from adapters.profile import Profile
from gateway.domain.errors import RemoteRefused
from gateway.ports import Anchor, NoAnchors, Transport
from gateway.proof import PartnerVerifier, PaymentSigner
from gateway.store.store import Store
from gateway.usecases import approve
from gateway.usecases.context import Context, Partner
from simulation.chance import Chance
from simulation.process import Process
from simulation.server import Server
from simulation.store import cached_engine
from simulation.transport import connect


class Anchors(NoAnchors):
    """What is remembered outside the copied database."""

    def __init__(self, known: Sequence[Anchor]) -> None:
        self._known = list(known)

    def read(self) -> list[Anchor]:
        return self._known


class Fork:
    """``context`` is the product's; ``db`` goes past it, ``servers`` are the partners'."""

    def __init__(self, context: Context, clock: Time, raw: sqlite3.Connection, folder: Path) -> None:
        path, url = folder / "fork.db", f"sqlite:///{folder / 'fork.db'}"
        with closing(sqlite3.connect(path)) as target:
            raw.backup(target)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.clock = Time(clock.value)
        self.store = Store(url, self.clock, lambda: VAULT, folder)
        self.store.engine = cached_engine(url)
        self.is_reached = True
        """Whether partners answer at all."""
        self.servers = {code: _server(partner.profile) for code, partner in context.partners.items()}
        partners = {code: self._partner(partner) for code, partner in context.partners.items()}
        self.context = replace(
            context, store=self.store, clock=self.clock, ids=CountedIds(), looked_at=set(), partners=partners
        )

    def _partner(self, partner: Partner) -> Partner:
        """With our own key and the partner's; the world's would draw from its luck."""
        trusted, own = [bank_key(partner.code.upper()).pem], [payments_key().certificate_pem]
        return replace(
            partner,
            connect=lambda: self._connected(partner.code),
            signer=lambda: PaymentSigner(payments_key(), self.clock),
            verifier=lambda: PartnerVerifier(trusted, own, TemporarySpool(), self.clock),
        )

    @contextmanager
    def _connected(self, code: str) -> Iterator[Transport]:
        if not self.is_reached:
            raise RemoteRefused("unreachable")
        chance = Chance(0, 0)
        chance.quiet = True
        outbox = self.context.partners[code].profile.outbox.folder
        process = Process("fork", lambda: None, chance)
        with closing(connect(self.servers[code], outbox, code, process, _Nobody())) as transport:
            yield transport

    def with_partner(self, code: str, **changes: Any) -> Partner:
        """One partner otherwise than the world has it."""
        partner = replace(self.context.partners[code], **changes)
        self.context = replace(self.context, partners={**self.context.partners, code: partner})
        return partner

    def edit(self, statement: str, *values: Any) -> None:
        """As an administrator of the database can, past every trigger."""
        past_triggers(self.db, statement, values)

    def approved(self, batch: str) -> None:
        """By the people of the payer, as it should be."""
        approve.submit(self.context, batch, "maker", person("maker"))
        for name in ("checker", "checker2"):
            approve.approve(self.context, batch, name, person(name))

    def delivered(self, batch: str) -> list[tuple[str, bytes]]:
        """(message id, bytes) of the batch's files that partners have, by their forms of delivery."""
        rows = self.db.execute("SELECT message_id, partner, name FROM file_out WHERE batch_id = ?", (batch,)).fetchall()
        there = [(message_id, self._released(partner, name)) for message_id, partner, name in rows]
        return [(message_id, content) for message_id, content in there if content is not None]

    def _released(self, partner: str, name: str) -> bytes | None:
        server, outbox = self.servers[partner], self.context.partners[partner].profile.outbox
        path = f"{outbox.folder}/{name}"
        if outbox.delivery == "marker" and server.find(f"{path}{outbox.marker}") is None:
            return None
        node = server.find(path)
        return node.content if node else None

    def close(self) -> None:
        self.db.close()
        self.store.close()


class _Nobody:
    """Watches nothing: here only the end is judged."""

    def opening(self, partner: str, path: str) -> None: ...

    def renaming(self, partner: str, source: str, target: str) -> None: ...

    def removing(self, partner: str, path: str) -> None: ...

    def lay(self, partner: str, path: str, content: bytes) -> None: ...

    def forge(self, partner: str, content: bytes) -> None: ...


def _server(profile: Profile) -> Server:
    server = Server(lambda: 0)
    for folder in (profile.outbox.folder, *profile.outbox.archives):
        server.make(folder)
    for inbox in profile.inboxes:
        server.make(inbox.folder)
        server.make(inbox.archive)
    return server
