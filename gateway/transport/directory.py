"""The twin of ``sftp`` on a folder of this machine: same primitives, same refusals, same promises."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.ports import RemoteFile
from gateway.transport.names import basename, is_safe, withheld

_READ_BYTES = 1 << 17
_REFUSALS = {
    errno.ENOENT: "no_such_file",
    errno.ENOTDIR: "no_such_file",
    errno.ELOOP: "no_such_file",
    errno.EACCES: "permission_denied",
    errno.EPERM: "permission_denied",
    errno.EROFS: "permission_denied",
}
"""What OpenSSH's server answers for the same cause; everything else is ``failure``."""


class DirectoryTransport:
    """``gateway.ports.Transport`` on a plain directory; ``/in/x`` is ``root/in/x``."""

    host_key = ""

    def __init__(self, root: Path) -> None:
        self._root = root

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        with _answering("listing", folder):
            entries = os.scandir(self._local(folder))
        with entries:
            for entry in entries:
                if not is_safe(entry.name):
                    yield withheld(entry.name)
                elif found := _stat(Path(entry.path), "listing", folder):
                    yield found

    @contextmanager
    def open_exclusive(self, path: str) -> Iterator[_Writer]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with _answering("open", path):
            writer = _Writer(path, self._local(path).parent, os.open(self._local(path), flags, 0o666))
        try:
            yield writer
        finally:
            if not writer.closed:
                os.close(writer.descriptor)

    @contextmanager
    def read(self, path: str, size_bytes_max: int) -> Iterator[Iterator[bytes]]:
        with _answering("open", path):
            descriptor = os.open(self._local(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            yield _chunks(descriptor, path, size_bytes_max)
        finally:
            os.close(descriptor)

    def stat(self, path: str) -> RemoteFile | None:
        return _stat(self._local(path), "stat", path)

    def rename(self, source: str, target: str) -> None:
        """Link, then unlink, as OpenSSH does: the second name exists from the link on, whatever happens after it."""
        old, new = self._local(source), self._local(target)
        with _answering("rename", source):
            os.link(old, new, follow_symlinks=False)
        try:
            os.unlink(old)
            _sync_folder(new.parent)
            _sync_folder(old.parent)
        except OSError as error:
            raise RemoteUnknown("half_renamed", operation="rename", path=source) from error

    def remove(self, path: str) -> bool:
        try:
            with _answering("remove", path):
                os.unlink(self._local(path))
        except RemoteRefused as refusal:
            if refusal.code == "no_such_file":
                return False
            raise
        return True

    def close(self) -> None:
        """Nothing is held open."""

    def _local(self, path: str) -> Path:
        parts = path.strip("/").split("/")
        if ".." in parts:
            raise RemoteRefused("permission_denied", path=path)
        return self._root.joinpath(*parts)


class _Writer:
    def __init__(self, path: str, folder: Path, descriptor: int) -> None:
        self._path = path
        self._folder = folder
        self.descriptor = descriptor
        self.closed = False

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        with _answering("write", self._path):
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]

    def sync(self) -> bool:
        with _answering("sync", self._path):
            os.fsync(self.descriptor)
            _sync_folder(self._folder)
        return True

    def close(self) -> None:
        self.closed = True
        with _answering("close", self._path):
            os.close(self.descriptor)


@contextmanager
def _answering(operation: str, path: str) -> Iterator[None]:
    """The operating system's error is this server's answer."""
    try:
        yield
    except OSError as error:
        raise RemoteRefused(_REFUSALS.get(error.errno or 0, "failure"), operation=operation, path=path) from error


def _chunks(descriptor: int, path: str, size_bytes_max: int) -> Iterator[bytes]:
    received = 0
    with _answering("read", path):
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RemoteRefused("failure", operation="read", path=path)
    while data := _read(descriptor, path, size_bytes_max + 1 - received):
        received += len(data)
        if received > size_bytes_max:
            raise RemoteRefused("too_large", operation="read", path=path)
        yield data


def _read(descriptor: int, path: str, size_bytes_max: int) -> bytes:
    with _answering("read", path):
        return os.read(descriptor, min(_READ_BYTES, size_bytes_max))


def _stat(local: Path, operation: str, path: str) -> RemoteFile | None:
    try:
        with _answering(operation, path):
            found = local.lstat()
    except RemoteRefused as refusal:
        if refusal.code == "no_such_file":
            return None
        raise
    return RemoteFile(basename(str(local)), found.st_size, int(found.st_mtime), stat.S_ISREG(found.st_mode))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
