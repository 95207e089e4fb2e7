"""Matching in sets of rows: details to payments, statuses to payments, and the state each payment then has.

Every statement works on the entries of the statements just recorded (``:file``) or on the ``touched`` payments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.store import resolutions
from gateway.store.store import Transaction, take

_ALLOCATIONS = {
    # S1: a booked debit of exactly the amount
    "debit": "d.amount = -p.amount AND NOT d.is_return AND NOT d.reversal",
    # a booked credit of exactly the amount with return information or a code of the profile
    "return": "d.amount = p.amount AND (d.is_return OR e.bank_code IN ({return_codes}))",
    # reversal indicator without return information: undoes the booking
    "reversal": "d.amount = p.amount AND d.reversal AND NOT d.is_return"
    " AND COALESCE(e.bank_code, '') NOT IN ({return_codes})",
    # a debit with reversal indicator: the return itself is undone
    "return_reversal": "d.amount = -p.amount AND d.reversal AND NOT d.is_return",
}
"""Which details speak of a payment, whatever came before them (S3); too many of a kind is for ``odd``."""

_RELEASED = "('sent', 'accepted', 'settled', 'rejected', 'returned')"


def allocate(tx: Transaction, file_in_id: int, return_codes: Sequence[str]) -> int:
    """S5: link details to payments by end-to-end id, exact amount and currency; returns how many."""
    quoted = ", ".join(f"'{code}'" for code in sorted(return_codes)) or "''"
    return sum(_allocate(tx, kind, rule.format(return_codes=quoted), file_in_id) for kind, rule in _ALLOCATIONS.items())


def _allocate(tx: Transaction, kind: str, rule: str, file_in_id: int) -> int:
    candidates = (
        "SELECT d.id AS detail_id, e.id AS entry_id, p.id AS payment_id, abs(d.amount) AS amount, d.currency,"
        " COALESCE(e.booking_date, e.value_date, s.to_date, substr(s.created_at, 1, 10), :today) AS booked_on"
        " FROM detail d JOIN entry e ON e.id = d.entry_id JOIN statement s ON s.id = e.statement_id"
        " JOIN payment p ON p.end_to_end_id = d.end_to_end_id AND p.partner = s.partner"
        f" WHERE s.file_in_id = :file AND e.disposition = 'open' AND p.state IN {_RELEASED}"
        f" AND d.currency = p.currency AND e.currency = p.currency AND e.amount IS NOT NULL AND {rule}"
        " AND NOT EXISTS (SELECT 1 FROM allocation x WHERE x.detail_id = d.id)"
    )
    today = tx.now()[:10]
    count = tx.value(f"SELECT count(*) FROM ({candidates}) c", file=file_in_id, today=today)
    if not count:
        return 0
    return tx.run(
        "INSERT INTO allocation (id, detail_id, entry_id, payment_id, kind, amount, currency, booked_on, made_at)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY c.detail_id), c.detail_id, c.entry_id, c.payment_id,"
        f" '{kind}', c.amount, c.currency, c.booked_on, :now FROM ({candidates}) c",
        first=take(tx, "allocation", count).start,
        now=tx.now(),
        file=file_in_id,
        today=today,
    ).rowcount


_KIND_OF_LEFTOVER = (
    "CASE WHEN e.problems <> '' OR d.amount IS NULL THEN 'unreadable_entry'"
    f" WHEN p.id IS NOT NULL AND p.state NOT IN {_RELEASED} THEN 'evidence_for_unsent'"
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


# --- which payments are concerned ------------------------------------------------------------------------------


def open_touched(tx: Transaction) -> None:
    """An empty scratch table ``touched``."""
    tx.run("DROP TABLE IF EXISTS touched")
    tx.run("CREATE TEMPORARY TABLE touched (payment_id BIGINT PRIMARY KEY)")


def touch(tx: Transaction, file_in_id: int) -> int:
    """Collect the payments that the file says anything about into the scratch table ``touched``."""
    open_touched(tx)
    return tx.run(
        "INSERT INTO touched"
        " SELECT a.payment_id FROM allocation a JOIN entry e ON e.id = a.entry_id"
        "   JOIN statement s ON s.id = e.statement_id WHERE s.file_in_id = :file"
        " UNION SELECT p.id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN payment p ON p.end_to_end_id = n.end_to_end_id AND p.partner = r.partner"
        "   WHERE r.file_in_id = :file AND n.level = 'transfer'"
        " UNION SELECT l.payment_id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN file_out f ON f.payment_information_id = n.original_block_id AND f.partner = r.partner"
        "   JOIN payment_file l ON l.file_id = f.id AND l.live WHERE r.file_in_id = :file AND n.level = 'block'"
        " UNION SELECT l.payment_id FROM status_report r JOIN status_line n ON n.report_id = r.id"
        "   JOIN file_out f ON f.message_id = n.original_message_id AND f.partner = r.partner"
        "   JOIN payment_file l ON l.file_id = f.id AND l.live WHERE r.file_in_id = :file AND n.level = 'group'",
        file=file_in_id,
    ).rowcount


_ACCEPTING = "('ACTC', 'ACCP', 'ACSP', 'ACSC', 'ACCC', 'ACWC', 'ACWP')"

_SAID = "SELECT t.payment_id, n.status, n.reason, r.created_at, r.message_id, {closeness} AS closeness"
_LIVE_FILE = (
    "touched t CROSS JOIN payment_file l CROSS JOIN file_out f CROSS JOIN status_line n CROSS JOIN status_report r"
    " WHERE l.payment_id = t.payment_id AND l.live AND f.id = l.file_id AND r.id = n.report_id"
    " AND r.partner = f.partner AND NOT n.duplicate_class"
)
"""Written as a chain from ``touched``: without statistics SQLite would begin with the whole history of statuses."""

_STATUSES = (
    f"{_SAID.format(closeness=3)} FROM touched t CROSS JOIN payment p CROSS JOIN status_line n"
    " CROSS JOIN status_report r WHERE p.id = t.payment_id AND n.end_to_end_id = p.end_to_end_id"
    " AND n.level = 'transfer' AND r.id = n.report_id AND r.partner = p.partner AND NOT n.duplicate_class"
    " AND NOT EXISTS (SELECT 1 FROM file_out o JOIN payment_file k ON k.file_id = o.id AND k.payment_id = p.id"
    "   WHERE o.message_id = n.original_message_id AND NOT k.live)"
    f" UNION ALL {_SAID.format(closeness=2)} FROM {_LIVE_FILE} AND n.level = 'block'"
    " AND n.original_block_id = f.payment_information_id"
    f" UNION ALL {_SAID.format(closeness=1)} FROM {_LIVE_FILE} AND n.level = 'group'"
    " AND n.original_message_id = f.message_id"
    " UNION ALL SELECT t.payment_id, 'RJCT', NULL, '0001-01-01', '', 1 FROM touched t CROSS JOIN payment_file l"
    " CROSS JOIN verdict v WHERE l.payment_id = t.payment_id AND l.live AND v.file_id = l.file_id"
    " AND v.verdict = 'absent'"
    " AND v.decision_id = (SELECT max(w.decision_id) FROM verdict w WHERE w.file_id = v.file_id)"
)
"""Every status said about a touched payment in its live file, at three levels; PART, PDNG and the like say nothing.

