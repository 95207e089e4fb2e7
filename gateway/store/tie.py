"""The tie as queries: where approved money is at the end of a day, and what the book of record says of an account.

Both for a day and for a moment of knowledge: what was booked on or before the day, of what had been received and
allocated by then. Sums are taken in two halves, because neither database holds every sum of amounts of 18 digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.store.store import Transaction

EVER = "9999-12-31T00:00:00+00:00"
"""A moment of knowledge behind every other."""
CLASSES = ("debited", "returned", "rejected", "cancelled", "held", "open")
FEES = ("CHRG", "COMM", "COME", "COMI", "COMT", "FEES")
"""Sub-families of ISO bank transaction codes that are the bank's own charges."""

_PART = 10**9


def halves(expression: str, name: str) -> str:
    """The sum of an amount, as two columns of whole numbers."""
    return (
        f"COALESCE(sum(({expression}) / {_PART}), 0) AS {name}_high,"
        f" COALESCE(sum(({expression}) % {_PART}), 0) AS {name}_low"
    )


def whole(row: Any, name: str) -> int:
    """Both halves of a sum put together."""
    return int(getattr(row, f"{name}_high")) * _PART + int(getattr(row, f"{name}_low"))


ALLOCATIONS = (
    "SELECT a.entry_id, a.payment_id, a.kind, a.amount, a.amount + a.charges AS gross, a.booked_on FROM allocation a"
    " JOIN entry e ON e.id = a.entry_id JOIN statement s ON s.id = e.statement_id JOIN file_in f ON f.id = s.file_in_id"
    " WHERE COALESCE(a.made_at, f.received_at) <= :known"
)
_SIGNED = "CASE a.kind WHEN 'debit' THEN a.gross WHEN 'return_reversal' THEN a.gross ELSE -a.gross END"
_BOOKED = (
    "SELECT a.payment_id, sum(CASE a.kind WHEN 'debit' THEN 1 ELSE 0 END) AS debits,"
    " sum(CASE a.kind WHEN 'reversal' THEN 1 ELSE 0 END) AS reversals,"
    " sum(CASE a.kind WHEN 'return' THEN 1 WHEN 'return_reversal' THEN -1 ELSE 0 END) AS returns,"
    f" {halves(_SIGNED, 'net')} FROM ({ALLOCATIONS}) a WHERE a.booked_on <= :day GROUP BY a.payment_id"
)
"""What is booked of a payment by a day; ``net`` is what it has cost our account, charges of returns apart."""
_LAST = (
    "SELECT h.subject, h.target FROM history h JOIN (SELECT subject, max(id) AS id FROM history WHERE kind = 'payment'"
    " AND at < :end AND at <= :known AND target NOT IN ('settled', 'returned') GROUP BY subject) l ON l.id = h.id"
)
"""The last state of a payment by then that no booking gave it."""
_CLASSED = (
    "SELECT p.id, p.end_to_end_id, p.batch_id, p.payer, p.programme, p.partner, p.commune_code, p.currency, p.amount,"
    " p.state, COALESCE(k.net_high, 0) AS net_high, COALESCE(k.net_low, 0) AS net_low,"
    " CASE WHEN k.returns > 0 THEN 'returned' WHEN k.debits > k.reversals THEN 'debited'"
    " WHEN k.reversals > 0 THEN 'open' WHEN l.target IN ('rejected', 'cancelled', 'held') THEN l.target"
    f" ELSE 'open' END AS place FROM payment p LEFT JOIN ({_LAST}) l ON l.subject = p.end_to_end_id"
    f" LEFT JOIN ({_BOOKED}) k ON k.payment_id = p.id WHERE (CAST(:payer AS VARCHAR) IS NULL OR p.payer = :payer)"
    " AND p.batch_id IN (SELECT subject FROM history WHERE kind = 'batch' AND target = 'approved'"
    "  AND at < :end AND at <= :known)"
)
_NOW = (
    "CASE c.state WHEN 'settled' THEN 'debited' WHEN 'returned' THEN 'returned' WHEN 'rejected' THEN 'rejected'"
    " WHEN 'cancelled' THEN 'cancelled' WHEN 'held' THEN 'held' ELSE 'open' END"
)


def payments(tx: Transaction, day: str, end: str, known: str, payer: str | None) -> Iterator[Any]:
    """(payer, programme, partner, commune_code, currency, place, payments, amount halves) of approved payments."""
    return tx.stream(
        "SELECT c.payer, c.programme, c.partner, c.commune_code, c.currency, c.place, count(*) AS payments,"
        f" {halves('c.amount', 'amount')} FROM ({_CLASSED}) c"
        " GROUP BY c.payer, c.programme, c.partner, c.commune_code, c.currency, c.place ORDER BY 1, 2, 3, 4, 5, 6",
        day=day,
        end=end,
        known=known,
        payer=payer,
    )


def wrongly_booked(tx: Transaction, day: str, end: str, known: str, payer: str | None) -> list[Any]:
    """Payments whose bookings do not add up to what their place says: debited costs its amount, all else nothing."""
    return tx.rows(
        f"SELECT c.end_to_end_id, c.partner, c.currency, c.amount, c.place, c.net_high, c.net_low FROM ({_CLASSED}) c"
        f" WHERE c.net_high * {_PART} + c.net_low <> CASE c.place WHEN 'debited' THEN c.amount ELSE 0 END"
        " ORDER BY c.end_to_end_id",
        day=day,
        end=end,
        known=known,
        payer=payer,
    )


def wrongly_stated(tx: Transaction, payer: str | None) -> list[Any]:
    """Payments whose state of today is not what all evidence together says."""
    return tx.rows(
        f"SELECT c.end_to_end_id, c.partner, c.currency, c.amount, c.place, c.state FROM ({_CLASSED}) c"
        f" WHERE c.place <> {_NOW} ORDER BY c.end_to_end_id",
        day=EVER[:10],
        end=EVER,
        known=EVER,
        payer=payer,
    )


