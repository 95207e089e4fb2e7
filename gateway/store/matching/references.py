"""Entries that name nothing but the bank's own reference: the last key, believed only on the bank's own word.

A status report says under which reference the bank books a payment of ours, or an entry that was pending named the
payment beside it: the same account, day, amount and reference. What a reference means is told by all that was ever
said of it, so that its entries are looked at again with every report that speaks of it (S3).
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store.matching.allocations import BOOKED_ON, RELEASED, quoted
from gateway.store.matching.keys import INSTRUCTION
from gateway.store.store import Transaction, take

_PROVEN = "i.proof NOT IN ('', 'none')"
_TOLD_BY_STATUS = (
    "r.partner = s.partner AND n.level = 'transfer' AND n.end_to_end_id = p.end_to_end_id AND p.partner = r.partner"
)


def recall(tx: Transaction, file_in_id: int) -> int:
    """Entries with a reference of which this file speaks are examined again; returns how many."""
    return tx.run(
        "INSERT INTO examined SELECT DISTINCT q.id FROM ("
        "  SELECT e.id FROM status_report r CROSS JOIN status_line n CROSS JOIN reference_entry b CROSS JOIN entry e"
        "   CROSS JOIN statement s WHERE r.file_in_id = :file AND n.report_id = r.id"
        "   AND b.reference = n.servicer_reference AND e.id = b.entry_id AND s.id = e.statement_id"
        "   AND s.partner = r.partner AND e.disposition IN ('allocated', 'exception')"
        "  UNION ALL SELECT e.id FROM statement t CROSS JOIN entry k CROSS JOIN entry e CROSS JOIN reference_entry b"
        "   WHERE t.file_in_id = :file AND k.statement_id = t.id AND k.reason = 'not_booked' AND e.loose = k.loose"
        "   AND b.entry_id = e.id AND e.disposition IN ('allocated', 'exception')"
        " ) q WHERE q.id NOT IN (SELECT entry_id FROM examined)",
        file=file_in_id,
    ).rowcount


_NEW = (
    "SELECT l.entry_id, COALESCE(l.detail_id, 0) AS detail_id, CASE WHEN"
    " EXISTS (SELECT 1 FROM detail o WHERE o.entry_id = e.id LIMIT 1 OFFSET 1) THEN d.servicer_reference"
    " ELSE COALESCE(e.servicer_reference, d.servicer_reference) END AS reference"
    " FROM left_over l JOIN entry e ON e.id = l.entry_id LEFT JOIN detail d ON d.id = l.detail_id"
    " WHERE l.kind IN ('unknown_debit', 'unknown_reversal') AND l.payment_id IS NULL"
)


def remember(tx: Transaction) -> None:
    """What is left over and has a reference of the bank."""
    tx.run(
        f"INSERT INTO reference_entry (entry_id, detail_id, reference) SELECT q.* FROM ({_NEW}) q"
        " WHERE q.reference IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reference_entry b"
        "  WHERE b.entry_id = q.entry_id AND b.detail_id = q.detail_id)"
    )


_OF_ACCOUNT = (
    "NOT EXISTS (SELECT 1 FROM payment_file l JOIN file_out f ON f.id = l.file_id WHERE l.payment_id = p.id AND l.live"
    " AND (f.debtor_account <> s.account OR f.execution_date > COALESCE(e.booking_date, e.value_date)))"
)
"""References are the bank's within an account, and may come again: what was booked before the payment is another's."""
_ENTRIES = (
    "examined x CROSS JOIN reference_entry b CROSS JOIN entry e CROSS JOIN statement s {others}"
    " WHERE b.entry_id = x.entry_id AND e.id = b.entry_id AND s.id = e.statement_id"
)
_BY_STATUS = _ENTRIES.format(
    others="CROSS JOIN status_line n CROSS JOIN status_report r CROSS JOIN file_in i CROSS JOIN payment p"
)
_BY_PENDING = _ENTRIES.format(
    others="CROSS JOIN entry k CROSS JOIN statement t CROSS JOIN file_in i CROSS JOIN detail o CROSS JOIN payment p"
)
_NAMED = (
    "p.end_to_end_id = o.end_to_end_id",
    "p.uetr = o.uetr",
    f"p.end_to_end_id = {INSTRUCTION.replace('d.', 'o.')}",
)
_TIES = " UNION ".join(
    (
        f"SELECT b.entry_id, b.detail_id, p.id AS payment_id FROM {_BY_STATUS} AND n.servicer_reference = b.reference"
        f" AND r.id = n.report_id AND i.id = r.file_in_id AND {_PROVEN} AND {_TOLD_BY_STATUS} AND {_OF_ACCOUNT}",
        *(
            f"SELECT b.entry_id, b.detail_id, p.id FROM {_BY_PENDING} AND k.loose = e.loose AND k.reason = 'not_booked'"
            f" AND k.servicer_reference = b.reference AND t.id = k.statement_id AND i.id = t.file_in_id AND {_PROVEN}"
            f" AND o.entry_id = k.id AND {named} AND p.partner = s.partner AND {_OF_ACCOUNT}"
            for named in _NAMED
        ),
    )
)
_CONTRADICTED = (
    "COALESCE(d.end_to_end_id, 'NOTPROVIDED') <> 'NOTPROVIDED' OR d.uetr IS NOT NULL OR d.instruction_id IS NOT NULL"
    " OR EXISTS (SELECT 1 FROM file_out f WHERE f.message_id = COALESCE(d.message_id, e.message_id) AND NOT EXISTS"
    "  (SELECT 1 FROM payment_file l WHERE l.file_id = f.id AND l.payment_id = t.payment_id))"
)
"""A stronger key is given and is not this payment's (else it had named the payment already)."""
_KIND = (
    "CASE WHEN COALESCE(d.currency, e.currency) <> p.currency OR e.currency <> p.currency THEN NULL"
    " WHEN COALESCE(d.amount, e.amount) = -p.amount AND NOT COALESCE(d.reversal, e.reversal) THEN 'debit'"
    " WHEN COALESCE(d.amount, e.amount) = p.amount AND COALESCE(d.reversal, e.reversal)"
    "  AND COALESCE(e.bank_code, '') NOT IN ({return_codes}) THEN 'reversal' END"
)
"""S5: exact amount and currency. A return is never believed on the bank's reference alone."""


