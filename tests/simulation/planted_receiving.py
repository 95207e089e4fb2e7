"""Planted bugs of the way back: collecting, proving, understanding, matching, and what is kept and told."""

from __future__ import annotations

import re
from base64 import b64decode
from contextlib import suppress
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from support.signatures import TemporarySpool

from gateway.domain.errors import ChitraError, RemoteRefused
from gateway.proof import PartnerVerifier, translated
from gateway.store import audit, evidence, matching, moves
from gateway.store.matching import allocations
from gateway.store.store import Transaction
from gateway.usecases import collect, statements, statuses, take, understand
from gateway.usecases import deliver as delivering
from gateway.usecases.received import Received
from keys import trust, xmldsig
from simulation.patches import Patch, bug

Verifier: Any = PartnerVerifier

# --- proof -----------------------------------------------------------------------------------------------------------


@bug
def believe_unsigned(patch: Patch) -> None:
    """The channel is proof enough for everybody."""

    def verified(verifier: Any, source: BinaryIO, proof: str, size_bytes_max: int) -> Any:
        return trust.accept_channel(source, TemporarySpool())

    patch.set(Verifier, "verify", verified)


@bug
def believe_the_enclosed_certificate(patch: Patch) -> None:
    """A signature is checked with the key that comes with it."""

    def verified(verifier: Any, source: BinaryIO, proof: str, size_bytes_max: int) -> Any:
        found = re.search(rb"<X509Certificate>([^<]*)<", source.read())
        source.seek(0)
        pem = x509.load_der_x509_certificate(b64decode(found[1])).public_bytes(Encoding.PEM) if found else b""
        trusted = [pem] if found else verifier._trusted
        with translated():
            now = verifier._clock.now()
            return xmldsig.verify_enveloped(source, trusted, TemporarySpool(), now, size_bytes_max, [])

    patch.set(Verifier, "verify", verified)


# --- collecting ------------------------------------------------------------------------------------------------------


@bug
def archive_before_commit(patch: Patch) -> None:
    """The file is moved away as soon as it is read."""
    before = take.Taker._store

    def stored(taker: Any, read: Any, spool: Any, beside: Any) -> Any:
        with suppress(RemoteRefused):
            taker._move(read.name, "early")
        return before(taker, read, spool, beside)

    patch.set(take.Taker, "_store", stored)


@bug
def archive_overwrites(patch: Patch) -> None:
    """The archive takes the newer file in place of the older one."""

    def moved(taker: Any, name: str, reference: str) -> str:
        target = f"{taker.inbox.archive}/{name}"
        if taker.line.transport.stat(target) is not None:
            taker.line.transport.remove(target)
        taker.line.transport.rename(f"{taker.inbox.folder}/{name}", target)
        return target

    patch.set(take.Taker, "_move", moved)


@bug
def poison_is_raised(patch: Patch) -> None:
    """A file that is not understood is an error of the run, and stays as it was received."""

    def raised(context: Any, file: Any, error: ChitraError, message: str = "") -> None:
        raise error

    patch.set(understand, "quarantine", raised)


@bug
def received_and_forgotten(patch: Patch) -> None:
    """What a crash left between storing and understanding is never taken up again."""
    patch.set(collect, "_unread", lambda context, partner, lock: iter(()))
    before = understand.understand_or_set_aside

    def understood(context: Any, partner: Any, inbox: Any, file: Any, spool: Any) -> Any:
        if file.archived_at is None and _is_second_look(context, file):
            return Received(file.reference, file.partner, file.name, inbox.message, file.state)
        return before(context, partner, inbox, file, spool)

    def _is_second_look(context: Any, file: Any) -> bool:
        with context.store.read() as tx:
            return bool(tx.value("SELECT polls > 1 FROM sighting WHERE file_in_id = :id", id=file.id))

    patch.set(take, "understand_or_set_aside", understood)


@bug
def quarantined_in_silence(patch: Patch) -> None:
    """What is set aside is not told to anybody."""
    before = evidence.raise_exception

    def raised(tx: Any, kind: str, *arguments: Any, **links: Any) -> None:
        if kind != "quarantined":
            before(tx, kind, *arguments, **links)

    patch.set(evidence, "raise_exception", raised)


# --- matching --------------------------------------------------------------------------------------------------------


@bug
def duplicate_class_rejects(patch: Patch) -> None:
    """DUPL and AM05 are rejections like others."""
    before = statuses._rows

    def rows(*arguments: Any) -> Any:
        return ((*row[:-2], False, row[-1]) for row in before(*arguments))

    patch.set(statuses, "_rows", rows)


@bug
def accepted_means_settled(patch: Patch) -> None:
    """pain.002 moves the books."""
    patch.sql("THEN 'accepted' WHEN", "THEN 'settled' WHEN")


