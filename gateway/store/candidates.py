"""Payments that an entry without a payment might be about: what ``exception show`` suggests to a person."""

from __future__ import annotations

from typing import Any

from gateway.store.store import Transaction


def entry_of(tx: Transaction, exception_id: int) -> Any:
    """What an exception says of an entry, with the personal data of its transaction; None when it is about no entry."""
    return tx.run(
        "SELECT s.partner, s.account, COALESCE(e.booking_date, e.value_date, s.to_date) AS day,"
        " COALESCE(d.amount, e.amount) AS amount, COALESCE(d.currency, e.currency) AS currency,"
        " d.id AS detail_id, d.personal"
        " FROM exception x JOIN entry e ON e.id = x.entry_id JOIN statement s ON s.id = e.statement_id"
        " LEFT JOIN detail d ON d.id = x.detail_id WHERE x.id = :id",
        id=exception_id,
    ).one_or_none()


def debited(tx: Transaction, entry: Any, first: str, last: str, most: int) -> list[Any]:
    """Open payments of exactly the amount that the account was to be debited for on one of these days."""
    return _payments(tx, entry, "p.state IN ('sent', 'accepted') AND f.execution_date", first, last, most)


def returned(tx: Transaction, entry: Any, first: str, last: str, most: int) -> list[Any]:
    """Debited payments of exactly the amount, booked on one of these days: what may have come back."""
    return _payments(tx, entry, "p.state = 'settled' AND p.debited_at", first, last, most)


def _payments(tx: Transaction, entry: Any, condition: str, first: str, last: str, most: int) -> list[Any]:
    return tx.rows(
        "SELECT p.id, p.end_to_end_id, p.payment_ref, p.state, f.execution_date, p.debited_at, p.personal"
        " FROM file_out f JOIN payment_file l ON l.file_id = f.id AND l.live JOIN payment p ON p.id = l.payment_id"
        " WHERE f.partner = :partner AND f.debtor_account = :account AND p.amount = :amount AND p.currency = :currency"
        f" AND {condition} BETWEEN :first AND :last ORDER BY f.execution_date DESC, p.id LIMIT :most",
        partner=entry.partner,
        account=entry.account,
        amount=abs(entry.amount),
        currency=entry.currency,
        first=first,
        last=last,
        most=most,
    )
