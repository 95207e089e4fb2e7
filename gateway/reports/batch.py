"""The report of one batch: where every đồng that was approved is now, and whether it ties with the bank's entries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store import batch_reports, batches, reporting
from gateway.store.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    partner: str
    state: str
    payments: int
    amount: int


@dataclass(frozen=True, slots=True)
class Unpaid:
    """Payments that ended in one state for one reason."""

    partner: str
    state: str
    reason: str
    payments: int
    amount: int


@dataclass(frozen=True, slots=True)
class Issued:
    """What was reported when the batch closed; number 1 is the original, the others are supplements."""

    number: int
    made_at: str
    sums: Mapping[str, int]
    charges: int
    outcomes: Sequence[Mapping[str, Any]]
    changes: Sequence[Mapping[str, Any]]
    """Payments that changed since the report before: ``payment``, ``payment_ref``, ``from``, ``to``, ``amount`` ..."""


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Amounts in minor units. ``debited`` is debited and kept: reports say "debited", not "paid"."""

    batch: str
    state: str
    currency: str
    payments: int
    approved: int
    debited: int
    returned: int
    charges: int
    rejected: int
    cancelled: int
    held: int
    open: int
    reissued: int
    ties: bool
    """approved = debited + returned + rejected + cancelled + held + open, and both equal the booked entries."""
    outcomes: tuple[Outcome, ...]
    reasons: tuple[Unpaid, ...]
    reports: tuple[Issued, ...]
    """Those of its closings, in their order."""


def batch_report(store: Store, batch_id: str) -> BatchReport:
    """Computed from one consistent picture; raises ``NotFound``."""
    with store.read() as tx:
        batch = batches.find(tx, batch_id)
        sums, booked = reporting.batch_sums(tx, batch_id), reporting.booked_sums(tx, batch_id)
        parts = sums.debited + sums.returned + sums.rejected + sums.cancelled + sums.held + sums.open
        debits = booked.get("debit", 0) - booked.get("reversal", 0)
        returns = booked.get("return", 0) - booked.get("return_reversal", 0)
        booked_alike = debits - returns == sums.debited and returns == sums.returned
        return BatchReport(
            batch=batch.id,
            state=batch.state,
            currency=batch.currency,
            payments=batch.payments,
            approved=int(sums.approved),
            debited=int(sums.debited),
            returned=int(sums.returned),
            charges=reporting.return_charges(tx, batch_id),
            rejected=int(sums.rejected),
            cancelled=int(sums.cancelled),
            held=int(sums.held),
            open=int(sums.open),
            reissued=int(sums.reissued),
            ties=int(parts) == batch.amount and booked_alike and not reporting.statements_not_tying(tx, batch_id),
            outcomes=tuple(
                Outcome(row.partner, row.state, row.payments, int(row.amount))
                for row in reporting.outcomes(tx, batch_id)
            ),
            reasons=tuple(
                Unpaid(row.partner, row.state, row.reason, row.payments, int(row.amount))
                for row in reporting.reasons(tx, batch_id)
            ),
            reports=tuple(
                Issued(each.number, each.made_at, **json.loads(each.content))
                for each in batch_reports.issued(tx, batch_id)
            ),
        )
