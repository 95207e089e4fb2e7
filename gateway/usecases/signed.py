"""What people sign of a decision: one text for each of the two, made from the row whenever it is needed."""

from __future__ import annotations

from typing import Any

from gateway.domain import bundles
from gateway.store.tables import Decision


def statement_of(environment: str, decision: Decision, step: str, operator: str) -> bytes:
    """What a person signs: the whole decision, the step, the environment."""
    return bundles.decision_of(environment, told(decision), step, operator)


def told(decision: Decision) -> dict[str, Any]:
    """The whole decision, as both people sign it."""
    return {
        "act": decision.verb,
        "decision": decision.reference,
        "evidence_sha256": decision.evidence_sha256,
        "params": decision.params,
        "precondition": decision.precondition,
        "reason": decision.reason,
        "subject": decision.subject,
    }