That the file never arrived, as two people decided on the partner's word, counts as a rejection of the whole file, at
the beginning of time: every accepting word contradicts it, whenever it was written.
"""

DECISIVE = (
    "SELECT u.* FROM (SELECT s.*, max(s.closeness) OVER (PARTITION BY s.payment_id, s.created_at, s.message_id)"
    f" AS closest FROM ({_STATUSES}) s WHERE s.status = 'RJCT' OR s.status IN {_ACCEPTING}) u"
    " WHERE u.closeness = u.closest"
)
"""Of one message the closest level counts: a transfer's own status before its block's and its group's."""

_WORD = (
    "SELECT s.payment_id, min(CASE WHEN s.status = 'RJCT' THEN s.created_at END) AS rejected_at,"
    f" max(CASE WHEN s.status IN {_ACCEPTING} THEN s.created_at END) AS accepted_at,"
    f" max(CASE WHEN s.status = 'RJCT' THEN s.reason END) AS reason FROM ({DECISIVE}) s GROUP BY s.payment_id"
)
"""A rejection decides; an accepting word later than the first one contradicts it. By the times inside, not arrival."""

_BOOKED = (
    "SELECT t.payment_id, sum(CASE a.kind WHEN 'debit' THEN 1 ELSE 0 END) AS debits,"
    " sum(CASE a.kind WHEN 'reversal' THEN 1 ELSE 0 END) AS reversals,"
    " sum(CASE a.kind WHEN 'return' THEN 1 WHEN 'return_reversal' THEN -1 ELSE 0 END) AS returns,"
    " sum(CASE a.kind WHEN 'return_reversal' THEN 1 ELSE 0 END) AS undone,"
    " max(CASE a.kind WHEN 'debit' THEN a.booked_on END) AS debited_at,"
    " max(CASE a.kind WHEN 'return' THEN d.return_reason END) AS return_reason"
    " FROM touched t CROSS JOIN allocation a CROSS JOIN detail d"
    " WHERE a.payment_id = t.payment_id AND d.id = a.detail_id GROUP BY t.payment_id"
)


