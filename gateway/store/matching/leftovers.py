"""S6: what no payment explains becomes an exception with its reason, and every entry has its use."""

from __future__ import annotations

from gateway.store.matching.allocations import RELEASED
from gateway.store.store import Transaction, take

_KIND_OF_LEFTOVER = (
    "CASE WHEN e.problems <> '' OR d.amount IS NULL THEN 'unreadable_entry'"
    f" WHEN p.id IS NOT NULL AND p.state NOT IN {RELEASED} THEN 'evidence_for_unsent'"
    " WHEN p.id IS NOT NULL AND p.partner <> s.partner THEN 'other_partner'"
    " WHEN p.id IS NOT NULL AND (d.currency <> p.currency) THEN 'currency_differs'"
    " WHEN p.id IS NOT NULL AND d.is_return AND d.amount BETWEEN 1 AND p.amount - 1 THEN 'partial_return'"
    " WHEN p.id IS NOT NULL AND abs(d.amount) <> p.amount THEN 'amount_differs'"
    " WHEN p.id IS NOT NULL AND d.amount > 0 THEN 'suspected_return'"
    " WHEN d.reversal THEN 'unknown_reversal'"
    " WHEN d.is_return AND d.amount > 0 THEN 'suspected_return'"
    " WHEN d.is_return THEN 'return_of_other'"
    " WHEN d.amount < 0 THEN 'unknown_debit'"
    " ELSE 'unknown_credit' END"
)
"""Why a detail has no payment; the first that fits. ``unknown_debit`` is the alarm of S7."""

_KIND_OF_ENTRY = (
    "CASE WHEN e.problems <> '' OR e.amount IS NULL THEN 'unreadable_entry'"
    " WHEN EXISTS (SELECT 1 FROM file_out f WHERE f.message_id = e.message_id"
    "   OR f.payment_information_id = e.payment_information_id) THEN 'sum_entry'"
    " WHEN e.reversal THEN 'unknown_reversal' WHEN e.amount < 0 THEN 'unknown_debit' ELSE 'unknown_credit' END"
)
"""The same for an entry without details."""


_PART = 10**9
_COVERED_MAX = 8 * 10**18
_COVERED = (
    f"CASE WHEN abs(b.high) >= {_COVERED_MAX // _PART} THEN CASE WHEN b.high < 0 THEN -1 ELSE 1 END * {_COVERED_MAX}"
    f" ELSE b.high * {_PART} + b.low END"
)
"""A sum of details, added up in two halves: neither database holds every sum of ten amounts of 18 digits."""

_KIND_OF_REST = "CASE WHEN e.amount < c.covered THEN 'unexplained_debit' ELSE 'details_differ' END"
"""The same for an entry of which the details do not explain the whole amount."""


def set_apart(tx: Transaction, file_in_id: int) -> list[str]:
    """Before anything is allocated: entries whose details contradict their amount are exceptions as a whole (S5).

    An exception says no amount where the difference is beyond what a database holds.
    """
    leftovers = (
        f"SELECT {_KIND_OF_REST} AS kind, s.partner, s.id AS statement_id, e.id AS entry_id,"
        " CAST(NULL AS BIGINT) AS detail_id, CAST(NULL AS BIGINT) AS payment_id,"
        f" CASE WHEN abs(c.covered) < {_COVERED_MAX} THEN e.amount - c.covered END AS amount,"
        " e.currency FROM entry e JOIN statement s ON s.id = e.statement_id JOIN ("
        f"  SELECT b.id, {_COVERED} AS covered FROM ("
        f"   SELECT n.id, CAST(sum(d.amount / {_PART}) AS BIGINT) AS high,"
        f"   CAST(sum(d.amount % {_PART}) AS BIGINT) AS low FROM entry n JOIN detail d ON d.entry_id = n.id"
        "   JOIN statement m ON m.id = n.statement_id WHERE m.file_in_id = :file AND n.disposition = 'open'"
        "   GROUP BY n.id, n.currency HAVING count(*) = count(CASE WHEN d.currency = n.currency THEN d.amount END)"
        "  ) b) c ON c.id = e.id WHERE e.amount <> c.covered"
    )
    kinds = _except(tx, leftovers, file_in_id)
    tx.run(
        "UPDATE entry SET disposition = 'exception' WHERE disposition = 'open'"
        " AND statement_id IN (SELECT id FROM statement WHERE file_in_id = :file)"
        " AND EXISTS (SELECT 1 FROM exception x WHERE x.entry_id = entry.id)",
        file=file_in_id,
    )
    return kinds


