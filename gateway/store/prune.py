"""Lists that could never be paid: their bytes are kept for a time, then only the record that they were there."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.store.store import Store, Transaction

KEPT_DAYS = 90
"""Long enough to correct a list and to ask about it; no law asks for it any longer."""

VERB = "db prune"

_NAMED_ELSEWHERE = (
    "SELECT source_sha256 AS sha256 FROM batch WHERE state <> 'invalid' OR created_at >= :before"
    " UNION SELECT sha256 FROM file_in UNION SELECT signature_sha256 FROM file_in WHERE signature_sha256 IS NOT NULL"
    " UNION SELECT sha256 FROM file_out WHERE sha256 IS NOT NULL UNION SELECT sha256 FROM wire_object"
    " UNION SELECT source_sha256 FROM roster_file UNION SELECT source_sha256 FROM population_answer"
    " UNION SELECT source_sha256 FROM account_file UNION SELECT source_sha256 FROM account_answer"
    " UNION SELECT evidence_sha256 FROM decision WHERE evidence_sha256 IS NOT NULL"
    " UNION SELECT evidence_sha256 FROM resolution WHERE evidence_sha256 IS NOT NULL"
)
_FREE = (
    "SELECT DISTINCT source_sha256 AS sha256 FROM batch WHERE state = 'invalid'"
    " AND source_sha256 IN (SELECT sha256 FROM blob WHERE part = 0)"
    f" AND source_sha256 NOT IN ({_NAMED_ELSEWHERE}) ORDER BY 1"
)


def prune(store: Store, actor: str) -> list[str]:
    """Remove what law and state let go, and record each; returns the digests. Problems and sums of the lists stay."""
    with store.begin() as tx:
        before = (datetime.fromisoformat(tx.now()) - timedelta(days=KEPT_DAYS)).isoformat(timespec="microseconds")
        found = [row.sha256 for row in tx.rows(_FREE, before=before)]
        for sha256 in found:
            _remove(tx, sha256, actor)
    return found


def _remove(tx: Transaction, sha256: str, actor: str) -> None:
    tx.run("INSERT INTO pruned (sha256) VALUES (:s) ON CONFLICT DO NOTHING", s=sha256)
    tx.run("DELETE FROM blob WHERE sha256 = :s", s=sha256)
    tx.record(actor, VERB, sha256, kept_days=KEPT_DAYS)
