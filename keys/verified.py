"""Verified bytes: what a proof covers, and nothing else (T1, T2). Only this room can make one."""

from __future__ import annotations

import io
from dataclasses import InitVar, dataclass, field
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, Literal, Protocol, cast

from cryptography import x509

from keys import certificates
from keys.errors import Hostile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Proof = Literal["enveloped", "detached", "cms", "openpgp", "channel", "none"]

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
    """The pinned certificate, PEM or ASCII armour."""
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


class _Scratch:
    """Data copied out of anyone's reach, given back unless it comes to be vouched for; for this room only."""

    def __init__(self, spool: Spool) -> None:
        self._file, self._sha256, self.size_bytes = spool.create(), sha256(), 0

    def write(self, part: bytes) -> None:
        self._sha256.update(part)
        self.size_bytes += self._file.write(part)

    def fill(self, source: BinaryIO, size_bytes_max: int) -> None:
        """Copy the whole source in parts; more than the size allowed is not read."""
        while part := source.read(min(_PART_BYTES, size_bytes_max + 1 - self.size_bytes)):
            self.write(part)
            if self.size_bytes > size_bytes_max:
                raise Hostile("too_large", size_bytes_max=size_bytes_max)

    def file(self) -> BinaryIO:
        """All that was written, for another process to read."""
        self._file.flush()
        return self._file

    def close(self) -> None:
        """Give it back without vouching for anything."""
        self._file.close()

    def digest(self) -> bytes:
        """SHA-256 of all that was written."""
        return self._sha256.digest()

    def vouch(self, proof: Proof, certificate: x509.Certificate | None = None) -> Verified:
        """Say what proves it."""
        key_id, pem = (
            (certificates.key_id_of(certificate), certificates.to_pem(certificate)) if certificate else ("", None)
        )
        return self.vouch_for(proof, key_id, pem)

    def vouch_for(self, proof: Proof, key_id: str, certificate: bytes | None) -> Verified:
        """Say what proves it, by a certificate of any kind."""
        return Verified(proof, self._sha256.hexdigest(), self.size_bytes, key_id, certificate, self._file, _MAKER)

    def __enter__(self) -> _Scratch:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._file.close()


def _vouch(proof: Proof, source: BinaryIO, spool: Spool, certificate: x509.Certificate | None = None) -> Verified:
    """Copy the signed data and say what proves it; for this room only."""
    with _Scratch(spool) as scratch:
        while part := source.read(_PART_BYTES):
            scratch.write(part)
        return scratch.vouch(proof, certificate)


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
