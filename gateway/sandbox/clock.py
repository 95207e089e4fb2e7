"""The rehearsal clock: one small file moves the partners (and whoever else reads it) through days and months.

The file is JSON: ``{"start": time, "set_at": real time, "offset_seconds": n}``; now = start + (real - set_at) + offset.
"""

from __future__ import annotations

import json
import os
from datetime import datetime, time, timedelta, timezone
from math import ceil
from pathlib import Path

ZONE = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
CLOCK_FILE = "clock"


def now(home: Path) -> datetime:
    """Rehearsal time of ``home``; real time when it has no clock file."""
    real = datetime.now(ZONE)
    setting = _read(home)
    return _shown(setting, real) if setting else real


def start(home: Path, at: datetime) -> None:
    """Set the clock of ``home`` to ``at`` (aware); it runs on from there."""
    _write(home, {"start": at.isoformat(), "set_at": datetime.now(ZONE).isoformat(), "offset_seconds": 0})


def advance(home: Path, by: timedelta) -> datetime:
    """Move the clock forward and return the new time."""
    if by < timedelta(0):
        raise ValueError("the rehearsal clock only moves forward")
    real = datetime.now(ZONE)
    setting = _read(home) or {"start": real.isoformat(), "set_at": real.isoformat(), "offset_seconds": 0}
    offset_seconds = int(setting["offset_seconds"]) + ceil(by.total_seconds())
    _write(home, {**setting, "offset_seconds": offset_seconds})
    return now(home)


def next_day(home: Path, at: time = time(8)) -> datetime:
    """Move to ``at`` o'clock of the next day, or less than a second later, and return the new time."""
    current = now(home)
    target = datetime.combine(current.date() + timedelta(days=1), at, ZONE)
    return advance(home, target - current)


def _shown(setting: dict[str, str | int], real: datetime) -> datetime:
    began, set_at = (datetime.fromisoformat(str(setting[key])) for key in ("start", "set_at"))
    return (began + (real - set_at) + timedelta(seconds=int(setting["offset_seconds"]))).astimezone(ZONE)


def _read(home: Path) -> dict[str, str | int] | None:
    try:
        return dict(json.loads((home / CLOCK_FILE).read_text()))
    except FileNotFoundError:
        return None


def _write(home: Path, setting: dict[str, str | int]) -> None:
    """Replace the file in one step, so that a reader never sees half of it."""
    temporary = home / f".{CLOCK_FILE}.{os.getpid()}"
    temporary.write_text(json.dumps(setting) + "\n")
    temporary.replace(home / CLOCK_FILE)
