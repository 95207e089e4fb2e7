"""What follows for a person's benefit when money that had come back is out again (M10)."""

from __future__ import annotations

from gateway.store import evidence, holds
from gateway.store.matching import benefits
from gateway.store.store import Transaction


def take_back(tx: Transaction, because: str, file_in_id: int | None = None) -> list[str]:
    """Payments that are out take their keys back; an alarm for both where another one holds it.

    What of them nobody has released is held. Returns the kinds of exceptions that are new.
    """
    kinds = []
    benefits.take_back(tx)
    for row in benefits.paid_twice(tx):
        if benefits.is_untold(tx, "benefit_twice", row.id):
            evidence.raise_exception(
                tx,
                "benefit_twice",
                row.partner,
                file_in_id=file_in_id,
                payment_id=row.id,
                amount=row.amount,
                currency=row.currency,
            )
            holds.hold(tx, row.id, f"its benefit is paid already: {because}")
            kinds.append("benefit_twice")
    return kinds
