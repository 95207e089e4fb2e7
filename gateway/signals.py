"""Being told to stop: SIGTERM and SIGINT end long runs after the step at hand (D5)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType

_NAP_SECONDS = 0.2


class Signalled:
    """The Stop port; a plain flag, since a handler may interrupt any lock's holder."""

    def __init__(self) -> None:
        self.requested = False

    def wait(self, seconds: float) -> None:
        """Pause, at most a nap longer than until the signal."""
        end = monotonic() + seconds
        while not self.requested and (rest := end - monotonic()) > 0:
            sleep(min(rest, _NAP_SECONDS))

    def request(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self.requested = True


@contextmanager
def until_signalled() -> Iterator[Signalled]:
    """A stop that SIGTERM or SIGINT requests; the handlers of before come back."""
    stop = Signalled()
    before = {number: signal.signal(number, stop.request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
