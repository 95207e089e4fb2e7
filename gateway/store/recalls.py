"""Recalls: what we asked a partner not to execute, and what it answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.store import bulk
from gateway.store.store import Transaction, take

_STANDING = (
    "SELECT r.id, r.payment_id, r.reason AS asked, r.requested_at, f.message_id AS file, f.state AS file_state,"
    " CASE WHEN f.state IN ('void', 'rejected') THEN 'rejected'"
    " ELSE COALESCE((SELECT a.status FROM recall_answer a WHERE a.recall_id = r.id"
    "  ORDER BY a.created_at DESC, a.message_id DESC, a.id DESC LIMIT 1),"
    "  CASE WHEN f.state IN ('allocated', 'sealed', 'held', 'uploading') THEN 'requested' ELSE 'asked' END) END"
    " AS state,"
    " (SELECT a.reason FROM recall_answer a WHERE a.recall_id = r.id"
    "  ORDER BY a.created_at DESC, a.message_id DESC, a.id DESC LIMIT 1) AS answer_reason"
    " FROM recall r JOIN file_out f ON f.id = r.file_id"
)
"""Where each recall stands: by the latest answer (by the time inside), else by its file; nothing of it is stored.

An accepted recall moves no payment: only the booked return does.
"""

OPEN = f"SELECT k.payment_id FROM ({_STANDING}) k WHERE k.state IN ('requested', 'asked', 'pending')"
"""Payments with a recall that the partner has not decided."""


def add(tx: Transaction, payment_id: int, file_id: int, decision_id: int | None, reason: str) -> None:
    """By the decision of two people, or the gateway's own (None)."""
    tx.run(
        "INSERT INTO recall (id, payment_id, file_id, decision_id, reason, requested_at)"
        " VALUES (:id, :payment, :file, CAST(:decision AS BIGINT), :reason, :now)",
        id=take(tx, "recall").start,
        payment=payment_id,
        file=file_id,
        decision=decision_id,
        reason=reason,
        now=tx.now(),
    )


def of_payment(tx: Transaction, payment_id: int) -> list[Any]:
    """Every recall of a payment, newest first."""
    return tx.rows(f"{_STANDING} WHERE r.payment_id = :payment ORDER BY r.id DESC", payment=payment_id)


def is_open(tx: Transaction, payment_id: int) -> bool:
    return any(row.state in ("requested", "asked", "pending") for row in of_payment(tx, payment_id))


def content(tx: Transaction, file_id: int) -> list[Any]:
    """What a recall file asks for: payments with the file that carried them."""
    return tx.rows(
        "SELECT r.id, r.reason, p.end_to_end_id, p.uetr, p.amount, p.currency, o.message_id, o.message, o.created_at,"
        " o.payment_information_id, o.execution_date FROM recall r JOIN payment p ON p.id = r.payment_id"
        " JOIN payment_file l ON l.payment_id = p.id AND l.live JOIN file_out o ON o.id = l.file_id"
        " WHERE r.file_id = :file ORDER BY r.id",
        file=file_id,
    )


def carrier(tx: Transaction, payment_id: int) -> Any:
    """The live file that carried a payment; None without one."""
    return tx.run(
        "SELECT f.* FROM payment_file l JOIN file_out f ON f.id = l.file_id WHERE l.payment_id = :payment AND l.live",
        payment=payment_id,
    ).one_or_none()


def named(tx: Transaction, partner: str, end_to_end_id: str | None, message_id: str | None) -> list[int]:
    """Recalls that an answer speaks of: those of the payment, or all of the request with this id."""
    rows = tx.rows(
        "SELECT r.id FROM recall r JOIN payment p ON p.id = r.payment_id JOIN file_out f ON f.id = r.file_id"
        " WHERE f.partner = :partner AND (p.end_to_end_id = :payment OR (:payment = '' AND f.message_id = :message))"
        " ORDER BY r.id",
        partner=partner,
        payment=end_to_end_id or "",
        message=message_id or "",
    )
    return [row.id for row in rows]


def add_answers(tx: Transaction, rows: Iterable[Sequence[Any]]) -> int:
    """(recall id, file in, message id, time inside, status, reason) of each; returns how many."""
    listed = list(rows)
    first = take(tx, "recall_answer", len(listed)).start if listed else 0
    columns = ("id", "recall_id", "file_in_id", "message_id", "created_at", "status", "reason")
    return bulk.insert(tx, "recall_answer", columns, ((first + index, *row) for index, row in enumerate(listed)))


def files(tx: Transaction, recall_ids: Sequence[int]) -> list[Any]:
    """(id, state) of the files that asked."""
    found: dict[int, Any] = {}
    for number in recall_ids:
        row = tx.run(
            "SELECT f.id, f.state FROM recall r JOIN file_out f ON f.id = r.file_id WHERE r.id = :recall", recall=number
        ).one()
        found[row.id] = row
    return list(found.values())
