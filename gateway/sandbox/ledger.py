"""The rehearsal partner's books, in plain sqlite3, without any duplicate check: the judge of promise M1.

What is sent twice is debited twice. Amounts are minor units; debits are negative in ``entries``. ``answers`` is the
list of messages to publish, committed with the bookings they tell of, so that a crash in between loses none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from gateway.sandbox.outcomes import outcome_of
from gateway.sandbox.reading import Order, Payment, Recall, Refused

OPENING_BALANCE = 1_000_000_000_000
"""Of every account, on the day it is first seen; VND."""
ENTRIES_PER_ANSWER_MAX = 10_000
RECALLED = "DS02"
"""ISO reason of a transfer that was not executed since the payer asked so."""
_STATE_OF = {"rejected": "rejected", "silent": "silent"}


class Judged(NamedTuple):
    """What the partner did for one end-to-end id, over all copies it received."""

    debited: int
    """How often; more than one breaks M1."""
    debited_amount: int
    returned_amount: int
    rejected: int
    """How often."""
    reversed_amount: int
    accepted: int
    """How often; accepted and not yet due counts here before it counts in ``debited``."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One message to publish: the transfers (pain.002) or entries (camt) from ``first_id`` to ``last_id``."""

    id: int
    message: str
    created: datetime
    order_id: int | None
    account: str | None
    day: date | None
    first_id: int
    last_id: int
    page: int
    pages: int
    opening: int | None
    """Balance before the first entry of this page."""


