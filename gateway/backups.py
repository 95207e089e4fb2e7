"""Backups: every row of the database in one sealed file, and back into a database that is not there yet.

The rows are compressed, then sealed under a passphrase of its own (``keys.backup``). The storage key is not inside, so
that whoever has the file and its passphrase still reads nobody's data. What is restored is in safe mode (M15).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from gateway.domain.crash import crash_point
from gateway.domain.errors import NotConfigured, Refusal, Tampered
from gateway.proof import translated
from gateway.store import backup as rows
from gateway.store import grants
from gateway.store.store import Store
from keys import backup as sealing

if TYPE_CHECKING:
    from gateway.app import App
    from keys.passphrase import Passphrase

KEY = "backup"
"""The name under which ``chitra.toml`` says where the passphrase of backups comes from."""

_LEVEL = 1
_PART_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written, or restored."""

    about: dict[str, Any]
    rows: int
    sha256: str = ""
    size_bytes: int = 0
    has_storage_key: bool = True


def write(app: App, target: BinaryIO, name: str, passphrase: Passphrase, actor: str) -> Backup:
    """Everything as of one moment, while others go on working; recorded once it is on the disk."""
    counted = _Counted(target)
    with app.store.read() as tx:
        about = rows.about(tx) | {"storage_key": _storage_key(app)}
        packed = zlib.compressobj(_LEVEL)
        sealer = sealing.Sealer(cast(BinaryIO, counted), about, passphrase)
        for line in rows.lines(tx):
            sealer.write(packed.compress(line))
        sealer.write(packed.flush())
        sealer.close()
    target.flush()
    os.fsync(target.fileno())
    sha256, size = counted.digest.hexdigest(), counted.size_bytes
    with app.store.begin() as tx:
        tx.record(actor, "db backup", name, sha256, size_bytes=size, sequence=about["sequence"])
    return Backup(about, sum(each["rows"] for each in about["tables"].values()), sha256, size)


class _Counted:
    """Writes through, and knows size and digest."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.digest, self.size_bytes = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size_bytes += len(data)
        return self._target.write(data)


def restore(app: App, source: BinaryIO, passphrase: Passphrase, owner: str | None = None) -> Backup:
    """The whole of a backup into a database that does not exist yet, or nothing of it.

    ``owner`` is the URL of the role that shall own the tables, when the gateway works with another one.
    """
    with translated():
        about, parts = sealing.opened(source, passphrase)
    if about["environment"] != app.config.gateway.environment:
        raise NotConfigured("environment_differs", database=about["environment"], config=app.config.gateway.environment)
    has_key = _has_storage_key(app, about["storage_key"])
    with _new_database(app, owner) as store, translated(), store.begin() as tx:
        count = rows.restore(tx, about, _lines(parts))
    return Backup(about, count, has_storage_key=has_key)


def _has_storage_key(app: App, wanted: str) -> bool:
    """False without any: such a home shows states and amounts. With another key it would no longer know its people."""
    found = _storage_key(app)
    if wanted and found not in (wanted, ""):
        raise Refusal("backup_of_other_storage_key", wanted=wanted, found=found)
    return bool(found)


def _storage_key(app: App) -> str:
    """Key id of the home's storage key, empty without one; needs no passphrase."""
    with translated():
        return next((info.key_id for info in app.keyring.list() if info.purpose == "storage"), "")


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    unpacker, rest = zlib.decompressobj(), b""
    try:
        for part in parts:
            while part:
                *whole, rest = (rest + unpacker.decompress(part, _PART_BYTES)).split(b"\n")
                yield from (line + b"\n" for line in whole)
                part = unpacker.unconsumed_tail
    except zlib.error:
        raise Tampered("backup_changed") from None
    if rest or not unpacker.eof:
        raise Tampered("backup_changed")


@contextmanager
def _new_database(app: App, owner: str | None) -> Iterator[Store]:
    """An empty one. A file takes its name only when everything is in it; on PostgreSQL one transaction does it."""
    if not app.database_url.startswith("sqlite"):
        with app.store_of(owner) as store, store.exclusive("restore"):
            yield store
            if owner:
                grants.give(store, grants.role_of(app.any_store))
        return
    path = Path(app.database_url.removeprefix("sqlite:///"))
    for existing in (path, *_beside(path)):
        if existing.exists():
            raise Refusal("database_exists", path=str(existing))
    unfinished = path.with_name(f".{path.name}.restoring")
    with _store(app, unfinished) as locking, locking.exclusive("restore"):
        locking.close()
        for leftover in (unfinished, *_beside(unfinished)):
            leftover.unlink(missing_ok=True)
        try:
            with _store(app, unfinished) as store:
                yield store
            crash_point("database restored")
            _name(unfinished, path)
        finally:
            for leftover in (unfinished, *_beside(unfinished)):
                leftover.unlink(missing_ok=True)


@contextmanager
def _store(app: App, path: Path) -> Iterator[Store]:
    """Closing the last connection moves everything into the one file."""
    store = Store(f"sqlite:///{path}", app.clock, app.vault, app.home)
    try:
        yield store
    finally:
        store.close()


def _beside(path: Path) -> list[Path]:
    """What SQLite would take for the end of a database's work, also when it is of another one."""
    return [path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]


def _name(unfinished: Path, path: Path) -> None:
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise Refusal("database_exists", path=str(path)) from None
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
