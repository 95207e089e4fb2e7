"""How grave the outcome of a run is, as an exit code: the same for a command and for the daemon."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.usecases.poll import Polled
    from gateway.usecases.received import Received
    from gateway.usecases.send import Sent

GRAVITY = (5, 4, 1, 3, 0)
"""The most serious wins: alarm, unknown, failed, something for a person, done."""


def gravest(codes: Iterable[int]) -> int:
    return min(codes, key=GRAVITY.index, default=0)


def of_sent(sent: Sent) -> int:
    failed = (delivery.error for delivery in sent.deliveries if delivery.error)
    return gravest(error.exit_code for error in (*sent.errors, *failed))


def of_polled(polled: Polled) -> int:
    return gravest([*(error.exit_code for _partner, error in polled.errors), *map(of_received, polled.received)])


def of_received(received: Received) -> int:
    """Bad proof is an alarm; genuine but unreadable, and what does not match, is for a person."""
    if received.error is not None:
        return 3 if received.state == "quarantined" and received.error.exit_code == 1 else received.error.exit_code
    return 3 if received.matched.exceptions else 0
