"""Holding: a payment that nobody has released goes no further until a person has looked."""

from __future__ import annotations

from gateway.domain.states import PaymentState
from gateway.store import moves
from gateway.store.store import Transaction

UNRELEASED = "('ready', 'approved', 'allocated')"


def hold(tx: Transaction, payment_id: int, evidence: str) -> bool:
    """Hold one payment; False when it is released, held or over already.

    A file that it stands in is not released any more: no payment of it may be ``held``.
    """
    selection = f"t.id = :payment AND t.state IN {UNRELEASED}"
    tx.run(f"UPDATE payment AS t SET held_from = t.state WHERE {selection}", payment=payment_id)
    return moves.move_payments(tx, selection, PaymentState.HELD, evidence, payment=payment_id) > 0
