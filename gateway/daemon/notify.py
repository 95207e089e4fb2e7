"""What the service manager is told, as sd_notify(3) says: one datagram to its socket; silence without one."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic_ns

_SECONDS_MAX = 1.0


class Notifier:
    """Speaks to the socket that the environment names."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self.watchdog_seconds = _watchdog_seconds(environment)
        """How often ``alive`` must be said, with room to spare; None when nobody listens for it."""

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        if self.watchdog_seconds is not None:
            self._tell("WATCHDOG=1")

    def reloading(self) -> None:
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as own:
                own.settimeout(_SECONDS_MAX)
                own.sendto(state.encode(), self._address)  # a service manager that is gone or full is not our end


def _watchdog_seconds(environment: Mapping[str, str]) -> float | None:
    microseconds = environment.get("WATCHDOG_USEC", "")
    meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(microseconds) / 2_000_000 if microseconds.isdecimal() and meant else None
