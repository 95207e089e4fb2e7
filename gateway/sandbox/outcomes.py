"""What the rehearsal partner does with a payment, chosen by the payment's own data (``docs/sandbox.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["settled", "rejected", "returned", "reversed", "silent"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fate; ``reason`` is an ISO external code, ``after_days`` calendar days after the booking."""

    kind: Kind
    reason: str | None = None
    after_days: int = 0
    charges: int = 0
    """Kept by the partner out of a return, minor units."""


SETTLED = Outcome("settled")

BY_ENDING: Mapping[str, Outcome] = MappingProxyType(
    {
        "0101": Outcome("rejected", "AC01"),
        "0404": Outcome("rejected", "AC04"),
        "0606": Outcome("rejected", "AC06"),
        "0307": Outcome("returned", "AC04", after_days=1),
        "0707": Outcome("returned", "MD07", after_days=2),
        "0909": Outcome("reversed", after_days=1),
        "0505": Outcome("silent"),
    }
)
"""Last four digits of the creditor's account or phone number."""

BY_AMOUNT: Mapping[int, Outcome] = MappingProxyType(
    {999_999: Outcome("returned", "AC06", after_days=1, charges=11_000)}
)
"""Exact amounts in minor units; the account's ending goes before."""


def outcome_of(account: str, amount: int) -> Outcome:
    """The fate of one payment; everything without a trigger settles."""
    return BY_ENDING.get(account[-4:]) or BY_AMOUNT.get(amount, SETTLED)
