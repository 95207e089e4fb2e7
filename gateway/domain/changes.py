"""What a month's list has otherwise than the list of the month before, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """Of one person, in the regular amounts of two months."""

    NEW = "new"
    MORE = "more"
    LESS = "less"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One person; amounts in minor units, 0 in the month that does not have the person."""

    change: Change
    payment_id: int
    """Of this month, else of the last one."""
    payment_ref: str
    commune_code: str
    personal: bytes
    before: int
    now: int
    why: str
    """A stable code.

    deceased, moved, unknown    by the newest answer of the population registry
    ended                       the roster's entitlement has ended
    elsewhere                   another payer has the person in this programme now
    work_items_open             an open item of the roster keeps the person from being paid; ``detail``: its code
    account_missing             the roster has no account
    not_in_roster               the roster does not have the person
    not_listed                  the roster has the person, and the list does not
    first                       no list before had the person
    resumed                     a list before the last one had the person
    group, commune              the roster has another group, number or commune than when the last list was made
    rate, age                   another rate, or another coefficient at this age
    as_listed                   the lists say so, and roster and rates do not tell why
    """
    detail: str = ""

    @property
    def difference(self) -> int:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Sum:
    """People and amount."""

    people: int
    amount: int
