"""A partner's folders over SFTP: one connection, many files, every answer read and checked."""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from gateway.domain.crash import crash_point
from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.ports import RemoteFile
from gateway.transport import ssh
from gateway.transport.names import basename, decoded, is_safe, withheld
from gateway.transport.ssh import Endpoint
from gateway.transport.wire import (
    END_OF_FILE,
    NO_SUCH_FILE,
    UNSUPPORTED,
    Attributes,
    Fields,
    Kind,
    Patience,
    Session,
    string,
    uint32,
    uint64,
)

__all__ = ["Endpoint", "SftpTransport", "connect"]

_WRITE_BYTES = 32_640
"""With its head a request of this size still fits one SSH packet of 32 KiB."""
_READ_BYTES = 131_072
"""At first; a server that answers with less is asked for less from then on."""
_WRITES_IN_FLIGHT_MAX = 64
_READS_IN_FLIGHT_MAX = 32
_BYTES_PER_NAME = 64
"""What a name of a listing counts for, where a rate is asked."""
_NAMES_MAX = 1_000_000
"""Of one listing; a server that goes on for ever is left."""
_SIZE_MAX = 2**63 - 1
_READ = 0x01
_CREATE_EXCLUSIVELY = 0x02 | 0x08 | 0x20
_FSYNC = "fsync@openssh.com"


class Closeable(Protocol):
    def close(self) -> None: ...


def connect(endpoint: Endpoint) -> SftpTransport:
    """Connect, prove the server, authenticate; errors as ``gateway.transport.ssh`` lists them."""
    link = ssh.connect(endpoint)
    try:
        session = Session(link.channel, endpoint.answer_timeout_seconds)
    except RemoteUnknown as error:
        link.transport.close()
        raise RemoteRefused("sftp_refused", host=endpoint.host) from error
    return SftpTransport(link.transport, session, link.host_key)


class SftpTransport:
    """``gateway.ports.Transport`` over SFTP version 3. For one thread."""

    def __init__(self, link: Closeable, session: Session, host_key: str) -> None:
        self._link = link
        self._session = session
        self._host_key = host_key

    @property
    def host_key(self) -> str:
        return self._host_key

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        handle = self._handle(Kind.OPENDIR, _path(folder), "listing", folder)
        patience, listed = self._session.patience(), 0
        try:
            while names := self._names(handle, folder, patience):
                listed += len(names)
                if listed > _NAMES_MAX:
                    raise RemoteRefused("too_large", operation="listing", path=folder)
                for name, attributes in names:
                    if is_safe(name):
                        yield _remote_file(name, attributes)
                    elif name not in {".", ".."}:
                        yield withheld(name)
        finally:
            self._release(handle)

    @contextmanager
    def open_exclusive(self, path: str) -> Iterator[_Writer]:
        body = _path(path) + uint32(_CREATE_EXCLUSIVELY) + uint32(0)
        writer = _Writer(self._session, path, self._handle(Kind.OPEN, body, "open", path))
        try:
            yield writer
        finally:
            if not writer.closed:
                self._release(writer.abandon())

    @contextmanager
    def read(self, path: str, size_bytes_max: int) -> Iterator[Iterator[bytes]]:
        handle = self._handle(Kind.OPEN, _path(path) + uint32(_READ) + uint32(0), "open", path)
        reader = _Reader(self._session, path, handle, size_bytes_max)
        try:
            yield reader.chunks()
        finally:
            reader.abandon()
            self._release(handle)

    def stat(self, path: str) -> RemoteFile | None:
        try:
            fields = self._session.ask(Kind.LSTAT, _path(path), Kind.ATTRS, operation="stat", path=path)
        except RemoteRefused as refusal:
            if refusal.code == NO_SUCH_FILE:
                return None
            raise
        return _remote_file(basename(path), Attributes.read(fields))

    def rename(self, source: str, target: str) -> None:
        body = _path(source) + _path(target)
        self._session.ask(Kind.RENAME, body, Kind.STATUS, operation="rename", path=source, target=target)

    def remove(self, path: str) -> bool:
        try:
            self._session.ask(Kind.REMOVE, _path(path), Kind.STATUS, operation="remove", path=path)
        except RemoteRefused as refusal:
            if refusal.code == NO_SUCH_FILE:
                return False
            raise
        return True

    def close(self) -> None:
        self._link.close()

    def _handle(self, kind: Kind, body: bytes, operation: str, path: str) -> bytes:
        """A handle, ready to be put in front of a request's other fields."""
        return string(self._session.ask(kind, body, Kind.HANDLE, operation=operation, path=path).string())

    def _release(self, handle: bytes) -> None:
        """Close a handle whose answer says nothing we need; a lost connection has closed it already."""
        with suppress(RemoteUnknown):
            self._session.forget([self._session.post(Kind.CLOSE, handle)])

    def _names(self, handle: bytes, folder: str, patience: Patience) -> list[tuple[str, Attributes]]:
        try:
            fields = self._session.ask(
                Kind.READDIR, handle, Kind.NAME, patience=patience, operation="listing", path=folder
            )
        except RemoteRefused as refusal:
            if refusal.code == END_OF_FILE:
                return []
            raise
        names = [_named(fields) for _ in range(fields.uint32())]
        patience.earn(_BYTES_PER_NAME * len(names))
        return names


