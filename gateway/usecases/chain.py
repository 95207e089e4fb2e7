"""Whether the booked statements of an account are complete over some days: the ground on which absence is believed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from gateway.store import absence
from gateway.store.store import Transaction
from gateway.usecases.context import Partner


def gap(tx: Transaction, partner: Partner, account: str, first: date, last: date) -> str | None:
    """Why the book of record does not prove every booking from ``first`` to ``last``; None when it does.

    Each statement must tie in itself, and each must open with what the one before it closed with (S4).
    """
    found = absence.statements(tx, partner.code, account, partner.profile.book_of_record)
    chain = [each for each in found if each.to_date and each.to_date >= first.isoformat()]
    if not chain or (chain[0].from_date or chain[0].to_date or "") > first.isoformat():
        return "chain_begins_late"
    if (chain[-1].to_date or "") < last.isoformat():
        return "chain_ends_early"
    if not all(each.ties for each in chain):
        return "statement_does_not_tie"
    if any(one.closing != other.opening for one, other in pairwise(chain)):
        return "statement_missing"
    return None
