"""Business-day arithmetic over a given set of holidays; which days those are is ``gateway.calendar``'s business."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone

VIET_NAM = timezone(timedelta(hours=7))
"""No daylight saving since 1975; a fixed offset needs no zone data on the machine."""

IsWorking = Callable[[date], bool]

_DAYS_SEARCHED_MAX = 60


def next_working(day: date, is_working: IsWorking) -> date:
    """``day`` itself when it is a working day, else the first one after it."""
    for ahead in range(_DAYS_SEARCHED_MAX):
        candidate = day + timedelta(days=ahead)
        if is_working(candidate):
            return candidate
    raise ValueError(f"no working day within {_DAYS_SEARCHED_MAX} days of {day}")


def add_working(day: date, count: int, is_working: IsWorking) -> date:
    """The ``count``-th working day after ``day``."""
    for _ in range(count):
        day = next_working(day + timedelta(days=1), is_working)
    return day


def execution_date(now: datetime, cutoff: time, is_working: IsWorking) -> date:
    """Today when the partner still takes orders, else the next working day."""
    today = now.date()
    if is_working(today) and now.time() < cutoff:
        return today
    return next_working(today + timedelta(days=1), is_working)
