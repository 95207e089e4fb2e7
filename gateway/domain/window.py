"""Sending hours: a part of the day, on working days only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gateway.domain.calendar import IsWorking, next_working


@dataclass(frozen=True, slots=True)
class Window:
    """Open from ``opens`` (inclusive) to ``closes`` (exclusive) of every working day; local times."""

    opens: time
    closes: time

    def opens_at(self, now: datetime, is_working: IsWorking) -> datetime | None:
        """None while it is open, else the moment at which it opens next."""
        today = now.date()
        if is_working(today) and now.time() < self.closes:
            return None if now.time() >= self.opens else datetime.combine(today, self.opens, now.tzinfo)
        day = next_working(today + timedelta(days=1), is_working)
        return datetime.combine(day, self.opens, now.tzinfo)
