"""An SFTP server in memory that fails exactly where a test says; own plain code, on one end of a socket pair."""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from gateway.transport.sftp import SftpTransport
from gateway.transport.wire import Session

INIT, OPEN, CLOSE, READ, WRITE, LSTAT, OPENDIR, READDIR, REMOVE, RENAME = 1, 3, 4, 5, 6, 7, 11, 12, 13, 18
EXTENDED = 200
STATUS, HANDLE, DATA, NAME, ATTRS = 101, 102, 103, 104, 105

Fault = int | Literal["drop", "drop_after", "stall", "garbage"]
"""A status to answer instead of acting; or the connection ends before or after the act, no answer, nonsense."""


@dataclass(slots=True)
class ScriptedServer:
    """``faults[kind, n]`` strikes the n-th request of that kind, counted from 1."""

    faults: Mapping[tuple[int, int], Fault] = field(default_factory=dict)
    read_bytes_max: int = 32_768
    fsync: bool = True
    names: tuple[bytes, ...] = ()
    reverse_writes_of: int = 1
    """Answers to writes are held back and sent in reverse order, so many at a time."""
    files: dict[bytes, bytearray] = field(default_factory=dict)
    requests: Counter[int] = field(default_factory=Counter)
    _handles: dict[bytes, bytes] = field(default_factory=dict)
    _listed: bool = False

    def serve(self, connection: socket.socket) -> None:
        with connection, suppress(ConnectionError):
            self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        held: list[bytes] = []
        while packet := _receive(connection):
            kind, body = packet[0], packet[1:]
            self.requests[kind] += 1
            fault = self.faults.get((kind, self.requests[kind]))
            if fault == "drop":
                break
            if fault == "stall":
                continue
            held.append(self._answer(kind, body, fault))
            if fault == "drop_after":
                break
            if len(held) >= self.reverse_writes_of or kind != WRITE:
                connection.sendall(b"".join(reversed(held)))
                held.clear()

    def _answer(self, kind: int, body: bytes, fault: Fault | None) -> bytes:
        if kind == INIT:
            extensions = _string(b"fsync@openssh.com") + _string(b"1") if self.fsync else b""
            return _packet(2, struct.pack(">I", 3) + extensions)
        number, rest = body[:4], body[4:]
        if fault == "garbage":
            return _packet(NAME, number + b"\xff")
        if isinstance(fault, int):
            return _status(number, fault)
        return self._act(kind, number, rest)

    def _act(self, kind: int, number: bytes, rest: bytes) -> bytes:
        subject, rest = _cut(rest)
        if kind in {OPEN, OPENDIR}:
            return self._open(kind, number, subject, rest)
        if kind == READDIR:
            return self._readdir(number)
        if kind == READ:
            return self._read(number, self.files[self._handles[subject]], *struct.unpack(">QI", rest))
        if kind == WRITE:
            (offset,), data = struct.unpack(">Q", rest[:8]), rest[12:]
            content = self.files[self._handles[subject]]
            content.extend(bytes(max(0, offset + len(data) - len(content))))
            content[offset : offset + len(data)] = data
        if kind == RENAME:
            return _status(number, self._rename(subject, _cut(rest)[0]))
        if kind == REMOVE:
            return _status(number, 0 if self.files.pop(subject, None) is not None else 2)
        return _status(number, 0)

    def _open(self, kind: int, number: bytes, path: bytes, rest: bytes) -> bytes:
        creates = kind == OPEN and struct.unpack(">I", rest[:4])[0] & 0x08
        if creates and path in self.files:
            return _status(number, 4)
        if creates:
            self.files[path] = bytearray()
        handle = str(self.requests[kind]).encode()
        self._handles[handle] = path
        return _packet(HANDLE, number + _string(handle))

    def _readdir(self, number: bytes) -> bytes:
        if self._listed:
            return _status(number, 1)
        self._listed = True
        entries = b"".join(_string(name) + _string(b"-rw long") + struct.pack(">I", 0) for name in self.names)
        return _packet(NAME, number + struct.pack(">I", len(self.names)) + entries)

    def _read(self, number: bytes, content: bytearray, offset: int, size: int) -> bytes:
        data = bytes(content[offset : offset + min(size, self.read_bytes_max)])
        return _packet(DATA, number + _string(data)) if data else _status(number, 1)

    def _rename(self, source: bytes, target: bytes) -> int:
        if source not in self.files or target in self.files:
            return 4
        self.files[target] = self.files.pop(source)
        return 0


@contextmanager
def scripted(server: ScriptedServer, timeout_seconds: float = 5.0) -> Iterator[SftpTransport]:
    """Our transport, talking to the scripted server."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=server.serve, args=(theirs,), daemon=True)
    thread.start()
    with ours:
        yield SftpTransport(ours, Session(ours, timeout_seconds), "")
        ours.shutdown(socket.SHUT_RDWR)
    thread.join(timeout_seconds)


class Ticking:
    """Time that passes only on the line."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class SlowLine:
    """A channel to a scripted server on which every answer takes so many seconds, and nobody really waits."""

    server: ScriptedServer
    clock: Ticking
    answer_seconds: float
    _arriving: bytearray = field(default_factory=bytearray)
    _timeout_seconds: float = 0.0

    def settimeout(self, timeout: float | None) -> None:
        self._timeout_seconds = timeout or 0.0

    def send(self, data: bytes) -> int:
        kind, body = data[4], data[5:]
        self.server.requests[kind] += 1
        self._arriving += self.server._answer(kind, body, None)
        return len(data)

    def recv(self, size: int) -> bytes:
        """One answer."""
        self.clock.seconds += min(self.answer_seconds, self._timeout_seconds)
        if self._timeout_seconds < self.answer_seconds:
            raise TimeoutError
        (length,) = struct.unpack(">I", self._arriving[:4])
        answer = bytes(self._arriving[: 4 + length])
        del self._arriving[: 4 + length]
        return answer

    def close(self) -> None:
        """Nothing is held open."""


def _receive(connection: socket.socket) -> bytes:
    head = _exactly(connection, 4)
    return _exactly(connection, struct.unpack(">I", head)[0]) if head else b""


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        received = connection.recv(size - len(data))
        if not received:
            return b""
        data += received
    return data


def _string(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _cut(data: bytes) -> tuple[bytes, bytes]:
    size = struct.unpack(">I", data[:4])[0]
    return data[4 : 4 + size], data[4 + size :]


def _packet(kind: int, body: bytes) -> bytes:
    return struct.pack(">IB", len(body) + 1, kind) + body


def _status(number: bytes, code: int) -> bytes:
    return _packet(STATUS, number + struct.pack(">I", code) + _string(b"") + _string(b""))
