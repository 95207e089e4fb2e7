"""Evidence that came too early: what was said of payments before they counted as released (S3)."""

from __future__ import annotations

from gateway.store.matching.allocations import RELEASED
from gateway.store.store import Transaction

_WAITING = (
    "FROM exception x LEFT JOIN payment p ON p.id = x.payment_id LEFT JOIN sum_entry k ON k.entry_id = x.entry_id"
    " LEFT JOIN file_out f ON f.id = k.file_id LEFT JOIN entry e ON e.id = x.entry_id"
    " WHERE x.partner = :partner AND x.kind = 'evidence_for_unsent' AND x.state = 'open'"
)
_ENTRIES = (
    f"SELECT DISTINCT e.id {_WAITING} AND e.disposition = 'exception' AND (p.state IN {RELEASED}"
    " OR f.state IN ('releasing', 'unknown', 'sent', 'acknowledged', 'rejected', 'closed'))"
)
_PAYMENTS = f"SELECT x.payment_id {_WAITING} AND p.state = 'sent' AND x.entry_id IS NULL"


def examine(tx: Transaction, partner: str) -> bool:
    """The entries that name payments of a partner which have been released since; whether there is anything."""
    tx.run("DROP TABLE IF EXISTS examined")
    tx.run("CREATE TEMPORARY TABLE examined (entry_id BIGINT PRIMARY KEY)")
    entries = tx.run(f"INSERT INTO examined {_ENTRIES}", partner=partner).rowcount
    return entries > 0 or tx.value(f"{_PAYMENTS} LIMIT 1", partner=partner) is not None


def skip_allocated(tx: Transaction) -> None:
    """Details that had their payment before stay as they are."""
    tx.run("DELETE FROM named WHERE detail_id IN (SELECT detail_id FROM allocation WHERE detail_id IS NOT NULL)")


def touch(tx: Transaction, partner: str) -> int:
    """The payments concerned, into ``touched``."""
    tx.run("DROP TABLE IF EXISTS touched")
    tx.run("CREATE TEMPORARY TABLE touched (payment_id BIGINT PRIMARY KEY)")
    return tx.run(
        "INSERT INTO touched SELECT a.payment_id FROM examined x JOIN allocation a ON a.entry_id = x.entry_id"
        f" UNION SELECT payment_id FROM moved UNION {_PAYMENTS}",
        partner=partner,
    ).rowcount
