"""Queries of the life of keys."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from gateway.domain.key_life import KeyState, Step
from gateway.store.store import Transaction, take
from gateway.store.tables import KeyStep


def of_ours(tx: Transaction) -> list[Step]:
    """Every step of a key of ours, in order; a partner's is named by its key id."""
    rows = tx.rows(
        "SELECT name, key_id, line, purpose, partner, state, at FROM key_step"
        " WHERE purpose IN ('signing', 'transport') OR (purpose = 'openpgp' AND name <> key_id) ORDER BY id"
    )
    return [Step(r.name, r.key_id, r.line, r.purpose, r.partner, KeyState(r.state), r.at) for r in rows]


class Imported(NamedTuple):
    """A key of a partner's by the decision of two."""

    purpose: str
    partner: str
    reference: str


def imported(tx: Transaction, partner: str, purpose: str) -> list[Imported]:
    """In their order; what they are stands in the decisions."""
    rows = tx.rows(
        "SELECT k.purpose, k.partner, d.reference FROM key_step k JOIN decision d ON d.id = k.decision_id"
        " WHERE k.partner = :partner AND k.purpose = :purpose AND k.state = 'active' ORDER BY k.id",
        partner=partner,
        purpose=purpose,
    )
    return [Imported(*row) for row in rows]


def retired(tx: Transaction, partner: str, purpose: str) -> dict[str, datetime]:
    """Key id -> since when a key of a partner's is not believed any more."""
    rows = tx.rows(
        "SELECT key_id, min(at) AS at FROM key_step"
        " WHERE partner = :partner AND purpose = :purpose AND state = 'verify-only' GROUP BY key_id",
        partner=partner,
        purpose=purpose,
    )
    return {row.key_id: datetime.fromisoformat(row.at) for row in rows}


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
