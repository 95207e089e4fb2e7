"""Accounts to which money of many people goes."""

from __future__ import annotations

from typing import Any

from gateway.store.roster.scope import LIVE, Roster
from gateway.store.store import Transaction

_MANY = (
    "SELECT m.account_blind FROM roster_line m WHERE m.ended_by IS NULL AND m.account_blind IS NOT NULL"
    " GROUP BY m.account_blind HAVING count(DISTINCT m.person_blind) > :people"
)


def shared(tx: Transaction, roster: Roster, people_max: int) -> list[Any]:
    """Versions that hold, of any roster, with an account of this roster that has more people; account after account.

    Of each account those of this roster come first.
    """
    own = f"SELECT l.account_blind FROM roster_line l WHERE {LIVE}"
    return tx.rows(
        'SELECT q.id, q.sheet, q."row", q.person_blind, q.account_blind, q.personal FROM roster_line q'
        f" WHERE q.ended_by IS NULL AND q.account_blind IN ({_MANY}) AND q.account_blind IN ({own}) ORDER BY"
        " q.account_blind, CASE WHEN q.payer = :payer AND q.programme = :programme THEN 0 ELSE 1 END, q.id",
        people=people_max,
        **roster.named,
    )
