"""Accounts as people look at them: those that lists told, and those that only a roster has."""

from __future__ import annotations

from typing import Any

from gateway.domain.errors import NotFound
from gateway.store.store import Transaction

_LAST = (
    "(SELECT s.state FROM account_step s WHERE s.account_id = a.id AND s.state {which}"
    " ('usable', 'unusable') ORDER BY s.change_id DESC LIMIT 1)"
)
_STATE, _USE = f"COALESCE({_LAST.format(which='NOT IN')}, 'collected')", _LAST.format(which="IN")
"""What was asked or said last of whose account ``a`` is, and of whether it is of use."""
_TOLD = (
    f"SELECT a.*, {_STATE} AS state, {_USE} AS use, c.reference, c.made_at, c.actor FROM account a"
    " JOIN account_change c ON c.id = a.made_by"
)


def told(
    tx: Transaction, limit: int, origin: str | None = None, state: str | None = None, use: str | None = None
) -> list[Any]:
    """Newest first; the last three narrow."""
    return tx.rows(
        f"SELECT * FROM ({_TOLD} WHERE (CAST(:origin AS TEXT) IS NULL OR a.origin = :origin)) t"
        " WHERE (CAST(:state AS TEXT) IS NULL OR t.state = :state) AND (CAST(:use AS TEXT) IS NULL OR t.use = :use)"
        " ORDER BY t.id DESC LIMIT :limit",
        origin=origin,
        state=state,
        use=use,
        limit=limit,
    )


def of_roster(tx: Transaction, limit: int) -> list[Any]:
    """Versions of the roster that hold, with an account that nothing else has told."""
    return tx.rows(
        "SELECT l.id, l.bank, l.personal, c.reference, c.made_at FROM roster_line l JOIN roster_change c"
        " ON c.id = l.made_by WHERE l.ended_by IS NULL AND l.account_blind IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM account a WHERE a.person_blind = l.person_blind AND a.account_blind = l.account_blind)"
        " ORDER BY l.id DESC LIMIT :limit",
        limit=limit,
    )


def one(tx: Transaction, number: int) -> Any:
    found = tx.run(f"{_TOLD} WHERE a.id = :number", number=number).one_or_none()
    if found is None:
        raise NotFound("account_unknown", account=number)
    return found


def steps(tx: Transaction, number: int) -> list[Any]:
    """What was asked and said of an account, oldest first."""
    return tx.rows(
        "SELECT s.*, c.reference, c.made_at, c.actor FROM account_step s JOIN account_change c ON c.id = s.change_id"
        " WHERE s.account_id = :number ORDER BY s.change_id, s.state",
        number=number,
    )


def others(tx: Transaction, number: int) -> list[Any]:
    """Further accounts of the same person that were told, oldest first."""
    return tx.rows(
        f"{_TOLD} JOIN account o ON o.person_blind = a.person_blind AND o.id <> a.id WHERE o.id = :number"
        " ORDER BY a.id",
        number=number,
    )


def is_paid_to(tx: Transaction, number: int) -> bool:
    """Whether a roster has this account for this person now."""
    return bool(
        tx.value(
            "SELECT 1 FROM account a JOIN roster_line l ON l.person_blind = a.person_blind"
            " AND l.account_blind = a.account_blind AND l.ended_by IS NULL WHERE a.id = :number LIMIT 1",
            number=number,
        )
    )