def _tie(tx: Transaction, return_codes: Sequence[str]) -> None:
    """Fill ``tied``: which payment each remembered reference of the examined entries means, and why it may not."""
    tx.run("DROP TABLE IF EXISTS tied")
    tx.run(
        "CREATE TEMPORARY TABLE tied (entry_id BIGINT, detail_id BIGINT, payment_id BIGINT, doubt TEXT, kind TEXT,"
        " PRIMARY KEY (entry_id, detail_id))"
    )
    tx.run(
        "INSERT INTO tied SELECT t.entry_id, t.detail_id, t.payment_id,"
        f" CASE WHEN t.many > 1 THEN 'key_ambiguous' WHEN {_CONTRADICTED} THEN 'keys_contradict' END,"
        f" {_KIND.format(return_codes=quoted(return_codes))}"
        " FROM (SELECT q.entry_id, q.detail_id, min(q.payment_id) AS payment_id, count(*) AS many"
        f"  FROM ({_TIES}) q GROUP BY q.entry_id, q.detail_id) t JOIN entry e ON e.id = t.entry_id"
        " JOIN payment p ON p.id = t.payment_id LEFT JOIN detail d ON d.id = t.detail_id"
    )


_FITS = f"t.doubt IS NULL AND t.kind IS NOT NULL AND p.state IN {RELEASED}"
_SAME_PLACE = "COALESCE({0}.detail_id, 0) = t.detail_id AND {0}.entry_id = t.entry_id"
_BY_REFERENCE = "by = 'bank_reference'"


