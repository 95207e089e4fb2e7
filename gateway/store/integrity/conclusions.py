"""S3 held against what is stored: the payments of which evidence says something else than their row."""

from __future__ import annotations

from typing import Any

from gateway.store import matching
from gateway.store.integrity.ground import FOUND_MAX
from gateway.store.store import Transaction

_FACTS = (
    "{0}.{1} || ' ' || COALESCE({0}.debited_at, '-') || ' ' || CAST({0}.{2} AS TEXT) || ' ' || CAST({0}.{3} AS TEXT)"
    " || ' ' || COALESCE({0}.reason, '-')"
)
_EXPECTED = _FACTS.format("c", "target", "returned", "charges")
_GOT = _FACTS.format("p", "state", "returned_amount", "return_charges")


def touch_all(tx: Transaction) -> None:
    """All payments that are out, or were, into the scratch table ``touched``."""
    matching.open_touched(tx)
    tx.run(
        "INSERT INTO touched SELECT p.id FROM payment p"
        " WHERE p.state IN ('sent', 'accepted', 'settled', 'rejected', 'returned') AND NOT EXISTS (SELECT 1"
        " FROM exception x WHERE x.payment_id = p.id AND x.kind = 'evidence_for_unsent')"
    )


def differing(tx: Transaction) -> list[Any]:
    """(end-to-end id, expected, got): state, booking date, what came back, charges, reason."""
    return tx.rows(
        f"SELECT p.end_to_end_id, {_EXPECTED} AS expected, {_GOT} AS got FROM concluded c JOIN payment p"
        f" ON p.id = c.payment_id WHERE {_EXPECTED} <> {_GOT} LIMIT {FOUND_MAX}"
    )
