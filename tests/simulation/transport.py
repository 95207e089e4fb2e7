"""The Transport protocol over a simulated server: every primitive may be refused, lost, cut or crashed, by number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from gateway.domain.errors import HostKeyMismatch, RemoteRefused, RemoteUnknown
from gateway.ports import RemoteFile
from gateway.transport.names import is_safe, withheld
from simulation.chance import Chance
from simulation.process import Process
from simulation.server import Node, Server

WRITES = 3
"""Parts of one write, first, middle and last, whatever its length."""


class Judge(Protocol):
    """Who watches what we do at the partner's."""

    def opening(self, partner: str, path: str) -> None: ...

    def renaming(self, partner: str, source: str, target: str) -> None: ...

    def removing(self, partner: str, path: str) -> None: ...

    def lay(self, partner: str, path: str, content: bytes) -> None: ...

    def forge(self, partner: str, content: bytes) -> None: ...


@dataclass(frozen=True)
class Troubles:
    """What may happen at one primitive, as numbers of the fault catalogue."""

    dies: int
    refused: dict[int, str]
    """Number -> the code of the refusal."""
    lost: tuple[int, ...]
    """The connection ends; before or after the effect."""


_CLOSED, _FULL = "permission_denied", "failure"
TROUBLES = {
    "listing": Troubles(19, {41: _CLOSED}, (51,)),
    "open": Troubles(10, {41: _CLOSED, 42: _CLOSED}, (36, 54)),
    "write": Troubles(11, {38: _FULL, 39: _FULL}, (36, 51)),
    "sync": Troubles(12, {34: _FULL}, (36,)),
    "close": Troubles(13, {40: _FULL}, (36, 54)),
    "read back": Troubles(14, {50: _CLOSED}, (51,)),
    "read": Troubles(20, {41: _CLOSED}, (36, 51)),
    "stat": Troubles(14, {41: _CLOSED}, (51,)),
    "rename": Troubles(16, {43: _CLOSED}, (37,)),
    "archive": Troubles(26, {73: _CLOSED}, (37,)),
    "remove": Troubles(10, {73: _CLOSED}, (51,)),
}
_SELDOM = ("close", "rename")
"""Once for each file only."""
_LOOKS = ("stat", "read back", "listing", "remove")
_AT_CONNECT = {
    41: RemoteRefused("auth_refused"),
    52: RemoteRefused("unreachable"),
    53: RemoteRefused("handshake_failed"),
    75: RemoteRefused("unreachable"),
    55: HostKeyMismatch("host_key_mismatch", shown="SHA256:other"),
    56: HostKeyMismatch("host_key_mismatch", shown="SHA256:new"),
    76: HostKeyMismatch("host_key_mismatch", shown="SHA256:elsewhere"),
    57: RemoteRefused("algorithms_refused"),
    58: RemoteRefused("algorithms_refused"),
}


def connect(server: Server, outbox: str, partner: str, process: Process, judge: Judge) -> SimulatedTransport:
    """A connection of one process; every failure here is a refusal, as in ``gateway.transport.ssh``."""
    process.point()
    process.may_die(9, "at")
    if number := process.chance.fault(*_AT_CONNECT):
        raise _AT_CONNECT[number]
    return SimulatedTransport(server, outbox, partner, process, judge)


