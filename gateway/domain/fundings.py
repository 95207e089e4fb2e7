"""Which booked credit is which confirmed funding: by the transfer's reference, else by its day; never by guessing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

NEAR_DAYS = 10
"""A transfer is booked at most so many days before or after the day that people named."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A sum that two people confirmed for an account."""

    id: int
    amount: int
    currency: str
    reference: str
    day: str


@dataclass(frozen=True, slots=True)
class Credit:
    """A booked credit of the account that no payment explains."""

    id: int
    amount: int
    currency: str | None
    references: frozenset[str]
    """The bank's, the entry's and those of its transactions."""
    days: frozenset[str]
    """Booking and value date."""


def pairs(confirmed: Collection[Confirmed], credits: Collection[Credit]) -> dict[int, int]:
    """Credit -> funding where each is the other's only one: by reference, and what has no reference in common by day.

    Exact amount and currency. A function of the two sets, whatever their order.
    """
    named = _fitting(confirmed, credits, lambda one, other: one.reference in other.references)
    known, shown = {funding for _credit, funding in named}, {credit for credit, _funding in named}
    rest = [each for each in confirmed if each.id not in known]
    unnamed = [each for each in credits if each.id not in shown]
    dated = _fitting(rest, unnamed, lambda one, other: one.day in other.days)
    return dict(_mutual(named) | _mutual(dated))


def _fitting(
    confirmed: Iterable[Confirmed], credits: Collection[Credit], is_same: Callable[[Confirmed, Credit], bool]
) -> set[tuple[int, int]]:
    return {
        (other.id, one.id)
        for one in confirmed
        for other in credits
        if (one.amount, one.currency) == (other.amount, other.currency) and _is_near(one, other) and is_same(one, other)
    }


def _is_near(one: Confirmed, other: Credit) -> bool:
    day = date.fromisoformat(one.day)
    return any(abs((date.fromisoformat(each) - day).days) <= NEAR_DAYS for each in other.days)


def _mutual(found: set[tuple[int, int]]) -> set[tuple[int, int]]:
    credits = Counter(credit for credit, _funding in found)
    fundings = Counter(funding for _credit, funding in found)
    return {(credit, funding) for credit, funding in found if credits[credit] == fundings[funding] == 1}
