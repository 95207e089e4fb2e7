"""SFTP version 3 on a channel: numbered requests out, answers in (draft-ietf-secsh-filexfer-02).

The protocol is spoken here and not by paramiko's client, whose file object drops the answer of a refused
WRITE once it is superseded and swallows a failed CLOSE. Here no answer is lost unless it was forgotten on purpose.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from paramiko.ssh_exception import SSHException

from gateway.domain.crash import crash_point
from gateway.domain.errors import RemoteRefused, RemoteUnknown

_VERSION = 3
_BYTES_PER_SECOND_MIN = 8 * 1024
"""A partner slower than this over a whole transfer is given up; 16 MiB may take half an hour."""
_RECEIVE_BYTES = 1 << 18
_ANSWER_BYTES_MAX = 1 << 20
_UINT32 = struct.Struct(">I")
_UINT64 = struct.Struct(">Q")
_REQUEST = struct.Struct(">IBI")
_HEAD = struct.Struct(">IB")

_STATUS_OK = 0
END_OF_FILE = "end_of_file"
NO_SUCH_FILE = "no_such_file"
UNSUPPORTED = "unsupported"
_REFUSALS = {1: END_OF_FILE, 2: NO_SUCH_FILE, 3: "permission_denied", 4: "failure", 5: "bad_message", 8: UNSUPPORTED}
_NOT_AN_ANSWER = frozenset({6, 7})
"""NO_CONNECTION and CONNECTION_LOST: a server in front of another one lost it; nobody knows what happened."""


class Kind(IntEnum):
    """Packet types, section 3."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200


class Channel(Protocol):
    """The part of a paramiko channel (or a socket) that carries the bytes."""

    def settimeout(self, timeout: float | None, /) -> None: ...

    def send(self, data: bytes, /) -> int: ...

    def recv(self, size: int, /) -> bytes: ...


def string(value: bytes | memoryview) -> bytes:
    return _UINT32.pack(len(value)) + value


def uint32(value: int) -> bytes:
    return _UINT32.pack(value)


def uint64(value: int) -> bytes:
    return _UINT64.pack(value)


class Fields:
    """Cursor over the fields of one answer; an answer that ends too early is ``RemoteUnknown('protocol')``."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) != size:
            raise RemoteUnknown("protocol")
        self._at += size
        return taken

    def uint32(self) -> int:
        return int(_UINT32.unpack(self.take(4))[0])

    def uint64(self) -> int:
        return int(_UINT64.unpack(self.take(8))[0])

    def string(self) -> bytes:
        return self.take(self.uint32())


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes we use, section 5; None where the server does not say."""

    size_bytes: int | None
    mode: int | None
    modified: int | None

    @classmethod
    def read(cls, fields: Fields) -> Attributes:
        flags = fields.uint32()
        size_bytes = fields.uint64() if flags & 0x1 else None
        if flags & 0x2:
            fields.take(8)
        mode = fields.uint32() if flags & 0x4 else None
        modified = fields.take(8)[4:] if flags & 0x8 else None
        for _ in range(fields.uint32() * 2 if flags & 0x80000000 else 0):
            fields.string()
        return cls(size_bytes, mode, _UINT32.unpack(modified)[0] if modified else None)


class Patience:
    """How long one transfer may keep us waiting in all: the time of one answer, and more for every byte that moved.

    Only waiting counts, not what we do in between; so a server that answers each request just in time, a byte at a
    time, does not hold us for ever (slow loris).
    """

    def __init__(self, seconds: float) -> None:
        self.left_seconds = seconds

    def earn(self, size_bytes: int) -> None:
        self.left_seconds += size_bytes / _BYTES_PER_SECOND_MIN


