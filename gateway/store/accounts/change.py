"""Since when somebody is paid to an account, where it was another one before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gateway.store.roster.scope import LIVE, Roster
from gateway.store.store import Transaction

_SAME = "{o}.payer = l.payer AND {o}.programme = l.programme AND {o}.person_blind = l.person_blind"
_PAST = "{o}.ended_by IS NOT NULL AND {o}.id < l.id"
_OTHER = (
    f"(SELECT max(o.id) FROM roster_line o WHERE {_SAME.format(o='o')} AND {_PAST.format(o='o')}"
    " AND o.account_blind <> l.account_blind)"
)
"""The last version before ``l`` with another account."""
_BEGAN = (
    f"COALESCE((SELECT min(f.id) FROM roster_line f WHERE {_SAME.format(o='f')} AND {_PAST.format(o='f')}"
    f" AND f.account_blind = l.account_blind AND f.id > {_OTHER}), l.id)"
)
"""The version since which it is the account of ``l``."""
_CHANGED = (
    f"SELECT q.id, q.began, q.personal, q.bank, c.made_at FROM (SELECT l.id, l.bank, l.personal, {_BEGAN} AS began"
    " FROM roster_line l JOIN roster_change n ON n.id = l.made_by"
    f" WHERE {{which}} AND l.account_blind IS NOT NULL AND {_OTHER} IS NOT NULL) q"
    " JOIN roster_line b ON b.id = q.began JOIN roster_change c ON c.id = b.made_by"
)


def recent(tx: Transaction, roster: Roster, since: str) -> list[Any]:
    """Versions that hold whose account took another one's place since then; ``began``: the version that brought it."""
    return tx.rows(
        f"{_CHANGED.format(which=f'{LIVE} AND n.made_at >= :since')} WHERE c.made_at >= :since ORDER BY q.id",
        since=since,
        **roster.named,
    )


def one(tx: Transaction, line: int, since: str) -> Any:
    """A version that holds whose account changed since then, or None."""
    which = "l.id = :line AND l.ended_by IS NULL"
    return tx.run(f"{_CHANGED.format(which=which)} WHERE c.made_at >= :since", line=line, since=since).first()


def began(tx: Transaction, lines: Iterable[int]) -> set[int]:
    """The versions that brought the accounts of these versions."""
    found = (tx.run(_CHANGED.format(which="l.id = :line"), line=line).first() for line in lines)
    return {row.began for row in found if row is not None}
