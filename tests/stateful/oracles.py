"""What must hold after every step, read from the database past the gateway; each query finds what must not be."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.domain.states import PAYMENT_MOVES

_SIDES = (
    "(SELECT count(*) FROM allocation a WHERE a.payment_id = p.id AND a.kind = 'debit')"
    " - (SELECT count(*) FROM allocation a WHERE a.payment_id = p.id AND a.kind = 'reversal')"
)
_RETURNS = (
    "(SELECT count(*) FROM allocation a WHERE a.payment_id = p.id AND a.kind = 'return')"
    " - (SELECT count(*) FROM allocation a WHERE a.payment_id = p.id AND a.kind = 'return_reversal')"
)

FORBIDDEN: Mapping[str, str] = {
    "S1: settled without a booked debit": (
        f"SELECT p.end_to_end_id FROM payment p WHERE p.state = 'settled' AND NOT ({_SIDES}) > 0"
    ),
    "S1: returned without a booked return": (
        f"SELECT p.end_to_end_id FROM payment p WHERE p.state = 'returned' AND NOT ({_RETURNS}) > 0"
    ),
    "S2: one entry worked with twice": (
        "SELECT e.servicer_reference FROM entry e JOIN allocation a ON a.entry_id = e.id"
        " GROUP BY e.servicer_reference, a.payment_id, a.kind HAVING count(DISTINCT e.id) > 1"
    ),
    "S5: allocated with another amount or currency": (
        "SELECT a.id FROM allocation a JOIN payment p ON p.id = a.payment_id JOIN detail d ON d.id = a.detail_id"
        " WHERE a.amount <> p.amount OR a.currency <> p.currency OR abs(d.amount) <> a.amount"
    ),
    "S6: an entry that is not accounted for": (
        "SELECT e.id FROM entry e WHERE e.disposition = 'open' OR (e.disposition = 'ignored' AND e.reason IS NULL)"
        " OR (e.disposition = 'exception' AND NOT EXISTS"
        "  (SELECT 1 FROM exception x WHERE x.entry_id = e.id AND x.state = 'open'))"
        " OR (e.disposition = 'allocated' AND NOT EXISTS (SELECT 1 FROM allocation a WHERE a.entry_id = e.id))"
    ),
    "S6: ended without a resolution or evidence, or the other way round": (
        "SELECT x.id FROM exception x LEFT JOIN resolution r ON r.exception_id = x.id"
        " WHERE (x.state = 'resolved') <> (r.exception_id IS NOT NULL OR x.healed_at IS NOT NULL)"
    ),
    "S7: a foreign debit without an alarm": (
        "SELECT e.servicer_reference FROM entry e WHERE e.servicer_reference LIKE 'F%' AND e.reason IS NOT 'unproven'"
        " AND NOT EXISTS (SELECT 1 FROM entry o JOIN exception x ON x.entry_id = o.id"
        "  WHERE o.servicer_reference = e.servicer_reference AND x.kind = 'unknown_debit')"
    ),
    "M4: in two files at once": (
        "SELECT l.payment_id FROM payment_file l WHERE l.live GROUP BY l.payment_id HAVING count(*) > 1"
    ),
    "M10: two successors": (
        "SELECT p.predecessor_id FROM payment p WHERE p.predecessor_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    ),
    "M11: over money without two people": (
        "SELECT r.exception_id FROM resolution r LEFT JOIN decision d ON d.id = r.decision_id"
        " AND d.state = 'executed' AND d.confirmed_by <> d.proposed_by"
        " WHERE r.resolution IN ('explained', 'return_of', 'cleared') AND d.id IS NULL"
    ),
    "M13: cancelled after its release": (
        "SELECT p.end_to_end_id FROM payment p JOIN payment_file l ON l.payment_id = p.id AND l.live"
        " JOIN attempt a ON a.file_id = l.file_id WHERE p.state = 'cancelled' AND a.releasing_at IS NOT NULL"
    ),
}
"""What is wrong -> the query that finds it."""

_PICTURES: Mapping[str, str] = {
    "payments": "SELECT payment_ref, state, reason, holds_key, returned_amount, debited_at FROM payment ORDER BY 1, 2",
    "allocations": "SELECT p.end_to_end_id, a.kind, a.amount, a.booked_on, e.servicer_reference FROM allocation a"
    " JOIN payment p ON p.id = a.payment_id JOIN entry e ON e.id = a.entry_id ORDER BY 1, 2, 5",
    "exceptions": "SELECT x.kind, p.end_to_end_id, x.amount, x.state, count(*) FROM exception x LEFT JOIN payment p"
    " ON p.id = x.payment_id WHERE x.file_in_id IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
}


def successions(database: Path) -> list[tuple[str, str]]:
    """(predecessor, successor) by end-to-end id; ``AssertionError`` with the promise that does not hold."""
    raw = _open(database)
    for wrong, sql in FORBIDDEN.items():
        found = raw.execute(sql).fetchall()
        assert not found, f"{wrong}: {found}"
    _require_legal_moves(raw)
    return raw.execute(
        "SELECT b.end_to_end_id, s.end_to_end_id FROM payment s JOIN payment b ON b.id = s.predecessor_id"
    ).fetchall()


def ended(database: Path) -> list[str]:
    """References of the payments that were refused or came back."""
    rows = _open(database).execute(
        "SELECT payment_ref FROM payment WHERE state IN ('rejected', 'returned') ORDER BY id"
    )
    return [reference for (reference,) in rows]


def _open(database: Path) -> sqlite3.Connection:
    """One connection for each file that lay there; a restored backup is another file."""
    return _connected(database, database.stat().st_ino)


@lru_cache(maxsize=4)
def _connected(database: Path, _inode: int) -> sqlite3.Connection:
    return sqlite3.connect(database)


def _require_legal_moves(raw: sqlite3.Connection) -> None:
    """M3: every move of a payment is in the table, begins where the last one ended, and ends at its state."""
    at: dict[str, str] = {}
    for subject, source, target in raw.execute(
        "SELECT subject, source, target FROM history WHERE kind = 'payment' ORDER BY id"
    ):
        assert at.get(subject, source) == source, f"M3: {subject} moved from {source} and was {at[subject]}"
        assert not source or target in PAYMENT_MOVES[source], f"M3: {subject} from {source} to {target}"
        at[subject] = target
    for end_to_end_id, state in raw.execute("SELECT end_to_end_id, state FROM payment"):
        assert at.get(end_to_end_id, state) == state, f"M3: {end_to_end_id} is {state}, its history says otherwise"


def picture(database: Path) -> dict[str, list[Any]]:
    """What must not depend on the order in which files came, nor on how often."""
    raw = _open(database)
    return {aspect: raw.execute(sql).fetchall() for aspect, sql in _PICTURES.items()}


def copied(database: Path, target: Path) -> None:
    """What is committed; a plain copy would miss what only the write-ahead log has."""
    with closing(sqlite3.connect(target)) as copy:
        _open(database).backup(copy)
