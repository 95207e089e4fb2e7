"""One connection to one partner, kept from use to use and from round to round."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime

from gateway.domain.errors import Busy, ChitraError, RemoteRefused, RemoteUnknown
from gateway.ports import Clock, Transport

Connect = Callable[[], AbstractContextManager[Transport]]


class Keeper:
    """``connect`` in the place of a partner's own; every new connection proves the host key again (T8).

    A kept connection is asked for one answer before it is used; without one it is made anew. One user at a time.
    """

    def __init__(self, connect: Connect, clock: Clock, idle_seconds_max: int) -> None:
        self._connect, self._clock, self._idle_seconds_max = connect, clock, idle_seconds_max
        self._held = ExitStack()
        self._transport: Transport | None = None
        self._in_use = threading.Lock()
        self.failures = 0
        """Connections in a row that did not come about."""
        self.connections = 0
        """How many came about so far."""
        self.contact: datetime | None = None
        """When the partner last answered."""

    @contextmanager
    def connect(self) -> Iterator[Transport]:
        """The kept connection, or a new one; it is given up when its user fails."""
        with self._in_use, self._lent() as transport:
            yield transport

    @contextmanager
    def connect_at_once(self) -> Iterator[Transport]:
        """For a side errand: ``Busy`` while the connection is in use or could not be made the last time."""
        if self.failures or not self._in_use.acquire(blocking=False):
            raise Busy("busy", lock="connection")
        try:
            with self._lent() as transport:
                yield transport
        finally:
            self._in_use.release()

    @contextmanager
    def _lent(self) -> Iterator[Transport]:
        transport = self._alive() or self._new()
        try:
            yield transport
        except BaseException:
            self.close()
            raise

    def rest(self, seconds: float) -> None:
        """Give the connection up before a pause in which the partner would find it idle for too long."""
        if seconds > self._idle_seconds_max:
            self.close()

    def close(self) -> None:
        self._transport = None
        self._held.close()

    def _alive(self) -> Transport | None:
        if self._transport is None:
            return None
        try:
            self._transport.stat("/")
        except RemoteRefused:
            pass  # no, but an answer
        except RemoteUnknown:
            self.close()
            return None
        self.contact = self._clock.now()
        return self._transport

    def _new(self) -> Transport:
        try:
            self._transport = self._held.enter_context(self._connect())
        except ChitraError:
            self.failures += 1
            raise
        self.failures = 0
        self.connections += 1
        self.contact = self._clock.now()
        return self._transport
