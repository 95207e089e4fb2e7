"""Between us and PostgreSQL: a line that can be cut at a COMMIT, and a pooler that shares backends by transaction."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

Relay = Callable[[socket.socket], None]


@contextmanager
def listening(relay: Relay, url: str) -> Iterator[str]:
    """``url`` with the address of a proxy that hands every client to ``relay``."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_accept, args=(server, relay), daemon=True)
        thread.start()
        parts = urlsplit(url)
        host = f"{parts.username}@127.0.0.1:{server.getsockname()[1]}"
        try:
            yield urlunsplit(parts._replace(netloc=host)) + "?sslmode=disable"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _accept(server: socket.socket, relay: Relay) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=relay, args=(client,), daemon=True).start()


def _port(url: str) -> int:
    return urlsplit(url).port or 5432


# --- a line that is cut ----------------------------------------------------------------------------------------


@dataclass
class Line:
    """Forwards both ways. ``cut_at`` counts COMMITs down to the one at which the line breaks."""

    url: str
    cut_at: int = 0
    before: bool = False
    """Break before the server has seen the COMMIT; else after it has answered."""
    cuts: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def relay(self, client: socket.socket) -> None:
        server = socket.create_connection(("127.0.0.1", _port(self.url)))
        back = threading.Thread(target=_copy, args=(server, client), daemon=True)
        back.start()
        with suppress(OSError), client, server:
            while data := client.recv(1 << 16):
                if b"COMMIT\0" in data and self._is_due():
                    self._break(client, server, data)
                    return
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            back.join()

    def _is_due(self) -> bool:
        with self._lock:
            self.cut_at -= 1
            return self.cut_at == 0

    def _break(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        """The client sees a closed connection, whatever became of its COMMIT."""
        self.cuts += 1
        client.shutdown(socket.SHUT_RDWR)
        if self.before:
            server.shutdown(socket.SHUT_RDWR)
        else:
            server.sendall(data)
            server.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                while server.recv(1 << 16):
                    pass


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


# --- a transaction pooler --------------------------------------------------------------------------------------


class Pooler:
    """As PgBouncer in transaction mode: a backend is whosever turn it is, from the first message until it is idle."""

    def __init__(self, url: str, backends: int) -> None:
        self._url = url
        self._free: list[socket.socket] = []
        self._change = threading.Condition()
        self._greeting = b""
        self._wanted = backends

    def relay(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError), client:
            startup = _startup(client)
            with self._change:
                while self._wanted:
                    self._wanted -= 1
                    self._connect(startup)
            client.sendall(self._greeting)
            while True:
                kind, message = _message(client)
                if kind == b"X":
                    return
                self._serve(client, message)

    def _connect(self, startup: bytes) -> None:
        server = socket.create_connection(("127.0.0.1", _port(self._url)))
        server.sendall(startup)
        self._greeting = b"".join(_until_ready(server))
        self._free.append(server)

    def _serve(self, client: socket.socket, message: bytes) -> None:
        """One transaction of this client, on the backend that has rested longest."""
        with self._change:
            self._change.wait_for(lambda: self._free)
            server = self._free.pop(0)
        try:
            while True:
                server.sendall(message)
                if message[:1] in (b"S", b"Q"):
                    answers = list(_until_ready(server))
                    client.sendall(b"".join(answers))
                    if answers[-1][5:6] == b"I":
                        return
                _, message = _message(client)
        finally:
            with self._change:
                self._free.append(server)
                self._change.notify_all()


def _startup(client: socket.socket) -> bytes:
    (size,) = struct.unpack(">I", _exactly(client, 4))
    return struct.pack(">I", size) + _exactly(client, size - 4)


def _message(source: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(source, 5)
    (size,) = struct.unpack(">I", head[1:])
    return head[:1], head + _exactly(source, size - 4)


def _until_ready(server: socket.socket) -> Iterator[bytes]:
    """Messages to and with ReadyForQuery."""
    while True:
        kind, message = _message(server)
        yield message
        if kind == b"Z":
            return


def _exactly(source: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
