"""What one layer of the proof reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[str], None]
"""Says how far a long run has come."""


@dataclass(frozen=True, slots=True)
class Section:
    """One layer's part of ``docs/reports/safety.md``; the three counts are the judge's, and must be zero."""

    title: str
    text: str
    """Markdown: what was run, with how many seeds, steps, kills and faults, and what was seen."""
    doubled: int = 0
    lost: int = 0
    corrupted: int = 0
