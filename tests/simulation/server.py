"""A partner's file server in memory, below the Transport protocol: folders, names, bytes, and who is told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.domain.errors import RemoteRefused
from gateway.ports import RemoteFile


@dataclass
class Node:
    """Bytes behind one or two names."""

    content: bytes
    modified: int
    is_regular: bool = True
    is_durable: bool = True
    """Nothing was written since it was last synchronised."""
    size_bytes: int | None = None
    """What the server says of it, when that is not true."""

    def described(self, name: str) -> RemoteFile:
        size_bytes = len(self.content) if self.size_bytes is None else self.size_bytes
        return RemoteFile(name, size_bytes, self.modified, self.is_regular)


@dataclass
class Server:
    """Every change of a folder is told to ``watch`` (folder, name) after it happened."""

    now: Callable[[], int]
    folders: dict[str, dict[str, Node]] = field(default_factory=dict)
    clobbers: bool = False
    """Fault 45: its rename replaces an existing target."""
    is_blind: bool = False
    """A drop box: whoever writes into the outbox may not look into it (50)."""
    watch: Callable[[str, str], None] = lambda folder, name: None
    spoiled: list[bytes] = field(default_factory=list)
    """What was replaced by other bytes while we read it (65): the partner will be asked for it again."""

    def make(self, folder: str) -> None:
        self.folders.setdefault(folder, {})

    def folder(self, path: str) -> dict[str, Node]:
        if path not in self.folders:
            raise RemoteRefused("no_such_file", path=path)
        return self.folders[path]

    def find(self, path: str) -> Node | None:
        folder, _, name = path.rpartition("/")
        return self.folder(folder).get(name)

    def get(self, path: str) -> Node:
        node = self.find(path)
        if node is None:
            raise RemoteRefused("no_such_file", path=path)
        return node

    def put(self, path: str, content: bytes) -> Node:
        """A new name with bytes of its own, in place of what was there."""
        node = Node(content, self.now())
        self._name(path, node)
        return node

    def create(self, path: str) -> Node:
        if self.find(path) is not None:
            raise RemoteRefused("failure", path=path)
        return self.put(path, b"")

    def append(self, path: str, node: Node, data: bytes) -> None:
        """Also when the name is gone: an open file lives on without it."""
        node.content += data
        node.modified, node.is_durable = self.now(), False
        folder, _, name = path.rpartition("/")
        if self.folders[folder].get(name) is node:
            self.watch(folder, name)

    def link(self, source: str, target: str) -> Node:
        node = self.get(source)
        if self.find(target) is not None and not self.clobbers:
            raise RemoteRefused("failure", path=target)
        self._name(target, node)
        return node

    def unlink(self, path: str, node: Node | None = None) -> bool:
        """Remove a name (only while it means ``node``); False when there is none."""
        folder, _, name = path.rpartition("/")
        found = self.folder(folder).get(name)
        if found is None or node not in (None, found):
            return False
        del self.folders[folder][name]
        return True

    def _name(self, path: str, node: Node) -> None:
        folder, _, name = path.rpartition("/")
        self.folder(folder)[name] = node
        self.watch(folder, name)
