"""What follows from conclusions: dates, amounts, keys and windows of payments, and what is open again."""

from __future__ import annotations

from typing import Any

from gateway.store.store import Transaction


def write_facts(tx: Transaction) -> None:
    """Booking date, returned amount and reason of the touched payments; a full return frees the benefit key.

    One less charges does not: the benefit has cost something already, and who pays the rest is for people (M10). A
    rejection alone does not: it is proven only by a complete chain of statements without the debit (M10).
    """
    tx.run(
        "UPDATE payment SET debited_at = c.debited_at, returned_amount = c.returned,"
        " return_charges = c.charges, reason = c.reason,"
        " return_window_until = CASE WHEN c.debited_at IS NULL THEN NULL ELSE return_window_until END"
        " FROM concluded c WHERE c.payment_id = payment.id"
    )
    tx.run(
        "UPDATE payment SET holds_key = :no WHERE holds_key AND id IN"
        " (SELECT payment_id FROM concluded WHERE target = 'returned' AND charges = 0)",
        no=False,
    )


def debit_days(tx: Transaction) -> list[Any]:
    """(partner, booking date) of touched payments, to give each its return window."""
    return tx.rows(
        "SELECT DISTINCT p.partner, p.debited_at FROM payment p JOIN concluded c ON c.payment_id = p.id"
        " WHERE p.debited_at IS NOT NULL"
    )


def write_window(tx: Transaction, partner: str, debited_at: str, until: str) -> None:
    tx.run(
        "UPDATE payment SET return_window_until = :until WHERE partner = :partner AND debited_at = :day"
        " AND id IN (SELECT payment_id FROM concluded)",
        until=until,
        partner=partner,
        day=debited_at,
    )


def reopened_batches(tx: Transaction) -> list[str]:
    """Closed batches of which a payment changes after all."""
    rows = tx.rows(
        "SELECT DISTINCT b.id FROM concluded c JOIN payment p ON p.id = c.payment_id JOIN batch b ON b.id = p.batch_id"
        " WHERE c.source <> c.target AND b.state = 'closed' ORDER BY b.id"
    )
    return [row.id for row in rows]


def reopened_files(tx: Transaction) -> list[int]:
    """Closed files of which a payment is open again."""
    rows = tx.rows(
        "SELECT DISTINCT f.id FROM concluded c JOIN payment_file l ON l.payment_id = c.payment_id AND l.live"
        " JOIN file_out f ON f.id = l.file_id WHERE c.target = 'sent' AND f.state = 'closed' ORDER BY f.id"
    )
    return [row.id for row in rows]
