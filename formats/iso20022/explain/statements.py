"""What a camt.052, 053 or 054 says: each statement with its entries, sums, and whether its balances tie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from formats.iso20022 import camt, codes
from formats.iso20022.camt import Balance, Ending, Entry, Statement
from formats.iso20022.explain.counting import Counting
from formats.iso20022.explain.model import EntryRow, Rows, Statements, StatementSummary, decimal_text

_OPENING, _CLOSING = ("OPBD", "PRCD", "ITBD"), ("CLBD", "ITBD")
"""Kinds of balance that begin and end a statement; pages are joined by interim ones."""
_LISTS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}
_BOOKED = (None, "BOOK")
"""Banks that leave the status out report booked entries only."""
_REASONS_MAX = 5


def summarise(source: BinaryIO, counting: Counting) -> Statements:
    """Never raises for content."""
    return _Summing(counting).run(counting.readable(camt.read(source)))


class _Summing:
    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._all = Statements(Rows(counting.limit))
        self._at: StatementSummary | None = None

    def run(self, items: Iterator[Statement | Entry | Ending]) -> Statements:
        for item in items:
            if isinstance(item, Statement):
                self._close()
                self._open(item)
            elif isinstance(item, Entry):
                self._add(item)
        self._close()
        return self._all

    def _open(self, statement: Statement) -> None:
        self._at = StatementSummary(statement, Rows(self._counting.limit))
        path = self._place(statement)
        self._counting.findings.problems(path, statement.problems)
        for number, balance in enumerate(statement.balances, 1):
            self._counting.findings.problems(f"{path}/Bal[{number}]", balance.problems, balance.currency)

    def _add(self, entry: Entry) -> None:
        at = self._at
        assert at is not None
        if entry.problems:
            self._counting.findings.problems(self._entry_place(at, entry), entry.problems, entry.currency)
        if entry.batch_count is not None and entry.details and entry.batch_count != len(entry.details):
            self._counting.note("batch-count-differs")
        at.sums.add(entry.amount, entry.currency)
        if entry.status in _BOOKED:
            at.booked.add(entry.amount, entry.currency)
        at.details += len(entry.details)
        at.rows.add(_row(entry))

    def _close(self) -> None:
        if (at := self._at) is None:
            return
        self._tie(at)
        self._all.entries += at.rows.count
        self._all.details += at.details
        self._all.sums.merge(at.sums)
        self._all.statements.add(at)
        self._at = None

    def _tie(self, at: StatementSummary) -> None:
        """Opening + booked entries = closing, in the one currency of the balances; only statements promise that."""
        at.opening, at.closing = opening(at.statement), closing(at.statement)
        if at.statement.message != "camt.053" or not at.opening or not at.closing:
            return
        if at.opening.amount is None or at.closing.amount is None:
            return
        currency = at.closing.currency or ""
        expected = at.opening.amount + at.booked.minor.get(currency, 0)
        at.ties = at.opening.currency == currency and expected == at.closing.amount
        if not at.ties:
            self._counting.findings.add(
                self._place(at.statement),
                "balances-do-not-tie",
                opening=_text(at.opening.amount, at.opening.currency or ""),
                booked=_text(at.booked.minor.get(currency, 0), currency),
                closing=_text(at.closing.amount, currency),
            )

    def _place(self, statement: Statement) -> str:
        return self._counting.outline.place(_LISTS[statement.message], statement.ordinal)

    def _entry_place(self, at: StatementSummary, entry: Entry) -> str:
        return f"{self._place(at.statement)}/Ntry[{entry.ordinal + 1}]"


def opening(statement: Statement) -> Balance | None:
    return next((each for each in statement.balances if each.kind in _OPENING), None)


def closing(statement: Statement) -> Balance | None:
    """The last closing balance; an interim one only behind the opening."""
    return next((each for each in reversed(statement.balances[1:]) if each.kind in _CLOSING), None)


def _text(minor: int, currency: str) -> str:
    return f"{decimal_text(minor, codes.exponent(currency))} {currency}"


def _row(entry: Entry) -> EntryRow:
    first = entry.details[0] if entry.details else None
    return EntryRow(
        ordinal=entry.ordinal,
        date=entry.booking_date or entry.value_date,
        amount=entry.amount,
        currency=entry.currency,
        status=entry.status,
        reversal=entry.reversal,
        reference=entry.servicer_reference or entry.reference,
        bank_code=entry.bank_code,
        details=len(entry.details),
        message_id=entry.message_id or (first.message_id if first else None),
        payment_information_id=entry.payment_information_id or (first.payment_information_id if first else None),
        end_to_end_id=first.end_to_end_id if first else None,
        return_reasons=_return_reasons(entry),
    )


def _return_reasons(entry: Entry) -> tuple[str, ...]:
    found = dict.fromkeys(detail.return_reason for detail in entry.details if detail.return_reason)
    return tuple(found)[:_REASONS_MAX]
