"""Named crash points: the places at which a kill test ends, freezes or breaks a process.

A point is one line beside an effect; its name says what has just happened, or is about to. Nobody listens in
production: no setting and no environment variable turns a point on. A test that forked a worker listens there.
"""

from __future__ import annotations

from collections.abc import Callable

Listener = Callable[[str], None]
"""Is told the name of every point that this process comes to."""


def _nobody(_place: str) -> None:
    """The listener in production."""


_listener: Listener = _nobody


def crash_point(place: str) -> None:
    """This process is at ``place``."""
    _listener(place)


def listen(listener: Listener) -> None:
    """From now on ``listener`` is told; it may raise, or end the process. For workers forked by a test."""
    global _listener
    _listener = listener
