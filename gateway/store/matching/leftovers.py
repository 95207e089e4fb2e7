"""S6: what no payment explains becomes an exception with its reason, and every entry has its use."""

from __future__ import annotations

from gateway.store.matching.allocations import RELEASED
from gateway.store.store import Transaction, take

_KIND_OF_LEFTOVER = (
    "CASE WHEN e.problems <> '' OR d.amount IS NULL THEN 'unreadable_entry'"
    " WHEN n.doubt = 'keys_contradict' THEN 'keys_contradict' WHEN n.doubt = 'key_ambiguous' THEN 'key_ambiguous'"
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
    " WHEN k.doubt = 'keys_contradict' THEN 'keys_contradict'"
    " WHEN k.entry_id IS NOT NULL AND EXISTS (SELECT 1 FROM file_out f WHERE f.id = k.file_id"
    "   AND f.state IN ('allocated', 'sealed', 'held', 'uploading', 'void')) THEN 'evidence_for_unsent'"
    " WHEN k.entry_id IS NOT NULL THEN 'sum_entry'"
    " WHEN EXISTS (SELECT 1 FROM file_out f WHERE f.message_id = e.message_id"
    "   OR f.payment_information_id = e.payment_information_id) THEN 'other_partner'"
    " WHEN e.reversal THEN 'unknown_reversal' WHEN e.amount < 0 THEN 'unknown_debit' ELSE 'unknown_credit' END"
)
"""The same for an entry without details, and for one that books a file in one sum."""


_PART = 10**9
_COVERED_MAX = 8 * 10**18
_COVERED = (
    f"CASE WHEN abs(b.high) >= {_COVERED_MAX // _PART} THEN CASE WHEN b.high < 0 THEN -1 ELSE 1 END * {_COVERED_MAX}"
    f" ELSE b.high * {_PART} + b.low END"
)
"""A sum of details, added up in two halves: neither database holds every sum of ten amounts of 18 digits."""

_KIND_OF_REST = "CASE WHEN e.amount < c.covered THEN 'unexplained_debit' ELSE 'details_differ' END"
"""The same for an entry of which the details do not explain the whole amount."""


_COLUMNS = "kind, partner, file_in_id, statement_id, entry_id, detail_id, payment_id, amount, currency"
_OF_ENTRY = (
    " AS kind, s.partner, s.file_in_id, s.id AS statement_id, e.id AS entry_id, CAST(NULL AS BIGINT) AS detail_id,"
    " CAST(NULL AS BIGINT) AS payment_id"
)


def set_apart(tx: Transaction) -> None:
    """Before anything is allocated: entries whose details contradict their amount are exceptions as a whole (S5).

    An exception says no amount where the difference is beyond what a database holds.
    """
    tx.run("DROP TABLE IF EXISTS left_over")
    tx.run(
        "CREATE TEMPORARY TABLE left_over (kind TEXT, partner TEXT, file_in_id BIGINT, statement_id BIGINT,"
        " entry_id BIGINT, detail_id BIGINT, payment_id BIGINT, amount BIGINT, currency TEXT)"
    )
    tx.run(
        f"INSERT INTO left_over ({_COLUMNS}) SELECT {_KIND_OF_REST}{_OF_ENTRY},"
        f" CASE WHEN abs(c.covered) < {_COVERED_MAX} THEN e.amount - c.covered END,"
        f" e.currency FROM (SELECT b.id, {_COVERED} AS covered FROM ("
        f"   SELECT n.id, CAST(sum(d.amount / {_PART}) AS BIGINT) AS high,"
        f"   CAST(sum(d.amount % {_PART}) AS BIGINT) AS low FROM examined x CROSS JOIN entry n CROSS JOIN detail d"
        "   WHERE n.id = x.entry_id AND d.entry_id = n.id"
        "   GROUP BY n.id, n.currency HAVING count(*) = count(CASE WHEN d.currency = n.currency THEN d.amount END)"
        "  ) b) c CROSS JOIN entry e CROSS JOIN statement s"
        " WHERE e.id = c.id AND s.id = e.statement_id AND e.amount <> c.covered"
    )
    tx.run("UPDATE entry SET disposition = 'exception' WHERE id IN (SELECT entry_id FROM left_over)")


