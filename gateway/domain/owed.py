"""What a person is owed for a month, and what is still to be paid for months that were listed already.

The rules, with what they rest on (docs/rate.md has the sources):

- *Start*: the month in which the commune's chair signs the decision. *End*: the last month is the one in which the
  person died or stopped to be eligible; the month after it is the first without money.
- *Age*: in the month of a birthday both ages count and the higher coefficient is paid: a rise from that month on, a
  fall from the month after it. Only the month of birth matters. (By the rule of start and end; to be confirmed.)
- *Several regimes*: the highest of them, never the sum. Of equal ones the one that began first counts, then the order
  of programme, group, commune and reference.
- *Rounding*: base times coefficient is rounded up to the whole dong, in the person's favour. Bases are multiples of
  100 dong and coefficients whole hundredths, so that nothing is ever rounded.
- *Arrears*: for each month what is owed by what is known now, less all that was listed for that month in whatever
  programme; one line a month, never a negative one. Too much in one month is not set against another month: it is for a
  person to look at.

A move is two entitlements: the old commune's ends, the new one decides anew and begins with its own decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from gateway.domain import months
from gateway.domain.rates import HUNDREDTHS, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """What one commune has decided for a person, in one regime."""

    programme: str
    group: str = ""
    """Of the coefficients; empty in a programme without groups."""
    commune: str
    """Five digits: decides and pays."""
    province: str
    """Two digits: the commune's."""
    since: str
    """Month of the decision."""
    until: str | None = None
    """Last month that is paid."""
    times: int = 1
    """How often the coefficient counts: children of a single parent."""
    reference: str = ""
    """The caller's own."""

    def holds(self, month: str) -> bool:
        return self.since <= month and (self.until is None or month <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person with every regime, of all communes."""

    person: str
    born: date | None = None
    births: tuple[date, ...] = ()
    """Where the day is not known: a day of every month that may be it."""
    died: date | None = None
    entitlements: tuple[Entitlement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What lists had for a person and month already, whoever paid it: regular, arrears and carried over amounts.

    One that was proven not to have been paid, and that is not carried over, does not count.
    """

    programme: str
    month: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Owed for one month, by one entitlement."""

    month: str
    amount: int
    """All of it."""
    base: int
    """Or the amount of the group itself."""
    coefficient: int
    """Hundredths, for all its times."""
    addition: int
    """The part that the place pays on top."""
    entitlement: Entitlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something for a person to look at; a stable code.

    level_unknown           no base amount of the programme for this month
    coefficient_unknown     no coefficient for the group, or for the group at this age
    birth_date_missing      the coefficient depends on an age that nobody knows well enough
    two_communes            entitlements of two communes hold in the same month
    listed_elsewhere        listed under another programme than the one that is owed; it was counted
    overpaid                more was listed for the month than is owed in all regimes
    """

    code: str
    person: str
    month: str
    programme: str
    amount: int = 0
    """Too much, or listed elsewhere."""


@dataclass(frozen=True, slots=True)
class Owed:
    """For one month; nothing is due where no regime holds, or where its amount is not known."""

    due: Due | None
    remarks: tuple[Remark, ...] = ()
    is_whole: bool = True
    """Whether every regime could be reckoned: else more may be owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrears:
    """One line: what is still to be paid for a month."""

    person: str
    amount: int
    listed: int
    """Before, in all programmes."""
    due: Due


def entitled(month: str, person: Person, rates: Rates) -> Owed:
    """What is owed for the month by these rates; what cannot be reckoned is a remark, and the rest is owed."""
    if person.died and month > months.month_of(person.died):
        return Owed(None)
    held = [each for each in person.entitlements if each.holds(month)]
    found = [_due(month, person, each, rates) for each in held]
    remarks = [each for each in found if isinstance(each, Remark)]
    if len({each.commune for each in held}) > 1:
        remarks.append(_remark("two_communes", person, month, held[0].programme))
    dues = [each for each in found if isinstance(each, Due)]
    return Owed(min(dues, key=_order, default=None), tuple(remarks), len(dues) == len(held))


def _remark(code: str, person: Person, month: str, programme: str, amount: int = 0) -> Remark:
    return Remark(code=code, person=person.person, month=month, programme=programme, amount=amount)


def _order(due: Due) -> tuple[int | str, ...]:
    """The highest first; of equal ones that which began first."""
    by = due.entitlement
    return (-due.amount, by.since, by.programme, by.group, by.commune, by.reference)


def _due(month: str, person: Person, by: Entitlement, rates: Rates) -> Due | Remark:
    """By one entitlement, or what is missing."""
    base, coefficient = rates.amount(by.programme, by.group, month), _coefficient(month, person, by, rates)
    if base is not None:
        coefficient = HUNDREDTHS
    else:
        base = rates.base(by.programme, by.province, by.commune, month)
    if base is None:
        return _remark("level_unknown", person, month, by.programme)
    if isinstance(coefficient, Remark):
        return coefficient
    addition = rates.addition(by.programme, by.province, by.commune, month)
    coefficient *= by.times
    amount = -(-base * coefficient // HUNDREDTHS) + addition
    return Due(month=month, amount=amount, base=base, coefficient=coefficient, addition=addition, entitlement=by)


def _coefficient(month: str, person: Person, by: Entitlement, rates: Rates) -> int | Remark:
    if not by.group and not rates.has_groups(by.programme):
        return HUNDREDTHS
    births: tuple[date | None, ...] = (person.born,)
    if person.born is None and rates.depends_on_age(by.programme, by.group, month):
        births = person.births
    possible = {_coefficient_of(born, month, by, rates) for born in births}
    if len(possible) != 1:
        return _remark("birth_date_missing", person, month, by.programme)
    (found,) = possible
    return _remark("coefficient_unknown", person, month, by.programme) if found is None else found


def _coefficient_of(born: date | None, month: str, by: Entitlement, rates: Rates) -> int | None:
    at_ages = (rates.coefficient(by.programme, by.group, age, month) for age in _ages(month, born))
    return max((each for each in at_ages if each is not None), default=None)


def _ages(month: str, born: date | None) -> set[int]:
    """Ages in years that the person has in the month: two in the month of a birthday."""
    if born is None:
        return {0}
    lived = months.index(month) - months.index(months.month_of(born))
    return {max(lived, 0) // 12, max(lived - 1, 0) // 12}


def arrears(
    person: Person, first: str, last: str, rates: Rates, listed: Iterable[Listed]
) -> tuple[list[Arrears], list[Remark]]:
    """What is still owed for the months from ``first`` through ``last``, and what a person must look at."""
    by_month: dict[str, list[Listed]] = {}
    for each in listed:
        by_month.setdefault(each.month, []).append(each)
    lines: list[Arrears] = []
    remarks: list[Remark] = []
    for month in months.months(first, last):
        owed, before = entitled(month, person, rates), by_month.get(month, [])
        sum_ = sum(each.amount for each in before)
        if owed.due and owed.due.amount > sum_:
            lines.append(Arrears(person=person.person, amount=owed.due.amount - sum_, listed=sum_, due=owed.due))
        remarks += [*owed.remarks, *_elsewhere(person, owed.due, before), *_overpaid(person, owed, before)]
    return lines, remarks


def _elsewhere(person: Person, due: Due | None, before: list[Listed]) -> Iterator[Remark]:
    """What was listed for the month under other programmes than the one that is owed."""
    sums: dict[str, int] = {}
    for each in before:
        sums[each.programme] = sums.get(each.programme, 0) + each.amount
    for programme, amount in sums.items():
        if due and programme != due.entitlement.programme:
            yield _remark("listed_elsewhere", person, due.month, programme, amount)


def _overpaid(person: Person, owed: Owed, before: list[Listed]) -> Iterator[Remark]:
    excess = sum(each.amount for each in before) - (owed.due.amount if owed.due else 0)
    if owed.is_whole and excess > 0:
        programme = owed.due.entitlement.programme if owed.due else before[0].programme
        yield _remark("overpaid", person, before[0].month, programme, excess)
