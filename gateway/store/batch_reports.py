"""Reports of closed batches: the original, and a supplement for every time that a late word opened a batch again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from sqlmodel import col, select

from gateway.store import reporting
from gateway.store.store import Transaction
from gateway.store.tables import IssuedReport

_SUMS = ("payments", "approved", "debited", "returned", "rejected", "cancelled", "held", "open")


def issue(tx: Transaction, batch_id: str) -> IssuedReport:
    """The next report of a batch that closes; part of the caller's transaction, with its audit record."""
    earlier = issued(tx, batch_id)
    sums = reporting.batch_sums(tx, batch_id)
    content = {
        "sums": {name: int(getattr(sums, name)) for name in _SUMS},
        "charges": reporting.return_charges(tx, batch_id),
        "outcomes": [
            {"partner": row.partner, "state": row.state, "payments": row.payments, "amount": int(row.amount)}
            for row in reporting.outcomes(tx, batch_id)
        ],
        "changes": _changes(tx, batch_id, earlier[-1].made_at) if earlier else [],
    }
    written = json.dumps(content, ensure_ascii=False, sort_keys=True)
    report = IssuedReport(batch_id=batch_id, number=len(earlier) + 1, made_at=tx.now(), content=written)
    tx.session.add(report)
    tx.session.flush()
    tx.record("system", "batch report", batch_id, sha256(written.encode()).hexdigest(), number=report.number)
    return report


def issued(tx: Transaction, batch_id: str) -> list[IssuedReport]:
    """In the order of their numbers."""
    query = select(IssuedReport).where(IssuedReport.batch_id == batch_id).order_by(col(IssuedReport.number))
    return list(tx.session.exec(query).all())


def _changes(tx: Transaction, batch_id: str, since: str) -> list[dict[str, Any]]:
    """Payments whose state differs from that of the report before: from what to what, and why."""
    found: dict[str, dict[str, Any]] = {}
    for row in tx.rows(
        "SELECT h.subject, h.source, h.target, p.payment_ref, p.amount, p.currency, p.reason, p.returned_amount"
        " FROM payment p JOIN history h ON h.kind = 'payment' AND h.subject = p.end_to_end_id"
        " WHERE p.batch_id = :batch AND h.at > :since ORDER BY h.id",
        batch=batch_id,
        since=since,
    ):
        change = found.setdefault(
            row.subject,
            {
                "payment": row.subject,
                "payment_ref": row.payment_ref,
                "from": row.source,
                "amount": row.amount,
                "currency": row.currency,
                "returned": row.returned_amount,
                "reason": row.reason,
            },
        )
        change["to"] = row.target
    return [change for change in found.values() if change["from"] != change["to"]]
