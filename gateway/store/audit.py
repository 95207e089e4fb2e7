"""The hash-chained record of acts: appending to it, and walking it from end to end (A1, A2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.store.discrepancy import Discrepancy

if TYPE_CHECKING:
    from gateway.store.store import Transaction

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Walked:
    """How far the chain holds: that many records, the last of them with this hash."""

    records: int
    hash: str
    broken: Discrepancy | None = None

    @property
    def first_broken(self) -> int | None:
        """Number of the first record that does not fit."""
        return self.records + 1 if self.broken else None


@dataclass(frozen=True, slots=True)
class Record:
    actor: str
    verb: str
    subject: str
    rows_sha256: str
    """Digest over the rows that the act touched; empty where the subject says it all."""
    details: Mapping[str, str | int]


def append(tx: Transaction) -> None:
    """Link the transaction's records to the chain; the last statement before COMMIT."""
    if not tx.records:
        return
    lock = "" if tx.dialect.name == "sqlite" else " FOR UPDATE"
    head = tx.run(f"SELECT sequence, hash FROM audit_head WHERE id = 1{lock}").one()
    sequence, previous, at = head.sequence, head.hash, tx.now()
    for record in tx.records:
        sequence += 1
        row = _row(sequence, at, record, previous)
        previous = row["hash"]
        tx.run(
            "INSERT INTO audit (sequence, at, actor, verb, subject, details, rows_sha256, previous, hash)"
            " VALUES (:sequence, :at, :actor, :verb, :subject, :details, :rows_sha256, :previous, :hash)",
            **row,
        )
    tx.run("UPDATE audit_head SET sequence = :s, hash = :h WHERE id = 1", s=sequence, h=previous)
    tx.records.clear()


def _row(sequence: int, at: str, record: Record, previous: str) -> dict[str, Any]:
    row = {
        "sequence": sequence,
        "at": at,
        "actor": record.actor,
        "verb": record.verb,
        "subject": record.subject,
        "details": json.dumps(record.details, sort_keys=True, ensure_ascii=False),
        "rows_sha256": record.rows_sha256,
        "previous": previous,
    }
    return row | {"hash": _hash(row)}


def _hash(row: Mapping[str, Any]) -> str:
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def walk(tx: Transaction) -> Walked:
    """Every link up to the first that does not fit, one record in memory at a time; then the head."""
    previous, expected = GENESIS, 1
    for row in tx.stream("SELECT * FROM audit ORDER BY sequence"):
        fields = dict(row._mapping)
        found = fields.pop("hash")
        if broken := _misfit(fields, found, expected, previous):
            return Walked(expected - 1, previous, broken)
        previous, expected = found, expected + 1
    return Walked(expected - 1, previous, _misfit_of_head(tx, expected - 1, previous))


def first_break(tx: Transaction) -> int | None:
    """Number of the first record that does not fit the chain; None when all fit and the head agrees."""
    return walk(tx).first_broken


def listing(tx: Transaction, subject: str | None, since: str | None, limit: int) -> list[Any]:
    """Acts on a subject, or on anything, the newest first."""
    return tx.rows(
        "SELECT sequence, at, actor, verb, subject, details, rows_sha256 FROM audit"
        " WHERE (CAST(:subject AS TEXT) IS NULL OR subject = :subject)"
        " AND (CAST(:since AS TEXT) IS NULL OR at >= :since) ORDER BY sequence DESC LIMIT :limit",
        subject=subject,
        since=since,
        limit=limit,
    )


def _misfit(fields: Mapping[str, Any], found: str, expected: int, previous: str) -> Discrepancy | None:
    """What kind of edit a record looks like that is not the next link."""
    where = f"audit {expected}"
    if fields["sequence"] != expected:
        code = "audit_missing" if fields["sequence"] > expected else "audit_put_in"
        return Discrepancy(code, where, str(expected), str(fields["sequence"]))
    content, follows = _hash(fields), fields["previous"] == previous
    if content == found:
        return None if follows else Discrepancy("audit_relinked", where, previous, str(fields["previous"]))
    return Discrepancy("audit_edited" if follows else "audit_replaced", where, str(found), content)


def _misfit_of_head(tx: Transaction, last: int, previous: str) -> Discrepancy | None:
    """Whether the head says that the chain ends elsewhere."""
    where = f"audit {last + 1}"
    head = tx.run("SELECT sequence, hash FROM audit_head WHERE id = 1").first()
    if head is None:
        return Discrepancy("audit_head_missing", where, str(last), "")
    if head.sequence > last:
        return Discrepancy("audit_cut", where, str(head.sequence), str(last))
    if head.sequence < last:
        return Discrepancy("audit_beyond_head", where, str(head.sequence), str(last))
    return None if head.hash == previous else Discrepancy("audit_head_changed", where, str(head.hash), previous)
