"""Reprocess: what was set aside is examined again from its stored bytes, by the same rules as when it came.

For when the reason is mended on our side: a certificate pinned, a schema installed, an account entered. What was
processed stays as it is, so that it can be asked for as often as one likes.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import BinaryIO

from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.errors import ChitraError
from gateway.store import blobs, evidence
from gateway.store.tables import FileIn
from gateway.usecases import people
from gateway.usecases.context import Context, Partner
from gateway.usecases.inboxes import inbox_of
from gateway.usecases.received import Received
from gateway.usecases.statement_import import UNTRIED, examine_brought, keep_unproven
from gateway.usecases.understand import examine, quarantine


def reprocess(context: Context, references: Sequence[str], actor: str) -> list[Received]:
    """Each file by its reference, in the order given; an error of one is in its result and stops no other."""
    return [_tried(context, reference, actor) for reference in dict.fromkeys(references)]


def require_enrolled(context: Context, operator: str) -> None:
    """Raises ``NotFound`` or ``NotAllowed`` for somebody who is no operator, or none any more."""
    with context.store.read() as tx:
        people.require_enrolled(context, tx, operator)


def _tried(context: Context, reference: str, actor: str) -> Received:
    try:
        with context.store.read() as tx:
            file = evidence.find(tx, reference)
    except ChitraError as error:
        return Received(reference, "", "", "", "", error)
    try:
        return _reprocessed(context, context.partner(file.partner), file, actor)
    except ChitraError as error:
        return Received(reference, file.partner, file.name, file.message or "", "", error)


def _reprocessed(context: Context, partner: Partner, file: FileIn, actor: str) -> Received:
    """Beside ``poll``, which may have the same file in hand."""
    with context.store.exclusive(f"inbox-{partner.code}") as lock, closing(context.spool.create()) as spool:
        with context.store.read() as tx:
            arrival = tx.session.get_one(FileIn, file.id)
            file = evidence.subject(tx, arrival)
            if file.state not in UNTRIED:
                return Received(file.reference, file.partner, file.name, file.message or "", file.state)
            blobs.copy(tx, file.sha256, spool)
        lock.prove_alive()
        with context.store.begin() as tx:
            tx.record(actor, "file reprocess", file.reference, file.sha256)
        try:
            return _examined(context, partner, arrival, file, spool)
        except FormatError as error:
            return quarantine(context, file, ChitraError(error.code, **error.params))


def _examined(context: Context, partner: Partner, arrival: FileIn, file: FileIn, spool: BinaryIO) -> Received:
    """By the rules of the inbox it came to; what a person brought as ``statement_import`` does (T9)."""
    if arrival.folder:
        return examine(context, partner, inbox_of(partner, arrival), file, spool, arrival)
    if file.proof == "none":
        return keep_unproven(context, file, spool, schema.message_name(spool))
    return examine_brought(context, partner, file, spool, arrival)
