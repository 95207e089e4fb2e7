"""Gates: limits per day, account and person, and the money of the account, hold a batch before it is allocated (M14).

A held batch stays approved, stands in the list of exceptions, and is tried again at every run: another day, a newer
statement, confirmed funding or a changed limit lets it go; a person may cancel it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from gateway.domain.calendar import add_working, execution_date
from gateway.domain.errors import Held
from gateway.store import evidence, gates
from gateway.store.store import Transaction
from gateway.store.tables import Batch
from gateway.usecases.context import Context, Partner

_LOOKED_BACK = timedelta(days=31)
"""A debit is booked at most so long after its execution date without a person having asked (T2)."""


def require_open(context: Context, tx: Transaction, batch: Batch, amounts: Mapping[str, int]) -> None:
    """``amounts``: partner -> what the batch pays there; raises ``Held``. Sums are reserved by this transaction."""
    gates.queue(tx)
    for code, amount in sorted(amounts.items()):
        partner = context.partner(code)
        _require_within_limits(context, tx, batch, partner, amount)
        if context.funds_gate:
            _require_funds(context, tx, batch, partner, amount)


def tell(context: Context, batch_id: str, held: Held) -> None:
    """A named, alerted queue: the exception is opened once for a batch and reason (M2)."""
    with context.store.begin() as tx:
        if not gates.is_told(tx, batch_id, held.code):
            params = {"batch": batch_id, "why": held.code}
            evidence.raise_exception(tx, "batch_held", str(held.params["partner"]), params)
            tx.record("system", "batch hold", batch_id, why=held.code)


def _require_within_limits(context: Context, tx: Transaction, batch: Batch, partner: Partner, amount: int) -> None:
    limits = partner.profile.limits
    day = execution_date(context.clock.now(), partner.profile.cutoff, context.is_working).isoformat()
    total = gates.of_day(tx, partner.code, day) + amount
    if total > limits.amount_per_day_max:
        raise Held("limit_per_day", batch=batch.id, partner=partner.code, amount=total, max=limits.amount_per_day_max)
    if count := gates.over(tx, "account_blind", batch.id, day, most := limits.amount_per_account_max):
        raise Held("limit_per_account", batch=batch.id, partner=partner.code, count=count, max=most)
    if count := gates.over(tx, "person_blind", batch.id, day, most := limits.amount_per_person_max):
        raise Held("limit_per_person", batch=batch.id, partner=partner.code, count=count, max=most)


def _require_funds(context: Context, tx: Transaction, batch: Batch, partner: Partner, amount: int) -> None:
    account = context.payer(batch.payer).account(partner.code, batch.programme) or ""
    found = available(tx, partner, account)
    if found is None:
        raise Held("balance_unknown", batch=batch.id, partner=partner.code)
    day, left = found
    if add_working(date.fromisoformat(day), 1, context.is_working) < context.today():
        raise Held("balance_too_old", batch=batch.id, partner=partner.code, date=day)
    if amount > left:
        raise Held("funds_missing", batch=batch.id, partner=partner.code, amount=amount, available=left)


def available(tx: Transaction, partner: Partner, account: str) -> tuple[str, int] | None:
    """(day of the balance, money of an account that no file has taken); None without a balance that ties."""
    balance = gates.last_balance(tx, partner.code, account, partner.profile.book_of_record)
    if balance is None:
        return None
    earliest = (date.fromisoformat(balance.day) - _LOOKED_BACK).isoformat()
    left = balance.amount + gates.funded(tx, partner.code, account, balance.day)
    return balance.day, int(left - gates.bound(tx, partner.code, account, balance.day, earliest))
