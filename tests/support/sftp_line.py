"""A gateway whose partner stands behind a fault proxy and OpenSSH, the bank that judges it, and the naive sender."""

from __future__ import annotations

import io
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import paramiko
from support.gateways import Gateway, copy_of, new_gateway, row
from support.sftp_proxy import FaultProxy, Rule, fault_proxy
from support.sshd import Sshd, generate_key, sshd

from adapters.profile import Delivery
from gateway.domain.errors import ChitraError
from gateway.store import blobs
from gateway.transport.sftp import Endpoint, SftpTransport, connect
from gateway.transport.wire import Channel
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.poll import Polled, poll
from gateway.usecases.seal import seal

PARTNER = "vietinbank"
_LOOK_SECONDS = 0.02
_END_TO_END_ID = re.compile(rb"<EndToEndId>([^<]+)</EndToEndId>")


@dataclass
class LedgerBank:
    """Takes every file that stands under a final name, as often as it stands there, and checks nothing (M1)."""

    inbox: Path
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    def take(self) -> None:
        for path in sorted(self.inbox.iterdir()):
            if not path.name.startswith("."):
                self.taken.append((path.name, path.read_bytes()))
                path.unlink()

    def sweep(self) -> None:
        """Move away what is hidden, as partners do that clear up; it is not taken for an order."""
        for path in list(self.inbox.iterdir()):
            if path.name.startswith("."):
                path.unlink()

    def orders(self) -> list[tuple[str, bytes]]:
        """What was taken, markers left out."""
        return [each for each in self.taken if not each[0].endswith(".done")]

    def doubled(self) -> int:
        """Payments that were ordered more than once."""
        ordered = Counter(found for _, content in self.taken for found in _END_TO_END_ID.findall(content))
        return sum(times > 1 for times in ordered.values())

    def corrupt(self, sealed: bytes) -> int:
        """Files that are not the bytes that were sealed."""
        return sum(content != sealed for _, content in self.taken)


@dataclass
class Line:
    """One gateway, one proxy, one server, one bank."""

    gateway: Gateway
    proxy: FaultProxy
    server: Sshd
    bank: LedgerBank
    endpoint: Endpoint

    def send(self) -> ChitraError | None:
        """One run; what was said about the file."""
        run = self.gateway.send()
        return next((each.error for each in run.deliveries if each.error), None) or next(iter(run.errors), None)

    def poll(self) -> Polled:
        return poll(self.gateway.context, PARTNER)

    @property
    def state(self) -> str:
        """Of the only file out."""
        (file,) = self.gateway.files()
        return str(file.state)

    @property
    def final_name(self) -> str:
        (file,) = self.gateway.files()
        return str(file.name)

    def sealed(self) -> bytes:
        (file,) = self.gateway.files()
        with self.gateway.store.read() as tx:
            return b"".join(blobs.parts(tx, file.sha256))

    def deliver_by(self, form: Delivery) -> None:
        """Before the first act."""
        profile = self.gateway.profiles[PARTNER]
        self.gateway.profiles[PARTNER] = replace(profile, outbox=replace(profile.outbox, delivery=form))

    def temporaries(self) -> list[str]:
        return [path.name for path in self.bank.inbox.iterdir() if path.name.startswith(".")]

    def connect(self) -> SftpTransport:
        """Patient until the proxy says that it has been long enough."""
        self.proxy.long_enough.clear()
        transport = connect(self.endpoint)
        transport._session._channel = _Patient(transport._session._channel, self.proxy.long_enough)
        return transport

    def change(self, **endpoint: Any) -> None:
        """From the next connection on."""
        self.endpoint = replace(self.endpoint, **endpoint)


@dataclass
class _Patient:
    """A channel whose time-out is an event and not a number of seconds, so that a busy machine changes nothing."""

    inner: Channel
    long_enough: threading.Event

    def settimeout(self, timeout: float | None) -> None:
        """Not by the clock."""

    def send(self, data: bytes) -> int:
        self.inner.settimeout(None)
        return self.inner.send(data)

    def recv(self, size: int) -> bytes:
        self.inner.settimeout(_LOOK_SECONDS)
        while True:
            try:
                return self.inner.recv(size)
            except TimeoutError:
                if self.long_enough.is_set():
                    raise


@contextmanager
def line(
    snapshot: Path,
    folder: Path,
    *,
    sftp: str = "internal-sftp",
    **options: str,
) -> Iterator[Line]:
    """Goes on from a snapshot of a gateway, over SFTP; ``options`` are lines of sshd_config."""
    gateway = copy_of(snapshot, folder)
    with closing(gateway), served(gateway.place(), folder / "identity", sftp, **options) as (server, proxy):
        identity = folder / "identity"
        at_proxy = Endpoint("127.0.0.1", proxy.port, "chitra", identity, (proxy.pinned,))
        mine = Line(gateway, proxy, server, LedgerBank(gateway.place() / "in"), at_proxy)
        gateway.wrap = lambda _: mine.connect()
        yield mine


@contextmanager
def served(
    root: Path, identity: Path, sftp: str = "internal-sftp", **options: str
) -> Iterator[tuple[Sshd, FaultProxy]]:
    """OpenSSH on a folder, and a proxy without faults in front of it."""
    with sshd(root, generate_key(identity), sftp=sftp, **options) as server, fault_proxy(server, identity) as proxy:
        yield server, proxy


def sealed_snapshot(folder: Path, payments: int) -> Path:
    """One sealed file at one partner, nothing sent."""
    gateway = new_gateway(folder)
    gateway.approved(*(row(number) for number in range(1, payments + 1)))
    (batch,) = waiting(gateway.context)
    (file,) = allocate(gateway.context, batch)
    seal(gateway.context, file)
    return gateway.snapshot()


def sent_snapshot(folder: Path) -> Path:
    """Four payments in one file that the partner has taken away."""
    gateway = new_gateway(folder)
    gateway.approved(*(row(number) for number in (1, 2, 3, 4)))
    gateway.send()
    LedgerBank(gateway.place() / "in").take()
    return gateway.snapshot()


@dataclass(frozen=True)
class NaiveSender:
    """What one writes first: put, rename, and once more after an error. Kept to show that the judges can condemn."""

    port: int
    identity: Path
    timeout_seconds: float

    def send(self, content: bytes, name: str, between: Callable[[], None], tries: int = 3) -> None:
        """``between`` is the time that passes before the next try."""
        for _ in range(tries):
            try:
                self._attempt(content, name)
                return
            except (paramiko.SSHException, OSError, EOFError):
                between()

    def _attempt(self, content: bytes, name: str) -> None:
        with closing(paramiko.Transport(socket.create_connection(("127.0.0.1", self.port)))) as transport:
            transport.connect(username="naive", pkey=paramiko.Ed25519Key.from_private_key_file(str(self.identity)))
            client = paramiko.SFTPClient.from_transport(transport)
            assert client is not None
            channel = client.get_channel()
            assert channel is not None
            channel.settimeout(self.timeout_seconds)
            client.putfo(io.BytesIO(content), f"/in/.{name}.part")
            client.rename(f"/in/.{name}.part", f"/in/{name}")


def struck(rules: Sequence[Rule]) -> int:
    """How often the rules have acted."""
    return sum(rule.struck for rule in rules)
