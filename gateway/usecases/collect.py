"""Collect: the receive protocol. Bytes are stored before they are understood, and archived at the partner only after
our commit (T3, T4); the proof is checked before anything is parsed (T1); one poison file delays nobody (T7).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from adapters.profile import Inbox
from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.domain.errors import Alarm, BadProof, ChitraError, RemoteRefused
from gateway.domain.states import InboundState
from gateway.ports import Proven, RemoteFile, Transport
from gateway.store import blobs, evidence, moves
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases.context import Context, Partner
from gateway.usecases.match import ALARMS, Matched, match
from gateway.usecases.statements import Reading, record_statements
from gateway.usecases.statuses import record_statuses

_PERHAPS_HALF = frozenset({"not_xml", "not_well_formed"})
"""Refusals that a file still being written gives as well."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file of a partner."""

    file: str
    partner: str
    name: str
    message: str
    state: str
    error: ChitraError | None = None
    matched: Matched = field(default_factory=Matched)
    findings: int = 0
    bug: Exception | None = None
    """A fault of ours; the file stays at the partner and is taken up again."""


def collect(context: Context, partner: Partner) -> tuple[list[Received], list[ChitraError]]:
    """Everything in a partner's inboxes, over one connection; the errors are those of the connection or a listing."""
    received: list[Received] = []
    errors: list[ChitraError] = []
    try:
        with context.store.exclusive(f"inbox-{partner.code}"), partner.connect() as transport:
            collector = _Collector(context, partner, transport)
            for inbox in partner.profile.inboxes:
                try:
                    received += collector.empty(inbox)
                except RemoteRefused as error:
                    errors.append(error)  # one folder is closed to us; the others are not
    except ChitraError as error:
        errors.append(error)
    return received, errors


class _Collector:
    def __init__(self, context: Context, partner: Partner, transport: Transport) -> None:
        self._context, self._partner, self._transport = context, partner, transport

    def empty(self, inbox: Inbox) -> Iterator[Received]:
        """Every file of one inbox that is ours to take, by name, so that runs are alike."""
        names = [remote for remote in self._transport.listing(inbox.folder) if self._wanted(inbox, remote)]
        for remote in sorted(names, key=lambda remote: remote.name):
            if remote.size_bytes > inbox.size_bytes_max:
                yield self._too_large(inbox, remote)
                continue
            try:
                taken = self._take(inbox, remote)
            except ChitraError as error:
                taken = Received("", self._partner.code, remote.name, inbox.message, "", error)
            except Exception as bug:  # a boundary: T7, the next file goes on; ``poll`` raises it at its end
                taken = Received("", self._partner.code, remote.name, inbox.message, "", bug=bug)
            if taken is not None:
                yield taken

    @staticmethod
    def _wanted(inbox: Inbox, remote: RemoteFile) -> bool:
        return remote.is_regular and inbox.accepts(remote.name)

    def _take(self, inbox: Inbox, remote: RemoteFile) -> Received | None:
        """Store, understand, archive; each step starts from the hash, so a crash anywhere is taken up again.

        None for a file that is still being written: it is left for the next round.
        """
        path = f"{inbox.folder}/{remote.name}"
        with closing(self._context.spool.create()) as spool:
            found = self._transport.stat(path)
            with self._transport.read(path, inbox.size_bytes_max) as parts:
                size_bytes = sum(spool.write(part) for part in parts)
            if found is None or found.size_bytes != size_bytes or self._transport.stat(path) != found:
                return None
            file = self._store(inbox, remote.name, spool)
            done = understand(self._context, self._partner, inbox, file, spool)
        if file.state == InboundState.RECEIVED and done.error and done.error.code in _PERHAPS_HALF:
            return done  # it lies there until the next round has found the same bytes
        try:
            self._archive(inbox, found, file)
        except ChitraError as error:
            return replace(done, error=done.error or error)
        return done

    def _store(self, inbox: Inbox, name: str, spool: BinaryIO) -> FileIn:
        """Transaction A: raw bytes and their row; the same arrival after a crash is found again, not doubled."""
        with self._context.store.begin() as tx:
            sha256, size_bytes = blobs.digest(spool)
            earlier = evidence.known(tx, self._partner.code, sha256)
            if (
                earlier is not None
                and (earlier.folder, earlier.name) == (inbox.folder, name)
                and not earlier.archived_at
            ):
                return earlier
            blobs.put(tx, spool)
            file = evidence.receive(tx, self._partner.code, inbox.folder, name, sha256, size_bytes)
            moves.noted_first(tx, "file_in", file.reference, file.state, f"from {inbox.folder}/{name}")
            tx.record("system", "file receive", file.reference, sha256, partner=self._partner.code, state=file.state)
            return file

    def _archive(self, inbox: Inbox, read: RemoteFile, file: FileIn) -> None:
        """T4: move it away at the partner without overwriting; "not there" is done, other content stays for us."""
        source = f"{inbox.folder}/{file.name}"
        found = self._transport.stat(source)
        if found not in (None, read):
            return
        if found is not None:
            try:
                self._transport.rename(source, f"{inbox.archive}/{file.name}")
            except RemoteRefused:
                self._transport.rename(source, f"{inbox.archive}/{file.name}.{file.reference}")
        with self._context.store.begin() as tx:
            tx.run("UPDATE file_in SET archived_at = :now WHERE id = :id", now=tx.now(), id=file.id)

    def _too_large(self, inbox: Inbox, remote: RemoteFile) -> Received:
        """T6: above the cap nothing is read; it stays at the partner and is said once."""
        params: dict[str, str | int] = {
            "name": remote.name,
            "size_bytes": remote.size_bytes,
            "max": inbox.size_bytes_max,
        }
        with self._context.store.begin() as tx:
            known = tx.value(
                "SELECT 1 FROM exception WHERE kind = 'file_too_large' AND partner = :p AND params = :j",
                p=self._partner.code,
                j=json.dumps(params, sort_keys=True),
            )
            if known is None:
                evidence.raise_exception(tx, "file_too_large", self._partner.code, params)
        error = Alarm("file_too_large", **params)
        return Received("", self._partner.code, remote.name, inbox.message, InboundState.QUARANTINED, error)


