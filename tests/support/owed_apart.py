"""What a person is owed, reckoned in another way: a calendar painted by one law after the other, with fractions.

The judge of ``gateway.domain.owed``; it shares no rule with it, only the words of its input.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from gateway.domain.months import months
from gateway.domain.owed import Entitlement, Person
from gateway.domain.rates import Rate

CALENDAR = [f"{year}-{month:02d}" for year in (2026, 2027) for month in range(1, 13)]


def standing(rates: list[Rate], on: date) -> list[Rate]:
    """What is law that day and was not said otherwise later, in the order in which the laws came."""
    said: dict[tuple[object, ...], Rate] = {}
    for rate in sorted(rates, key=lambda rate: rate.number):
        said[rate.kind, rate.programme, rate.group, rate.place, rate.age_from, rate.since, rate.legal] = rate
    found = [rate for rate in said.values() if rate.value != 0 and rate.in_force <= on]
    return sorted(found, key=lambda rate: (rate.in_force, rate.since, rate.number))


def painted(laws: list[Rate], kind: str, programme: str, subject: str) -> dict[str, Fraction]:
    """Month -> what the laws say in the end, each painted over those before it."""
    calendar: dict[str, Fraction] = {}
    for rate in laws:
        if (rate.kind, rate.programme, rate.group + rate.place) == (kind, programme, subject):
            until = rate.until or CALENDAR[-1]
            calendar |= {month: Fraction(rate.value) for month in CALENDAR if rate.since <= month <= until}
    return calendar


def age(born: date, day: date) -> int:
    """In whole years; who was born on 29 February has the birthday on the 28th in other years."""
    leap = (born.month, born.day) == (2, 29) and day.year % 4 != 0
    return max(day.year - born.year - ((day.month, day.day) < (born.month, born.day - leap)), 0)


def days(month: str) -> list[date]:
    """The last day of the month before, and all of this one."""
    day = date.fromisoformat(f"{month}-01") - timedelta(days=1)
    found = [day]
    while (day := day + timedelta(days=1)).isoformat()[:7] == month:
        found.append(day)
    return found


def worth(month: str, person: Person, right: Entitlement, laws: list[Rate]) -> int | None:
    """None when it cannot be reckoned."""
    fixed = painted(laws, "amount", right.programme, right.group).get(month) if right.group else None
    if fixed is not None:
        laws = [rate for rate in laws if rate.kind == "addition"]
        laws += [Rate(number=0, kind="level", programme=right.programme, since=month, value=int(fixed),
                      in_force=date.min, legal="fixed")]  # fmt: skip
        right = replace(right, group="")
    national = painted(laws, "level", right.programme, "").get(month)
    factors = set(factors_of(month, person, right, laws))
    if national is None or not factors:
        return None
    places = (right.province, right.commune)
    own = [painted(laws, "instead", right.programme, place).get(month, Fraction(0)) for place in places]
    more = [painted(laws, "addition", right.programme, place).get(month, Fraction(0)) for place in places]
    return ceil(max([national, *own]) * max(factors) * right.times) + int(sum(more))


def factors_of(month: str, person: Person, right: Entitlement, laws: list[Rate]) -> Iterator[Fraction]:
    """Of every age that the person has in the month."""
    if not right.group:
        grouped = {rate.programme for rate in laws if rate.kind in ("coefficient", "amount")}
        if right.programme not in grouped:
            yield Fraction(1)
        return
    assert person.born
    for years in {age(person.born, day) for day in days(month)}:
        fitting = [rate for rate in laws if years in range(rate.age_from, rate.age_below or 999)]
        if factor := painted(fitting, "coefficient", right.programme, right.group).get(month):
            yield factor / 100


def owed_apart(month: str, person: Person, rates: list[Rate], on: date) -> int:
    if person.died and date.fromisoformat(f"{month}-01") > person.died:
        return 0
    rights = [each for each in person.entitlements if month in list(months(each.since, each.until or CALENDAR[-1]))]
    return max((worth(month, person, each, standing(rates, on)) or 0 for each in rights), default=0)
