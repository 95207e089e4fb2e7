"""Sums for reports: read only."""

from __future__ import annotations

from typing import Any

from gateway.domain.chains import UNTIED
from gateway.store.store import Transaction

_CHARGES = "SELECT COALESCE(sum(return_charges), 0) FROM payment WHERE batch_id = :b AND state = 'returned'"


def batch_sums(tx: Transaction, batch_id: str) -> Any:
    """One row: what was approved and where it is now, each in minor units."""
    return tx.run(
        "SELECT count(*) AS payments, COALESCE(sum(amount), 0) AS approved,"
        " COALESCE(sum(CASE WHEN state = 'settled' THEN amount ELSE 0 END), 0) AS debited,"
        " COALESCE(sum(CASE WHEN state = 'returned' THEN amount ELSE 0 END), 0) AS returned,"
        " COALESCE(sum(CASE WHEN state = 'rejected' THEN amount ELSE 0 END), 0) AS rejected,"
        " COALESCE(sum(CASE WHEN state = 'cancelled' THEN amount ELSE 0 END), 0) AS cancelled,"
        " COALESCE(sum(CASE WHEN state = 'held' THEN amount ELSE 0 END), 0) AS held,"
        " COALESCE(sum(CASE WHEN state IN ('ready', 'approved', 'allocated', 'sent', 'accepted')"
        "   THEN amount ELSE 0 END), 0) AS open,"
        " COALESCE(sum(CASE WHEN EXISTS (SELECT 1 FROM payment s WHERE s.predecessor_id = p.id)"
        "   THEN amount ELSE 0 END), 0) AS reissued"
        " FROM payment p WHERE batch_id = :b",
        b=batch_id,
    ).one()


def booked_sums(tx: Transaction, batch_id: str) -> dict[str, int]:
    """What the partners' booked entries say about the batch: kind of allocation -> minor units, charges included."""
    rows = tx.rows(
        "SELECT a.kind, sum(a.amount + a.charges) AS amount FROM allocation a JOIN payment p ON p.id = a.payment_id"
        " WHERE p.batch_id = :b GROUP BY a.kind",
        b=batch_id,
    )
    return {row.kind: int(row.amount) for row in rows}


def return_charges(tx: Transaction, batch_id: str) -> int:
    return int(tx.value(_CHARGES, b=batch_id))


def statements_not_tying(tx: Transaction, batch_id: str) -> int:
    """S4: statements of the batch's partners whose balances and entries disagree, or that are not all there."""
    kinds = ", ".join(f"'{kind}'" for kind in UNTIED)
    return int(
        tx.value(
            f"SELECT count(*) FROM exception WHERE kind IN ({kinds})"
            " AND state = 'open' AND partner IN (SELECT partner FROM payment WHERE batch_id = :b)",
            b=batch_id,
        )
    )


def outcomes(tx: Transaction, batch_id: str) -> list[Any]:
    """(partner, state, payments, amount) rows of the table of outcomes."""
    return tx.rows(
        "SELECT partner, state, count(*) AS payments, CAST(sum(amount) AS BIGINT) AS amount FROM payment"
        " WHERE batch_id = :b GROUP BY partner, state ORDER BY partner, state",
        b=batch_id,
    )


def reasons(tx: Transaction, batch_id: str) -> list[Any]:
    """(partner, state, reason, payments, amount): why payments were rejected or returned."""
    return tx.rows(
        "SELECT partner, state, reason, count(*) AS payments, CAST(sum(amount) AS BIGINT) AS amount FROM payment"
        " WHERE batch_id = :b AND reason IS NOT NULL GROUP BY partner, state, reason ORDER BY partner, state, reason",
        b=batch_id,
    )


def lines(tx: Transaction, batch_id: str) -> Any:
    """Every payment of a batch in the order of its list, with its end and its reason."""
    return tx.stream(
        "SELECT p.id, p.line, p.payment_ref, p.end_to_end_id, p.commune_code, p.partner, p.amount, p.currency, p.state,"
        " p.reason, p.debited_at, p.personal FROM payment p WHERE p.batch_id = :b ORDER BY p.line",
        b=batch_id,
    )


def unpaid(tx: Transaction, commune: str | None, batch: str | None) -> Any:
    """Rejected and returned payments that no other payment has taken the place of, by commune, batch and row."""
    return tx.stream(
        "SELECT p.id, p.commune_code, p.batch_id AS batch, p.line, p.payment_ref, p.end_to_end_id, p.partner, p.amount,"
        " p.currency, p.state, p.reason, p.personal FROM payment p WHERE p.state IN ('rejected', 'returned')"
        " AND (CAST(:commune AS VARCHAR) = '' OR p.commune_code = :commune)"
        " AND (CAST(:batch AS VARCHAR) = '' OR p.batch_id = :batch)"
        " AND NOT EXISTS (SELECT 1 FROM payment n WHERE n.predecessor_id = p.id AND n.state <> 'cancelled')"
        " ORDER BY p.commune_code, p.batch_id, p.line",
        commune=commune or "",
        batch=batch or "",
    )