class Ledger:
    """One partner's books; one thread at a time, any number of other processes reading."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    @classmethod
    def create(cls, path: Path, today: date) -> Ledger:
        """Empty books whose first business day is ``today``."""
        ledger = cls(path)
        ledger._db.executescript((files("gateway.sandbox") / "ledger.sql").read_text())
        ledger._db.execute("INSERT INTO day VALUES (?)", (today.isoformat(),))
        return ledger

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- taking orders

    def knows(self, file: str) -> bool:
        """True when the file of this (archived) name was taken."""
        return self._db.execute("SELECT 1 FROM orders WHERE file = ?", (file,)).fetchone() is not None

    def record(self, file: str, order: Order, now: datetime) -> None:
        """Every transfer of an accepted order, and the status report to send; a repeated order is recorded again."""
        order_id = self._order(file, order.message_name, order.message_id, now, order.count, order.total)
        for account in {(p.debtor_account, p.debtor_scheme, p.debtor) for p in order.payments}:
            self._db.execute("INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?)", (*account, now.date().isoformat()))
        self._db.executemany(
            f"INSERT INTO transfers VALUES (NULL, {', '.join('?' * 16)})",
            (_transfer(order_id, payment, now.date()) for payment in order.payments),
        )
        for chunk in _chunks(*self._db.execute(_ANSWERED, (order_id,)).fetchone()):
            self._plan("pain.002", now, chunk, order_id=order_id)

    def refuse(self, file: str, name: str, message_id: str, refusal: Refused, now: datetime) -> None:
        """An order refused as a whole, and the status report to send; nothing is debited."""
        order_id = self._order(file, name, message_id, now, None, None, refusal.reason, refusal.text)
        self._plan("pain.002", now, (0, 0, 1, 1), order_id=order_id)

    def recall(self, file: str, recall: Recall, now: datetime) -> None:
        """Transfers that are not debited yet are rejected; each is answered, and its order's new status told."""
        request = self._order(file, "camt.055.001.12", recall.message_id, now, len(recall.end_to_end_ids), 0)
        for end_to_end_id in recall.end_to_end_ids:
            rows = self._db.execute(_RECALLABLE, (end_to_end_id,)).fetchall()
            for row in rows:
                chunk = (row["id"], row["id"], 1, 1)
                if row["state"] in ("accepted", "silent"):
                    self._db.execute(_RECALLED, (RECALLED, row["id"]))
                    self._plan("pain.002", now, chunk, order_id=row["order_id"])
                self._plan("camt.029", now, chunk, order_id=request)
            if not rows:
                self._plan("camt.029", now, (0, 0, 1, 1), order_id=request)

    # -- booking

    def open_days(self, today: date) -> Iterator[date]:
        """Business days to end before ``today`` goes on."""
        while (day := date.fromisoformat(self._db.execute("SELECT open_day FROM day").fetchone()[0])) < today:
            yield day

    def book(self, day: date, now: datetime) -> None:
        """Debits due, then returns and reversals due, each with its notification."""
        self._book_kind(_DEBITS, "accepted", day, now)
        self._db.execute(_AFTER_DEBIT, {"day": day.isoformat()})
        self._book_kind(_CREDITS, "booked", day, now)
        self._db.execute(_AFTER_CREDIT, {"day": day.isoformat()})

    def close_day(self, day: date, now: datetime) -> None:
        """A statement per account, also without movement; the next day is open afterwards."""
        for account in self._db.execute(
            "SELECT number FROM accounts WHERE opened_on <= ?", (day.isoformat(),)
        ).fetchall():
            self._close_account(account["number"], day, now)
        self._db.execute("UPDATE day SET open_day = ?", ((day + timedelta(days=1)).isoformat(),))

    # -- answers

    def unpublished(self) -> list[Answer]:
        """Answers still to be sent, oldest first."""
        return [_answer(row) for row in self._db.execute("SELECT * FROM answers WHERE published IS NULL ORDER BY id")]

    def mark_published(self, answer: Answer, name: str) -> None:
        self._db.execute("UPDATE answers SET published = ? WHERE id = ?", (name, answer.id))

    def order(self, order_id: int) -> sqlite3.Row:
        """An order with ``accepted`` and ``rejected`` counts of its transfers."""
        found: sqlite3.Row = self._db.execute(_ORDER, (order_id,)).fetchone()
        return found

    def account(self, number: str) -> sqlite3.Row:
        found: sqlite3.Row = self._db.execute("SELECT * FROM accounts WHERE number = ?", (number,)).fetchone()
        return found

    def statement(self, account: str, day: date) -> sqlite3.Row:
        found: sqlite3.Row = self._db.execute(
            "SELECT * FROM statements WHERE account = ? AND day = ?", (account, day.isoformat())
        ).fetchone()
        return found

    def transfers(self, answer: Answer) -> sqlite3.Cursor:
        """Transfers a status report speaks of; those without any answer are left out."""
        return self._db.execute(
            "SELECT * FROM transfers WHERE id BETWEEN ? AND ? AND state <> 'silent' ORDER BY id",
            (answer.first_id, answer.last_id),
        )

    def entries(self, answer: Answer) -> sqlite3.Cursor:
        """Entries a notification or statement page shows, with their transfer and order."""
        day = answer.day.isoformat() if answer.day else None
        return self._db.execute(_ENTRIES, (answer.first_id, answer.last_id, answer.account, day))

    # -- the judge

    def by_end_to_end(self) -> dict[str, Judged]:
        """What happened to each end-to-end id ever received in an accepted order."""
        return {row[0]: Judged(*row[1:]) for row in self._db.execute(_JUDGE)}

    def balances(self) -> list[tuple[str, date, int, int, int]]:
        """All closed days: account, day, sequence, opening, closing."""
        rows = self._db.execute("SELECT account, day, sequence, opening, closing FROM statements ORDER BY 1, 3")
        return [(row[0], date.fromisoformat(row[1]), row[2], row[3], row[4]) for row in rows]

    # -- inside

    def _order(self, file: str, name: str, message_id: str, now: datetime, *rest: int | str | None) -> int:
        values = (file, name, message_id, now.isoformat(), *rest, *(None,) * (4 - len(rest)))
        inserted = self._db.execute("INSERT INTO orders VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return int(inserted.lastrowid or 0)

    def _book_kind(self, sql: str, state: str, day: date, now: datetime) -> None:
        before = self._last("entries")
        self._db.execute(sql, {"state": state, "day": day.isoformat()})
        accounts = self._db.execute(
            "SELECT account, min(id), max(id) FROM entries WHERE id > ? GROUP BY account ORDER BY 2", (before,)
        ).fetchall()
        for account, first, last in accounts:
            for chunk in _chunks(first, last):
                self._plan("camt.054", now, chunk, account=account, day=day)

    def _close_account(self, account: str, day: date, now: datetime) -> None:
        sequence, opening = self._db.execute(_LAST_STATEMENT, (OPENING_BALANCE, account)).fetchone()
        amounts = self._db.execute(
            "SELECT id, amount FROM entries WHERE account = ? AND booked_on = ? ORDER BY id", (account, day.isoformat())
        ).fetchall()
        closing = opening + sum(row["amount"] for row in amounts)
        self._db.execute(
            "INSERT INTO statements VALUES (?, ?, ?, ?, ?)", (account, sequence + 1, day.isoformat(), opening, closing)
        )
        pages = [amounts[i : i + ENTRIES_PER_ANSWER_MAX] for i in range(0, len(amounts), ENTRIES_PER_ANSWER_MAX)] or [
            []
        ]
        for number, page in enumerate(pages, 1):
            first, last = (page[0]["id"], page[-1]["id"]) if page else (0, 0)
            chunk = (first, last, number, len(pages))
            self._plan("camt.053", now, chunk, account=account, day=day, opening=opening)
            opening += sum(row["amount"] for row in page)

    def _plan(
        self,
        message: str,
        now: datetime,
        chunk: tuple[int, int, int, int],
        *,
        order_id: int | None = None,
        account: str | None = None,
        day: date | None = None,
        opening: int | None = None,
    ) -> None:
        self._db.execute(
            "INSERT INTO answers VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (message, now.isoformat(), order_id, account, day.isoformat() if day else None, *chunk, opening),
        )

    def _last(self, table: str) -> int:
        return int(self._db.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])


