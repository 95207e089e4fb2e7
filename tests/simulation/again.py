"""M10: what is paid again, judged when it is decided, when it is released, and at the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from gateway.store.store import Transaction
from simulation.bank import Bank
from simulation.violation import require

ABSENCE_DAYS = 3
"""Working days of complete statements after the execution date, by the profiles of both partners."""


def require_evidence(tx: Transaction, banks: Mapping[str, Bank], absent: set[str]) -> None:
    """A returned predecessor came back in full; a rejected one was refused by the bank, and no debit of it is known
    while the books are closed beyond the days that count.
    """
    made = tx.rows(
        "SELECT b.id, b.end_to_end_id, b.partner, (SELECT max(f.execution_date) FROM payment_file l JOIN file_out f"
        " ON f.id = l.file_id WHERE l.payment_id = b.id AND l.live) AS execution_date FROM payment s"
        " JOIN payment b ON b.id = s.predecessor_id WHERE s.batch_id = (SELECT max(id) FROM batch)"
    )
    for row in list(made):
        bank = banks[row.partner]
        if row.end_to_end_id not in bank.ledger.returned | absent:
            require(row.end_to_end_id in bank.ledger.rejected, "M10", f"{row.end_to_end_id} was never refused")
            last = _working_days_after(row.execution_date, ABSENCE_DAYS)
            require(max(bank.books.closed, default="") >= last, "M10", f"{row.end_to_end_id} is not absent yet")
            known = "SELECT count(*) FROM allocation WHERE payment_id = :id AND kind = 'debit'"
            asked = {each for _, each in bank.recalls}
            require(row.end_to_end_id not in asked, "M10", f"{row.end_to_end_id} is recalled, and nothing is answered")
            require(tx.value(known, id=row.id) == 0, "M10", f"{row.end_to_end_id} is debited")


def require_predecessors_over(tx: Transaction) -> None:
    """What is released now has no predecessor that is out by what is known now."""
    for record in tx.records:
        if record.verb == "file release":
            doubtful = tx.value(
                "SELECT count(*) FROM file_out f JOIN payment_file l ON l.file_id = f.id AND l.live JOIN payment s"
                " ON s.id = l.payment_id JOIN payment b ON b.id = s.predecessor_id WHERE f.message_id = :message"
                " AND b.state NOT IN ('rejected', 'returned', 'cancelled')",
                message=record.subject,
            )
            require(doubtful == 0, "M10", f"{record.subject} pays again what is out")


def require_followed(raw: sqlite3.Connection, banks: Mapping[str, Bank]) -> None:
    """At the end: a predecessor that was debited after all stops its successor, or is an alarm."""
    rows = raw.execute(
        "SELECT b.end_to_end_id, b.partner, s.end_to_end_id, s.state, EXISTS (SELECT 1 FROM exception x WHERE"
        " x.payment_id = s.id AND x.kind IN ('predecessor_booked', 'successor_held')) FROM payment s"
        " JOIN payment b ON b.id = s.predecessor_id"
    )
    for predecessor, partner, successor, state, is_told in rows:
        ledger = banks[partner].ledger
        is_out = predecessor in ledger.told - ledger.returned - ledger.returned_short - ledger.reversed
        require(not is_out or is_told or state == "cancelled", "M10", f"{successor} is {state}, {predecessor} is out")


def _working_days_after(day: str, count: int) -> str:
    """Without holidays: the months of the simulation have none."""
    found = date.fromisoformat(day)
    while count:
        found += timedelta(days=1)
        count -= found.weekday() < 5
    return found.isoformat()
