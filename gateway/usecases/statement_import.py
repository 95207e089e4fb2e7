"""A statement brought by a person. A partner's own proof counts as always; a file without one moves nothing."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from adapters.profile import Inbox
from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.errors import ChitraError, Refusal
from gateway.domain.states import InboundState
from gateway.ports import LockHeld
from gateway.store import blobs, evidence, moves
from gateway.store.tables import FileIn
from gateway.usecases.context import Context
from gateway.usecases.received import Received
from gateway.usecases.statements import Reading, record_statements
from gateway.usecases.understand import quarantine, release, understand


def import_statement(context: Context, source: BinaryIO, name: str, partner: str) -> Received:
    """Store the bytes, then read them: as the partner's own file, or as a statement of somebody unknown."""
    with _alone(context, partner) as lock:
        kind = _kind(source)
        inbox = signed_inbox(context, partner, kind) if isinstance(kind, str) else None
        unproven = inbox is None
        file = _store(context, source, name, partner, unproven)
        source.seek(0)
        if file.state != InboundState.RECEIVED:
            return Received(file.reference, partner, name, "", file.state)
        if isinstance(kind, ChitraError):
            return _refuse(context, file, kind)
        if partner in context.partners and _inbox(context, partner, kind) is None:
            return _refuse(context, file, Refusal("no_inbox_for_message", partner=partner, message=kind))
        if lock is not None:
            lock.prove_alive()
        if inbox is None:
            return keep_unproven(context, file, source, kind)
        return understand(context, context.partners[partner], inbox, file, source)


def _alone(context: Context, partner: str) -> AbstractContextManager[LockHeld | None]:
    """Beside ``poll`` on the same partner; nobody polls a partner that is not configured."""
    return context.store.exclusive(f"inbox-{partner}") if partner in context.partners else nullcontext()


def _kind(source: BinaryIO) -> str | ChitraError:
    """The message by its root, or why that cannot be told."""
    try:
        return schema.message_name(source)
    except FormatError as error:
        return ChitraError(error.code, **error.params)


def signed_inbox(context: Context, partner: str, kind: str) -> Inbox | None:
    """Where the partner would have put it, signed: a channel proves nothing once a person carried the file (T9)."""
    inbox = _inbox(context, partner, kind)
    return inbox if inbox is not None and inbox.proof == "enveloped" else None


def _inbox(context: Context, partner: str, kind: str) -> Inbox | None:
    """Where the partner would have put such a message."""
    inboxes = context.partners[partner].profile.inboxes if partner in context.partners else ()
    return next((inbox for inbox in inboxes if kind.startswith(inbox.message)), None)


def _store(context: Context, source: BinaryIO, name: str, partner: str, unproven: bool) -> FileIn:
    with context.store.begin() as tx:
        sha256, size_bytes = blobs.digest(source)
        known = evidence.known(tx, partner, sha256, unproven)
        if known is not None and known.state == InboundState.RECEIVED:
            return known
        blobs.put(tx, source)
        file = evidence.receive(tx, partner, "", name, sha256, size_bytes, unproven)
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
