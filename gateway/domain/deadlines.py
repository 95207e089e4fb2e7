"""By when somebody must have dealt with an exception; later it is overdue, is shown so and counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gateway.domain.resolutions import Urgency, handling

HOURS: Mapping[Urgency, int] = {
    Urgency.ALARM: 4,
    Urgency.MONEY: 24,
    Urgency.ANSWER: 48,
    Urgency.UPKEEP: 120,
}
"""Hours by the clock, from the moment it was opened: a weekend is no excuse for an alarm."""


def due_at(kind: str, opened_at: datetime) -> datetime:
    """By when an exception of this kind must be ended."""
    return opened_at + timedelta(hours=HOURS[handling(kind).urgency])