def withdraw(tx: Transaction, return_codes: Sequence[str]) -> None:
    """Take from their payments the examined entries of which something else is known by now."""
    if not tx.value("SELECT count(*) FROM examined x CROSS JOIN reference_entry b WHERE b.entry_id = x.entry_id"):
        return
    _tie(tx, return_codes)
    gone = (
        f"{_BY_REFERENCE} AND entry_id IN (SELECT entry_id FROM examined) AND NOT EXISTS (SELECT 1 FROM tied t"
        f" JOIN payment p ON p.id = t.payment_id WHERE {_SAME_PLACE.format('allocation')}"
        f" AND t.payment_id = allocation.payment_id AND {_FITS})"
    )
    _take_away(tx, gone)


def give_way(tx: Transaction) -> None:
    """An entry that was replaced by the same one with its transactions leaves its payments to it."""
    told_apart = "SELECT entry_id FROM reference_entry UNION SELECT entry_id FROM sum_entry"
    replaced = (
        f"SELECT k.id FROM ({told_apart}) q CROSS JOIN entry k WHERE k.id = q.entry_id"
        " AND k.reason = 'replaced_by_details'"
    )
    _take_away(tx, f"entry_id IN ({replaced})")


def _take_away(tx: Transaction, gone: str) -> None:
    if tx.run(f"INSERT INTO moved SELECT payment_id FROM allocation WHERE {gone}").rowcount:
        tx.run(f"DELETE FROM allocation WHERE {gone}")


def give(tx: Transaction, return_codes: Sequence[str]) -> None:
    """Give what is left over to the payment that its reference means; what may not be given says why."""
    remember(tx)
    if not tx.value("SELECT count(*) FROM examined x CROSS JOIN reference_entry b WHERE b.entry_id = x.entry_id"):
        return
    _tie(tx, return_codes)
    _allocate(tx)
    tx.run(
        "DELETE FROM left_over WHERE EXISTS (SELECT 1 FROM tied t JOIN allocation a ON a.entry_id = t.entry_id"
        f" AND COALESCE(a.detail_id, 0) = t.detail_id WHERE {_SAME_PLACE.format('left_over')})"
    )
    tx.run(
        "UPDATE left_over SET kind = q.kind, payment_id = q.payment_id FROM (SELECT t.entry_id, t.detail_id,"
        " CASE WHEN COALESCE(t.doubt, '') <> 'key_ambiguous' THEN t.payment_id END AS payment_id,"
        f" CASE WHEN t.doubt IS NOT NULL THEN t.doubt WHEN p.state NOT IN {RELEASED} THEN 'evidence_for_unsent'"
        " WHEN COALESCE(d.currency, e.currency) <> p.currency THEN 'currency_differs'"
        " WHEN abs(COALESCE(d.amount, e.amount)) <> p.amount THEN 'amount_differs'"
        " WHEN e.reversal THEN 'unknown_reversal' ELSE 'unknown_debit' END AS kind"
        " FROM tied t JOIN payment p ON p.id = t.payment_id JOIN entry e ON e.id = t.entry_id"
        " LEFT JOIN detail d ON d.id = t.detail_id) q"
        " WHERE q.entry_id = left_over.entry_id AND q.detail_id = COALESCE(left_over.detail_id, 0)"
    )


def _allocate(tx: Transaction) -> None:
    new = (
        "FROM tied t JOIN payment p ON p.id = t.payment_id JOIN entry e ON e.id = t.entry_id"
        " JOIN statement s ON s.id = e.statement_id"
        f" WHERE {_FITS} AND NOT EXISTS (SELECT 1 FROM allocation a WHERE {_SAME_PLACE.format('a')})"
    )
    count = tx.run(f"INSERT INTO moved SELECT t.payment_id {new}").rowcount
    if count:
        tx.run(
            "INSERT INTO allocation (id, detail_id, entry_id, payment_id, kind, by, amount, charges, currency,"
            " booked_on, made_at) SELECT :first - 1 + row_number() OVER (ORDER BY t.entry_id, t.detail_id),"
            " CASE WHEN t.detail_id > 0 THEN t.detail_id END, t.entry_id, t.payment_id, t.kind, 'bank_reference',"
            f" p.amount, 0, p.currency, {BOOKED_ON}, CAST(:now AS TEXT) {new}",
            first=take(tx, "allocation", count).start,
            now=tx.now(),
            today=tx.now()[:10],
        )
