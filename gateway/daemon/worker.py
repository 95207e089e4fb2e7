"""A thread that does one task again and again, until it is told to stop."""

from __future__ import annotations

import threading
from time import monotonic

from gateway.daemon.tasks import Task
from gateway.ports import Stop

_NAP_SECONDS = 0.2


class Progress:
    """The Stop port of one worker. Its steps ask it between two files: each question says that they came further."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self.asked = monotonic()

    @property
    def requested(self) -> bool:
        self.asked = monotonic()
        return self._stop.requested

    def wait(self, seconds: float) -> None:
        self._stop.wait(seconds)


class Worker:
    """A daemon thread: the process may end without it, as a kill would end it."""

    def __init__(self, task: Task, stop: Progress, once: bool = False) -> None:
        self.task = task
        self._stop, self._once = stop, once
        self._thread = threading.Thread(target=self._run, name=task.name, daemon=True)
        self.code = 0
        """Exit code of the last round."""
        self.bug: Exception | None = None
        """What ended it: a fault outside every step, so that nobody would do its task any more."""
        self.rounds = 0
        self.seconds = 0.0
        """Of all finished rounds together."""
        self._began: float | None = None
        self._nudged = threading.Event()

    def nudge(self) -> None:
        """There is something to do: end the pause."""
        self._nudged.set()

    def start(self) -> None:
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """True when it has ended within that time, or never began."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def busy_seconds(self) -> float:
        """How long the round at hand takes already."""
        began = self._began
        return monotonic() - began if began is not None else 0.0

    @property
    def still_seconds(self) -> float:
        """How long the round at hand has not come further."""
        return min(self.busy_seconds, monotonic() - self._stop.asked)

    def _run(self) -> None:
        try:
            while not self._stop.requested:
                self._round()
                if self._once or self._stop.requested:
                    break
                self._pause(self.task.pause())
        except Exception as bug:  # a boundary: the service ends the others, then raises it
            self.bug = bug
        finally:
            self.task.close()

    def _pause(self, seconds: float) -> None:
        end = monotonic() + seconds
        while not self._nudged.is_set() and not self._stop.requested and (rest := end - monotonic()) > 0:
            self._nudged.wait(min(rest, _NAP_SECONDS))
        self._nudged.clear()

    def _round(self) -> None:
        self._began = monotonic()
        try:
            self.code = self.task.round()
        finally:
            self.seconds += self.busy_seconds
            self.rounds += 1
            self._began = None
