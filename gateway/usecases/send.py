"""Send: everything that is due; the one-shot step that the daemon repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from gateway.domain.errors import ChitraError, NotFound
from gateway.domain.states import FileState
from gateway.store import batches, files
from gateway.store.tables import FileOut
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.context import Context
from gateway.usecases.deliver import DELIVERABLE, Delivery, deliver
from gateway.usecases.seal import seal

Subject = TypeVar("Subject")


@dataclass(slots=True)
class Sent:
    """One run: what was delivered or not, and batches that could not be allocated."""

    deliveries: list[Delivery] = field(default_factory=list)
    errors: list[ChitraError] = field(default_factory=list)
    bugs: list[Exception] = field(default_factory=list)
    """Faults of ours; raised when everything else is done."""


def send(context: Context, batch: str | None = None, partner: str | None = None) -> Sent:
    """Allocate, seal, deliver; an error of one batch, file or partner never stops the others.

    Only one ``batch``, or only to one ``partner``, when named.
    """
    run = Sent()
    if batch is not None:
        _require_known(context, batch)
    for batch_id in waiting(context):
        if batch in (None, batch_id):
            _tried(run, lambda batch_id: allocate(context, batch_id), batch_id)
    for file in _allocated(context):
        if batch in (None, file.batch_id) and partner in (None, file.partner):
            _tried(run, lambda message_id: seal(context, message_id), file.message_id)
    for each in context.named(partner):
        _tried(run, lambda partner: run.deliveries.extend(deliver(context, partner, batch)), each)
    run.errors += orphans(context, DELIVERABLE)
    for bug in run.bugs:
        raise bug
    return run


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


def _tried(run: Sent, step: Callable[[Subject], object], subject: Subject) -> None:
    try:
        step(subject)
    except ChitraError as error:
        run.errors.append(error)
    except Exception as bug:  # a boundary: the other batches, files and partners go on; raised at the end
        run.bugs.append(bug)


def _allocated(context: Context) -> list[FileOut]:
    with context.store.read() as tx:
        return files.in_states(tx, [FileState.ALLOCATED])
