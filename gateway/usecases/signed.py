"""What people sign of a decision: one text for each of the two, made from the row whenever it is needed."""

from __future__ import annotations

import json

from gateway.store.tables import Decision


def statement_of(environment: str, decision: Decision, step: str, operator: str) -> bytes:
    """What a person signs: the whole decision, the step, the environment."""
    fields = {
        "act": decision.verb,
        "decision": decision.reference,
        "environment": environment,
        "evidence_sha256": decision.evidence_sha256,
        "operator": operator,
        "params": decision.params,
        "precondition": decision.precondition,
        "reason": decision.reason,
        "step": step,
        "subject": decision.subject,
    }
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
