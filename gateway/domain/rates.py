"""Rates of welfare programmes: effective-dated data, looked up for a month as the law stands on a day.

A rate says one thing by one legal document from one month on:

    level         base amount of a programme                                                       whole VND
    coefficient   how often the base is paid to a group, where it depends on age with its years    hundredths
    amount        what a group is paid by itself, instead of base times coefficient                whole VND
    instead       base amount of a province or commune instead of the national one                 whole VND
    addition      amount that a province or commune pays on top, to every person alike             whole VND

Of two rates about the same thing that both hold in a month, the law that came into force last counts, then the later
``since``, then the one that was confirmed last. A level may be back-dated: ``since`` 2026-07, in force 2026-10-05.
What is confirmed again under the same ``Rate.name`` replaces the earlier row; a value of 0 takes it back.

A local base never lowers the national one: the highest of national, province and commune counts. It is multiplied by
the coefficient; an addition is not. Additions of province and commune are both paid. (Decree 20/2021 Art. 4.2,
recalled, to be confirmed: provinces may only set more.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

Kind = Literal["level", "coefficient", "amount", "instead", "addition"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CONFIDENCES = ("high", "medium", "low")
HUNDREDTHS = 100
"""A coefficient of 1.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One row of the table of rates."""

    number: int
    """The order in which rates were confirmed."""
    kind: Kind
    programme: str
    since: str
    """First month."""
    until: str | None = None
    """Last month; None while nobody knows of an end."""
    value: int
    """VND, of a coefficient hundredths; 0 takes back what had the same name."""
    in_force: date
    legal: str
    """The document: decree or resolution, with its article."""
    group: str = ""
    """Of a coefficient or an amount."""
    place: str = ""
    """Of a local rate: province (2 digits) or commune (5 digits)."""
    age_from: int = 0
    age_below: int | None = None
    """Years of age that a coefficient is for."""
    source: str = ""
    """Where it was read."""
    confidence: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        """What it is about: the same name again is a correction."""
        about = (self.kind, self.programme, self.group, self.place, str(self.age_from))
        return (*about, self.since, self.legal)

    def holds(self, month: str) -> bool:
        return self.since <= month and (self.until is None or month <= self.until)

    def is_for(self, age: int) -> bool:
        return self.age_from <= age and (self.age_below is None or age < self.age_below)

    @property
    def depends_on_age(self) -> bool:
        return self.age_from > 0 or self.age_below is not None


class Rates:
    """The rates that are law on a day, by what is confirmed."""

    def __init__(self, rows: Iterable[Rate], on: date) -> None:
        newest = {row.name: row for row in sorted(rows, key=lambda row: row.number)}
        self.counting = frozenset(row for row in newest.values() if row.value and row.in_force <= on)
        """Those that were not replaced, and are law."""
        self._rows: Mapping[tuple[str, ...], Sequence[Rate]] = _by_subject(self.counting)
        self._grouped = frozenset(key[1] for key in self._rows if key[0] in ("coefficient", "amount"))

    def base(self, programme: str, province: str, commune: str, month: str) -> int | None:
        """National base, or a higher one of the place; None where there is no national one."""
        national = self._value("level", programme, "", month)
        if national is None:
            return None
        return max(national, *(self._value("instead", programme, place, month) or 0 for place in (province, commune)))

    def addition(self, programme: str, province: str, commune: str, month: str) -> int:
        return sum(self._value("addition", programme, place, month) or 0 for place in (province, commune))

    def amount(self, programme: str, group: str, month: str) -> int | None:
        """What the group is paid by itself; None where it is paid by base and coefficient."""
        return self._value("amount", programme, group, month)

    def has_groups(self, programme: str) -> bool:
        """Whether nobody is paid without a group."""
        return programme in self._grouped

    def depends_on_age(self, programme: str, group: str, month: str) -> bool:
        return any(row.depends_on_age for row in self._holding("coefficient", programme, group, month))

    def coefficient(self, programme: str, group: str, age: int, month: str) -> int | None:
        """Hundredths for a group at an age."""
        held = self._holding("coefficient", programme, group, month)
        return next((row.value for row in held if row.is_for(age)), None)

    def _value(self, kind: Kind, programme: str, subject: str, month: str) -> int | None:
        return next((row.value for row in self._holding(kind, programme, subject, month)), None)

    def _holding(self, kind: Kind, programme: str, subject: str, month: str) -> Iterable[Rate]:
        """The one that counts first."""
        return (row for row in self._rows.get((kind, programme, subject), ()) if row.holds(month))


def _by_subject(rows: Iterable[Rate]) -> dict[tuple[str, ...], list[Rate]]:
    found: defaultdict[tuple[str, ...], list[Rate]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.in_force, row.since, row.number), reverse=True):
        found[row.kind, row.programme, row.group or row.place].append(row)
    return dict(found)


def first_changed(before: Rates, now: Rates) -> str | None:
    """The earliest month for which the rates now say something else, such as by a back-dated rise; None if none."""
    return min((row.since for row in before.counting ^ now.counting), default=None)
