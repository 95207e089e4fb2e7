"""Confirmed funding and the booked credits that may be it: what the tie of a day tells apart from other credits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from gateway.domain.fundings import NEAR_DAYS, Confirmed, Credit
from gateway.store.store import Transaction
from gateway.store.tie import ALLOCATIONS, WORKED_WITH


def confirmed(tx: Transaction, partner: str, account: str, day: date, known: str) -> list[Confirmed]:
    """Funding that two people had confirmed by then for days around this one."""
    first, last = _around(day, 2)
    rows = tx.rows(
        "SELECT id, amount, currency, reference, value_date FROM funding WHERE partner = :partner"
        " AND account = :account AND value_date BETWEEN :first AND :last AND confirmed_at <= :known ORDER BY id",
        partner=partner,
        account=account,
        first=first,
        last=last,
        known=known,
    )
    return [Confirmed(row.id, row.amount, row.currency, row.reference, row.value_date) for row in rows]


_DAY = "COALESCE(s.to_date, s.from_date, substr(s.created_at, 1, 10))"
_BOOKED = (
    f"SELECT e.id, {WORKED_WITH} AS same, e.amount, e.currency, e.reference, e.servicer_reference,"
    f" COALESCE(e.booking_date, {_DAY}) AS booked_on, e.value_date"
    " FROM statement s JOIN file_in f ON f.id = s.file_in_id JOIN entry e ON e.statement_id = s.id"
    " WHERE s.partner = :partner AND s.account = :account AND s.message = :message AND f.proof <> 'none'"
    f" AND f.received_at <= :known AND {_DAY} BETWEEN :first AND :last AND COALESCE(e.status, 'BOOK') = 'BOOK'"
    " AND NOT e.reversal AND e.amount IN ({amounts})"
)
_CREDITS = (
    "SELECT q.same, q.amount, q.currency, q.reference, q.servicer_reference, q.booked_on, q.value_date,"
    " d.end_to_end_id, d.instruction_id, d.servicer_reference AS transaction_reference"
    f" FROM ({_BOOKED}) q LEFT JOIN detail d ON d.entry_id = q.id OR d.entry_id = q.same"
    " WHERE NOT EXISTS (SELECT 1 FROM detail r WHERE (r.entry_id = q.id OR r.entry_id = q.same) AND r.is_return)"
    f" AND NOT EXISTS (SELECT 1 FROM ({ALLOCATIONS}) a WHERE a.entry_id = q.same)"
)


def credits(
    tx: Transaction, partner: str, account: str, message: str, day: date, known: str, amounts: Sequence[int]
) -> list[Credit]:
    """Credits of these amounts that the book of record has around this day, each as the entry that is worked with.

    What is allocated, a reversal, or has return information is none.
    """
    first, last = _around(day, 3)
    listed = ", ".join(str(int(each)) for each in amounts) or "NULL"
    rows = tx.rows(
        _CREDITS.format(amounts=listed),
        partner=partner,
        account=account,
        message=message,
        known=known,
        first=first,
        last=last,
    )
    references: dict[int, set[str]] = {}
    days: dict[int, set[str]] = {}
    sums: dict[int, tuple[int, str | None]] = {}
    for row in rows:
        sums[row.same] = (row.amount, row.currency)
        told = (
            row.reference,
            row.servicer_reference,
            row.end_to_end_id,
            row.instruction_id,
            row.transaction_reference,
        )
        references.setdefault(row.same, set()).update(each for each in told if each)
        days.setdefault(row.same, set()).update(each for each in (row.booked_on, row.value_date) if each)
    return [
        Credit(same, amount, currency, frozenset(references[same]), frozenset(days[same]))
        for same, (amount, currency) in sorted(sums.items())
    ]


def _around(day: date, times: int) -> tuple[str, str]:
    """So wide that whoever may be taken for a funding of this day is seen together with all that it is weighed with."""
    span = timedelta(days=times * NEAR_DAYS)
    return (day - span).isoformat(), (day + span).isoformat()


def booked(tx: Transaction, statements: Sequence[int], linked: Sequence[int]) -> int:
    """What of these statements' credits is this funding, named by the entries that are worked with."""
    if not linked:
        return 0
    rows = tx.rows(
        f"SELECT q.amount FROM (SELECT e.amount, {WORKED_WITH} AS same FROM entry e WHERE e.statement_id IN"
        f" ({', '.join(str(int(each)) for each in statements) or 'NULL'}) AND COALESCE(e.status, 'BOOK') = 'BOOK') q"
        f" WHERE q.same IN ({', '.join(str(int(each)) for each in linked)})"
    )
    return sum(row.amount for row in rows)
