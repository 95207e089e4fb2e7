"""A fault proxy for SFTP: it ends SSH, reads every packet and hands it to a real OpenSSH server, or does not.

Behind it stands Debian's OpenSSH with its own ``sftp-server`` code; one request travels at a time, so that "the third
WRITE" is a place that a test can name. What happens there is an ``Act`` of ``support.sftp_acts``.
"""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import paramiko
from support.sshd import Sshd, generate_key

INIT, OPEN, CLOSE, READ, WRITE, LSTAT, OPENDIR, READDIR, REMOVE, STAT, RENAME = 1, 3, 4, 5, 6, 7, 11, 12, 13, 17, 18
STATUS, HANDLE, NAME, EXTENDED = 101, 102, 104, 200
OK, END_OF_FILE, PERMISSION_DENIED, FAILURE = 0, 1, 3, 4
FOR_EVER = 1 << 62

Gate = Literal["open", "closed", "silent", "dripping", "silent after the key", "silent after the login"]
"""What a new connection meets: SSH, a hang-up as at a connection limit, no banner, a banner that never ends, a login
or a request for SFTP that is never answered."""

_PAUSE_SECONDS = 0.05


class Cut(Exception):
    """The connection ends here, by a reset."""


@dataclass
class Exchange:
    """One request on its way."""

    kind: int
    number: bytes
    body: bytes
    """The fields after the request's number."""
    path: bytes
    """Of the request, or of the handle that it names."""
    session: _Session

    def forward(self, body: bytes | None = None, kind: int | None = None) -> bytes:
        """Let the real server do it; its answer, a whole packet without the length."""
        self.session.backend.send(bytes([kind or self.kind]) + self.number + (self.body if body is None else body))
        return self.session.backend.receive()

    def status(self, code: int) -> bytes:
        """An answer of this proxy's own."""
        return bytes([STATUS]) + self.number + struct.pack(">I", code) + string(b"") + string(b"")

    def long_enough(self) -> None:
        """From here on the client's time is over."""
        self.session.proxy.long_enough.set()

    def pause(self, seconds: float = _PAUSE_SECONDS) -> None:
        """Time passes, unless the proxy closes."""
        self.session.proxy.closing.wait(seconds)

    def until_the_client_has_gone(self) -> None:
        while not (self.session.channel.closed or self.session.proxy.closing.is_set()):
            self.pause(0.01)


Act = Callable[[Exchange], bytes | None]
"""Gives the answer for the client, or None for none at all."""


@dataclass
class Rule:
    """Strikes the requests from the ``first`` to the ``last`` of one kind, on names that end with ``ending``."""

    request: int
    act: Act
    first: int = 1
    last: int = 0
    """0 for the first one only."""
    ending: bytes = b""
    seen: int = 0
    struck: int = 0

    def strikes(self, exchange: Exchange) -> bool:
        if exchange.kind != self.request or not exchange.path.endswith(self.ending):
            return False
        self.seen += 1
        if not self.first <= self.seen <= (self.last or self.first):
            return False
        self.struck += 1
        return True


