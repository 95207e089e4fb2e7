"""How many people a batch needs: by its amount, and by when it is handed over. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What batches above an amount need."""

    above: int
    checkers: int
    releaser: bool


@dataclass(frozen=True, slots=True)
class Required:
    """Distinct checkers, and perhaps a releaser who is none of them and not the maker."""

    checkers: int
    releaser: bool

    @property
    def text(self) -> str:
        """As everybody signs it."""
        return f"{self.checkers} checkers{', releaser' if self.releaser else ''}"


@dataclass(frozen=True, slots=True)
class Missing:
    """What still must sign."""

    checkers: int
    releaser: bool

    def __bool__(self) -> bool:
        return self.checkers > 0 or self.releaser


def required(amount: int, checkers: int, rules: Sequence[Rule], in_hours: bool) -> Required:
    """For a batch of ``amount``, where ``checkers`` are needed always; outside the hours also a releaser."""
    reached = [rule for rule in rules if amount > rule.above]
    return Required(
        max([checkers, *(rule.checkers for rule in reached)]), not in_hours or any(rule.releaser for rule in reached)
    )


def missing(needed: Required, checkers: int, releasers: int) -> Missing:
    """What ``needed`` still lacks."""
    return Missing(max(0, needed.checkers - checkers), needed.releaser and not releasers)