def conclude(tx: Transaction) -> None:
    """S3: the state of every touched payment as a function of all its evidence, into scratch table ``concluded``."""
    tx.run("DROP TABLE IF EXISTS concluded")
    tx.run(
        "CREATE TEMPORARY TABLE concluded AS SELECT p.id AS payment_id, p.state AS source,"
        " CASE WHEN b.returns > 0 THEN 'returned' WHEN b.debits > b.reversals THEN 'settled'"
        " WHEN b.reversals > 0 THEN 'sent' WHEN w.rejected_at IS NOT NULL THEN 'rejected'"
        " WHEN w.accepted_at IS NOT NULL THEN 'accepted' ELSE p.state END AS target,"
        " CASE WHEN b.debits > b.reversals THEN b.debited_at END AS debited_at,"
        " CASE WHEN b.returns > 0 THEN b.return_reason WHEN b.debits IS NULL THEN w.reason END AS reason,"
        " CASE WHEN b.returns > 0 THEN p.amount ELSE 0 END AS returned,"
        " COALESCE(b.debits, 0) AS debits, COALESCE(b.reversals, 0) AS reversals, COALESCE(b.returns, 0) AS returns,"
        " COALESCE(b.undone, 0) AS undone,"
        " w.rejected_at, w.accepted_at"
        f" FROM touched t JOIN payment p ON p.id = t.payment_id LEFT JOIN ({_BOOKED}) b ON b.payment_id = p.id"
        f" LEFT JOIN ({_WORD}) w ON w.payment_id = p.id"
    )
    tx.run("CREATE INDEX ix_concluded ON concluded (target, source)")


ODD = {
    "second_debit": "c.debits > 1",
    "second_return": "c.returns + c.undone > 1",
    "return_reversed": "c.undone > 0",
    "second_reversal": "c.reversals > 1",
    "booked_and_rejected": "c.debits > 0 AND c.rejected_at IS NOT NULL",
    "contradiction": "c.accepted_at > c.rejected_at",
}
"""What no honest month holds, as conditions over all evidence of a payment: kind of exception -> SQL (S3, S8)."""


def odd(tx: Transaction, file_in_id: int) -> list[str]:
    """One exception a payment and kind, until people have ended it and more is booked; returns the new kinds."""
    return [kind for kind, rule in ODD.items() if _raise_for(tx, kind, rule, file_in_id)]


def refused(tx: Transaction, source: str, target: str, file_in_id: int) -> None:
    """Conclusions that the table of moves forbids: an exception each, and nothing of them is written."""
    _raise_for(tx, "evidence_for_unsent", f"c.source = '{source}' AND c.target = '{target}'", file_in_id)
    tx.run("DELETE FROM concluded WHERE source = :was AND target = :goal", was=source, goal=target)


