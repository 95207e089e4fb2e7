"""Whether the booked statements of an account are complete over some days: the ground on which absence is believed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from gateway.store import absence
from gateway.store.store import Transaction
from gateway.store.tables import Statement
from gateway.usecases.context import Context, Partner


def gap(context: Context, tx: Transaction, partner: Partner, account: str, first: date, last: date) -> str | None:
    """Why the book of record does not prove every booking from ``first`` to ``last``; None when it does.

    Each statement must tie in itself, each must open with what the one before it closed with, and none may be missing
    between: by its number, else by its working day (S4).
    """
    found = absence.statements(tx, partner.code, account, partner.profile.book_of_record)
    chain = [each for each in found if each.to_date and each.to_date >= first.isoformat()]
    if not chain or (chain[0].from_date or chain[0].to_date or "") > first.isoformat():
        return "chain_begins_late"
    if (chain[-1].to_date or "") < last.isoformat() or chain[-1].last_page is False:
        return "chain_ends_early"
    if not all(each.ties for each in chain):
        return "statement_does_not_tie"
    if any(one.closing != other.opening for one, other in pairwise(chain)):
        return "statement_missing"
    if not (_numbered(chain) or _daily(context, chain, first, last)):
        return "statement_missing"
    return None


def _numbered(chain: list[Statement]) -> bool:
    """Every statement has a number, and each is the same (a further page) or the next."""
    numbers = [each.sequence for each in chain]
    return None not in numbers and all(
        other - one in (0, 1) for one, other in pairwise(numbers) if one is not None and other is not None
    )


def _daily(context: Context, chain: list[Statement], first: date, last: date) -> bool:
    """Every working day lies within a statement."""
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    spans = [(each.from_date or each.to_date or "", each.to_date or "") for each in chain]
    return all(any(begin <= day.isoformat() <= end for begin, end in spans) for day in days if context.is_working(day))
