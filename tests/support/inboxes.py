"""Inboxes with rules of their own, and servers in front of them that lie, lose or count."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import event
from support.gateways import Gateway, payments_key
from support.signatures import TemporarySpool

from adapters.profile import Inbox
from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.ports import RemoteFile, Transport
from gateway.proof import PartnerVerifier
from gateway.store.discrepancy import Discrepancy
from gateway.usecases.collect import Received, collect
from gateway.usecases.integrity import received

NOON = 1_793_600_000
"""A time that files of tests bear, in seconds since the epoch."""


def inbox(gateway: Gateway, message: str = "camt.053") -> Inbox:
    return next(box for box in gateway.profiles["vietinbank"].inboxes if box.message == message)


def ruled(gateway: Gateway, message: str = "camt.053", **rules: Any) -> None:
    """The inbox for ``message`` by other rules; for a gateway that has not been used yet."""
    profile = gateway.profiles["vietinbank"]
    changed = tuple(replace(box, **rules) if box.message == message else box for box in profile.inboxes)
    gateway.profiles["vietinbank"] = replace(profile, inboxes=changed)
    gateway.__dict__.pop("context", None)


def folder(gateway: Gateway, message: str = "camt.053") -> Path:
    return gateway.place() / inbox(gateway, message).folder.strip("/")


def archive(gateway: Gateway, message: str = "camt.053") -> Path:
    return gateway.place() / inbox(gateway, message).archive.strip("/")


def names(path: Path) -> list[str]:
    """Files of a folder."""
    return sorted(each.name for each in path.iterdir() if not each.is_dir())


def lay(path: Path, content: bytes, modified: int = NOON) -> None:
    """A file as a partner leaves it, with its time."""
    path.write_bytes(content)
    os.utime(path, (modified, modified))


def round_(gateway: Gateway) -> tuple[list[Received], list[str]]:
    """What one round received, and the codes of what went wrong at the connection or a folder."""
    received, errors = collect(gateway.context, gateway.context.partners["vietinbank"])
    for each in received:
        if each.bug:
            raise each.bug
    return received, [error.code for error in errors]


def told(received: list[Received]) -> list[str]:
    """The state of each file, or what is said about it."""
    return [each.state or ", ".join(each.matched.kinds) or str(each.error and each.error.code) for each in received]


def pin(gateway: Gateway, *certificates: bytes) -> None:
    """These may sign the partner's answers from now on."""
    verifier = PartnerVerifier(certificates, [payments_key().certificate_pem], TemporarySpool(), gateway.clock)
    partners = gateway.context.partners
    assert isinstance(partners, dict)
    partners["vietinbank"] = replace(partners["vietinbank"], verifier=lambda: verifier)


def differences(gateway: Gateway, number: int) -> list[Discrepancy]:
    """What ``db check`` finds at one file, in a transaction that is rolled back."""
    found: list[Discrepancy] = []
    with suppress(ZeroDivisionError), gateway.store.begin() as tx:
        found += received.differences(gateway.context, tx, number)
        raise ZeroDivisionError
    return found


def sightings(gateway: Gateway) -> list[str]:
    return [row.name for row in gateway.rows("SELECT name FROM sighting ORDER BY name")]


def withheld(name: bytes) -> str:
    """As a name that is not repeated is shown."""
    return f"sha256:{hashlib.sha256(name).hexdigest()}"


@dataclass
class Server:
    """Counts every request; changes what it lists, refuses, or breaks off where it is told."""

    inner: Transport
    counts: Counter[str] = field(default_factory=Counter)
    listed: Callable[[str, list[RemoteFile]], list[RemoteFile]] = lambda folder, files: files
    refuses: Callable[[str, str], bool] = lambda operation, path: False
    breaks: Callable[[str, str], bool] = lambda operation, path: False
    before: Callable[[str, str], None] = lambda operation, path: None

    @property
    def host_key(self) -> str:
        return self.inner.host_key

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        self._asked("listing", folder)
        return iter(self.listed(folder, list(self.inner.listing(folder))))

    @contextmanager
    def read(self, path: str, size_bytes_max: int) -> Iterator[Iterator[bytes]]:
        self._asked("read", path)
        with self.inner.read(path, size_bytes_max) as parts:
            yield parts

    def stat(self, path: str) -> RemoteFile | None:
        self._asked("stat", path)
        return self.inner.stat(path)

    def rename(self, source: str, target: str) -> None:
        self._asked("rename", source)
        self.inner.rename(source, target)

    def close(self) -> None:
        self.inner.close()

    def _asked(self, operation: str, path: str) -> None:
        self.counts[operation] += 1
        self.before(operation, path)
        if self.breaks(operation, path):
            raise RemoteUnknown("connection_lost", operation=operation, path=path)
        if self.refuses(operation, path):
            raise RemoteRefused("permission_denied", operation=operation, path=path)


def through(gateway: Gateway, **behaviour: Any) -> Counter[str]:
    """Every connection from now on goes through such a server; gives the counts of all of them."""
    counts: Counter[str] = Counter()
    gateway.wrap = lambda transport: Server(transport, counts, **behaviour)
    return counts


@contextmanager
def statements(gateway: Gateway) -> Iterator[Counter[str]]:
    """SQL statements run meanwhile, by their first word; one over many rows counts once."""
    counts: Counter[str] = Counter()

    def count(*arguments: Any) -> None:
        counts[str(arguments[2]).split(maxsplit=1)[0]] += 1

    event.listen(gateway.store.engine, "before_cursor_execute", count)
    try:
        yield counts
    finally:
        event.remove(gateway.store.engine, "before_cursor_execute", count)
