"""What became of one file of a partner: the result that every way of receiving gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.domain.errors import ChitraError
from gateway.usecases.match import Matched


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file of a partner."""

    file: str
    partner: str
    name: str
    message: str
    state: str
    error: ChitraError | None = None
    matched: Matched = field(default_factory=Matched)
    findings: int = 0
    bug: Exception | None = None
    """A fault of ours; a file that is stored already is set aside, any other is taken up again."""


def opened(kind: str) -> Matched:
    """One exception of this kind, nothing else."""
    return Matched(exceptions=1, kinds=[kind])
