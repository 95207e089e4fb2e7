"""Cancel: two people take one payment back before anything of it is released (M13: afterwards it is a recall)."""

from __future__ import annotations

from gateway.domain.errors import Refusal
from gateway.domain.states import PaymentState
from gateway.store import batches, moves, recalls
from gateway.store.store import Transaction
from gateway.store.tables import Decision
from gateway.usecases.context import Context
from gateway.usecases.decide import Act, Params

_WAITING = (PaymentState.READY, PaymentState.HELD, PaymentState.APPROVED)


class Cancel(Act):
    """One payment that stands in no file; its benefit is free again."""

    verb = "payment cancel"
    needs_evidence = False
    own_withdrawal = False

    def examine(self, context: Context, tx: Transaction, subject: str, params: Params) -> str:
        payment = batches.payment(tx, subject)
        tx.session.refresh(payment, with_for_update=True)
        if payment.state not in _WAITING:
            raise Refusal("cancel_too_late", payment=subject, state=payment.state)
        if carrier := recalls.carrier(tx, payment.id):
            raise Refusal("cancel_in_file", payment=subject, file=carrier.message_id)
        return payment.state

    def execute(self, context: Context, tx: Transaction, decision: Decision) -> None:
        evidence = f"decision {decision.reference}: cancelled"
        selection = "t.end_to_end_id = :payment"
        moves.move_payments(tx, selection, PaymentState.CANCELLED, evidence, payment=decision.subject)
        tx.run("UPDATE payment SET holds_key = :no WHERE end_to_end_id = :payment", no=False, payment=decision.subject)
        tx.record("system", "payment cancel", decision.subject, decision=decision.reference)
