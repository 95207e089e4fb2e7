"""The hash-chained record of acts (A1, A2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.store.store import Transaction

GENESIS = "0" * 64


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
    canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_break(tx: Transaction) -> int | None:
    """Sequence number of the first record that does not fit the chain; None when all fit and the head agrees."""
    previous, expected = GENESIS, 1
    for row in tx.stream("SELECT * FROM audit ORDER BY sequence"):
        fields = dict(row._mapping)
        found = fields.pop("hash")
        if fields["sequence"] != expected or fields["previous"] != previous or _hash(fields) != found:
            return expected
        previous, expected = found, expected + 1
    head = tx.run("SELECT sequence, hash FROM audit_head WHERE id = 1").one()
    return None if (head.sequence, head.hash) == (expected - 1, previous) else expected
