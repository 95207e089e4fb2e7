"""Send: everything that is due; the one-shot step that the daemon repeats.

Several workers may send at once over PostgreSQL: each batch is allocated and each file is sealed by whoever claims it
first, the others pass on to the next; a partner's files are delivered by whoever holds the partner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.domain.errors import ChitraError, NotFound
from gateway.domain.states import FileState
from gateway.store import batches, files
from gateway.usecases import guard
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.collect import Received, collect
from gateway.usecases.context import Context, Partner
from gateway.usecases.deliver import DELIVERABLE, Delivery, deliver
from gateway.usecases.seal import seal

Subject = TypeVar("Subject")

TO_SEND = (FileState.ALLOCATED, *DELIVERABLE)
OPEN = (*TO_SEND, FileState.SENT, FileState.ACKNOWLEDGED, FileState.REJECTED)
"""Files that still need their partner."""


@dataclass(slots=True)
class Sent:
    """One run: what was delivered or not, and batches that could not be allocated."""

    deliveries: list[Delivery] = field(default_factory=list)
    errors: list[ChitraError] = field(default_factory=list)
    allocated: list[str] = field(default_factory=list)
    """Message ids of new files."""
    bugs: list[Exception] = field(default_factory=list)
    """Faults of ours; raised when everything else is done."""


def send(context: Context, batch: str | None = None, partner: str | None = None) -> Sent:
    """Allocate, seal, deliver; an error of one batch, file or partner never stops the others.

    Only one ``batch``, or only to one ``partner``, when named.
    """
    if batch is not None:
        _require_known(context, batch)
    try:
        run = prepare(context, batch)
    except ChitraError as error:
        return Sent(errors=[error])
    for each in context.named(partner):
        dispatch(context, each, batch, run)
    run.errors += orphans(context, TO_SEND)
    raise_bugs(run)
    return run


def read_first(context: Context) -> list[Received]:
    """Before a process sends for the first time: what the partners have for us may tell of what was forgotten (M15)."""
    with context.store.read() as tx:
        due = files.in_states(tx, TO_SEND)
    if not due and not waiting(context):
        return []
    return [received for partner in context.partners.values() for received in collect(context, partner)[0]]


def prepare(context: Context, batch: str | None = None) -> Sent:
    """Allocate what is approved (of one ``batch``); raises what forbids to begin at all."""
    guard.require_own_past(context)
    run, due = Sent(), waiting(context)
    if due:
        guard.look_everywhere(context)
    for batch_id in due:
        if batch in (None, batch_id) and not context.stop.requested:
            _tried(run, lambda batch_id: run.allocated.extend(_allocate(context, batch_id)), batch_id)
    return run


def dispatch(context: Context, partner: Partner, batch: str | None = None, run: Sent | None = None) -> Sent:
    """Seal and deliver what is allocated to one partner (of one ``batch``); adds to ``run``."""
    run = run or Sent()
    for message_id in _allocated(context, partner, batch):
        if not context.stop.requested:
            _tried(run, lambda message_id: _seal(context, partner, message_id), message_id)
    if not context.stop.requested:
        _tried(run, lambda partner: run.deliveries.extend(deliver(context, partner, batch)), partner)
    return run


def raise_bugs(run: Sent) -> None:
    for bug in run.bugs:
        raise bug


def _require_known(context: Context, batch: str) -> None:
    """A mistyped batch is not one for which nothing is due."""
    with context.store.read() as tx:
        batches.find(tx, batch)


def orphans(context: Context, states: Sequence[FileState]) -> list[ChitraError]:
    """Files in these states at partners that are no longer configured: said at every run, never forgotten."""
    with context.store.read() as tx:
        due = files.in_states(tx, states)
    lost = sorted({file.partner for file in due} - set(context.partners))
    known = ", ".join(sorted(context.partners))
    return [NotFound("partner_unknown", partner=partner, known=known) for partner in lost]


def _allocate(context: Context, batch_id: str) -> list[str]:
    with context.store.claimed("allocate", batch_id) as mine:
        return allocate(context, batch_id) if mine else []


def _seal(context: Context, partner: Partner, message_id: str) -> None:
    with context.store.claimed(f"seal-{partner.code}", message_id) as mine:
        if mine:
            seal(context, message_id)


def _tried(run: Sent, step: Callable[[Subject], object], subject: Subject) -> None:
    try:
        step(subject)
    except ChitraError as error:
        run.errors.append(error)
    except Exception as bug:  # a boundary: the other batches, files and partners go on; raised at the end
        run.bugs.append(bug)


def _allocated(context: Context, partner: Partner, batch: str | None) -> list[str]:
    with context.store.read() as tx:
        found = files.in_states(tx, [FileState.ALLOCATED], partner.code)
    return [file.message_id for file in found if batch in (None, file.batch_id)]