@dataclass
class FaultProxy:
    """Listens until the context ends; ``rules`` and ``gate`` may change at any time."""

    behind: Sshd
    identity: Path
    """Of a user whom the server behind lets in; whoever knocks here is let in."""
    host_key: paramiko.PKey
    rules: list[Rule] = field(default_factory=list)
    gate: Gate = "open"
    logins: int = 0
    """Credentials that were shown."""
    connections: int = 0
    requests: Counter[int] = field(default_factory=Counter)
    """By kind, over all connections."""
    closing: threading.Event = field(default_factory=threading.Event)
    long_enough: threading.Event = field(default_factory=threading.Event)
    """The client may stop waiting: what it waits for will not come in time."""
    port: int = 0
    _open: list[_Connection] = field(default_factory=list)

    @property
    def pinned(self) -> str:
        """``ssh-ed25519 AAAA...``"""
        return f"{self.host_key.get_name()} {self.host_key.get_base64()}"

    def serve(self, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        with suppress(OSError):
            while True:
                accepted, _ = listener.accept()
                self.connections += 1
                self._open.append(_Connection(self, accepted, self.gate))

    def close(self) -> None:
        self.closing.set()
        for connection in self._open:
            connection.close()

    def rule_for(self, exchange: Exchange) -> Rule | None:
        """Every rule counts; the first that strikes acts."""
        self.requests[exchange.kind] += 1
        struck = [rule for rule in self.rules if rule.strikes(exchange)]
        return struck[0] if struck else None


@contextmanager
def fault_proxy(behind: Sshd, identity: Path, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[FaultProxy]:
    """A proxy with a host key of its own in front of a running server."""
    key = identity.with_name(f"proxy-{identity.name}")
    if not key.exists():
        generate_key(key)
    proxy = FaultProxy(behind, identity, paramiko.Ed25519Key.from_private_key_file(str(key)))
    with socket.create_server(at) as listener:
        proxy.port = listener.getsockname()[1]
        thread = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            proxy.close()


class _Connection(paramiko.ServerInterface):
    """One client, as far as the gate lets it in."""

    def __init__(self, proxy: FaultProxy, accepted: socket.socket, gate: Gate) -> None:
        self._proxy, self._socket, self._gate = proxy, accepted, gate
        self._transport: paramiko.Transport | None = None
        self._threads: list[threading.Thread] = []
        if gate == "closed":
            accepted.close()
        elif gate == "dripping":
            self._start(self._drip)
        elif gate != "silent":
            self._transport = paramiko.Transport(accepted)
            self._transport.add_server_key(proxy.host_key)
            self._transport.start_server(threading.Event(), self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def reset(self) -> None:
        """End with a TCP reset: what was on its way is lost."""
        assert self._transport is not None
        with suppress(OSError):  # it has ended already
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _drip(self) -> None:
        """Line after line before the version, a byte at a time: allowed by RFC 4253, and never ending."""
        with suppress(OSError):
            while not self._proxy.closing.wait(_PAUSE_SECONDS):
                self._socket.sendall(b"w")

    # --- what paramiko asks a server ----------------------------------------------------------------------------

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._proxy.logins += 1
        if self._gate == "silent after the key":
            self._proxy.closing.wait()
            return paramiko.AUTH_FAILED
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if self._gate == "silent after the login":
            self._proxy.closing.wait()
            return False
        self._start(self._relay, channel)
        return True

    def _relay(self, channel: paramiko.Channel) -> None:
        with _Backend(self._proxy.behind, self._proxy.identity) as backend:
            try:
                _Session(self._proxy, channel, backend).run()
            except (Cut, OSError, EOFError):
                self.reset()


class _Backend:
    """The real server: ``ssh -s`` of OpenSSH, whose pipes carry the packets."""

    def __init__(self, behind: Sshd, identity: Path) -> None:
        settings = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=QUIET", "BatchMode=yes")
        options = [word for setting in settings for word in ("-o", setting)]
        where = ["-i", identity, "-p", str(behind.port), "-s", f"{behind.user}@127.0.0.1", "sftp"]
        self._process = subprocess.Popen(
            ["ssh", "-F", "none", *options, *where], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> _Backend:
        return self

    def __exit__(self, *_: object) -> None:
        """What was handed over is done before the process ends."""
        with suppress(OSError):
            _pipe(self._process.stdin).close()
        self._process.wait()
        _pipe(self._process.stdout).close()

    def send(self, packet: bytes) -> None:
        pipe = _pipe(self._process.stdin)
        pipe.write(string(packet))
        pipe.flush()

    def receive(self) -> bytes:
        pipe = _pipe(self._process.stdout)
        (size,) = struct.unpack(">I", _whole(pipe.read(4), 4))
        return _whole(pipe.read(size), size)


@dataclass
class _Session:
    """One SFTP session: requests one at a time, names of handles known."""

    proxy: FaultProxy
    channel: paramiko.Channel
    backend: _Backend
    _paths: dict[bytes, bytes] = field(default_factory=dict)

    def run(self) -> None:
        while (request := self._receive()) is not None:
            answer = self._answer(request)
            if answer is not None:
                self.channel.sendall(string(answer))

    def _answer(self, request: bytes) -> bytes | None:
        if request[0] == INIT:
            self.backend.send(request)
            return self.backend.receive()
        exchange = self._exchange(request)
        rule = self.proxy.rule_for(exchange)
        answer = rule.act(exchange) if rule else exchange.forward()
        if answer is not None and answer[0] == HANDLE:
            self._paths[cut_string(answer[5:])[0]] = exchange.path
        return answer

    def _exchange(self, request: bytes) -> Exchange:
        kind, number, body = request[0], request[1:5], request[5:]
        subject, rest = cut_string(body)
        if kind == EXTENDED:
            subject, _ = cut_string(rest)
        return Exchange(kind, number, body, self._paths.get(subject, subject), self)

    def _receive(self) -> bytes | None:
        head = self._exactly(4)
        return self._exactly(struct.unpack(">I", head)[0]) if head else None

    def _exactly(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            received = self.channel.recv(size - len(data))
            if not received:
                return None
            data += received
        return data


def string(value: bytes) -> bytes:
    """With its length in front, as SFTP writes strings and packets."""
    return struct.pack(">I", len(value)) + value


def cut_string(data: bytes) -> tuple[bytes, bytes]:
    """The first string and the rest."""
    (size,) = struct.unpack(">I", data[:4])
    return data[4 : 4 + size], data[4 + size :]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise EOFError("the server behind has ended")
    return data
