"""The chain of an account's book of record (S4): pages make a statement, statements make a chain.

Everything here is a function of the set of sheets, never of the order in which they came (S3). Days are ISO text,
amounts minor units, credit positive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby, pairwise

from gateway.domain.calendar import IsWorking

KINDS = (
    "statement_does_not_tie",
    "chain_broken",
    "statement_gap",
    "day_missing",
    "page_missing",
    "statements_overlap",
    "statement_corrected",
)
"""What may be wrong with a chain; each heals when the evidence says so."""

UNTIED = KINDS[:5]
"""Of these, what keeps the account's sums from being proven."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it was received; empty text where the partner gives none."""

    id: int
    message_id: str
    statement_id: str
    created: str
    """The time inside the message, in Vietnam's: which of two versions is the newer."""
    first: str
    last: str
    """The period, where it is stated."""
    sequence: int | None
    legal_sequence: int | None
    page: int | None
    last_page: bool | None
    opening: int | None
    closing: int | None
    entries: int
    entry_sum: int
    content: bytes
    """Digest of the booked entries."""

    @property
    def day(self) -> str:
        return self.last or self.first or self.created[:10]

    @property
    def is_part(self) -> bool:
        """Whether it can be a part of a chain; an extract without number and balance says nothing about it."""
        numbers = (self.sequence, self.legal_sequence, self.page, self.opening, self.closing)
        return any(each is not None for each in numbers)

    @property
    def difference(self) -> int | None:
        """By how much the closing balance is not opening + entries; None where a balance is not given."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.entry_sum

    @property
    def statement(self) -> tuple[object, ...]:
        """What pages and versions of one statement share: number and period, else the bank's id and the period."""
        if (self.sequence, self.legal_sequence) == (None, None):
            return (self.statement_id, self.first, self.day)
        return (self.sequence, self.legal_sequence, self.first, self.last or self.day[:4])

    @property
    def said(self) -> tuple[object, ...]:
        """What it says, whatever it is called: equal ones are one."""
        numbers = (self.sequence, self.legal_sequence, self.page, self.last_page)
        sums = (self.opening, self.closing, self.entries, self.entry_sum, self.content)
        return (self.first, self.last or self.day, *numbers, *sums)

    @property
    def age(self) -> tuple[object, ...]:
        """The newest version has the greatest."""
        return (self.created, self.message_id, self.content, self.entry_sum, self.opening or 0, self.closing or 0)


