"""Being told to stop or to read the configuration again: after the step at hand (D5)."""

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

    def taken(self) -> bool:
        """Whether it was requested; from now on it is not."""
        if not self.requested:
            return False  # and nothing is written: a signal just now is for the next time
        self.requested = False
        return True


@contextmanager
def until_signalled() -> Iterator[Signalled]:
    """A stop that SIGTERM or SIGINT requests; the handlers of before come back."""
    with _on(signal.SIGTERM, signal.SIGINT) as stop:
        yield stop


@contextmanager
def on_hangup() -> Iterator[Signalled]:
    """A flag that SIGHUP sets."""
    with _on(signal.SIGHUP) as hangup:
        yield hangup


@contextmanager
def _on(*numbers: signal.Signals) -> Iterator[Signalled]:
    flag = Signalled()
    before = {number: signal.signal(number, flag.request) for number in numbers}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
