"""A decision of two people, as a row, for tests of what it allows."""

from __future__ import annotations

from gateway.store.store import Transaction, take
from gateway.store.tables import Decision


def decision(tx: Transaction, verb: str, subject: str = "", *, executed: bool = True) -> int:
    """A decision of maker and checker, or the proposal of one; returns its id."""
    number = take(tx, "decision").start
    tx.session.add(
        Decision(
            id=number,
            reference=f"D{number}",
            verb=verb,
            subject=subject,
            params="{}",
            reason="test",
            precondition="",
            state="proposed",
            proposed_by="maker",
            proposed_key="",
            proposed_at=tx.now(),
            proposal=b"",
        )
    )
    tx.session.flush()
    if executed:
        tx.run(
            "UPDATE decision SET state = 'executed', confirmed_by = 'checker', confirmed_key = 'other',"
            " confirmation = proposal WHERE id = :id",
            id=number,
        )
    return number
