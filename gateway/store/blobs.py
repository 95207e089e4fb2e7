"""Bytes of files in the database: 1 MiB parts, zlib then vault, insert-only, streamed both ways (T3)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy.exc import IntegrityError

from gateway.domain.errors import Busy, NotFound, Tampered
from gateway.store.store import Transaction

PART_BYTES = 1024 * 1024


def digest(source: BinaryIO) -> tuple[str, int]:
    """(sha256 hex, size) of everything from the start of the stream; leaves it at the start."""
    source.seek(0)
    sha256, size = hashlib.sha256(), 0
    while part := source.read(PART_BYTES):
        sha256.update(part)
        size += len(part)
    source.seek(0)
    return sha256.hexdigest(), size


def put(tx: Transaction, source: BinaryIO) -> str:
    """Store the stream under its sha256; bytes that are there already are not stored again."""
    sha256, _ = digest(source)
    if tx.value("SELECT 1 FROM blob WHERE sha256 = :s AND part = 0", s=sha256):
        return sha256
    try:
        tx.dialect.insert(tx.connection, "blob", ("sha256", "part", "bytes"), _sealed(tx, source, sha256))
    except IntegrityError as error:  # another worker, in a transaction that we did not see
        raise Busy("moved_by_another", subject=sha256) from error
    return sha256


def _sealed(tx: Transaction, source: BinaryIO, sha256: str) -> Iterator[tuple[str, int, bytes]]:
    number = 0
    while (part := source.read(PART_BYTES)) or number == 0:
        yield sha256, number, tx.vault.seal(zlib.compress(part, 1), _context(sha256, number))
        number += 1


def parts(tx: Transaction, sha256: str) -> Iterator[bytes]:
    """The stored bytes in order; raises ``Tampered`` when they do not give ``sha256`` at the end."""
    found, number = hashlib.sha256(), 0
    for row in tx.stream('SELECT "bytes" AS sealed FROM blob WHERE sha256 = :s ORDER BY part', s=sha256):
        part = zlib.decompress(tx.vault.open(bytes(row.sealed), _context(sha256, number)))
        found.update(part)
        number += 1
        yield part
    if number == 0:
        raise NotFound("blob_missing", sha256=sha256)
    if found.hexdigest() != sha256:
        raise Tampered("blob_tampered", sha256=sha256)


def copy(tx: Transaction, sha256: str, target: BinaryIO) -> int:
    """Write the stored bytes to ``target`` and rewind it; returns the size."""
    size = 0
    for part in parts(tx, sha256):
        size += target.write(part)
    target.seek(0)
    return size


def _context(sha256: str, number: int) -> str:
    return f"blob:{sha256}:{number}"
