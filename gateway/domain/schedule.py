"""When a partner is asked again: seldom outside its hours, later and later while it cannot be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gateway.domain.calendar import IsWorking, next_working

_SPREAD_PERCENT = 10
"""Pauses differ by as much to both sides, so that many gateways do not ask at one moment."""
_DOUBLINGS_MAX = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses between two rounds at one partner."""

    poll_seconds: int
    quiet_seconds: int
    """Outside the partner's hours; never shorter than ``poll_seconds``."""
    backoff_seconds_max: int
    """Longest pause while the partner cannot be reached."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a partner works, on working days, in local time; ``closes`` is not in it."""

    opens: time = time(0)
    closes: time = time.max


def pause(pace: Pace, hours: Hours, now: datetime, is_working: IsWorking, failures: int, chance: float) -> float:
    """Seconds until the next round after ``failures`` connections in a row that did not come about.

    ``chance`` from 0 to 1 spreads them; ``now`` is local time.
    """
    if failures:
        return _spread(_backed_off(pace, failures), chance)
    usual = _spread(pace.poll_seconds, chance)
    if is_open(hours, now, is_working):
        return usual
    until_open = (opening(hours, now, is_working) - now).total_seconds()
    return max(usual, min(_spread(pace.quiet_seconds, chance), until_open + chance * pace.poll_seconds))


def _backed_off(pace: Pace, failures: int) -> int:
    """Doubled with every failure, up to the cap; never shorter than the usual pause."""
    doubled: int = pace.poll_seconds << min(failures, _DOUBLINGS_MAX)
    return max(pace.poll_seconds, min(doubled, pace.backoff_seconds_max))


def _spread(seconds: int, chance: float) -> float:
    return seconds * (100 - _SPREAD_PERCENT + 2 * _SPREAD_PERCENT * chance) / 100


def is_open(hours: Hours, now: datetime, is_working: IsWorking) -> bool:
    return is_working(now.date()) and hours.opens <= now.time() < hours.closes


def opening(hours: Hours, now: datetime, is_working: IsWorking) -> datetime:
    """The next moment at which the partner begins to work."""
    day = now.date() if now.time() < hours.opens else now.date() + timedelta(days=1)
    return datetime.combine(next_working(day, is_working), hours.opens, now.tzinfo)
