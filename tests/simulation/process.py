"""Processes of the gateway, one running at a time: at every operation it may have to wait, or die.

A process that may wait has a thread of its own, but it runs only while it holds the baton; the rest run where they are
called. Death is ``Crashed``: no handler for errors sees it, and a dead process does nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from gateway.domain.errors import ChitraError
from simulation.chance import Chance

FOREVER = 1_000_000


class Crashed(BaseException):
    """The process died here."""


class Process:
    """One run of one command; ``points`` says how many operations it may do before it has to wait."""

    def __init__(self, name: str, act: Callable[[], Any], chance: Chance) -> None:
        self.name = name
        self.chance = chance
        self.writing = 0
        """Write transactions open: one that waited inside would keep everybody out."""
        self.over = False
        self.dead = False
        self.result: Any = None
        self.error: Exception | None = None
        self._act = act
        self._points = FOREVER
        self._thread: Thread | None = None
        self._turn, self._back = Lock(), Lock()
        self._turn.acquire()
        self._back.acquire()

    def run(self) -> None:
        """To its end, here."""
        try:
            self.result = self._act()
        except Crashed:
            self.dead = True
        except Exception as error:  # looked at by the world: what is no error of ours is a bug
            self.error = error
        finally:
            self.over = True

    def go(self, points: int) -> None:
        """Give it the baton until it has to wait, ends or dies."""
        self._points = points
        if self._thread is None:
            self._thread = Thread(target=self._threaded, daemon=True)
            self._thread.start()
        self._turn.release()
        self._back.acquire()

    def _threaded(self) -> None:
        self._turn.acquire()
        try:
            self.run()
        finally:
            self._back.release()

    def kill(self) -> None:
        """Dead where it waits."""
        self.dead = True
        if not self.over and self._thread is not None:
            self.go(FOREVER)

    def errors(self) -> list[ChitraError]:
        """Every error that it reports, wherever it stands in its result."""
        if isinstance(self.error, ChitraError):
            return [self.error]
        result = self.result
        found = [each.error for each in [*getattr(result, "deliveries", []), *getattr(result, "received", [])]]
        found += [each[1] if isinstance(each, tuple) else each for each in getattr(result, "errors", [])]
        return [error for error in found if error is not None]

    # --- called by the process itself ---------------------------------------------------------------------------

    def point(self) -> None:
        """An operation begins or has ended: others may come between."""
        if self.dead:
            raise Crashed
        self._points -= 1
        if self._points <= 0 and self._thread is not None and not self.writing:
            self._back.release()
            self._turn.acquire()
            if self.dead:
                raise Crashed

    def may_die(self, number: int, when: str, *, seldom: bool = False) -> None:
        """Crash point ``number`` of the catalogue, before or after its operation, at moments that come ``seldom``."""
        if self.dead:
            raise Crashed
        if (self.chance.likely if seldom else self.chance.fault)(number):
            self.chance.tell(f"{self.name} dies {when} {number}")
            self.dead = True
            raise Crashed
