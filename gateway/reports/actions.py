"""What is to be done about payments that came back or were refused: for each commune, line by line, then in sums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gateway.reports.persons import Person, person
from gateway.store import reporting
from gateway.store.store import Store


@dataclass(frozen=True, slots=True)
class Unpaid:
    """One payment that a person must do something about; amounts in minor units."""

    commune_code: str
    batch: str
    row: int
    payment_ref: str
    person: Person
    partner: str
    amount: int
    currency: str
    state: str
    reason: str | None
    action: str
    end_to_end_id: str


@dataclass(frozen=True, slots=True)
class Total:
    """All lines of a commune with one action."""

    commune_code: str
    action: str
    currency: str
    payments: int
    amount: int


Action = Callable[[str, str | None, str], str]
"""(partner, reason, state) -> action"""

NO_REASON = "ask_bank"
"""What is done when the partner has given none."""


def unpaid_lines(
    store: Store, action: Action, unmasked: bool, commune: str | None = None, batch: str | None = None
) -> Iterator[Unpaid]:
    """By commune, batch and row: rejected and returned payments that no other one has taken the place of."""
    with store.read() as tx:
        for row in reporting.unpaid(tx, commune, batch):
            who = person(tx.vault, row.id, row.personal)
            yield Unpaid(
                commune_code=row.commune_code,
                batch=row.batch,
                row=row.line,
                payment_ref=row.payment_ref,
                person=who if unmasked else who.masked(),
                partner=row.partner,
                amount=row.amount,
                currency=row.currency,
                state=row.state,
                reason=row.reason,
                action=action(row.partner, row.reason, row.state),
                end_to_end_id=row.end_to_end_id,
            )


def totals(lines: Iterable[Unpaid]) -> list[Total]:
    """One for each commune, action and currency, in this order."""
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    for line in lines:
        key = (line.commune_code, line.action, line.currency)
        payments, amount = sums.get(key, (0, 0))
        sums[key] = (payments + 1, amount + line.amount)
    return [Total(*key, *sums[key]) for key in sorted(sums)]