def gather(tx: Transaction) -> None:
    """Everything that is not allocated, with its reason, into ``left_over``."""
    tx.run(
        f"INSERT INTO left_over ({_COLUMNS}) SELECT {_KIND_OF_LEFTOVER} AS kind, s.partner, s.file_in_id, s.id, e.id,"
        " d.id, p.id, d.amount, d.currency FROM examined x CROSS JOIN entry e CROSS JOIN statement s"
        " CROSS JOIN detail d LEFT JOIN named n ON n.detail_id = d.id LEFT JOIN payment p ON p.id = n.payment_id"
        " AND COALESCE(n.doubt, '') <> 'key_ambiguous'"
        " WHERE e.id = x.entry_id AND s.id = e.statement_id AND d.entry_id = e.id AND e.disposition = 'open'"
        " AND NOT EXISTS (SELECT 1 FROM allocation a WHERE a.detail_id = d.id)"
        " AND NOT EXISTS (SELECT 1 FROM sum_entry k WHERE k.entry_id = e.id)"
    )
    tx.run(
        f"INSERT INTO left_over ({_COLUMNS}) SELECT {_KIND_OF_ENTRY}{_OF_ENTRY}, e.amount, e.currency"
        " FROM examined x CROSS JOIN entry e CROSS JOIN statement s LEFT JOIN sum_entry k ON k.entry_id = e.id"
        " WHERE e.id = x.entry_id AND s.id = e.statement_id AND e.disposition = 'open'"
        " AND (k.entry_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM detail d WHERE d.entry_id = e.id))"
        " AND e.id NOT IN (SELECT entry_id FROM fitting)"
    )


def leave(tx: Transaction) -> list[str]:
    """S6: what is left over becomes an exception with its reason; returns the kinds that are new."""
    _heal(tx)
    return _raise(tx)


_SAME = "l.entry_id = x.entry_id AND l.kind = x.kind AND COALESCE(l.detail_id, 0) = COALESCE(x.detail_id, 0)"


_OF_REFERENCE = (
    "'unknown_debit', 'unknown_reversal', 'keys_contradict', 'key_ambiguous', 'amount_differs', 'currency_differs'"
)
"""What is said of an entry with no more than the bank's reference, until the bank says what that means."""


def _heal(tx: Transaction) -> None:
    """What was left over of an entry that is examined again, and is not any more."""
    tx.run(
        "UPDATE exception AS x SET state = 'resolved', healed_at = :now WHERE x.state = 'open'"
        f" AND x.entry_id IN (SELECT entry_id FROM examined) AND (x.kind = 'sum_entry' OR (x.kind IN ({_OF_REFERENCE})"
        "  AND EXISTS (SELECT 1 FROM reference_entry b WHERE b.entry_id = x.entry_id"
        "   AND b.detail_id = COALESCE(x.detail_id, 0))))"
        f" AND NOT EXISTS (SELECT 1 FROM left_over l WHERE {_SAME})",
        now=tx.now(),
    )


def _raise(tx: Transaction) -> list[str]:
    """An exception for everything left over that has none of its kind yet."""
    new = (
        f"FROM left_over l WHERE NOT EXISTS (SELECT 1 FROM exception x WHERE {_SAME}"
        " AND (x.state = 'open' OR x.healed_at IS NULL))"
    )
    kinds = tx.rows(f"SELECT l.kind, count(*) AS many {new} GROUP BY l.kind")
    if not kinds:
        return []
    tx.run(
        f"INSERT INTO exception (id, {_COLUMNS}, params, state, opened_at)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY l.entry_id, l.detail_id),"
        " l.kind, l.partner, l.file_in_id, l.statement_id, l.entry_id, l.detail_id, l.payment_id, l.amount, l.currency,"
        f" '{{}}', 'open', :now {new}",
        first=take(tx, "exception", sum(row.many for row in kinds)).start,
        now=tx.now(),
    )
    return [row.kind for row in kinds]


def dispose(tx: Transaction) -> None:
    """Every examined entry is now allocated, or an exception when any part of it is one."""
    for disposition, table in (("exception", "left_over"), ("allocated", "examined")):
        tx.run(
            f"UPDATE entry SET disposition = '{disposition}' WHERE disposition = 'open'"
            f" AND id IN (SELECT entry_id FROM {table})"
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
