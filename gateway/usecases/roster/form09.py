"""Form 09 of Decree 11/2020 for a month's lists, and what the commune withdraws from the Treasury for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.domain import months
from gateway.domain.changes import Sum
from gateway.store import changes as rows
from gateway.store.roster.scope import Roster
from gateway.usecases.context import Context
from gateway.usecases.gates import available
from gateway.usecases.roster.changes import Changes, changes


@dataclass(frozen=True, slots=True)
class Line:
    """One payment; ``again`` when it pays another one again."""

    name: str
    account: str
    bank: str
    amount: int
    kind: str
    month: str
    again: bool


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the programme, and what no file has taken of it; None without a balance that ties."""

    partner: str
    day: str | None
    available: int | None


@dataclass(frozen=True, slots=True)
class Form:
    """Sums of a month; ``Sum.people`` counts lines here."""

    programme: str
    changes: Changes
    now: Sum
    before: Sum
    waiting: Sum
    """Of the month, in no file yet."""
    unpaid: Sum
    """Of earlier months, rejected or returned, and not paid again yet."""
    accounts: tuple[Account, ...]

    @property
    def still_there(self) -> int:
        return sum(max(each.available or 0, 0) for each in self.accounts)

    @property
    def advice(self) -> int:
        """To withdraw: what is to be paid and carried over, less what is still there."""
        return max(self.waiting.amount + self.unpaid.amount - self.still_there, 0)


def form(context: Context, payer: str, programme: str, period: str) -> Form:
    """Raises ``Refusal`` for a programme or a month that is none."""
    found = changes(context, payer, programme, period)
    roster = Roster(payer, found.programme)
    with context.store.read() as tx:
        held = [(p, context.payer(payer).account(p.code, found.programme)) for p in context.partners.values()]
        balances = [(p.code, available(tx, p, account)) for p, account in held if account]
        return Form(
            programme=found.programme,
            changes=found,
            now=Sum(*rows.total(tx, roster, period)),
            before=Sum(*rows.total(tx, roster, months.before(period, 1))),
            waiting=Sum(*rows.total(tx, roster, period, waiting=True)),
            unpaid=Sum(*rows.unpaid(tx, roster, period)),
            accounts=tuple(Account(code, *(balance or (None, None))) for code, balance in balances),
        )


def lines(context: Context, payer: str, programme: str, period: str) -> Iterator[Line]:
    """In the order of the lists, with bounded memory; names and accounts in full."""
    with context.store.read() as tx:
        for row in rows.lines(tx, Roster(payer, programme), period):
            told = json.loads(tx.vault.open(bytes(row.personal), f"payment:{row.id}"))
            bank = context.bank(row.bank)
            yield Line(
                name=told["payee_name"],
                account=told["account"],
                bank=bank.name if bank else row.bank,
                amount=row.amount,
                kind=row.kind,
                month=row.benefit_month,
                again=row.predecessor_id is not None,
            )
