"""Something stored that is not as it must be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One finding of a check: ``code`` says what it is and what to do; no personal data stands in it (A3)."""

    code: str
    where: str
    """Table and row, or the name of a trigger, constraint or place."""
    expected: str = ""
    got: str = ""