class _Writer:
    """Pipelined. A refused write is raised by a later ``write``, at the latest by ``sync`` or ``close``, and stays."""

    def __init__(self, session: Session, path: str, handle: bytes) -> None:
        self._session = session
        self._path = path
        self._handle = handle
        self._offset = 0
        self._in_flight: deque[int] = deque()
        self._syncs_in_flight: list[int] = []
        self._patience = session.patience()
        self._refusal: RemoteRefused | None = None
        self.closed = False

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), _WRITE_BYTES):
            chunk = memoryview(data)[start : start + _WRITE_BYTES]
            body = b"".join((self._handle, uint64(self._offset), uint32(len(chunk)), chunk))
            self._in_flight.append(self._session.post(Kind.WRITE, body, self._patience))
            self._patience.earn(len(chunk))
            crash_point("write sent")
            self._offset += len(chunk)
            self._settle(_WRITES_IN_FLIGHT_MAX)

    def sync(self) -> bool:
        """Asked for behind the last write: requests on one file are worked on in their order (section 6.1)."""
        if not self._session.offers(_FSYNC):
            self._settle(0)
            return False
        crash_point("sync to be sent")
        request = self._session.post(Kind.EXTENDED, string(_FSYNC.encode()) + self._handle)
        self._syncs_in_flight = [request]
        crash_point("sync sent")
        self._settle(0)
        try:
            self._session.answer(request, Kind.STATUS, operation="sync", path=self._path)
            crash_point("sync answered")
        except RemoteRefused as refusal:
            if refusal.code == UNSUPPORTED:
                return False
            raise
        return True

    def close(self) -> None:
        self._settle(0)
        self.closed = True
        self._session.ask(Kind.CLOSE, self._handle, Kind.STATUS, operation="close", path=self._path)

    def abandon(self) -> bytes:
        """Give the handle up for closing, with every answer that is still on its way."""
        self.closed = True
        self._session.forget([*self._in_flight, *self._syncs_in_flight])
        return self._handle

    def _settle(self, in_flight_max: int) -> None:
        if self._refusal:
            raise self._refusal
        while len(self._in_flight) > in_flight_max:
            try:
                self._session.answer(
                    self._in_flight.popleft(), Kind.STATUS, self._patience, operation="write", path=self._path
                )
            except RemoteRefused as refusal:
                self._refusal = refusal
                raise


class _Reader:
    """Reads ahead: two requests at first, one more with every answer, never past the maximum."""

    def __init__(self, session: Session, path: str, handle: bytes, size_bytes_max: int) -> None:
        self._session = session
        self._path = path
        self._handle = handle
        self._stop = size_bytes_max + 1
        self._asked = 0
        self._size = _READ_BYTES
        self._in_flight: deque[tuple[int, int, int]] = deque()
        self._patience = session.patience()
        self._in_flight_max = 2

    def chunks(self) -> Iterator[bytes]:
        received = 0
        while (data := self._next()) is not None:
            received += len(data)
            if received >= self._stop:
                raise RemoteRefused("too_large", operation="read", path=self._path)
            yield data

    def abandon(self) -> None:
        self._session.forget(request for request, _, _ in self._in_flight)

    def _next(self) -> bytes | None:
        """The bytes at the current position, which may be fewer than asked; None at the end."""
        self._ask_ahead()
        if not self._in_flight:
            return None
        request, offset, size = self._in_flight.popleft()
        try:
            data = self._session.answer(request, Kind.DATA, self._patience, operation="read", path=self._path).string()
        except RemoteRefused as refusal:
            if refusal.code == END_OF_FILE:
                return None
            raise
        if not 1 <= len(data) <= size:
            raise RemoteUnknown("protocol", operation="read", path=self._path)
        self._patience.earn(len(data))
        if len(data) < size:
            self._in_flight.appendleft(self._ask(offset + len(data), size - len(data)))
            self._size = len(data)
        crash_point("read answered")
        self._in_flight_max = min(self._in_flight_max + 1, _READS_IN_FLIGHT_MAX)
        return data

    def _ask_ahead(self) -> None:
        """The byte past the maximum is asked for on its own: a file of just that size is over in one round trip."""
        while len(self._in_flight) < self._in_flight_max and self._asked < self._stop:
            size = min(self._size, max(self._stop - 1 - self._asked, 1))
            self._in_flight.append(self._ask(self._asked, size))
            self._asked += size

    def _ask(self, offset: int, size: int) -> tuple[int, int, int]:
        body = self._handle + uint64(offset) + uint32(size)
        return self._session.post(Kind.READ, body, self._patience), offset, size


def _path(path: str) -> bytes:
    return string(path.encode())


def _named(fields: Fields) -> tuple[str, Attributes]:
    name = decoded(fields.string())
    fields.string()  # the long form is for people
    return name, Attributes.read(fields)


def _remote_file(name: str, attributes: Attributes) -> RemoteFile:
    """A server that gives no mode gets the benefit of the doubt: reading a folder is refused anyway.

    A size that no database holds is told as the largest one that it does.
    """
    regular = attributes.mode is None or stat.S_ISREG(attributes.mode)
    size_bytes = min(attributes.size_bytes or 0, _SIZE_MAX)
    return RemoteFile(name, size_bytes, attributes.modified or 0, regular)