def _raise_for(tx: Transaction, kind: str, rule: str, file_in_id: int) -> int:
    selection = (
        f"FROM concluded c JOIN payment p ON p.id = c.payment_id WHERE {rule} AND NOT EXISTS ({resolutions.told(kind)})"
    )
    count: int = tx.value(f"SELECT count(*) {selection}", kind=kind)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, file_in_id, payment_id, amount, currency, params, state,"
            " opened_at) SELECT :first - 1 + row_number() OVER (ORDER BY p.id), CAST(:kind AS VARCHAR), p.partner,"
            f" :file, p.id, p.amount, p.currency, '{{}}', 'open', :now {selection}",
            first=take(tx, "exception", count).start,
            kind=kind,
            file=file_in_id,
            now=tx.now(),
        )
    return count


def changes(tx: Transaction) -> list[Any]:
    """(source, target, payments) of the conclusions that differ from the present state."""
    return tx.rows(
        "SELECT source, target, count(*) AS payments FROM concluded WHERE source <> target GROUP BY source, target"
        " ORDER BY source, target"
    )


def causes(tx: Transaction) -> list[Any]:
    """(state, reason, payments) of the payments that come back or are refused by these conclusions."""
    return tx.rows(
        "SELECT target AS state, reason, count(*) AS payments FROM concluded WHERE target IN ('rejected', 'returned')"
        " AND source <> target AND reason IS NOT NULL GROUP BY target, reason ORDER BY target, reason"
    )


CHANGING = "t.id IN (SELECT payment_id FROM concluded WHERE source = :was AND target = :goal)"
"""Selection for ``moves.move_payments``."""


def write_facts(tx: Transaction) -> None:
    """Booking date, returned amount and reason of the touched payments; a full return frees the benefit key.

    A rejection alone does not: it is proven only by a complete chain of statements without the debit (M10).
    """
    tx.run(
        "UPDATE payment SET debited_at = c.debited_at, returned_amount = c.returned, reason = c.reason,"
        " return_window_until = CASE WHEN c.debited_at IS NULL THEN NULL ELSE return_window_until END"
        " FROM concluded c WHERE c.payment_id = payment.id"
    )
    tx.run(
        "UPDATE payment SET holds_key = :no WHERE holds_key AND id IN"
        " (SELECT payment_id FROM concluded WHERE target = 'returned')",
        no=False,
    )


def debit_days(tx: Transaction) -> list[Any]:
    """(partner, booking date) of touched payments, to give each its return window."""
    return tx.rows(
        "SELECT DISTINCT p.partner, p.debited_at FROM payment p JOIN concluded c ON c.payment_id = p.id"
        " WHERE p.debited_at IS NOT NULL"
    )


def write_window(tx: Transaction, partner: str, debited_at: str, until: str) -> None:
    tx.run(
        "UPDATE payment SET return_window_until = :until WHERE partner = :partner AND debited_at = :day"
        " AND id IN (SELECT payment_id FROM concluded)",
        until=until,
        partner=partner,
        day=debited_at,
    )


def reopened_batches(tx: Transaction) -> list[str]:
    """Closed batches of which a payment changes after all."""
    rows = tx.rows(
        "SELECT DISTINCT b.id FROM concluded c JOIN payment p ON p.id = c.payment_id JOIN batch b ON b.id = p.batch_id"
        " WHERE c.source <> c.target AND b.state = 'closed' ORDER BY b.id"
    )
    return [row.id for row in rows]


def reopened_files(tx: Transaction) -> list[int]:
    """Closed files of which a payment is open again."""
    rows = tx.rows(
        "SELECT DISTINCT f.id FROM concluded c JOIN payment_file l ON l.payment_id = c.payment_id AND l.live"
        " JOIN file_out f ON f.id = l.file_id WHERE c.target = 'sent' AND f.state = 'closed' ORDER BY f.id"
    )
    return [row.id for row in rows]
