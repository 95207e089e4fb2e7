"""M10: a payment whose money is out after all occupies its benefit again, and nobody else is paid it in silence."""

from __future__ import annotations

from typing import Any

from gateway.store.store import Transaction

_OUT = "('sent', 'accepted', 'settled')"
_SAME = (
    "o.programme = p.programme AND o.person_blind = p.person_blind"
    " AND o.benefit_month = p.benefit_month AND o.id <> p.id"
)
_UNKEYED = f"NOT p.holds_key AND p.state IN {_OUT}"
"""Its key was freed (returned, or proven absent), and that was undone: index ``ix_payment_unkeyed``."""

_OUT_AFTER_ALL = "(c.undone > 0 OR (c.debits > 0 AND c.rejected_at IS NOT NULL))"
"""By its evidence, whatever comes behind it: its end was taken back. Evidence only adds to this (S3)."""
_ORDERS = "(kind <> 'arrears' OR predecessor_id IS NOT NULL)"
"""Arrears stand beside a payment by right."""

_TWICE = (
    "WITH RECURSIVE doubtful(id) AS (SELECT c.payment_id FROM concluded c JOIN payment p ON p.id = c.payment_id"
    f" WHERE {_OUT_AFTER_ALL} AND {_ORDERS}),"
    " up(id, ancestor) AS (SELECT o.id, o.id FROM payment o JOIN payment p ON o.programme = p.programme"
    "  AND o.person_blind = p.person_blind AND o.benefit_month = p.benefit_month JOIN doubtful d ON d.id = p.id"
    "  UNION SELECT u.id, q.predecessor_id FROM up u JOIN payment q ON q.id = u.ancestor"
    "  WHERE q.predecessor_id IS NOT NULL),"
    " line(id, root) AS (SELECT u.id, min(u.ancestor) FROM up u GROUP BY u.id),"
    f" pair(id, other) AS (SELECT p.id, o.id FROM doubtful d JOIN payment p ON p.id = d.id JOIN payment o ON {_SAME}"
    "  JOIN line a ON a.id = p.id JOIN line b ON b.id = o.id"
    "  WHERE a.root <> b.root AND o.state <> 'cancelled' AND (o.kind <> 'arrears' OR o.predecessor_id IS NOT NULL))"
    " SELECT t.id, t.partner, t.amount, t.currency FROM payment t"
    " WHERE t.id IN (SELECT id FROM pair UNION SELECT other FROM pair) ORDER BY t.id"
)
"""A benefit whose payment is out after all, and that was ordered anew: its payments of both lines.

Successors of the payment itself are in its line; what becomes of them is ``store.succession``'s.
"""


def paid_twice(tx: Transaction) -> list[Any]:
    """(id, partner, amount, currency) of the payments of concluded benefits that may be paid twice, both sides."""
    if tx.value(f"SELECT 1 FROM concluded c WHERE {_OUT_AFTER_ALL} LIMIT 1") is None:
        return []
    return tx.rows(_TWICE)


KEYLESS = (
    f"{_UNKEYED} AND (p.kind = 'arrears' OR NOT EXISTS"
    f" (SELECT 1 FROM payment o WHERE {_SAME} AND o.kind <> 'arrears'"
    f" AND (o.holds_key OR (o.state IN {_OUT} AND o.id < p.id))))"
)
"""Payments ``p`` that are out without a key which no other one holds."""


def take_back(tx: Transaction) -> None:
    """Give every payment its key back that is out without one, unless another one holds it."""
    if tx.value(f"SELECT 1 FROM payment p WHERE {_UNKEYED} AND p.person_blind > :lowest LIMIT 1", lowest=b"") is None:
        return
    tx.run(
        f"UPDATE payment SET holds_key = :yes WHERE id IN (SELECT p.id FROM payment p WHERE {KEYLESS})",
        yes=True,
    )


def is_untold(tx: Transaction, kind: str, payment_id: int) -> bool:
    """Whether no exception of this kind tells of a payment yet."""
    sql = "SELECT 1 FROM exception WHERE kind = :kind AND payment_id = :payment"
    return tx.value(sql, kind=kind, payment=payment_id) is None
