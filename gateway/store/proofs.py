"""Queries of what proves one payment; read only."""

from __future__ import annotations

from typing import Any

from gateway.domain.errors import Refusal
from gateway.store.store import Transaction
from gateway.store.tables import FileOut, Payment


def carrier(tx: Transaction, payment: Payment) -> FileOut:
    """The last file that carried a payment; raises while it is not sealed."""
    number = tx.value("SELECT max(file_id) FROM payment_file WHERE payment_id = :payment", payment=payment.id)
    file = tx.session.get(FileOut, number) if number is not None else None
    if file is None or file.sha256 is None:
        raise Refusal("nothing_to_prove", payment=payment.end_to_end_id)
    return file


def carried(tx: Transaction, file_id: int) -> list[Any]:
    """(end-to-end id, UETR) of the payments of a file in its order, also of a file whose links are dead."""
    return tx.rows(
        "SELECT p.end_to_end_id, p.uetr FROM payment_file l JOIN payment p ON p.id = l.payment_id"
        " WHERE l.file_id = :file ORDER BY l.ordinal",
        file=file_id,
    )


def bookings(tx: Transaction, payment_id: int) -> list[Any]:
    """What is allocated to a payment: where in which received file it is booked."""
    return tx.rows(
        'SELECT a.kind, a."by", a.amount, a.charges, a.currency, a.booked_on, e.ordinal AS entry,'
        " s.ordinal AS statement, d.ordinal AS detail, i.reference FROM allocation a JOIN entry e ON e.id = a.entry_id"
        " JOIN statement s ON s.id = e.statement_id JOIN file_in i ON i.id = s.file_in_id"
        " LEFT JOIN detail d ON d.id = a.detail_id WHERE a.payment_id = :payment ORDER BY a.booked_on, a.id",
        payment=payment_id,
    )
