"""Allocate: approved payments are divided into files; id, name and time of each file are fixed here for ever (M5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date

from adapters.profile import Limits
from gateway.domain.calendar import execution_date
from gateway.domain.errors import Held, NotConfigured
from gateway.domain.states import BatchState, FileState, PaymentState
from gateway.store import batches, files, moves
from gateway.store.gates import let_go
from gateway.store.roster import holding
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Batch, FileOut
from gateway.usecases import gates, wording
from gateway.usecases.approve import require_approved
from gateway.usecases.context import Context, Partner


@dataclass(slots=True)
class Portion:
    """Payments of one file to be: ids in order and their sum."""

    partner: str
    payment_ids: list[int]
    amount: int


def allocate(context: Context, batch_id: str) -> list[str]:
    """One transaction: approvals are checked on the content as it is, files and links are made; returns message ids.

    Raises ``Held`` when a limit or missing money holds the batch (M14); that is said, once.
    """
    try:
        return _allocate(context, batch_id)
    except Held as held:
        gates.tell(context, batch_id, held)
        raise


def _allocate(context: Context, batch_id: str) -> list[str]:
    with context.store.begin() as tx:
        batch = batches.claim(tx, batch_id)
        require_approved(context, tx, batch)
        holding.hold(tx, "t.batch_id = :batch", batch=batch.id)
        portions = list(_portions(context, tx, batch))
        gates.require_open(context, tx, batch, _sums(portions))
        made = [_allocate_file(context, tx, batch, portion) for portion in portions]
        if made and batch.state == BatchState.APPROVED:
            moves.move(tx, "batch", batch.id, BatchState.SENDING, f"allocated to {len(made)} files")
        let_go(tx, batch.id)
        return made


def _sums(portions: list[Portion]) -> dict[str, int]:
    """partner -> what the batch pays there"""
    sums: dict[str, int] = {}
    for portion in portions:
        sums[portion.partner] = sums.get(portion.partner, 0) + portion.amount
    return sums


def waiting(context: Context) -> list[str]:
    """Batches with approved payments that stand in no file yet."""
    with context.store.read() as tx:
        rows = tx.rows(
            "SELECT b.id FROM batch b WHERE b.state IN ('approved', 'sending') AND EXISTS"
            " (SELECT 1 FROM payment p WHERE p.batch_id = b.id AND p.state = 'approved') ORDER BY b.id"
        )
        return [row.id for row in rows]


def _portions(context: Context, tx: Transaction, batch: Batch) -> Iterator[Portion]:
    """Payments by partner, cut where the partner's limits for one file are reached."""
    current: Portion | None = None
    for row in files.approved_payments(tx, batch.id):
        if current is not None and (row.partner != current.partner or _full(context, current, row.amount)):
            yield current
            current = None
        current = current or Portion(row.partner, [], 0)
        current.payment_ids.append(row.id)
        current.amount += row.amount
    if current is not None:
        yield current


def _full(context: Context, portion: Portion, amount: int) -> bool:
    limits: Limits = context.partner(portion.partner).profile.limits
    full = len(portion.payment_ids) >= limits.payments_per_file_max
    return full or portion.amount + amount > limits.amount_per_file_max


def _allocate_file(context: Context, tx: Transaction, batch: Batch, portion: Portion) -> str:
    file = _file(context, tx, batch, portion)
    tx.session.add(file)
    tx.session.flush()
    files.link(tx, file.id, portion.payment_ids)
    file.content_sha256 = batches.file_digest(tx, file.id)
    evidence = f"allocated to {file.message_id}"
    moves.move_payments(tx, files.IN_FILE, PaymentState.ALLOCATED, evidence, file=file.id)
    moves.noted_first(tx, "file_out", file.message_id, file.state, f"allocated from batch {batch.id}")
    tx.record("system", "file allocate", file.message_id, batch=batch.id, payments=file.payments, amount=file.amount)
    return file.message_id


def _file(context: Context, tx: Transaction, batch: Batch, portion: Portion) -> FileOut:
    partner, payer = context.partner(portion.partner), context.payer(batch.payer)
    profile, number = partner.profile, take(tx, "file_out").start
    day = execution_date(context.clock.now(), profile.cutoff, context.is_working)
    message_id = naming(tx).message_id(number)
    return FileOut(
        id=number,
        message_id=message_id,
        payment_information_id=naming(tx).payment_information_id(number),
        partner=partner.code,
        batch_id=batch.id,
        message=profile.outbox.message,
        name=_name(context, tx, partner, message_id),
        created_at=context.clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        execution_date=day.isoformat(),
        debtor=wording.name_for(profile, payer.name),
        debtor_account=_debtor_account(context, batch, partner),
        initiating_party=wording.name_for(profile, context.organisation),
        initiating_party_id=context.organisation_id,
        payments=len(portion.payment_ids),
        amount=portion.amount,
        currency=batch.currency,
        state=FileState.ALLOCATED.value,
    )


def _name(context: Context, tx: Transaction, partner: Partner, message_id: str) -> str:
    """The file's name at the partner; its sequence never repeats there."""
    sequence = take(tx, f"file_name:{partner.code}").start
    today: date = context.today()
    return partner.profile.outbox.name(today, sequence, message_id)


def _debtor_account(context: Context, batch: Batch, partner: Partner) -> str:
    account = context.payer(batch.payer).account(partner.code, batch.programme)
    if account is None:
        raise NotConfigured("payer_account_missing", payer=batch.payer, partner=partner.code)
    return account
