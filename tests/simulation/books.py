"""What a simulated partner books on our account, and how it tells: by lines or by sums, less charges, day by day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from support.banks import Booking, SumBooking, Worded

from simulation.orders import Line, Order

if TYPE_CHECKING:
    from simulation.bank import Bank


@dataclass(frozen=True)
class Entry:
    """One booking, and the end-to-end ids that it debits."""

    words: Worded
    debits: frozenset[str] = frozenset()


class Books:
    """The bookings of one partner; the ledger they make is the judge's."""

    def __init__(self, bank: Bank) -> None:
        self._bank, self._chance = bank, bank.chance
        self.unreported: list[Entry] = []
        self._balance, self._sequence = 900_000_000, 0
        self.is_daily = self._chance.happens(0.5)
        """Whether every day is closed with a statement, so that absence can be proven."""
        self.closed: set[str] = set()
        """Days with a statement."""
        self._sums = self._chance.happens(0.3)
        self._others = self._chance.happens(0.5)
        """Whether others move money on our account: what nobody has explained keeps absence from being proven."""
        self._errs_late = self._chance.happens(0.6)

    # --- debits -------------------------------------------------------------------------------------------------

    def book(self, most: int = 3) -> None:
        """Debit some lines, or what is left of a file as one sum; perhaps a notification at once."""
        if self._sums and self._chance.happens(0.6):
            entries = self._book_sum()
        else:
            lines = [line for order in self._bank.orders for line in order.lines if line.state == "taken"]
            entries = [self._debit(line) for line in self._chance.shuffled(lines)[:most]]
        if entries and self._chance.happens(0.4):
            self._notify(entries)

    def _book_sum(self) -> list[Entry]:
        """All lines of a file but the rejected ones, told apart by our message or block id alone."""
        whole = [order for order in self._bank.orders if {line.state for line in order.lines} <= {"taken", "rejected"}]
        open_ = [order for order in whole if any(line.state == "taken" for line in order.lines)]
        return [self._debit_all(self._chance.one(open_))] if open_ else []

    def _debit_all(self, order: Order) -> Entry:
        lines = [line for line in order.lines if line.state == "taken"]
        for line in lines:
            line.state, line.in_sum = "debited", True
        named = {"message_id": order.message_id} if self._chance.happens(0.5) else {"block_id": order.block_id}
        self._bank.ledger.booked.update(line.end_to_end_id for line in lines)
        return self._sum(-sum(line.amount for line in lines), lines, **named)

    def _sum(self, amount: int, lines: Iterable[Line], **how: Any) -> Entry:
        words = SumBooking(amount, reference=self._bank.id("B"), day=self._bank.today().isoformat(), **how)
        return self._add(words, frozenset(line.end_to_end_id for line in lines))

    def _debit(self, line: Line) -> Entry:
        line.state = "debited"
        self._bank.ledger.booked.add(line.end_to_end_id)
        return self._entry(line.end_to_end_id, -line.amount, debits=frozenset({line.end_to_end_id}))

    def _entry(
        self, end_to_end_id: str | None, amount: int, *, debits: frozenset[str] = frozenset(), **how: Any
    ) -> Entry:
        reference, day = self._bank.id("B"), self._bank.today().isoformat()
        return self._add(Booking(end_to_end_id, amount, reference, day, **how), debits)

    def _add(self, words: Worded, debits: frozenset[str]) -> Entry:
        entry = Entry(words, debits)
        self.unreported.append(entry)
        return entry

    def book_after_all(self, wanted: Collection[str] = ()) -> None:
        """A line that it has refused is debited after all, some day, best one of ``wanted``: M10 is about it."""
        lines = [line for order in self._bank.orders for line in order.lines if line.state == "rejected"]
        best = [line for line in lines if line.end_to_end_id in wanted] or lines
        if best and self._errs_late:
            self._debit(self._chance.one(best))

    # --- money back ---------------------------------------------------------------------------------------------

    def give_back(self) -> None:
        """A return, perhaps less charges, or the reversal of a booking."""
        lines = [(order, line) for order in self._bank.orders for line in order.lines if line.state == "debited"]
        if not lines:
            return
        order, line = self._chance.one(lines)
        entry = self._return(line) if self._chance.happens(0.7) else self._reverse(order, line)
        if entry and self._chance.happens(0.3):
            self._notify([entry])

    def _return(self, line: Line) -> Entry:
        line.state = "returned"
        if self._chance.happens(0.2):
            self._bank.ledger.returned_short.add(line.end_to_end_id)
            return self._entry(line.end_to_end_id, line.amount - 1100, return_reason="AC04", charges=1100)
        self._bank.ledger.returned.add(line.end_to_end_id)
        return self._entry(line.end_to_end_id, line.amount, return_reason="AC04")

    def _reverse(self, order: Order, line: Line) -> Entry | None:
        """The booking is undone: its line's, or the whole sum's while nothing of it has come back."""
        if not line.in_sum:
            self._undo([line])
            return self._entry(line.end_to_end_id, line.amount, reversal=True)
        lines = [each for each in order.lines if each.in_sum]
        if {each.state for each in lines} != {"debited"}:
            return None
        self._undo(lines)
        return self._sum(sum(each.amount for each in lines), [], message_id=order.message_id, reversal=True)

    def _undo(self, lines: Sequence[Line]) -> None:
        for line in lines:
            line.state = "reversed"
            self._bank.ledger.reversed.add(line.end_to_end_id)

    # --- what is not ours ---------------------------------------------------------------------------------------

    def err(self) -> None:
        """A booking of ours with another amount, or a statement of somebody else's account in our folder (T5)."""
        lines = [line for order in self._bank.orders for line in order.lines if line.state == "taken"]
        if not lines:
            return
        line = self._chance.one(lines)
        if self._chance.happens(0.5):
            self._entry(line.end_to_end_id, -line.amount - 1)
            return
        entry = Booking(line.end_to_end_id, -line.amount, self._bank.id("B"), self._bank.today().isoformat())
        content = self._bank.answerer.statement(entry, account="110000000999", id_=self._bank.id("S"))
        self._bank.misdirected(self._bank.profile.code, content)
        self._bank.put("camt.053", content)

    def foreign(self) -> None:
        """Movements of others on our account; a debit among them is an alarm (S7)."""
        if not self._others:
            return
        end_to_end_id = self._chance.one((None, "NOTPROVIDED", "EOTHER"))
        amount = self._chance.number(1, 9999) * self._chance.one((1, -1))
        self._bank.ledger.foreign += amount < 0
        self._entry(end_to_end_id, amount)

    # --- telling ------------------------------------------------------------------------------------------------

    def _notify(self, entries: list[Entry]) -> None:
        """Fault 93: the book of record will tell of these entries again."""
        self._chance.count(93)
        self._bank.put("camt.054", self.statement(entries, "camt.054"))

    def close_day(self) -> None:
        """The book of record: everything since the last one, in any order of entries."""
        entries = self._chance.shuffled(self.unreported)
        self.unreported.clear()
        self._sequence += 1
        opening = self._balance
        self._balance += sum(entry.words.amount for entry in entries)
        self.closed.add(self._bank.today().isoformat())
        content = self.statement(entries, "camt.053", opening=opening, sequence=str(self._sequence))
        self._bank.put("camt.053", content)

    def day_passes(self) -> None:
        if self.is_daily and self._bank.today().isoformat() not in self.closed:
            self.close_day()

    def statement(self, entries: Sequence[Entry], message: str, **options: Any) -> bytes:
        for entry in entries:
            self._bank.ledger.told |= entry.debits
        return self._bank.answerer.statement(
            *(entry.words for entry in entries),
            account=self._bank.account,
            message=message,
            id_=self._bank.id("S"),
            day=self._bank.today().isoformat(),
            **options,
        )
