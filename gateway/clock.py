"""The Clock port: real time, or in the sandbox environment the ``clock`` file of the home.

The file is JSON: ``{"start": time, "set_at": real time, "offset_seconds": n}``; now = start + (real - set_at) + offset.
It moves the gateway and the rehearsal partners together. Production refuses to run while the file exists.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from gateway.domain.calendar import VIET_NAM
from gateway.domain.errors import NotConfigured

ZONE = VIET_NAM


class RealClock:
    def now(self) -> datetime:
        return datetime.now(ZONE)


class SandboxClock:
    """Reads the file at every call, so that a running daemon follows."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        real = datetime.now(ZONE)
        try:
            setting = json.loads(self._path.read_text())
            start, set_at = (datetime.fromisoformat(setting[key]) for key in ("start", "set_at"))
        except FileNotFoundError:
            return real
        except (ValueError, KeyError, TypeError):
            raise NotConfigured("clock_file_unreadable", path=str(self._path)) from None
        return (start + (real - set_at) + timedelta(seconds=setting["offset_seconds"])).astimezone(ZONE)


def clock_for(home: Path, environment: str) -> RealClock | SandboxClock:
    """The clock of a home; raises ``NotConfigured`` when production has a clock file."""
    path = home / "clock"
    if environment == "sandbox":
        return SandboxClock(path)
    if path.exists():
        raise NotConfigured("clock_file_in_production", path=str(path))
    return RealClock()
