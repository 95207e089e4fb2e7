"""Words for every stable code: what happened, to what, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.cli.words import N_, _

STATES = {
    "ready": N_("ready"),
    "held": N_("held"),
    "approved": N_("approved"),
    "allocated": N_("allocated"),
    "sent": N_("sent"),
    "accepted": N_("accepted"),
    "settled": N_("debited"),
    "rejected": N_("rejected"),
    "returned": N_("returned"),
    "cancelled": N_("cancelled"),
}


def state_word(state: str) -> str:
    return _(STATES.get(state, state))


def explain(code: str, params: Mapping[str, Any]) -> str:
    return f"{code} {dict(params)}"
