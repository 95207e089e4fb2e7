"""S5: which detail of an entry pays, returns or reverses which payment."""

from __future__ import annotations

from collections.abc import Sequence

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

RELEASED = "('sent', 'accepted', 'settled', 'rejected', 'returned')"


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
        f" WHERE s.file_in_id = :file AND e.disposition = 'open' AND p.state IN {RELEASED}"
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
