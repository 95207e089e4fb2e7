"""Awaited statements: by when the statement of each working day must be here, and what is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gateway.domain import chains
from gateway.domain.calendar import VIET_NAM, next_working
from gateway.store import chains as rows
from gateway.store import tie
from gateway.store.store import Transaction
from gateway.usecases.context import Context, Partner

LATE = "statement_late"
STATES = ("here", "late", "awaited")


@dataclass(frozen=True, slots=True)
class Expected:
    """The statement of one account and working day."""

    partner: str
    account: str
    day: date
    by: datetime
    state: str


def expected(context: Context, tx: Transaction, partner: Partner, since: date) -> Iterator[Expected]:
    """Each working day from ``since`` to today of each account, oldest first; nothing where none is expected.

    An account is expected to have statements from its first statement or file on.
    """
    if partner.profile.statement_by is None:
        return
    message = partner.profile.book_of_record
    for account in tie.accounts(tx, partner.code, message):
        if first := rows.first_day(tx, partner.code, account, message):
            chain = _chain(tx, partner, account)
            yield from _days(context, partner, account, max(since, date.fromisoformat(first)), chain)


def _days(context: Context, partner: Partner, account: str, day: date, chain: list[chains.Link]) -> Iterator[Expected]:
    by, today = partner.profile.statement_by, context.today()
    while by is not None and day <= today:
        if context.is_working(day):
            yield _standing(context, partner, account, day, by, chain)
        day += timedelta(days=1)


def _chain(tx: Transaction, partner: Partner, account: str) -> list[chains.Link]:
    found = rows.sheets(tx, partner.code, account, partner.profile.book_of_record)
    return chains.links(found.get(partner.profile.currency) or found.get("", []))


def _standing(
    context: Context, partner: Partner, account: str, day: date, by: time, chain: list[chains.Link]
) -> Expected:
    morrow = next_working(day + timedelta(days=1), context.is_working)
    until = datetime.combine(morrow, by, VIET_NAM)
    state = "late" if context.clock.now() > until else "awaited"
    if chains.covers(chain, day):
        state = "here"
    return Expected(partner.code, account, day, until, state)


def tell_late(context: Context, tx: Transaction, partner: Partner) -> None:
    """One exception an account, from the first late day behind its last statement on; it heals with the statement.

    A day that is missing between two statements is the chain's matter.
    """
    if partner.profile.statement_by is None:
        return
    message = partner.profile.book_of_record
    for account in tie.accounts(tx, partner.code, message):
        chain = _chain(tx, partner, account)
        last = max((each.last for each in chain), default="")
        begin = date.fromisoformat(last) + timedelta(days=1) if last else None
        first = begin or date.fromisoformat(rows.first_day(tx, partner.code, account, message) or _NEVER)
        late = [each.day for each in _days(context, partner, account, first, chain) if each.state == "late"]
        found = [(partner.profile.currency, _finding(late))] if late else []
        rows.settle(tx, partner.code, account, found, None, (LATE,))


_NEVER = "9999-12-31"


def _finding(days: list[date]) -> chains.Finding:
    """Named by its first day alone: what a person has ended is not told again every morning."""
    return chains.Finding(LATE, None, {"first": days[0].isoformat()})
