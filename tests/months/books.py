"""The books of a month: the tie of every day, as it is known, and once the bank has said again what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from support.gateways import Gateway

from gateway.reports.tie import Difference, Question, Tie, daily_tie
from months.outcomes import BOOKED_DAYS, Month
from months.play import told


@dataclass(frozen=True, slots=True)
class Books:
    """A tie for each day, before and after."""

    first: list[Tie]
    healed: list[Tie]
    month: Month

    def surprises(self, tie: Tie) -> list[str]:
        """Of a healed tie: what is not in its place, and every difference that is not one of the bank's own wrongs."""
        untied, twice = self.month.untied(tie.date), self.month.twice_by(tie.date)
        wrong = [not_in_place(tie), *(each.difference - untied for each in tie.accounts)]
        found = [f"an equation is wrong by {amount}" for amount in wrong if amount]
        told: Counter[tuple[str, str]] = Counter()
        for each in (*tie.differences, *tie.awaited):
            told[each.kind, _payment(each)] += each.amount or 0
        wanted = {("booked_differs", end_to_end_id): amount for end_to_end_id, amount in twice.items()}
        wanted |= {("statement_does_not_tie", ""): untied} if untied else {}
        return found + [str(each) for each in sorted(told.items() ^ wanted.items())]


def _payment(of: Difference) -> str:
    """Pages of a statement are one."""
    return of.reference if of.kind == "booked_differs" else ""


def books(home: Path, folder: Path, month: Month) -> Books:
    """The month in the bank's order."""
    *_, first = _seen(home, folder / "first", [*month.files])
    *_, healed = _seen(home, folder / "healed", [*month.files, *month.lost])
    return Books(first, healed, month)


def _seen(home: Path, folder: Path, files: list[tuple[str, bytes]]) -> Iterator[list[Tie]]:
    for gateway in told(home, folder, files):
        last = gateway
    yield ties(last)


def ties(gateway: Gateway) -> list[Tie]:
    return [daily_tie(gateway.store, _question(gateway, date.fromisoformat(day))) for day in BOOKED_DAYS]


def _question(gateway: Gateway, day: date) -> Question:
    records = {code: profile.book_of_record for code, profile in gateway.profiles.items()}
    return Question(day, None, None, records, None, _is_working, gateway.clock.value.date())


def _is_working(day: date) -> bool:
    return day.weekday() < 5


def not_in_place(tie: Tie) -> int:
    """By how much approved differs from where the money is, summed without sign over all groups; 0 when it ties."""
    return sum(
        abs(row.approved - row.debited - row.returned - row.rejected - row.cancelled - row.held - row.open)
        for row in tie.payments
    )