def leave(tx: Transaction, file_in_id: int) -> list[str]:
    """S6: what is not allocated becomes an exception with its reason; returns the kinds that occurred."""
    details = (
        f"SELECT {_KIND_OF_LEFTOVER} AS kind, s.partner, s.id AS statement_id, e.id AS entry_id, d.id AS detail_id,"
        " p.id AS payment_id, d.amount, d.currency FROM detail d JOIN entry e ON e.id = d.entry_id"
        " JOIN statement s ON s.id = e.statement_id LEFT JOIN payment p ON p.end_to_end_id = d.end_to_end_id"
        " WHERE s.file_in_id = :file AND e.disposition = 'open'"
        " AND NOT EXISTS (SELECT 1 FROM allocation a WHERE a.detail_id = d.id)"
    )
    entries = (
        f"SELECT {_KIND_OF_ENTRY} AS kind, s.partner, s.id AS statement_id, e.id AS entry_id,"
        " CAST(NULL AS BIGINT) AS detail_id, CAST(NULL AS BIGINT) AS payment_id, e.amount, e.currency"
        " FROM entry e JOIN statement s ON s.id = e.statement_id"
        " WHERE s.file_in_id = :file AND e.disposition = 'open'"
        " AND NOT EXISTS (SELECT 1 FROM detail d WHERE d.entry_id = e.id)"
    )
    return [kind for leftovers in (details, entries) for kind in _except(tx, leftovers, file_in_id)]


def _except(tx: Transaction, leftovers: str, file_in_id: int) -> list[str]:
    kinds = tx.rows(f"SELECT kind, count(*) AS many FROM ({leftovers}) l GROUP BY kind", file=file_in_id)
    if not kinds:
        return []
    tx.run(
        "INSERT INTO exception (id, kind, partner, file_in_id, statement_id, entry_id, detail_id, payment_id, amount,"
        " currency, params, state, opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY l.entry_id, l.detail_id),"
        " l.kind, l.partner, :file, l.statement_id, l.entry_id, l.detail_id, l.payment_id, l.amount, l.currency,"
        f" '{{}}', 'open', :now FROM ({leftovers}) l",
        first=take(tx, "exception", sum(row.many for row in kinds)).start,
        file=file_in_id,
        now=tx.now(),
    )
    return [row.kind for row in kinds]


def dispose(tx: Transaction, file_in_id: int) -> None:
    """Every open entry is now allocated, or an exception when any part of it is one."""
    tx.run(
        "UPDATE entry SET disposition = CASE WHEN EXISTS (SELECT 1 FROM exception x WHERE x.entry_id = entry.id)"
        " THEN 'exception' ELSE 'allocated' END WHERE disposition = 'open'"
        " AND statement_id IN (SELECT id FROM statement WHERE file_in_id = :file)",
        file=file_in_id,
    )


def counts(tx: Transaction, file_in_id: int) -> tuple[int, int]:
    """(entries of the file, exceptions that what it says has opened)"""
    row = tx.run(
        "SELECT (SELECT COALESCE(sum(entries), 0) FROM statement WHERE file_in_id = :file) AS entries,"
        " (SELECT count(*) FROM exception WHERE file_in_id = :file AND kind NOT IN ('quarantined', 'archive_denied'))"
        " AS exceptions",
        file=file_in_id,
    ).one()
    return int(row.entries), int(row.exceptions)