class SimulatedTransport:
    """``gateway.ports.Transport``; broken for good after the first answer that does not come."""

    host_key = "SHA256:simulated"

    def __init__(self, server: Server, outbox: str, partner: str, process: Process, judge: Judge) -> None:
        self._server, self._outbox, self._partner = server, outbox, partner
        self._process, self._judge = process, judge
        self._chance: Chance = process.chance
        self._broken = False
        self._earlier: dict[str, list[RemoteFile]] = {}

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        return iter(self._do("listing", folder, lambda: self._listed(folder)))

    def _listed(self, folder: str) -> list[RemoteFile]:
        nodes = sorted(self._server.folder(folder).items())
        found = [node.described(name) if is_safe(name) else withheld(name) for name, node in nodes]
        number = self._chance.fault(59, 60) if found else None
        if number == 59:
            return [replace(each, size_bytes=max(0, each.size_bytes - 1)) for each in found[:-1]]
        return [*found[1:], found[-1]] if number == 60 else found

    @contextmanager
    def open_exclusive(self, path: str) -> Iterator[_Writer]:
        def create() -> Node:
            self._judge.opening(self._partner, path)
            if self._server.find(path) is None and self._chance.fault(47):
                self._judge.lay(self._partner, path, b"of a dead attempt")
            return self._server.create(path)

        yield _Writer(self, path, self._do("open", path, create))

    @contextmanager
    def read(self, path: str, size_bytes_max: int) -> Iterator[Iterator[bytes]]:
        operation = "read back" if self._is_ours(path) else "read"
        content: bytes = self._do(operation, path, lambda: self._content(path))
        if len(content) > size_bytes_max:
            raise RemoteRefused("too_large", operation="read", path=path)
        yield iter([content] if content else [])

    def _content(self, path: str) -> bytes:
        node = self._server.get(path)
        if not node.is_regular:
            raise RemoteRefused("failure", operation="read", path=path)
        content = node.content
        if not self._is_ours(path) and self._chance.fault(65):
            self._server.spoiled.append(content)
            node.content, node.modified = bytes(len(content)), node.modified + 1
            self._judge.forge(self._partner, node.content)
        return content

    def stat(self, path: str) -> RemoteFile | None:
        def described() -> RemoteFile | None:
            node = self._server.find(path)
            return node.described(path.rpartition("/")[2]) if node else None

        found: RemoteFile | None = self._do("stat", path, described)
        return found

    def rename(self, source: str, target: str) -> None:
        operation = "rename" if self._is_ours(target) else "archive"
        self._do(operation, f"{source} {target}", lambda: self._rename(source, target))

    def _rename(self, source: str, target: str) -> None:
        """Link, then unlink, as OpenSSH does; the connection may be cut between the two."""
        self._judge.renaming(self._partner, source, target)
        if self._is_ours(target):
            self._others_come_first(target)
        node = self._server.link(source, target)
        if self._chance.likely(44):
            if self._chance.happens(0.5):
                self._cut("rename", source)
            self._process.point()
        self._server.unlink(source, node)

    def _others_come_first(self, target: str) -> None:
        """Fault 46: the final name is there already, with other bytes; 45: and the server replaces it."""
        if self._server.find(target) is None and self._chance.likely(46):
            self._judge.lay(self._partner, target, b"of somebody else")
            if self._server.clobbers:
                self._chance.count(45)

    def remove(self, path: str) -> bool:
        def unlinked() -> bool:
            self._judge.removing(self._partner, path)
            return self._server.unlink(path)

        return bool(self._do("remove", path, unlinked))

    def close(self) -> None:
        self._broken = True

    # --- one primitive ------------------------------------------------------------------------------------------

    def _is_ours(self, path: str) -> bool:
        return path.startswith(f"{self._outbox}/")

    def _do(self, operation: str, path: str, effect: Callable[[], Any]) -> Any:
        troubles = TROUBLES[operation]
        self._process.point()
        if self._broken:
            raise RemoteUnknown("connection_lost", operation=operation, path=path)
        self._process.may_die(troubles.dies, f"before {operation}")
        seldom = operation in _SELDOM
        number = (self._chance.likely if seldom else self._chance.fault)(*troubles.refused, *troubles.lost)
        if number in troubles.refused:
            raise RemoteRefused(troubles.refused[number], operation=operation, path=path)
        if number and self._chance.happens(0.5):
            self._cut(operation, path)
        self._chance.tell(f"{self._process.name} {operation} {path}")
        if self._server.is_blind and operation in _LOOKS and self._is_ours(path):
            self._chance.count(50)
            raise RemoteRefused(_CLOSED, operation=operation, path=path)
        result = effect()
        dies = 17 if operation == "rename" else troubles.dies
        self._process.may_die(dies, f"after {operation}", seldom=seldom)
        if number:
            self._cut(operation, path)
        self._process.point()
        return result

    def _cut(self, operation: str, path: str) -> None:
        self._broken = True
        raise RemoteUnknown("connection_lost", operation=operation, path=path)

    def append(self, path: str, node: Node, data: bytes) -> None:
        """In parts; a cut leaves what was written so far, a refused part (38) a hole."""
        step = -(-len(data) // WRITES)
        for start in range(0, len(data), step):
            part = data[start : start + step]
            try:
                self._do("write", path, partial(self._server.append, path, node, part))
            except RemoteRefused:
                self._server.append(path, node, bytes(len(part)))
                raise

    def sync(self, path: str, node: Node) -> None:
        def durable() -> None:
            node.is_durable = True

        self._do("sync", path, durable)

    def finish(self, path: str, node: Node) -> None:
        """A refused close (40) has lost the last part."""
        try:
            self._do("close", path, lambda: None)
        except RemoteRefused:
            node.content = node.content[: len(node.content) * 2 // 3]
            raise


class _Writer:
    def __init__(self, transport: SimulatedTransport, path: str, node: Node) -> None:
        self._transport, self._path, self._node = transport, path, node

    def write(self, data: bytes) -> None:
        self._transport.append(self._path, self._node, data)

    def sync(self) -> bool:
        self._transport.sync(self._path, self._node)
        return True

    def close(self) -> None:
        self._transport.finish(self._path, self._node)
