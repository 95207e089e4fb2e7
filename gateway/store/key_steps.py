"""Queries of the life of keys."""

from __future__ import annotations

from gateway.domain.key_life import KeyState, Step
from gateway.store.store import Transaction, take
from gateway.store.tables import KeyStep


def of_ours(tx: Transaction) -> list[Step]:
    """Every step of a key of ours, in order."""
    rows = tx.rows(
        "SELECT name, key_id, line, purpose, partner, state, at FROM key_step"
        " WHERE purpose IN ('signing', 'transport') ORDER BY id"
    )
    return [Step(r.name, r.key_id, r.line, r.purpose, r.partner, KeyState(r.state), r.at) for r in rows]


def add(tx: Transaction, step: Step, actor: str, decision: int | None = None) -> None:
    """Take a step, and record it."""
    tx.session.add(
        KeyStep(
            id=take(tx, "key_step").start,
            name=step.name,
            key_id=step.key_id,
            line=step.line,
            purpose=step.purpose,
            partner=step.partner,
            state=step.state.value,
            actor=actor,
            at=step.at,
            decision_id=decision,
        )
    )
    tx.session.flush()
    told = {"line": step.line, "purpose": step.purpose, "partner": step.partner, "state": step.state.value}
    tx.record(actor, "key step", step.name, key=step.key_id, **told)
