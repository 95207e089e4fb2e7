"""What the gateway does by itself about a payment that was paid again while its predecessor is booked after all (M10).

What was not released is held; what was released is recalled (M13), once, where its partner takes recalls. The alarm
stands either way: whether money comes back is the partner's word, and then people's.
"""

from __future__ import annotations

from gateway.store import recalls, succession
from gateway.store.store import Transaction
from gateway.store.tables import Payment
from gateway.usecases.context import Context
from gateway.usecases.recall import ask

_REASON = "DUPL"
"""ISO external cancellation reason: duplicate payment."""


def follow(context: Context, tx: Transaction, file_in_id: int | None, reference: str) -> list[str]:
    """Successors of the concluded payments; returns the kinds of exceptions that are new."""
    kinds = succession.follow_doubts(tx, file_in_id, f"predecessor booked after all: {reference}")
    for each in succession.to_recall(tx):
        partner = context.partners.get(each.partner)
        if partner is not None and partner.profile.recall is not None:
            payment = tx.session.get_one(Payment, each.id)
            file = ask(context, tx, payment, f"{each.predecessor} is booked after all")
            recalls.add(tx, payment.id, file.id, None, _REASON)
            succession.tell_recall(tx, each.exception, each.predecessor, file.message_id)
            tx.record("system", "payment recall", payment.end_to_end_id, file=file.message_id, about=each.predecessor)
    return kinds