def wrongly_summed(tx: Transaction, payer: str | None) -> list[Any]:
    """Batches whose payments are not together what was approved."""
    return tx.rows(
        f"SELECT b.id, b.currency, b.amount, {halves('p.amount', 'sum')} FROM batch b JOIN payment p"
        " ON p.batch_id = b.id WHERE b.state <> 'invalid' AND (CAST(:payer AS VARCHAR) IS NULL OR b.payer = :payer)"
        f" GROUP BY b.id, b.currency, b.amount HAVING sum(p.amount / {_PART}) * {_PART} + sum(p.amount % {_PART})"
        " <> b.amount ORDER BY b.id",
        payer=payer,
    )


# --- accounts ------------------------------------------------------------------------------------------------------


def accounts(tx: Transaction, partner: str, message: str) -> list[str]:
    """Accounts of ours there: with a statement of the book of record, or debited by a file of ours."""
    rows = tx.rows(
        "SELECT s.account FROM statement s JOIN file_in f ON f.id = s.file_in_id WHERE s.partner = :partner"
        " AND s.message = :message AND f.proof <> 'none' AND s.account IS NOT NULL"
        " UNION SELECT debtor_account FROM file_out WHERE partner = :partner ORDER BY 1",
        partner=partner,
        message=message,
    )
    return [row.account for row in rows]


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(str(int(each)) for each in ids) or "NULL"


WORKED_WITH = (
    "COALESCE(CASE WHEN e.disposition <> 'ignored' THEN e.id END,"
    " (SELECT min(t.id) FROM entry t WHERE t.identity = e.identity AND t.disposition <> 'ignored'),"
    " (SELECT min(t.id) FROM entry t WHERE t.loose = e.loose AND t.disposition <> 'ignored'))"
)
"""An entry that was told before is ignored: the one that is worked with says what it is."""


def booked(tx: Transaction, statements: Sequence[int], known: str) -> Any:
    """What the booked entries of these statements are, each sum in two halves and without sign but for ``sum``."""
    fees = ", ".join(f"'{code}'" for code in FEES)
    own = (
        f"SELECT e.id, e.amount, e.bank_code, {WORKED_WITH} AS same FROM entry e"
        f" WHERE e.statement_id IN ({_listed(statements)}) AND COALESCE(e.status, 'BOOK') = 'BOOK'"
        " AND e.amount IS NOT NULL"
    )
    kinds = {"debits": "debit", "returned": "return", "reversals": "reversal", "undone": "return_reversal"}
    sums = ", ".join(
        f"COALESCE(sum(CASE WHEN a.kind = '{kind}' THEN a.amount END), 0) AS {name}" for name, kind in kinds.items()
    )
    told = (
        f"SELECT o.id, o.amount, o.bank_code, {sums} FROM ({own}) o LEFT JOIN ({ALLOCATIONS}) a"
        " ON a.entry_id = o.same GROUP BY o.id, o.amount, o.bank_code"
    )
    split = (
        f"SELECT t.*, t.amount + t.debits + t.undone - t.returned - t.reversals AS rest,"
        f" substr(COALESCE(t.bank_code, ''), length(COALESCE(t.bank_code, '')) - 3) IN ({fees}) AS is_fee"
        f" FROM ({told}) t"
    )
    columns = {
        "sum": "x.amount",
        "debits": "x.debits",
        "returned": "x.returned - x.undone",
        "reversals": "x.reversals",
        "credits": "CASE WHEN x.rest > 0 THEN x.rest ELSE 0 END",
        "fees": "CASE WHEN x.rest < 0 AND x.is_fee THEN -x.rest ELSE 0 END",
        "others": "CASE WHEN x.rest < 0 AND NOT x.is_fee THEN -x.rest ELSE 0 END",
    }
    return tx.run(
        f"SELECT {', '.join(halves(each, name) for name, each in columns.items())} FROM ({split}) x", known=known
    ).one()


def unexplained(tx: Transaction, statements: Sequence[int]) -> list[Any]:
    """Open exceptions about entries of these statements: what stands among other credits and debits."""
    return tx.rows(
        "SELECT x.id, x.kind, x.entry_id, x.amount, x.currency,"
        " COALESCE(e.servicer_reference, e.reference, '') AS reference"
        " FROM exception x JOIN entry e ON e.id = x.entry_id"
        f" WHERE x.state = 'open' AND e.statement_id IN ({_listed(statements)}) ORDER BY x.id"
    )


def not_in_book(
    tx: Transaction, partner: str, account: str, message: str, day: str, known: str, statements: Iterable[int]
) -> list[Any]:
    """Allocations of the day by other messages whose entries the book of record does not have."""
    own = f"FROM entry t WHERE t.statement_id IN ({_listed(list(statements))})"
    return tx.rows(
        f"SELECT p.end_to_end_id, a.kind, a.amount, p.currency FROM ({ALLOCATIONS}) a"
        " JOIN entry e ON e.id = a.entry_id JOIN statement s ON s.id = e.statement_id"
        " JOIN payment p ON p.id = a.payment_id"
        " WHERE s.partner = :partner AND s.account = :account AND s.message <> :message AND a.booked_on = :day"
        f" AND e.identity NOT IN (SELECT t.identity {own})"
        f" AND (e.loose IS NULL OR e.loose NOT IN (SELECT t.loose {own} AND t.loose IS NOT NULL))"
        " ORDER BY p.end_to_end_id, a.kind",
        partner=partner,
        account=account,
        message=message,
        day=day,
        known=known,
    )