@bug
def late_rejection_beats_a_booking(patch: Patch) -> None:
    """The last word counts, whoever says it."""
    patch.sql(
        "WHEN b.debits > b.reversals THEN 'settled'", "WHEN w.rejected_at IS NULL AND b.debits > 0 THEN 'settled'"
    )


@bug
def sum_of_multiplicities(patch: Patch) -> None:
    """A booking that two messages report is booked twice."""
    patch.set(statements._Recorder, "_known", lambda recorder, entries, identities: [False] * len(entries))


@bug
def replays_count_again(patch: Patch) -> None:
    """The same bytes under another name are another file."""
    patch.set(evidence, "known", lambda tx, partner, sha256, unproven=False: None)


@bug
def returns_ignored(patch: Patch) -> None:
    """Money that comes back is somebody's, but not this payment's."""
    rules: Any = allocations._ALLOCATIONS
    patch.item(rules, "return", "d.amount IS NULL")


@bug
def reversal_is_a_return(patch: Patch) -> None:
    """A booking undone counts as money returned."""
    rules: Any = allocations._ALLOCATIONS
    patch.item(rules, "reversal", "d.amount IS NULL")
    patch.item(rules, "return", "d.amount = p.amount")


@bug
def leftovers_dropped(patch: Patch) -> None:
    """What is no payment of ours is not looked at."""
    patch.set(matching, "gather", lambda tx: None)
    patch.set(matching, "leave", lambda tx: [])


@bug
def unknown_debits_ignored(patch: Patch) -> None:
    """A debit that nobody ordered is some bank charge."""
    patch.sql("'unknown_debit'", "'unknown_credit'")


# --- what is kept and told -------------------------------------------------------------------------------------------


@bug
def move_without_history(patch: Patch) -> None:
    """A state changes and nobody can say why."""
    before = moves.move

    def moved(tx: Transaction, kind: str, key: Any, target: str, evidence: str) -> None:
        if kind == "file_out" and target == "acknowledged":
            tx.run("UPDATE file_out SET state = :target WHERE id = :key", target=target, key=key)
        else:
            before(tx, kind, key, target, evidence)

    patch.set(moves, "move", moved)


@bug
def act_without_record(patch: Patch) -> None:
    """One kind of act is not in the audit chain."""
    before = audit.append

    def appended(tx: Transaction) -> None:
        tx.records[:] = [record for record in tx.records if record.verb != "file sent"]
        before(tx)

    patch.set(audit, "append", appended)


@bug
def recorded_with_the_next_act(patch: Patch) -> None:
    """The record of an act is written in the transaction after it, when nothing comes between."""
    before = audit.append
    waiting: list[audit.Record] = []

    def appended(tx: Transaction) -> None:
        tx.records[:], waiting[:] = list(waiting), list(tx.records)
        before(tx)

    patch.set(audit, "append", appended)


@bug
def chain_of_other_fields(patch: Patch) -> None:
    """The head of the chain is moved on by hand."""
    before = audit.append

    def appended(tx: Transaction) -> None:
        verbs = [record.verb for record in tx.records]
        before(tx)
        if "batch approve" in verbs:
            tx.run("UPDATE audit_head SET hash = :h WHERE id = 1", h="0" * 64)

    patch.set(audit, "append", appended)


@bug
def names_in_the_log(patch: Patch) -> None:
    """A refusal says whom it is about."""
    before = delivering._reported

    def reported(context: Any, file: Any, error: ChitraError | None) -> Any:
        if error is not None:
            error.params = {**error.params, "payee": "Nguyễn Văn An"}
        return before(context, file, error)

    patch.set(delivering, "_reported", reported)


@bug
def names_in_the_audit(patch: Patch) -> None:
    """A record holds an account."""
    before = Transaction.record

    def record(tx: Transaction, actor: str, verb: str, subject: str, digest: str = "", **details: Any) -> None:
        extra = {"account": "1077700001"} if verb == "file seal" else {}
        before(tx, actor, verb, subject, digest, **details, **extra)

    patch.set(Transaction, "record", record)


@bug
def unanswered_is_nobodys(patch: Patch) -> None:
    """What the partner never says a last word about stays where it is."""
    patch.set(evidence, "raise_for_unanswered", lambda *arguments: None)


@bug
def unknown_is_not_told(patch: Patch) -> None:
    """A file of unknown delivery waits, and nobody hears of it."""
    before = evidence.raise_exception
    patch.set(
        evidence,
        "raise_exception",
        lambda tx, kind, *rest, **links: None if "file_out_id" in links else before(tx, kind, *rest, **links),
    )
    patch.set(evidence, "raise_for_unanswered", lambda *arguments: None)
    told = delivering._reported

    def reported(context: Any, file: Any, error: ChitraError | None) -> Any:
        found = told(context, file, error)
        return delivering.Delivery(**{**_fields(found), "error": None})

    patch.set(delivering, "_reported", reported)


def _fields(delivery: Any) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in delivery.__dataclass_fields__}
