"""A month of payments with every outcome there is, and all that the bank says about it, in the bank's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from support.banks import Booking
from support.evidence import BANK, resigned

File = tuple[str, bytes]
"""(inbox, content)"""

OUTCOMES = (
    "rejected",
    "returned",
    "returned late",
    "returned in part",
    "reversed",
    "rejected and booked",
    "accepted after its rejection",
    "never booked",
    "debited twice",
    "returned without a name",
    "announced",
    "other amount",
    "return undone",
    "told twice",
    "other currency",
)
"""Of each of these the month has one payment in forty; all others are settled and nothing else."""

ENDS: Mapping[str, str] = {
    "rejected": "rejected",
    "returned": "returned",
    "returned late": "returned",
    "reversed": "sent",
    "accepted after its rejection": "rejected",
    "never booked": "accepted",
    "other amount": "sent",
    "other currency": "sent",
}
"""Outcome -> the state that its payments end in; settled where nothing else is said."""

_EVERY = 40
_DAYS = ("2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-09")
"""The day after the fourth is missing."""
PAGED_DAY, LOST_DAY = "2026-11-04", "2026-11-06"
BOOKED_DAYS = (*_DAYS[:4], LOST_DAY, _DAYS[4])
"""All working days of the books."""


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment as the bank knows it."""

    number: int
    end_to_end_id: str
    amount: int

    @property
    def outcome(self) -> str:
        place = (self.number - 1) % _EVERY
        return OUTCOMES[place] if place < len(OUTCOMES) else "settled"

    def debit(self, amount: int | None = None, **changes: str) -> Booking:
        day = _DAYS[self.number % 3]
        given = {"reference": f"D{self.number}", "day": day} | changes
        return Booking(self.end_to_end_id, -(amount or self.amount), **given)  # type: ignore[arg-type]

    def credit(self, day: int, amount: int | None = None, reference: str = "C", named: bool = True) -> Booking:
        named_as = self.end_to_end_id if named else None
        return Booking(named_as, amount or self.amount, f"{reference}{self.number}", _DAYS[day], return_reason="AC04")


@dataclass
class Month:
    """What the bank says; ``files`` in the order in which an honest bank would."""

    message_ids: tuple[str, ...]
    payments: list[Paid]
    balance: int = 100_000_000_000
    files: list[File] = field(default_factory=list)
    lost: list[File] = field(default_factory=list)
    """What the bank says again when it is asked: a page and a day."""

    def __post_init__(self) -> None:
        self.files += list(self._answers())
        announced = [each.debit() for each in self._of("announced")]
        self.files.append(("camt.054", BANK.statement(*announced, message="camt.054", id_="N1", day=_DAYS[0])))
        for number, bookings in enumerate(self._days()):
            self.files += self._statements(number, bookings)
        twice = [each.debit() for each in self._of("told twice")]
        self.files.append(("camt.053", BANK.statement(*twice, id_="EXTRA", day=None)))

    def _of(self, *outcomes: str) -> list[Paid]:
        return [each for each in self.payments if each.outcome in outcomes]

    def untied(self, day: str) -> int:
        """By how much the statement of a day does not tie, minor units: dollars told of a debit in dong."""
        told = [each for each in self._of("other currency") if each.debit().day == day]
        return sum(99 * each.amount for each in told)

    def twice_by(self, day: str) -> dict[str, int]:
        """End-to-end id -> amount of what is debited a second time by the end of a day."""
        twice = self._of("debited twice") if day >= _DAYS[3] else []
        return {each.end_to_end_id: each.amount for each in twice}

    def _answers(self) -> Iterator[File]:
        """Two reports: the second one, later by the time inside, contradicts the first."""
        refused = self._of("rejected", "rejected and booked", "accepted after its rejection")
        words = [(each.end_to_end_id, "RJCT", "AC04") for each in refused]
        words += [(each.end_to_end_id, "ACSP", "") for each in self._of("never booked")]
        late = [(each.end_to_end_id, "ACSC", "") for each in self._of("accepted after its rejection")]
        for place, message_id in enumerate(self.message_ids):
            first = words if place == 0 else []
            report = BANK.status(message_id, group=("PART", ""), transfers=tuple(first), id_=f"P{place}")
            yield "pain.002", report
        created = "2026-11-02T12:00:00+07:00"
        yield "pain.002", BANK.status(self.message_ids[0], transfers=tuple(late), id_="PLATE", created=created)

    def _days(self) -> list[list[Booking]]:
        """Bookings of each day."""
        days: list[list[Booking]] = [[] for _day in _DAYS]
        for each in self.payments:
            for booking in _bookings(each):
                days[_DAYS.index(booking.day)].append(booking)
        days[0].append(Booking(None, 5_000_000, "FUND", _DAYS[0]))
        days[1].append(Booking("OTHER", -11_000, "FEE", _DAYS[1]))
        return days

    def _statements(self, number: int, bookings: list[Booking]) -> Iterator[File]:
        """One day; the third in three pages, of which the second is lost."""
        sequence = str(number + 1) if number < len(_DAYS) - 1 else str(number + 2)
        pages = [bookings] if number != 2 else _thirds(bookings)
        for page, some in enumerate(pages, 1):
            id_ = f"S{number}-{page}"
            written = BANK.statement(*some, id_=id_, sequence=sequence, opening=self.balance, day=_DAYS[number])
            self.balance += sum(each.amount for each in some)
            if len(pages) > 1:
                last = str(page == len(pages)).lower()
                paged = f"<Id>S{number}</Id><StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>"
                written = resigned(written, f"<Id>{id_}</Id>", paged)
            if (number, page) == (2, 2):
                self.lost.append(("camt.053", written))
            else:
                yield "camt.053", written
        if number == len(_DAYS) - 2:
            self._lose_a_day(str(number + 2))

    def _lose_a_day(self, sequence: str) -> None:
        moved = Booking(None, 1_000_000, "LOST", LOST_DAY)
        written = BANK.statement(moved, id_="SLOST", sequence=sequence, opening=self.balance, day=LOST_DAY)
        self.lost.append(("camt.053", written))
        self.balance += moved.amount


def _thirds(bookings: list[Booking]) -> list[list[Booking]]:
    """The middle one, which gets lost, holds nothing of ours."""
    half = len(bookings) // 2
    return [bookings[:half], [Booking(None, 77, "LOST", _DAYS[2])], bookings[half:]]


def _bookings(of: Paid) -> Iterator[Booking]:
    """Every entry that the book has of a payment."""
    if of.outcome in ("rejected", "accepted after its rejection", "never booked"):
        return
    if of.outcome == "other amount":
        yield of.debit(of.amount + 1)
        return
    yield of.debit(currency="USD") if of.outcome == "other currency" else of.debit()
    yield from _undone(of)


def _undone(of: Paid) -> Iterator[Booking]:
    day = 3
    if of.outcome == "returned":
        yield of.credit(day)
    elif of.outcome == "returned late":
        yield of.credit(4)
    elif of.outcome == "returned in part":
        yield of.credit(day, of.amount - 3_300)
    elif of.outcome == "returned without a name":
        yield of.credit(day, named=False)
    elif of.outcome == "debited twice":
        yield of.debit(reference=f"DD{of.number}", day=_DAYS[day])
    elif of.outcome == "reversed":
        yield Booking(of.end_to_end_id, of.amount, f"V{of.number}", _DAYS[day], reversal=True)
    elif of.outcome == "return undone":
        yield of.credit(day)
        yield Booking(of.end_to_end_id, -of.amount, f"U{of.number}", _DAYS[4], reversal=True)
