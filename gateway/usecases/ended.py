"""What a payment takes to be paid again: proof that its money did not leave, or came back (M10)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from gateway.domain.calendar import add_working
from gateway.domain.errors import Refusal
from gateway.store import absence, succession
from gateway.store.store import Transaction
from gateway.store.tables import FileOut
from gateway.usecases import chain
from gateway.usecases.context import Context


def against(
    context: Context, tx: Transaction, payment_ids: Sequence[int]
) -> Iterator[tuple[int, str, dict[str, str | int]]]:
    """(payment, code, parameters) of every reason why these payments must not be paid again."""
    succession.consider(tx, payment_ids)
    for number, code, other in list(succession.refusals(tx)):
        yield number, code, {"other": other}
    yield from _unproven(context, tx)


def _unproven(context: Context, tx: Transaction) -> Iterator[tuple[int, str, dict[str, str | int]]]:
    """Rejected payments of which the statements do not prove that they were never debited."""
    judged: dict[int, Refusal | None] = {}
    for number, file in succession.rejecting_files(tx):
        if file.id not in judged:
            judged[file.id] = _without_proof(context, tx, file)
        if found := judged[file.id]:
            yield number, found.code, found.params


def _without_proof(context: Context, tx: Transaction, file: FileOut) -> Refusal | None:
    partner = context.partner(file.partner)
    executed = date.fromisoformat(file.execution_date)
    last = add_working(executed, partner.profile.absence_days, context.is_working)
    first = min(date.fromisoformat(file.created_at[:10]), executed)
    if context.today() <= last:
        return Refusal("reissue_too_early", until=last.isoformat())
    if absence.is_unexplained(tx, file, first.isoformat()):
        return Refusal("reissue_debit_unexplained", account=f"*{file.debtor_account[-4:]}")
    if why := chain.gap(context, tx, partner, file.debtor_account, first, last):
        return Refusal("reissue_debit_possible", why=why)
    return None