def _transfer(order_id: int, payment: Payment, today: date) -> Sequence[str | int | None]:
    outcome = outcome_of(payment.account, payment.amount)
    return (
        order_id,
        payment.payment_information_id,
        payment.instruction_id,
        payment.end_to_end_id,
        payment.uetr,
        payment.amount,
        payment.debtor_account,
        payment.creditor,
        payment.account,
        payment.scheme,
        *astuple(outcome),
        _STATE_OF.get(outcome.kind, "accepted"),
        max(payment.execution_date, today).isoformat(),
    )


def _chunks(first: int, last: int) -> Iterator[tuple[int, int, int, int]]:
    """(first id, last id, page, pages) of answers small enough to send."""
    starts = range(first, last + 1, ENTRIES_PER_ANSWER_MAX)
    for page, start in enumerate(starts, 1):
        yield start, min(start + ENTRIES_PER_ANSWER_MAX - 1, last), page, len(starts)


def _answer(row: sqlite3.Row) -> Answer:
    values = dict(row)
    del values["published"]
    day = date.fromisoformat(row["day"]) if row["day"] else None
    return Answer(**{**values, "created": datetime.fromisoformat(row["created"]), "day": day})


_RECALLABLE = "SELECT id, order_id, state FROM transfers WHERE end_to_end_id = ? ORDER BY id"
_RECALLED = "UPDATE transfers SET state = 'rejected', reason = ? WHERE id = ?"
_ANSWERED = """
SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM transfers WHERE order_id = ? AND state <> 'silent'
"""
_DEBITS = """
INSERT INTO entries (transfer_id, kind, account, amount, booked_on)
SELECT id, 'settled', debtor_account, -amount, :day FROM transfers
WHERE state = :state AND due <= :day ORDER BY debtor_account, id
"""
_AFTER_DEBIT = """
UPDATE transfers SET state = CASE WHEN outcome = 'settled' THEN 'done' ELSE 'booked' END,
    due = date(:day, '+' || after_days || ' days')
WHERE state = 'accepted' AND due <= :day
"""
_CREDITS = """
INSERT INTO entries (transfer_id, kind, account, amount, booked_on)
SELECT id, outcome, debtor_account, amount - charges, :day FROM transfers
WHERE state = :state AND due <= :day ORDER BY debtor_account, id
"""
_AFTER_CREDIT = "UPDATE transfers SET state = 'done' WHERE state = 'booked' AND due <= :day"
_LAST_STATEMENT = """
SELECT coalesce(max(sequence), 0), coalesce((SELECT closing FROM statements AS s WHERE s.account = t.account
    ORDER BY sequence DESC LIMIT 1), ?) FROM statements AS t WHERE account = ?
"""
_ORDER = """
SELECT o.*, count(t.id) FILTER (WHERE t.state NOT IN ('rejected', 'silent')) AS accepted,
    count(t.id) FILTER (WHERE t.state = 'rejected') AS rejected
FROM orders AS o LEFT JOIN transfers AS t ON t.order_id = o.id WHERE o.id = ? GROUP BY o.id
"""
_ENTRIES = """
SELECT e.kind, e.amount, e.booked_on, e.reference, t.payment_information_id, t.instruction_id, t.end_to_end_id, t.uetr,
    t.amount AS ordered_amount, t.charges, t.reason, t.creditor, t.account, t.scheme, o.message_id
FROM entries AS e JOIN transfers AS t ON t.id = e.transfer_id JOIN orders AS o ON o.id = t.order_id
WHERE e.id BETWEEN ? AND ? AND e.account = ? AND e.booked_on = ? ORDER BY e.id
"""
_JUDGE = """
SELECT t.end_to_end_id, count(e.id) FILTER (WHERE e.kind = 'settled'),
    coalesce(-sum(e.amount) FILTER (WHERE e.kind = 'settled'), 0),
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'returned'), 0),
    count(DISTINCT t.id) FILTER (WHERE t.state = 'rejected'),
    coalesce(sum(e.amount) FILTER (WHERE e.kind = 'reversed'), 0),
    count(DISTINCT t.id) FILTER (WHERE t.state NOT IN ('rejected', 'silent'))
FROM transfers AS t LEFT JOIN entries AS e ON e.transfer_id = t.id GROUP BY t.end_to_end_id
"""
