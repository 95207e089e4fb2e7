"""A decision of two people, as a row, for tests of what it allows."""

from __future__ import annotations

from gateway.store.store import Transaction, take
from gateway.store.tables import Decision


def decision(tx: Transaction, verb: str, subject: str = "") -> int:
    """An executed decision of maker and checker; returns its id."""
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
            state="executed",
            proposed_by="maker",
            proposed_key="",
            proposed_at=tx.now(),
            proposal=b"",
            confirmed_by="checker",
            confirmed_key="other",
            confirmation=b"",
        )
    )
    tx.session.flush()
    return number
