"""Files of the keyring: checked at every opening, created exclusively, durable before they are named."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from keys.errors import KeyExists, KeyMissing, UnsafeFile

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_NOT_OURS = frozenset({errno.ELOOP, errno.EACCES, errno.EPERM, errno.ENXIO})
"""A symbolic link, someone else's file, a socket."""


def read_private(path: Path) -> bytes:
    """The bytes of a regular file of ours that nobody else can read (0600)."""
    return _read(path, forbidden=_OTHERS)


def read_credential(path: Path) -> bytes:
    """The bytes of a credential that the service manager (root) put there for us; others cannot read it."""
    return _read(path, forbidden=stat.S_IRWXO, owners=(0, os.geteuid()))


def read_public(path: Path) -> bytes:
    """The bytes of a regular file of ours that nobody else can write, such as a certificate."""
    return _read(path, forbidden=_OTHERS_WRITE)


def _read(path: Path, *, forbidden: int, owners: Collection[int] = ()) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyMissing(path.name) from None
    except OSError as error:
        if error.errno not in _NOT_OURS:
            raise
        raise UnsafeFile("unsafe_file", file=path.name, why="unreadable_or_link") from None
    with open(descriptor, "rb") as file:
        _check(os.fstat(descriptor), path, forbidden=forbidden, kind=stat.S_ISREG, owners=owners)
        return file.read()


def check_folder(folder: Path) -> None:
    """Raise unless it is a folder of ours that nobody else can enter (0700), and no link to one."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        raise KeyMissing(folder.name) from None
    _check(found, folder, forbidden=_OTHERS, kind=stat.S_ISDIR)


def _check(
    found: os.stat_result, path: Path, *, forbidden: int, kind: Callable[[int], bool], owners: Collection[int] = ()
) -> None:
    if not kind(found.st_mode):
        raise UnsafeFile("unsafe_file", file=path.name, why="wrong_kind")
    if found.st_uid not in (owners or (os.geteuid(),)):
        raise UnsafeFile("unsafe_file", file=path.name, why="foreign_owner")
    if found.st_mode & forbidden:
        raise UnsafeFile("unsafe_file", file=path.name, why="mode_too_open", mode=oct(stat.S_IMODE(found.st_mode)))


def create_folder(folder: Path) -> None:
    """A new folder, mode 0700."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise KeyExists(folder.name) from None


def create(path: Path, content: bytes) -> None:
    """A new file, mode 0600: complete and durable under its name, or not there; never overwrites."""
    with _temporary(path, content) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise KeyExists(path.name) from None


def replace(path: Path, content: bytes) -> None:
    """Put other content under an existing name in one step: the old bytes or the new ones, never a mixture."""
    with _temporary(path, content) as temporary:
        os.replace(temporary, path)


def remove(path: Path) -> None:
    """Take a file away for good, durable when this returns; one that is gone already is no error."""
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


@contextmanager
def _temporary(path: Path, content: bytes) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
