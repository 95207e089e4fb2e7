"""Verified bytes: what a proof covers, and nothing else (T1, T2). Only this room can make one."""

from __future__ import annotations

import io
from dataclasses import InitVar, dataclass, field
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Proof = Literal["enveloped", "detached", "channel", "none"]

_MAKER = object()
_PART_BYTES = 1 << 20


class Spool(Protocol):
    """Scratch files of the caller."""

    def create(self) -> BinaryIO:
        """A fresh, private file open for reading and writing."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Signed data with its proof (A4). A context manager: leaving it gives the scratch file back."""

    proof: Proof
    sha256: str
    """Hex, over what ``open()`` reads."""
    size_bytes: int
    key_id: str
    """Of the pinned certificate; empty when the channel is the only proof, or there is none."""
    certificate: bytes | None = field(repr=False)
    """The pinned certificate, PEM."""
    _file: BinaryIO = field(repr=False)
    maker: InitVar[object]
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def __post_init__(self, maker: object) -> None:
        if maker is not _MAKER:
            raise TypeError("only keys makes a Verified")

    def open(self) -> BinaryIO:
        """A fresh reader from the start; any number of them, each with its own position."""
        return cast(BinaryIO, io.BufferedReader(_Reader(self._file, self.size_bytes, self._lock)))

    def close(self) -> None:
        """Give the scratch file back; readers end here."""
        self._file.close()

    def __enter__(self) -> Verified:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _vouch(
    proof: Proof, source: BinaryIO, spool: Spool, *, key_id: str = "", certificate: bytes | None = None
) -> Verified:
    """Copy the signed data out of anyone's reach and say what proves it; for this room only."""
    digest, size_bytes, file = sha256(), 0, spool.create()
    while part := source.read(_PART_BYTES):
        digest.update(part)
        size_bytes += file.write(part)
    return Verified(proof, digest.hexdigest(), size_bytes, key_id, certificate, file, _MAKER)


class _Reader(io.RawIOBase):
    """Reads a shared file at a position of its own."""

    def __init__(self, file: BinaryIO, size_bytes: int, lock: Lock) -> None:
        self._file, self._size_bytes, self._lock, self._position = file, size_bytes, lock, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        with self._lock:
            self._file.seek(self._position)
            part = self._file.read(len(view))
        view[: len(part)] = part
        self._position += len(part)
        return len(part)
