"""Whose roster, and which of its versions hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Roster:
    """Whose list it is."""

    payer: str
    programme: str

    @property
    def named(self) -> dict[str, str]:
        return {"payer": self.payer, "programme": self.programme}


LIVE = "l.payer = :payer AND l.programme = :programme AND l.ended_by IS NULL"
"""Versions ``l`` of a roster that hold."""
