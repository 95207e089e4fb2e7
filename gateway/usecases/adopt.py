"""Adopt: a file of ours that lies at a partner and that this database does not know becomes one that was sent (M15).

Our own signature on it is the proof. Its payments are taken out of whatever waits to be sent: they were sent.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from typing import Any, BinaryIO

from formats.errors import FormatError
from formats.iso20022 import pain001, schema
from gateway.domain.errors import Alarm, ChitraError
from gateway.domain.states import BatchState, FileState, PaymentState
from gateway.ports import Transport
from gateway.store import batches, blobs, deliveries, evidence, files, moves
from gateway.store.store import Transaction, take
from gateway.store.tables import Batch, FileOut, WireObject
from gateway.usecases.context import Context, Partner

_SIZE_BYTES_MAX = 1 << 30


@dataclass(frozen=True, slots=True)
class Found:
    """What a file of ours at a partner says of itself."""

    name: str
    sha256: str
    """Of the message."""
    header: pain001.Header
    block: pain001.Block
    amounts: dict[str, int]
    """end-to-end id -> minor units"""
    version: str


def adopt(context: Context, partner: Partner, transport: Transport, folder: str, name: str) -> str:
    """Take one file over; returns its message id. Raises ``Alarm`` when it cannot be told what it paid.

    What cannot be adopted stands in the list of exceptions as ``foreign_file``.
    """
    with closing(context.spool.create()) as spool:
        with transport.read(f"{folder}/{name}", _SIZE_BYTES_MAX) as parts:
            for part in parts:
                spool.write(part)
        spool.seek(0)
        try:
            with closing(_opened(context, partner, spool)) as message:
                found = _understood(partner, name, message)
                with context.store.begin() as tx:
                    return _adopt(tx, partner, found, spool, message)
        except (ChitraError, FormatError) as error:
            reason = str(error.params.get("reason", error.code))
            _tell(context, partner, folder, name, reason)
            raise Alarm("file_not_adopted", partner=partner.code, name=name, reason=reason) from None


def _opened(context: Context, partner: Partner, spool: BinaryIO) -> BinaryIO:
    """The message: what was found, or what is encrypted in it."""
    message = context.spool.create()
    if partner.profile.outbox.encryption == "none":
        shutil.copyfileobj(spool, message)
    else:
        with closing(partner.envelope().open(spool, _SIZE_BYTES_MAX)) as inside:
            shutil.copyfileobj(inside.open(), message)
    message.seek(0)
    return message


def _understood(partner: Partner, name: str, spool: BinaryIO) -> Found:
    sha256, _ = blobs.digest(spool)
    spool.seek(0)
    with closing(partner.verifier().verify_own(spool, _SIZE_BYTES_MAX)) as proven:
        message = proven.open()
        header: pain001.Header | None = None
        blocks: list[pain001.Block] = []
        amounts: dict[str, int] = {}
        for item in pain001.read(message, schema=False):
            if isinstance(item, pain001.Header):
                header = item
            elif isinstance(item, pain001.Block):
                blocks.append(item)
            else:
                amounts[item.end_to_end_id] = item.amount
        version = schema.message_name(proven.open())
    if header is None or len(blocks) != 1 or len(amounts) != header.count:
        raise Alarm("file_not_adopted", partner=partner.code, name=name, reason="not_one_of_ours")
    return Found(name, sha256, header, blocks[0], amounts, version)


def _adopt(tx: Transaction, partner: Partner, found: Found, spool: BinaryIO, message: BinaryIO) -> str:
    payments = _payments(tx, partner, found)
    batch = batches.claim(tx, payments[0].batch_id)
    _free(tx, payments, f"found at {partner.code} in {found.name}")
    file = _file(tx, partner, batch, found)
    tx.session.add(file)
    tx.session.flush()
    blobs.put(tx, message)
    sha256, size_bytes = blobs.digest(spool)
    blobs.put(tx, spool)
    encrypted_to = None if sha256 == found.sha256 else ""
    tx.session.add(
        WireObject(
            file_id=file.id,
            ordinal=0,
            name=file.name,
            sha256=sha256,
            size_bytes=size_bytes,
            encrypted_to=encrypted_to,
        )
    )
    files.link(tx, file.id, [payment.id for payment in payments])
    file.content_sha256 = batches.file_digest(tx, file.id)
    told = f"found at {partner.code}, sent before the database was set back"
    moves.noted_first(tx, "file_out", file.message_id, file.state, told)
    for state in (PaymentState.ALLOCATED, PaymentState.SENT):
        moves.move_payments(tx, files.IN_FILE, state, told, file=file.id)
    moves.move(tx, "file_out", file.id, FileState.SENT, told)
    if batch.state == BatchState.APPROVED:
        moves.move(tx, "batch", batch.id, BatchState.SENDING, told)
    tx.record("system", "file adopt", file.message_id, found.sha256, partner=partner.code, payments=len(payments))
    return file.message_id


def _payments(tx: Transaction, partner: Partner, found: Found) -> list[Any]:
    """The payments of the file in its order; every one must be known, of this amount, and not sent by another file."""
    if files.has_identity(tx, found.header.message_id, found.block.payment_information_id):
        raise Alarm("file_not_adopted", partner=partner.code, name=found.name, reason="message_id_known")
    payments = files.by_end_to_end_ids(tx, list(found.amounts))
    if {payment.end_to_end_id: payment.amount for payment in payments} != found.amounts:
        raise Alarm("file_not_adopted", partner=partner.code, name=found.name, reason="not_our_payments")
    if len({payment.batch_id for payment in payments}) != 1:
        raise Alarm("file_not_adopted", partner=partner.code, name=found.name, reason="not_our_payments")
    if any(payment.state in (PaymentState.READY, PaymentState.HELD) for payment in payments):
        raise Alarm("file_not_adopted", partner=partner.code, name=found.name, reason="payments_not_approved")
    if any(payment.state not in (PaymentState.APPROVED, PaymentState.ALLOCATED) for payment in payments):
        raise Alarm("file_not_adopted", partner=partner.code, name=found.name, reason="payments_sent_twice")
    order = {end_to_end_id: place for place, end_to_end_id in enumerate(found.amounts)}
    return sorted(payments, key=lambda payment: order[payment.end_to_end_id])


def _free(tx: Transaction, payments: Sequence[Any], told: str) -> None:
    """Files that wait to be sent with any of these payments are voided."""
    for file_id in files.holding(tx, [payment.id for payment in payments]):
        file = files.claim(tx, file_id)
        deliveries.void(tx, file, told)


def _file(tx: Transaction, partner: Partner, batch: Batch, found: Found) -> FileOut:
    header, block = found.header, found.block
    return FileOut(
        id=take(tx, "file_out").start,
        message_id=header.message_id,
        payment_information_id=block.payment_information_id,
        partner=partner.code,
        batch_id=batch.id,
        message=found.version,
        name=found.name,
        created_at=header.created.astimezone(UTC).isoformat(timespec="seconds"),
        execution_date=block.execution_date.isoformat(),
        debtor=block.debtor.name or "",
        debtor_account=block.debtor_account.number,
        initiating_party=header.initiating_party.name or "",
        initiating_party_id=header.initiating_party.organisation_id or "",
        payments=header.count,
        amount=header.control_sum,
        currency=header.currency,
        state=FileState.UNKNOWN.value,
        sha256=found.sha256,
        sent_at=tx.now(),
    )


def _tell(context: Context, partner: Partner, folder: str, name: str, reason: str) -> None:
    """Once for a name and reason."""
    with context.store.begin() as tx:
        evidence.raise_once(tx, "foreign_file", partner.code, {"name": f"{folder}/{name}", "reason": reason})
