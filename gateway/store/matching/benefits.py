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

_PAID_AGAIN = (
    f"FROM payment p JOIN payment o ON {_SAME} WHERE {_UNKEYED}"
    f" AND (o.holds_key OR o.state IN {_OUT}) AND o.kind <> 'arrears' AND o.predecessor_id IS NULL"
)
"""Another payment ``o`` of the benefit is on its way, or out; arrears stand beside a payment by
right, and successors are held by ``succession``."""


def take_back(tx: Transaction) -> list[Any]:
    """Give every payment its key back that is out without one, unless another one holds it.

    Returns (id, partner, amount, currency) of the payments of benefits that are paid twice, both sides, as they were
    before.
    """
    if tx.value(f"SELECT 1 FROM payment p WHERE {_UNKEYED} AND p.person_blind > :lowest LIMIT 1", lowest=b"") is None:
        return []
    columns = ("id", "partner", "amount", "currency")
    sides = [f"SELECT {', '.join(f'{side}.{each}' for each in columns)} {_PAID_AGAIN}" for side in ("p", "o")]
    twice = tx.rows(f"{' UNION '.join(sides)} ORDER BY 1")
    tx.run(
        "UPDATE payment SET holds_key = :yes WHERE id IN (SELECT p.id FROM payment p"
        f" WHERE {_UNKEYED} AND (p.kind = 'arrears' OR NOT EXISTS"
        f"  (SELECT 1 FROM payment o WHERE {_SAME} AND o.kind <> 'arrears'"
        f"   AND (o.holds_key OR (o.state IN {_OUT} AND o.id < p.id)))))",
        yes=True,
    )
    return twice


def is_untold(tx: Transaction, kind: str, payment_id: int) -> bool:
    """Whether no exception of this kind tells of a payment yet."""
    sql = "SELECT 1 FROM exception WHERE kind = :kind AND payment_id = :payment"
    return tx.value(sql, kind=kind, payment=payment_id) is None
