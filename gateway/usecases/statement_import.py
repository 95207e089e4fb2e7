"""A statement brought by a person. A partner's own proof counts as always; a file without one moves nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from io import BytesIO
from typing import BinaryIO

from adapters.profile import Inbox
from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.errors import Alarm, BadProof, ChitraError, Refusal
from gateway.domain.states import InboundState
from gateway.ports import LockHeld
from gateway.store import blobs, evidence, moves
from gateway.store.tables import FileIn
from gateway.usecases.context import Context, Partner
from gateway.usecases.inboxes import inbox_for, opening_inbox, signed_inbox
from gateway.usecases.received import Received
from gateway.usecases.statements import Reading, record_statements
from gateway.usecases.take import SIGNATURE_BYTES_MAX
from gateway.usecases.understand import examine, quarantine, release, verified

Beside = Callable[[str], bytes | None]
"""What lies beside the file under a name; None when nothing does."""

UNTRIED = (InboundState.QUARANTINED, InboundState.RECEIVED)
"""What may be examined."""


def import_statement(
    context: Context, source: BinaryIO, name: str, partner: str, beside: Beside = lambda name: None
) -> Received:
    """Store the bytes, then read them: as the partner's own file, or as a statement of somebody unknown."""
    with _alone(context, partner) as lock:
        kind = _kind(source)
        inbox = _declaring(context, partner, kind)
        signature = _signature(inbox, name, beside)
        file = _store(context, source, name, partner, inbox is None, signature)
        source.seek(0)
        subject = _subject(context, file, inbox is None)
        if subject.state not in UNTRIED:
            return Received(file.reference, partner, name, "", file.state)
        if lock is not None:
            lock.prove_alive()
        if inbox is not None:
            return examine_brought(context, context.partners[partner], subject, source, file)
        if isinstance(kind, ChitraError):
            return _refuse(context, file, kind)
        if partner in context.partners and inbox_for(context.partners[partner], kind) is None:
            return _refuse(context, file, Refusal("no_inbox_for_message", partner=partner, message=kind))
        return keep_unproven(context, file, source, kind)


def examine_brought(context: Context, partner: Partner, file: FileIn, source: BinaryIO, arrival: FileIn) -> Received:
    """By the proof of the inbox where the partner would have put it, and by no other (T9)."""
    try:
        kind = _kind_within(partner, source)
    except FormatError as error:
        return quarantine(context, file, ChitraError(error.code, **error.params))
    except (BadProof, Alarm) as error:
        return quarantine(context, file, error)
    inbox = signed_inbox(partner, kind)
    if inbox is None:
        return quarantine(context, file, Refusal("no_inbox_for_message", partner=partner.code, message=kind))
    return examine(context, partner, inbox, file, source, arrival)


def _kind_within(partner: Partner, source: BinaryIO) -> str:
    """The message by its root; of an OpenPGP message by the root of what it holds."""
    opening = opening_inbox(partner)
    try:
        return schema.message_name(source)
    except FormatError:
        if opening is None:
            raise
    with closing(verified(partner, opening, "", None, source)) as proven:
        return schema.message_name(proven.open())


def _alone(context: Context, partner: str) -> AbstractContextManager[LockHeld | None]:
    """Beside ``poll`` on the same partner; nobody polls a partner that is not configured."""
    return context.store.exclusive(f"inbox-{partner}") if partner in context.partners else nullcontext()


def _kind(source: BinaryIO) -> str | ChitraError:
    """The message by its root, or why that cannot be told."""
    try:
        return schema.message_name(source)
    except FormatError as error:
        return ChitraError(error.code, **error.params)


def _declaring(context: Context, partner: str, kind: str | ChitraError) -> Inbox | None:
    """The inbox that says how such a file is proven; None when it proves nothing once a person carried it."""
    if partner not in context.partners:
        return None
    known = context.partners[partner]
    return signed_inbox(known, kind) if isinstance(kind, str) else opening_inbox(known)


def _signature(inbox: Inbox | None, name: str, beside: Beside) -> bytes | None:
    """What lies beside the file, where the partner proves it from there."""
    wanted = inbox.beside(name) if inbox is not None else None
    if wanted is None:
        return None
    found = beside(wanted)
    if found is None:
        raise Refusal("brought_without_signature", file=name, signature=wanted)
    if len(found) > SIGNATURE_BYTES_MAX:
        raise Refusal("too_large", path=wanted)
    return found


def _subject(context: Context, file: FileIn, unproven: bool) -> FileIn:
    """What is to be examined: the file, or an earlier one of the same bytes that was set aside."""
    with context.store.read() as tx:
        return file if unproven else evidence.subject(tx, file)


def _store(
    context: Context, source: BinaryIO, name: str, partner: str, unproven: bool, signature: bytes | None
) -> FileIn:
    with context.store.begin() as tx:
        sha256, size_bytes = blobs.digest(source)
        known = evidence.known(tx, partner, sha256, unproven)
        if known is not None and known.state == InboundState.RECEIVED:
            return known
        blobs.put(tx, source)
        beside = None if signature is None else blobs.put(tx, BytesIO(signature))
        file = evidence.receive(tx, partner, "", name, sha256, size_bytes, unproven, beside)
        moves.noted_first(tx, "file_in", file.reference, file.state, "brought by a person")
        tx.record("system", "statement import", file.reference, sha256, partner=partner, state=file.state)
        return file


def keep_unproven(context: Context, file: FileIn, source: BinaryIO, kind: str) -> Received:
    """Entries and findings are kept for people; no payment moves on unproven words (T1)."""
    try:
        with context.store.begin() as tx:
            row = tx.session.get_one(FileIn, file.id)
            row.message = kind
            findings = schema.findings(source, kind)
            evidence.add_findings(tx, row, [(f.path, f.rule, f.message) for f in findings])
            source.seek(0)
            record_statements(tx, row, source, Reading(None, proven=False))
            evidence.raise_exception(tx, "unproven_statement", row.partner, file_in_id=row.id)
            release(tx, row)
            moves.move(tx, "file_in", row.id, InboundState.PROCESSED, f"{kind} without proof")
            return Received(row.reference, row.partner, row.name, kind, InboundState.PROCESSED, findings=len(findings))
    except FormatError as error:
        return _refuse(context, file, ChitraError(error.code, **error.params))


def _refuse(context: Context, file: FileIn, error: ChitraError) -> Received:
    """The bytes stay in quarantine with the reason."""
    quarantine(context, file, error)
    return Received(file.reference, file.partner, file.name, "", InboundState.QUARANTINED, error)
