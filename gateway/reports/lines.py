"""The list of a batch: every line with its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.reports.persons import Person, person
from gateway.store import reporting
from gateway.store.store import Store


@dataclass(frozen=True, slots=True)
class Line:
    """One payment; ``row`` is the row of the imported list, amounts in minor units."""

    row: int
    payment_ref: str
    person: Person
    commune_code: str
    partner: str
    amount: int
    currency: str
    state: str
    reason: str | None
    debited_at: str | None
    end_to_end_id: str


def batch_lines(store: Store, batch_id: str, unmasked: bool) -> Iterator[Line]:
    """In the order of the imported list, with bounded memory."""
    with store.read() as tx:
        for row in reporting.lines(tx, batch_id):
            who = person(tx.vault, row.id, row.personal)
            yield Line(
                row=row.line,
                payment_ref=row.payment_ref,
                person=who if unmasked else who.masked(),
                commune_code=row.commune_code,
                partner=row.partner,
                amount=row.amount,
                currency=row.currency,
                state=row.state,
                reason=row.reason,
                debited_at=row.debited_at,
                end_to_end_id=row.end_to_end_id,
            )
