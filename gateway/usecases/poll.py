"""Poll: collect from every partner and close what is finished; the one-shot step that the daemon repeats."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.domain.errors import ChitraError
from gateway.domain.states import FileState
from gateway.usecases.close import close
from gateway.usecases.collect import collect
from gateway.usecases.context import Context
from gateway.usecases.received import Received
from gateway.usecases.send import orphans

_AWAITED = (FileState.SENT, FileState.ACKNOWLEDGED, FileState.REJECTED)


@dataclass(slots=True)
class Polled:
    """One round over all partners."""

    received: list[Received] = field(default_factory=list)
    errors: list[tuple[str, ChitraError]] = field(default_factory=list)
    """(partner, error) of partners that could not be asked."""
    closed: list[str] = field(default_factory=list)
    """Batches that came to their end."""


def poll(context: Context, partner: str | None = None) -> Polled:
    """An error at one partner or in one file never stops the others; a bug is raised when all are done."""
    round_ = Polled()
    for each in context.named(partner):
        received, errors = collect(context, each)
        round_.received += received
        round_.errors += [(each.code, error) for error in errors]
    round_.errors += [(str(error.params["partner"]), error) for error in orphans(context, _AWAITED)]
    round_.closed = close(context)
    for bug in filter(None, (received.bug for received in round_.received)):
        raise bug
    return round_