def understand(context: Context, partner: Partner, inbox: Inbox, file: FileIn, spool: BinaryIO) -> Received:
    """Verify the proof, parse the signed data only, match; a failure quarantines this one file."""
    if file.state != InboundState.RECEIVED:
        return Received(file.reference, file.partner, file.name, inbox.message, file.state)
    try:
        spool.seek(0)
        with closing(partner.verifier().verify(spool, inbox.proof, inbox.size_bytes_max)) as proven:
            spool.seek(0)
            return _process(context, partner, inbox, file, proven, schema.findings(spool, _kind(inbox, proven)))
    except FormatError as error:
        reason: ChitraError = ChitraError(error.code, **error.params)
    except (BadProof, Alarm) as alarm:
        reason = alarm
    quarantine(context, file, reason)
    opened = Matched(exceptions=1, kinds=["quarantined"])
    return Received(file.reference, file.partner, file.name, inbox.message, InboundState.QUARANTINED, reason, opened)


def _process(
    context: Context, partner: Partner, inbox: Inbox, file: FileIn, proven: Proven, findings: list[schema.Finding]
) -> Received:
    """Transaction B: everything the file says and everything it changes, together.

    The findings are about the bytes as received: without its signature an envelope would be empty.
    """
    with context.store.begin() as tx:
        row = tx.session.get_one(FileIn, file.id)
        row.message, row.proof, row.key_id = _kind(inbox, proven), proven.proof, proven.key_id
        evidence.add_findings(tx, row, [(f.path, f.rule, f.message) for f in findings])
        if inbox.message == "pain.002":
            record_statuses(tx, partner.profile, row, proven.open(), context.clock.now().tzinfo)
        else:
            accounts = frozenset(_accounts(context, tx, partner))
            reading = Reading(accounts, proven=True, reasons=partner.profile.reasons)
            record_statements(tx, row, proven.open(), reading)
        matched = match(context, tx, row)
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
    if not found.startswith(inbox.message):
        raise Alarm("unexpected_message", expected=inbox.message, got=found)
    return found


def _accounts(context: Context, tx: Transaction, partner: Partner) -> Iterator[str]:
    """Accounts of ours at this partner: as configured, and as written into files already sent."""
    for row in tx.rows("SELECT DISTINCT debtor_account FROM file_out WHERE partner = :p", p=partner.code):
        yield row.debtor_account
    for payer in context.payers.values():
        yield from payer.accounts(partner.code)


def _finish(tx: Transaction, row: FileIn, proven: Proven, matched: Matched) -> None:
    moves.move(tx, "file_in", row.id, InboundState.PROCESSED, f"{row.message} {proven.proof} {proven.key_id}")
    moved = ", ".join(f"{state} {count}" for state, count in sorted(matched.moved.items()))
    tx.record("system", "file process", row.reference, row.sha256, moved=moved, exceptions=matched.exceptions)


def quarantine(context: Context, file: FileIn, error: ChitraError) -> None:
    """The bytes stay, nothing of them is believed, a person looks."""
    with context.store.begin() as tx:
        row = tx.session.get_one(FileIn, file.id)
        row.code, row.params = error.code, json.dumps(error.params, ensure_ascii=False, sort_keys=True)
        moves.move(tx, "file_in", row.id, InboundState.QUARANTINED, error.code)
        evidence.raise_exception(tx, "quarantined", row.partner, {"code": error.code}, file_in_id=row.id)
        tx.record("system", "file quarantine", row.reference, row.sha256, code=error.code)