@dataclass(frozen=True)
class Link:
    """One statement: the newest version of each of its pages, in their order."""

    sheets: tuple[Sheet, ...]
    is_corrected: bool
    """Whether a page was said in several ways."""
    is_undecided: bool
    """Whether two ways are of one time, so that none is the newer."""

    @property
    def id(self) -> int:
        return self.sheets[0].id

    @property
    def first(self) -> str:
        return min(each.first or each.day for each in self.sheets)

    @property
    def last(self) -> str:
        return max(each.day for each in self.sheets)

    @property
    def is_dated(self) -> bool:
        """Whether the period is stated and not only taken from the time of creation."""
        return all(each.last for each in self.sheets)

    @property
    def numbers(self) -> tuple[int | None, int | None]:
        """(electronic, legal)"""
        return self.sheets[0].sequence, self.sheets[0].legal_sequence

    @cached_property
    def missing(self) -> str:
        """Pages that are not here: ``2``, ``2-4``, ``5-`` when the last one is not known; empty when all are."""
        pages = [each.page or 1 for each in self.sheets]
        holes = [_span(one + 1, other - 1) for one, other in pairwise([0, *pages]) if other - one > 1]
        ends = {each.last_page for each in self.sheets}
        if True not in ends and False in ends:
            holes.append(f"{pages[-1] + 1}-")
        return ", ".join(holes)

    @property
    def opening(self) -> int | None:
        return self.sheets[0].opening if (self.sheets[0].page or 1) == 1 else None

    @property
    def closing(self) -> int | None:
        return None if self.missing else self.sheets[-1].closing

    @property
    def entry_sum(self) -> int:
        return sum(each.entry_sum for each in self.sheets)

    @property
    def difference(self) -> int | None:
        """By how much the whole does not tie; None while that cannot be said."""
        if self.missing or self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.entry_sum

    @property
    def place(self) -> dict[str, str | int]:
        """Where in the chain it stands, as a person finds it."""
        number = next((each for each in self.numbers if each is not None), None)
        return {"day": self.last, "number": "" if number is None else str(number)}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the chain; ``place`` names it for ever, ``details`` and amount may still change."""

    kind: str
    statement: int | None
    """The row it is about; None for one that is not here."""
    place: Mapping[str, str | int]
    details: Mapping[str, str | int] = field(default_factory=dict)
    amount: int | None = None


def links(sheets: Iterable[Sheet]) -> list[Link]:
    """The statements of one account and currency, in the order of their days and numbers."""
    parts = sorted((each for each in _unlike(sheets) if each.is_part), key=lambda each: repr(each.statement))
    found = [_link(list(group)) for _key, group in groupby(parts, key=lambda each: repr(each.statement))]
    return sorted(found, key=_position)


def _unlike(sheets: Iterable[Sheet]) -> Iterable[Sheet]:
    """Of those that say the same, the newest."""
    newest: dict[tuple[object, ...], Sheet] = {}
    for each in sheets:
        known = newest.get(each.said)
        if known is None or (each.age, -each.id) > (known.age, -known.id):
            newest[each.said] = each
    return newest.values()


def _link(sheets: list[Sheet]) -> Link:
    by_page = sorted(sheets, key=lambda each: (each.page or 1, each.age), reverse=True)
    versions = [list(group) for _page, group in groupby(by_page, key=lambda each: each.page or 1)]
    several = [group for group in versions if len(group) > 1]
    undecided = any(group[0].created == group[1].created for group in several)
    return Link(tuple(group[0] for group in reversed(versions)), bool(several), undecided)


def _position(link: Link) -> tuple[object, ...]:
    newest = link.sheets[0]
    return (link.first, link.last, *(each or 0 for each in link.numbers), newest.created, newest.statement_id)


def findings(chain: list[Link], is_working: IsWorking, daily: bool) -> Iterator[Finding]:
    """Everything that is wrong; with ``daily`` every working day must have a statement where no numbers prove it."""
    for link in chain:
        yield from _own(link)
    heaps = list(_heaps(chain))
    for heap in heaps:
        if len(heap) > 1:
            span = {"first": heap[0].first, "last": max(each.last for each in heap)}
            yield Finding("statements_overlap", heap[0].id, span)
    for before, after in pairwise(heaps):
        yield from _step(max(before, key=lambda each: (each.last, _position(each))), after[0], is_working, daily)


def _own(link: Link) -> Iterator[Finding]:
    """What is wrong with one statement by itself."""
    if link.is_corrected:
        yield Finding("statement_corrected", link.id, link.place)
    if link.missing:
        yield Finding("page_missing", link.id, link.place, {"pages": link.missing})
    inner = list(_inner(link))
    yield from inner
    if link.difference and not inner and len(link.sheets) > 1:
        yield Finding("statement_does_not_tie", link.id, link.place, amount=link.difference)


def _inner(link: Link) -> Iterator[Finding]:
    """Of the pages one by one: each ties, and each begins where the one before ended."""
    for sheet in link.sheets:
        if sheet.difference:
            place = link.place | {"page": sheet.page or 1}
            yield Finding("statement_does_not_tie", sheet.id, place, amount=sheet.difference)
    for one, other in pairwise(link.sheets):
        if (other.page or 1) - (one.page or 1) == 1 and _differ(one.closing, other.opening):
            yield _broken(one.closing, other.opening, other.id, link.place | {"page": other.page or 1})


def _heaps(chain: list[Link]) -> Iterator[list[Link]]:
    """Statements whose periods lie over each other stand on one heap; a common border day is none."""
    heap: list[Link] = []
    for link in chain:
        if heap and not link.first < max(each.last for each in heap):
            yield heap
            heap = []
        heap.append(link)
    if heap:
        yield heap


def _step(one: Link, other: Link, is_working: IsWorking, daily: bool) -> Iterator[Finding]:
    """From one statement to the next: by their numbers, else by working days; and by their balances."""
    gaps, is_next = _numbering(one, other)
    apart = _differ(one.closing, other.opening)
    amount = (other.opening or 0) - (one.closing or 0) if apart else None
    days = [] if gaps or is_next else _between(one, other, is_working)
    for numbers in gaps:
        yield Finding("statement_gap", other.id, other.place | {"numbers": numbers}, amount=amount)
    if days and (daily or apart):
        span = {"first": days[0].isoformat(), "last": days[-1].isoformat()}
        yield Finding("day_missing", other.id, span, amount=amount)
    elif apart and not gaps:
        yield _broken(one.closing, other.opening, other.id, other.place)


def _broken(closing: int | None, opening: int | None, statement: int, place: Mapping[str, str | int]) -> Finding:
    return Finding("chain_broken", statement, place, amount=(opening or 0) - (closing or 0))


def _differ(closing: int | None, opening: int | None) -> bool:
    return closing is not None and opening is not None and closing != opening


def _numbering(one: Link, other: Link) -> tuple[list[str], bool]:
    """(numbers missing between the two, whether one numbering says that nothing is); a year may begin at 1 again.

    A number that repeats or goes back within a year proves nothing.
    """
    gaps, is_next = [], False
    for before, after in zip(one.numbers, other.numbers, strict=True):
        if before is None or after is None:
            continue
        restarts = after <= before and one.last[:4] < other.last[:4]
        start = 0 if restarts else before
        is_next = is_next or after == start + 1
        if after > start + 1:
            gaps.append(_span(start + 1, after - 1))
    return list(dict.fromkeys(gaps)), is_next


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


_DAYS_LOOKED_AT_MAX = 400


def _between(one: Link, other: Link, is_working: IsWorking) -> list[date]:
    """Working days strictly between two statements; of a longer hole the first days are enough."""
    if not (one.last and other.first):
        return []
    day, end = date.fromisoformat(one.last), date.fromisoformat(other.first)
    many = min((end - day).days, _DAYS_LOOKED_AT_MAX)
    return [each for ahead in range(1, many) if is_working(each := day + timedelta(days=ahead))]


def covers(chain: list[Link], day: date) -> bool:
    """Whether a whole statement holds this day, or the numbers before and after it say that there is none."""
    text = day.isoformat()
    if any(each.first <= text <= each.last and not each.missing for each in chain):
        return True
    pairs = ((one, other) for one, other in pairwise(chain) if one.last < text < other.first)
    return any(is_next and not gaps for gaps, is_next in (_numbering(one, other) for one, other in pairs))


def gap(chain: list[Link], is_working: IsWorking, first: date, last: date) -> str | None:
    """Why the chain does not prove every booking from ``first`` to ``last``; None when it does."""
    dated = [each for each in chain if each.is_dated and each.last >= first.isoformat()]
    if not dated or dated[0].first > first.isoformat():
        return "chain_begins_late"
    if max(each.last for each in dated) < last.isoformat() or dated[-1].missing.endswith("-"):
        return "chain_ends_early"
    if any(each.difference != 0 for each in dated if not each.missing):
        return "statement_does_not_tie"
    if any(each.is_undecided for each in dated):
        return "statement_undecided"
    return next((_WHY[each.kind] for each in findings(dated, is_working, daily=True) if each.kind in _WHY), None)


_WHY = dict.fromkeys(("chain_broken", "statement_gap", "day_missing", "page_missing"), "statement_missing") | {
    "statement_does_not_tie": "statement_does_not_tie",
    "statements_overlap": "statements_overlap",
}
