"""What the month's list is made of: everybody in a roster, with what others decided and what lists had before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.store.roster.scope import BLOCKED, LIVE, Roster
from gateway.store.store import Transaction

_PEOPLE = f"(SELECT l.person_blind FROM roster_line l WHERE {LIVE})"


def lines(tx: Transaction, roster: Roster) -> Iterator[Any]:
    """All versions that hold of everybody in the roster, of whatever payer and programme, person after person.

    ``blocked``: how many open items keep the person from being paid by this roster.
    """
    yield from tx.stream(
        "SELECT q.*, COALESCE(b.items, 0) AS blocked FROM roster_line q"
        f" LEFT JOIN ({BLOCKED}) b ON b.person_blind = q.person_blind AND b.payer = :payer AND b.programme = :programme"
        f" WHERE q.ended_by IS NULL AND q.person_blind IN {_PEOPLE} ORDER BY q.person_blind, q.id",
        **roster.named,
    )


def listed(tx: Transaction, roster: Roster, first: str, last: str) -> Iterator[Any]:
    """What lists had for these people in months from ``first`` through ``last``, person after person.

    A cancelled payment does not count, nor one that a successor pays again; a rejected or returned one does, since it
    is paid again by its successor and by nothing else (M10).
    """
    yield from tx.stream(
        "SELECT p.person_blind, p.programme, p.benefit_month AS month, CAST(sum(p.amount) AS BIGINT) AS amount"
        " FROM payment p WHERE p.benefit_month BETWEEN :first AND :last AND p.state <> 'cancelled'"
        f" AND p.person_blind IN {_PEOPLE} AND NOT EXISTS (SELECT 1 FROM payment s WHERE s.predecessor_id = p.id"
        " AND s.state <> 'cancelled') GROUP BY p.person_blind, p.programme, p.benefit_month ORDER BY p.person_blind",
        first=first,
        last=last,
        **roster.named,
    )


def first_month(tx: Transaction, roster: Roster) -> str | None:
    """The earliest month for which a list of this payer and programme paid anybody; None before the first list."""
    found: str | None = tx.value(
        "SELECT min(p.benefit_month) FROM payment p WHERE p.payer = :payer AND p.programme = :programme"
        " AND p.state <> 'cancelled'",
        **roster.named,
    )
    return found