class Session:
    """One SFTP session. A lost or late answer breaks it for good: every later call is ``RemoteUnknown`` too."""

    def __init__(self, channel: Channel, timeout_seconds: float) -> None:
        self._channel = channel
        self._timeout_seconds = timeout_seconds
        self._received = bytearray()
        self._next = 0
        self._awaited: set[int] = set()
        self._arrived: dict[int, tuple[int, bytes]] = {}
        self._broken = False
        self._extensions = self._handshake()

    def offers(self, extension: str) -> bool:
        return extension.encode() in self._extensions

    def patience(self) -> Patience:
        """For a new transfer."""
        return Patience(self._timeout_seconds)

    def post(self, kind: Kind, body: bytes, patience: Patience | None = None) -> int:
        """Send a request without waiting for its answer; gives the number to ask the answer with."""
        self._next = (self._next + 1) & 0xFFFFFFFF
        self._send(_REQUEST.pack(len(body) + 5, kind, self._next) + body, patience or self.patience())
        self._awaited.add(self._next)
        return self._next

    def answer(self, request: int, expected: Kind, patience: Patience | None = None, **where: str) -> Fields:
        """Fields of the expected kind, else ``RemoteRefused`` with the server's status; ``where`` goes to the error."""
        patience = patience or self.patience()
        while request not in self._arrived:
            self._receive_answer(patience)
        kind, body = self._arrived.pop(request)
        fields = Fields(body)
        if kind == Kind.STATUS:
            _check_status(fields.uint32(), expected, where)
        elif kind != expected:
            raise RemoteUnknown("protocol", **where)
        return fields

    def ask(
        self,
        kind: Kind,
        body: bytes,
        expected: Kind,
        *,
        patience: Patience | None = None,
        operation: str,
        **where: str,
    ) -> Fields:
        crash_point(f"{operation} to be sent")
        request = self.post(kind, body, patience)
        crash_point(f"{operation} sent")
        fields = self.answer(request, expected, patience, operation=operation, **where)
        crash_point(f"{operation} answered")
        return fields

    def forget(self, requests: Iterable[int]) -> None:
        """Drop the answers of these requests when they come."""
        for request in requests:
            self._awaited.discard(request)
            self._arrived.pop(request, None)

    def _handshake(self) -> dict[bytes, bytes]:
        patience = self.patience()
        self._send(_HEAD.pack(5, Kind.INIT) + _UINT32.pack(_VERSION), patience)
        kind, body = self._receive_packet(patience)
        fields = Fields(body)
        if kind != Kind.VERSION or fields.uint32() < _VERSION:
            raise self._break("protocol")
        extensions = {}
        while fields:
            name = fields.string()
            extensions[name] = fields.string()
        return extensions

    def _receive_answer(self, patience: Patience) -> None:
        kind, body = self._receive_packet(patience)
        request = Fields(body).uint32()
        if request in self._awaited:
            self._awaited.remove(request)
            self._arrived[request] = (kind, body[4:])

    def _receive_packet(self, patience: Patience) -> tuple[int, bytes]:
        with self._waiting(patience) as deadline:
            self._receive_until(4, deadline)
            (size,) = _UINT32.unpack_from(self._received)
            if not 1 <= size <= _ANSWER_BYTES_MAX:
                raise RemoteUnknown("protocol")
            self._receive_until(4 + size, deadline)
        kind, body = self._received[4], bytes(memoryview(self._received)[5 : 4 + size])
        del self._received[: 4 + size]
        return kind, body

    def _receive_until(self, size: int, deadline: float) -> None:
        while len(self._received) < size:
            self._channel.settimeout(_left(deadline))
            received = self._channel.recv(_RECEIVE_BYTES)
            if not received:
                raise EOFError
            self._received += received

    def _send(self, packet: bytes, patience: Patience) -> None:
        if self._broken:
            raise RemoteUnknown("connection_lost")
        with self._waiting(patience) as deadline:
            while packet:
                self._channel.settimeout(_left(deadline))
                sent = self._channel.send(packet)
                if not sent:
                    raise EOFError
                packet = packet[sent:]

    @contextmanager
    def _waiting(self, patience: Patience) -> Iterator[float]:
        """Until a deadline for one packet; what goes wrong with the line breaks the session."""
        began = time.monotonic()
        try:
            yield began + min(self._timeout_seconds, patience.left_seconds)
        except TimeoutError as error:
            raise self._break("timeout") from error
        except RemoteUnknown:
            self._broken = True
            raise
        except (OSError, EOFError, SSHException) as error:
            raise self._break("connection_lost") from error
        finally:
            patience.left_seconds -= time.monotonic() - began

    def _break(self, code: str) -> RemoteUnknown:
        self._broken = True
        return RemoteUnknown(code)


def _left(deadline: float) -> float:
    """Seconds; raises ``TimeoutError`` when it has passed, also while bytes keep coming."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _check_status(code: int, expected: Kind, where: dict[str, str]) -> None:
    if code == _STATUS_OK and expected == Kind.STATUS:
        return
    if code == _STATUS_OK or code in _NOT_AN_ANSWER:
        raise RemoteUnknown("protocol", **where)
    if code in _REFUSALS:
        raise RemoteRefused(_REFUSALS[code], **where)
    raise RemoteRefused("status_not_known", status=code, **where)
