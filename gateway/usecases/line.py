"""A partner's connection for one round: made when it is first needed, and made again when it was lost, a few times in
each inbox.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gateway.domain.errors import ChitraError, RemoteUnknown
from gateway.ports import Transport
from gateway.usecases.context import Partner

_LOSSES_MAX = 3


class Line:
    """One file whose reading breaks the connection delays no other; an inbox that breaks each one is left alone."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._open = ExitStack()
        self._transport: Transport | None = None
        self._losses = 0
        self.is_unreachable = False
        """Not to be had: the partner's next turn is the next round."""

    @property
    def transport(self) -> Transport:
        """The connection; raises what connecting raises."""
        if self._transport is None:
            self._transport = self._connected()
        return self._transport

    def _connected(self) -> Transport:
        try:
            return self._open.enter_context(self._partner.connect())
        except ChitraError:
            self.is_unreachable = True
            raise

    def begin(self) -> None:
        """Another inbox, which has its own losses."""
        self._losses = 0

    def lost(self, error: RemoteUnknown) -> None:
        """No answer came: nothing more is asked over this connection, and whoever lent it hears why."""
        self._losses += 1
        self._transport = None
        self._open.__exit__(type(error), error, error.__traceback__)

    @property
    def is_given_up(self) -> bool:
        """Lost too often, or not to be had: the inbox's next turn is the next round."""
        return self.is_unreachable or self._losses >= _LOSSES_MAX

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
