"""Stored bytes against their digests, and files out against the bytes that were sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from functools import partial
from typing import Any, BinaryIO

from formats.errors import FormatError
from formats.iso20022 import pain001, schema
from gateway.domain.errors import ChitraError
from gateway.store import blobs
from gateway.store.discrepancy import Discrepancy
from gateway.store.store import Transaction
from gateway.usecases.context import Context

_SIZES = (
    "SELECT 'wire_object' AS kind, sha256, size_bytes FROM wire_object"
    " UNION ALL SELECT 'file_in', sha256, size_bytes FROM file_in"
)
_FILES = "SELECT * FROM file_out WHERE sha256 IS NOT NULL ORDER BY id"
_ENCRYPTED = (
    "SELECT f.message_id, f.partner, f.sha256, w.sha256 AS wire_sha256, w.size_bytes FROM file_out f"
    " JOIN wire_object w ON w.file_id = f.id WHERE w.encrypted_to IS NOT NULL ORDER BY f.id"
)
_AMOUNTS = (
    "SELECT p.end_to_end_id, p.amount FROM payment_file l JOIN payment p ON p.id = l.payment_id"
    " WHERE l.file_id = :f ORDER BY l.ordinal"
)


def blobs_of(tx: Transaction) -> Iterator[Discrepancy]:
    """T3: all bytes give the digest they are stored under, and have the size that rows say."""
    sizes: dict[str, int] = {}
    for digest in tx.rows("SELECT DISTINCT sha256 FROM blob"):
        sizes[digest.sha256], got = _measured(tx, digest.sha256)
        if got != digest.sha256:
            yield Discrepancy("bytes_differ", "blob", digest.sha256, got)
    for row in tx.rows(_SIZES):
        size = sizes.get(row.sha256, row.size_bytes)
        if size != row.size_bytes:
            yield Discrepancy("bytes_differ", f"{row.kind} {row.sha256}", str(row.size_bytes), str(size))


def _measured(tx: Transaction, digest: str) -> tuple[int, str]:
    found, size = hashlib.sha256(), 0
    try:
        for part in blobs.parts(tx, digest):
            found.update(part)
            size += len(part)
    except (ChitraError, ValueError) as error:
        return size, getattr(error, "code", "unreadable")
    return size, found.hexdigest()


def files_out(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M5, M7: what the row of a file says is what its sealed bytes say, payment by payment."""
    for file in tx.rows(_FILES):
        where = f"file_out {file.message_id}"
        with closing(context.spool.create()) as spool:
            try:
                blobs.copy(tx, file.sha256, spool)
                told = _told(spool)
            except (ChitraError, FormatError, ValueError):
                yield Discrepancy("bytes_differ", where, file.sha256)
                continue
        row = _row(tx, file)
        for column, expected in told.items():
            if row[column] != expected:
                yield Discrepancy("rows_differ", f"{where} {column}", str(expected), str(row[column]))


def encrypted(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    """M7: what travelled encrypted holds the message, to the byte."""
    for row in tx.rows(_ENCRYPTED):
        where = f"wire_object {row.message_id}"
        with closing(context.spool.create()) as spool:
            try:
                blobs.copy(tx, row.wire_sha256, spool)
                with closing(context.partner(row.partner).envelope().open(spool, row.size_bytes)) as opened:
                    got = _digest(opened.open())
            except ChitraError as error:
                yield Discrepancy("proof_not_repeatable", where, "openpgp", error.code)
                continue
        if got != row.sha256:
            yield Discrepancy("bytes_differ", where, row.sha256, got)


def _digest(message: BinaryIO) -> str:
    found = hashlib.sha256()
    for part in iter(partial(message.read, blobs.PART_BYTES), b""):
        found.update(part)
    return found.hexdigest()


def _told(sealed: BinaryIO) -> dict[str, Any]:
    """What a message says, by the columns of ``file_out``; of a recall only what it is."""
    found: dict[str, Any] = {"message": schema.message_name(sealed)}
    if not found["message"].startswith("pain.001"):
        return found
    lines = hashlib.sha256()
    sealed.seek(0)
    for item in pain001.read(sealed, schema=False):
        if isinstance(item, pain001.Header):
            found |= {
                "message_id": item.message_id,
                "created_at": item.created.astimezone(UTC).isoformat(timespec="seconds"),
                "initiating_party": item.initiating_party.name,
                "initiating_party_id": item.initiating_party.organisation_id,
                "payments": item.count,
                "amount": item.control_sum,
            }
        elif isinstance(item, pain001.Block):
            found |= {
                "payment_information_id": item.payment_information_id,
                "execution_date": item.execution_date.isoformat(),
                "debtor": item.debtor.name,
                "debtor_account": item.debtor_account.number,
                "currency": item.currency,
            }
        else:
            lines.update(f"{item.end_to_end_id} {item.amount}\n".encode())
    return found | {"lines": lines.hexdigest()}


def _row(tx: Transaction, file: Any) -> dict[str, Any]:
    lines = hashlib.sha256()
    for row in tx.stream(_AMOUNTS, f=file.id):
        lines.update(f"{row.end_to_end_id} {row.amount}\n".encode())
    return dict(file._mapping) | {"lines": lines.hexdigest()}
