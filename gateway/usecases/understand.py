"""Understand: stored bytes become rows. The proof is checked before anything is parsed (T1), only what was signed is
parsed (T2), and everything a file changes is committed together; what cannot be believed is set aside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from adapters.profile import Inbox
from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.crash import crash_point
from gateway.domain.errors import Alarm, BadProof, ChitraError, NotConfigured
from gateway.domain.resolutions import ALARMS
from gateway.domain.states import InboundState
from gateway.ports import Proven, Verifier
from gateway.store import blobs, evidence, moves
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases import chain
from gateway.usecases.context import Context, Partner
from gateway.usecases.inboxes import inbox_of
from gateway.usecases.match import Matched, match
from gateway.usecases.recall import record_answers
from gateway.usecases.received import Received, opened
from gateway.usecases.statements import Reading, record_statements
from gateway.usecases.statuses import record_statuses

_RESOLUTION = "camt.029."
"""The answer to a recall, which comes where answers to orders come."""


def understand(context: Context, partner: Partner, inbox: Inbox, file: FileIn, spool: BinaryIO) -> Received:
    """A file just received; one that was understood or set aside before stays as it is.

    The bytes of a file that was set aside in another inbox are examined by the rules of the one at hand (T9).
    """
    with context.store.read() as tx:
        subject = evidence.subject(tx, file)
    if subject is file and file.state != InboundState.RECEIVED:
        return Received(file.reference, file.partner, file.name, inbox.message, file.state)
    return examine(context, partner, inbox, subject, spool, file)


def understand_or_set_aside(
    context: Context, partner: Partner, inbox: Inbox, file: FileIn, spool: BinaryIO
) -> Received:
    """A fault of ours does not come back with the file at every round (T7): ``file reprocess`` takes it up again."""
    try:
        return understand(context, partner, inbox, file, spool)
    except ChitraError:
        raise
    except Exception as bug:  # a boundary: ``poll`` raises it at its end
        aside = quarantine(context, file, ChitraError("fault", kind=type(bug).__name__), inbox.message)
        return replace(aside, bug=bug)


def from_store(context: Context, partner: Partner, inbox: Inbox, file: FileIn) -> Received:
    """Examine the bytes that are stored, without asking the partner for anything."""
    with closing(context.spool.create()) as spool:
        with context.store.read() as tx:
            blobs.copy(tx, file.sha256, spool)
        return understand_or_set_aside(context, partner, inbox, file, spool)


def examine(
    context: Context, partner: Partner, inbox: Inbox, file: FileIn, spool: BinaryIO, arrival: FileIn
) -> Received:
    """Verify the proof, parse the signed data only, match; a failure sets this one file aside.

    The proof is that of the ``arrival``, which may be a later one of the same bytes.
    """
    with context.store.read() as tx:
        signature = evidence.signature_of(tx, arrival)
    try:
        with closing(verified(partner, inbox, arrival.name, signature, spool)) as proven:
            crash_point("proof verified")
            spool.seek(0)
            message = proven.open() if inbox.proof == "openpgp" else spool
            return _process(context, partner, inbox, file, proven, schema.findings(message, _kind(inbox, proven)))
    except FormatError as error:
        reason: ChitraError = ChitraError(error.code, **error.params)
    except (BadProof, Alarm) as alarm:
        reason = alarm
    return quarantine(context, file, reason, inbox.message)


def verified_then(partner: Partner, inbox: Inbox, arrival: FileIn, signature: bytes | None, spool: BinaryIO) -> Proven:
    """As it was judged when it arrived: whoever was believed then proves it for ever."""
    moment = datetime.fromisoformat(arrival.received_at)
    return _verified(partner.verifier().as_of(moment), inbox, arrival.name, signature, spool)


def verified_again(tx: Transaction, partner: Partner, file: FileIn, spool: BinaryIO) -> Proven:
    """By its own proof, or by that of a later arrival of the same bytes."""
    refused: list[ChitraError] = []
    for arrival in evidence.copies(tx, file):
        try:
            inbox = inbox_of(partner, arrival, file.message)
            return verified_then(partner, inbox, arrival, evidence.signature_of(tx, arrival), spool)
        except (BadProof, NotConfigured) as error:
            refused.append(error)
    raise refused[0]


def verified(partner: Partner, inbox: Inbox, name: str, signature: bytes | None, spool: BinaryIO) -> Proven:
    """By the proof that the inbox declares, and by no other (T9); ``signature`` is what came beside the file."""
    return _verified(partner.verifier(), inbox, name, signature, spool)


def _verified(verifier: Verifier, inbox: Inbox, name: str, signature: bytes | None, spool: BinaryIO) -> Proven:
    spool.seek(0)
    if inbox.beside(name) is None:
        return verifier.verify(spool, inbox.proof, inbox.size_bytes_max)
    if signature is None:
        raise BadProof("signature_missing")
    return verifier.verify_beside(spool, inbox.proof, signature, name, inbox.size_bytes_max)


def _process(
    context: Context, partner: Partner, inbox: Inbox, file: FileIn, proven: Proven, findings: list[schema.Finding]
) -> Received:
    """Transaction B: everything the file says and everything it changes, together.

    The findings are about the bytes as received, once they are decrypted: without its signature an envelope would be
    empty.
    """
    with context.store.begin() as tx:
        row = tx.session.get_one(FileIn, file.id)
        row.message, row.proof, row.key_id = _kind(inbox, proven), proven.proof, proven.key_id
        evidence.add_findings(tx, row, [(f.path, f.rule, f.message) for f in findings])
        kinds: list[str] = []
        if row.message.startswith(_RESOLUTION):
            kinds = record_answers(tx, row, proven.open(), context.clock.now().tzinfo)
        elif inbox.message == "pain.002":
            record_statuses(tx, partner.profile, row, proven.open(), context.clock.now().tzinfo)
        else:
            accounts = frozenset(_accounts(context, tx, partner))
            reading = Reading(accounts, proven=True, reasons=partner.profile.reasons)
            record_statements(tx, row, proven.open(), reading)
            chain.look(context, tx, partner, row)
        matched = match(context, tx, row)
        matched.kinds += kinds
        _finish(tx, row, proven, matched)
    error = Alarm("alarming_entries", kinds=", ".join(matched.kinds)) if ALARMS & set(matched.kinds) else None
    return Received(
        file.reference,
        file.partner,
        file.name,
        row.message or "",
        InboundState.PROCESSED,
        error,
        matched,
        len(findings),
    )


def _kind(inbox: Inbox, proven: Proven) -> str:
    """The message as its root says, which must be what this inbox is for (T5: our own file reflected is not)."""
    found = schema.message_name(proven.open())
    answers_orders = inbox.message == "pain.002" and found.startswith(_RESOLUTION)
    if not found.startswith(inbox.message) and not answers_orders:
        raise Alarm("unexpected_message", expected=inbox.message, got=found)
    return found


def _accounts(context: Context, tx: Transaction, partner: Partner) -> Iterator[str]:
    """Accounts of ours at this partner: as configured, and as written into files already sent."""
    for row in tx.rows("SELECT DISTINCT debtor_account FROM file_out WHERE partner = :p", p=partner.code):
        yield row.debtor_account
    for payer in context.payers.values():
        yield from payer.accounts(partner.code)


def _finish(tx: Transaction, row: FileIn, proven: Proven, matched: Matched) -> None:
    release(tx, row)
    moves.move(tx, "file_in", row.id, InboundState.PROCESSED, f"{row.message} {proven.proof} {proven.key_id}")
    moved = ", ".join(f"{state} {count}" for state, count in sorted(matched.moved.items()))
    tx.record("system", "file process", row.reference, row.sha256, moved=moved, exceptions=matched.exceptions)


def release(tx: Transaction, row: FileIn) -> None:
    """What was set aside is believed after all: the reason and the open exception are over."""
    if row.state == InboundState.QUARANTINED:
        row.code, row.params = None, "{}"
        evidence.resolve(tx, "quarantined", row.id)


def quarantine(context: Context, file: FileIn, error: ChitraError, message: str = "") -> Received:
    """The bytes stay, nothing of them is believed, a person looks; said once, however often it is tried again."""
    with context.store.begin() as tx:
        row = tx.session.get_one(FileIn, file.id)
        first = row.state == InboundState.RECEIVED
        row.code, row.params = error.code, json.dumps(error.params, ensure_ascii=False, sort_keys=True)
        if first:
            moves.move(tx, "file_in", row.id, InboundState.QUARANTINED, error.code)
            evidence.raise_exception(tx, "quarantined", row.partner, {"code": error.code}, file_in_id=row.id)
        tx.record("system", "file quarantine", row.reference, row.sha256, code=error.code)
    found = opened("quarantined") if first else Matched()
    return Received(file.reference, file.partner, file.name, message, InboundState.QUARANTINED, error, found)
