"""S5: which detail of an entry pays, returns or reverses which payment."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.store.store import Transaction, take

_ALLOCATIONS = {
    # S1: a booked debit of exactly the amount
    "debit": "d.amount = -p.amount AND NOT d.is_return AND NOT d.reversal",
    # a booked credit of exactly the amount, or of it less the charges stated, with return information or a code of
    # the profile
    "return": "(d.amount = p.amount OR (d.amount BETWEEN 1 AND p.amount - 1 AND d.charges = p.amount - d.amount))"
    " AND (d.is_return OR e.bank_code IN ({return_codes}))",
    # reversal indicator without return information: undoes the booking
    "reversal": "d.amount = p.amount AND d.reversal AND NOT d.is_return"
    " AND COALESCE(e.bank_code, '') NOT IN ({return_codes})",
    # a debit with reversal indicator: the return itself is undone
    "return_reversal": "(d.amount = -p.amount OR (d.amount BETWEEN 1 - p.amount AND -1"
    " AND d.charges = p.amount + d.amount)) AND d.reversal AND NOT d.is_return",
}
"""Which details speak of a payment, whatever came before them (S3); too many of a kind is for ``odd``."""

RELEASED = "('sent', 'accepted', 'settled', 'rejected', 'returned')"

BOOKED_ON = "COALESCE(e.booking_date, e.value_date, s.to_date, substr(s.created_at, 1, 10), CAST(:today AS TEXT))"
"""The day of a booking; of one without any day, the day on which it came."""

_FITTING = (
    "SELECT n.detail_id, n.entry_id, n.payment_id, n.by, abs(d.amount) AS amount,"
    " p.amount - abs(d.amount) AS charges, d.currency,"
    f" {BOOKED_ON} AS booked_on,"
    " CASE {kinds} END AS kind"
    " FROM named n CROSS JOIN detail d CROSS JOIN entry e CROSS JOIN statement s CROSS JOIN payment p"
    " WHERE d.id = n.detail_id AND e.id = n.entry_id AND s.id = e.statement_id AND p.id = n.payment_id"
    " AND n.doubt IS NULL AND p.partner = s.partner AND e.disposition = 'open' AND e.amount IS NOT NULL"
    f" AND p.state IN {RELEASED} AND d.currency = p.currency AND e.currency = p.currency"
)


def quoted(codes: Sequence[str]) -> str:
    """A list for SQL; never empty."""
    return ", ".join(f"'{code}'" for code in sorted(codes)) or "''"


def allocate(tx: Transaction, return_codes: Sequence[str]) -> int:
    """S5: link the ``named`` details to their payments, exact amount and currency; returns how many."""
    codes = quoted(return_codes)
    kinds = " ".join(f"WHEN {rule.format(return_codes=codes)} THEN '{kind}'" for kind, rule in _ALLOCATIONS.items())
    most = tx.value("SELECT count(*) FROM named")
    if not most:
        return 0
    return tx.run(
        "INSERT INTO allocation (id, detail_id, entry_id, payment_id, kind, by, amount, charges,"
        " currency, booked_on, made_at)"
        " SELECT :first - 1 + row_number() OVER (ORDER BY f.detail_id), f.detail_id, f.entry_id, f.payment_id, f.kind,"
        " f.by, f.amount, f.charges, f.currency, f.booked_on, CAST(:now AS TEXT)"
        f" FROM ({_FITTING.format(kinds=kinds)}) f WHERE f.kind IS NOT NULL",
        first=take(tx, "allocation", most).start,
        now=tx.now(),
        today=tx.now()[:10],
    ).rowcount
