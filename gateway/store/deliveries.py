"""What is written about the delivery of a file: its attempts, its outcome, and what was never released by us."""

from __future__ import annotations

from typing import Any

from gateway.domain.errors import Busy
from gateway.domain.states import FileState, PaymentState
from gateway.store import evidence as evidence_store
from gateway.store import files, moves, resolutions
from gateway.store.store import Transaction
from gateway.store.tables import Attempt, FileOut

UNRELEASED = (FileState.SEALED, FileState.UPLOADING)
"""Bytes are there, and no intent to release them."""
RELEASED_OPEN = (FileState.RELEASING, FileState.UNKNOWN)
"""Released, and what became of it is not known."""


_HELD_IN_FILE = f"{files.IN_FILE} AND t.state = 'held'"


def begin_attempt(tx: Transaction, file: FileOut, number: int, temporary: str, host_key: str) -> None:
    """M8: the attempt is known before the partner can see anything of it; raises ``Busy`` when another has begun it."""
    if tx.value("SELECT 1 FROM attempt WHERE file_id = :file AND number >= :number", file=file.id, number=number):
        raise Busy("moved_by_another", subject=file.message_id)
    attempt = Attempt(file_id=file.id, number=number, temporary=temporary, host_key=host_key, started_at=tx.now())
    tx.session.add(attempt)
    if files.claim(tx, file.id).state == FileState.SEALED:
        moves.move(tx, "file_out", file.id, FileState.UPLOADING, f"attempt {number}")
    tx.record("system", "file upload", file.message_id, file.sha256 or "", attempt=number)


def note(tx: Transaction, file: FileOut, number: int, values: str, **params: str | bool) -> None:
    """Write down how far an attempt came; ``values`` are assignments in SQL."""
    tx.run(
        f"UPDATE attempt SET {values} WHERE file_id = :file AND number = :number",
        now=tx.now(),
        file=file.id,
        number=number,
        **params,
    )


def fence(tx: Transaction, file: FileOut, number: int) -> bool:
    """Mark the attempt as released; False when it was already, or when a later attempt has begun."""
    return (
        tx.run(
            "UPDATE attempt SET releasing_at = :now WHERE file_id = :file AND number = :number"
            " AND releasing_at IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM attempt later WHERE later.file_id = :file AND later.number > :number)",
            now=tx.now(),
            file=file.id,
            number=number,
        ).rowcount
        == 1
    )


def release(tx: Transaction, file: FileOut, number: int) -> None:
    """The intent of the payment itself; its payments become sent with it."""
    moves.move(tx, "file_out", file.id, FileState.RELEASING, f"attempt {number}")
    evidence = f"released in {file.message_id}"
    moves.move_payments(tx, files.IN_FILE, PaymentState.SENT, evidence, file=file.id)
    tx.record("system", "file release", file.message_id, file.sha256 or "", attempt=number)


def count_as_released(tx: Transaction, file: FileOut, evidence: str) -> None:
    """The partner may have bytes that we never released: they are never sent again, and a person asks (M9)."""
    moves.move(tx, "file_out", file.id, FileState.UNKNOWN, evidence)
    payments_sent(tx, file, evidence)
    tx.run(
        "UPDATE attempt SET releasing_at = :now WHERE file_id = :file AND releasing_at IS NULL"
        " AND number = (SELECT max(number) FROM attempt WHERE file_id = :file)",
        now=tx.now(),
        file=file.id,
    )
    tx.record("system", "file unknown", file.message_id, file.sha256 or "", evidence=evidence)


def payments_sent(tx: Transaction, file: FileOut, evidence: str) -> None:
    """The payments of a file that the partner has, or may have; also those that were held in it meanwhile (alarm)."""
    for row in tx.rows(f"SELECT t.id, t.amount, t.currency FROM payment t WHERE {_HELD_IN_FILE}", file=file.id):
        evidence_store.raise_exception(
            tx, "held_payment_out", file.partner, file_out_id=file.id, payment_id=row.id, amount=row.amount,
            currency=row.currency,
        )  # fmt: skip
    moves.move_payments(tx, _HELD_IN_FILE, PaymentState.ALLOCATED, evidence, file=file.id)
    moves.move_payments(tx, files.IN_FILE, PaymentState.SENT, evidence, file=file.id)


def sent(tx: Transaction, file: FileOut, evidence: str) -> None:
    """Delivered, unless an answer of the partner said so before us."""
    if files.claim(tx, file.id).state in RELEASED_OPEN:
        moves.move(tx, "file_out", file.id, FileState.SENT, evidence)
    tx.run("UPDATE file_out SET sent_at = :now WHERE id = :id", now=tx.now(), id=file.id)
    _end_attempt(tx, file, evidence)
    tx.record("system", "file sent", file.message_id, file.sha256 or "", evidence=evidence)


def unknown(tx: Transaction, file: FileOut, evidence: str) -> None:
    """M9: stays unknown until the partner's word or two people. An answer that was quicker stands."""
    if files.claim(tx, file.id).state == FileState.RELEASING:
        moves.move(tx, "file_out", file.id, FileState.UNKNOWN, evidence)
        _end_attempt(tx, file, f"unknown: {evidence}")
        tx.record("system", "file unknown", file.message_id, evidence=evidence)


def void(tx: Transaction, file: FileOut, evidence: str) -> None:
    """Never to be sent: the message id stays used for ever, the payments are approved once more, or held still."""
    tx.run(f"UPDATE payment AS t SET held_from = 'approved' WHERE {_HELD_IN_FILE}", file=file.id)
    moves.move_payments(tx, f"{files.IN_FILE} AND t.state <> 'held'", PaymentState.APPROVED, evidence, file=file.id)
    moves.move(tx, "file_out", file.id, FileState.VOID, evidence)
    files.unlink(tx, file.id)
    tx.record("system", "file void", file.message_id, evidence=evidence)


def booked_unreleased(tx: Transaction, partner: str, file_in_id: int) -> list[Any]:
    """(id, message_id) of a partner's files that we did not release, and of which this file books something.

    After ``matching.name``.
    """
    if not files.in_states(tx, UNRELEASED, partner):
        return []  # as always, but for a handful of seconds
    return tx.rows(
        "SELECT DISTINCT f.id, f.message_id FROM named n JOIN detail d ON d.id = n.detail_id"
        " JOIN payment_file l ON l.payment_id = n.payment_id AND l.live JOIN file_out f ON f.id = l.file_id"
        " WHERE d.amount < 0 AND f.partner = :partner"
        " AND f.state IN ('sealed', 'uploading')"
        " UNION SELECT f.id, f.message_id FROM statement s JOIN entry e ON e.statement_id = s.id"
        " LEFT JOIN detail d ON d.entry_id = e.id JOIN file_out f ON f.message_id IN (e.message_id, d.message_id)"
        "  OR f.payment_information_id IN (e.payment_information_id, d.payment_information_id)"
        " WHERE s.file_in_id = :file AND e.disposition = 'open' AND e.amount < 0 AND f.partner = :partner"
        " AND f.state IN ('sealed', 'uploading') ORDER BY 1",
        file=file_in_id,
        partner=partner,
    )


def without_exception(tx: Transaction, kind: str, partner: str, state: str) -> list[Any]:
    """(id, message_id, sent_at) of a partner's files in a state, of which no exception of this kind tells yet."""
    still = " AND x.state = 'open'" if kind in resolutions.LASTING else ""
    return tx.rows(
        "SELECT f.id, f.message_id, f.sent_at FROM file_out f WHERE f.partner = :partner AND f.state = :state"
        f" AND NOT EXISTS (SELECT 1 FROM exception x WHERE x.kind = :kind AND x.file_out_id = f.id{still})"
        " ORDER BY f.id",
        kind=kind,
        partner=partner,
        state=state,
    )


def _end_attempt(tx: Transaction, file: FileOut, outcome: str) -> None:
    tx.run(
        "UPDATE attempt SET outcome = :outcome, ended_at = :now WHERE file_id = :file"
        " AND number = (SELECT max(number) FROM attempt WHERE file_id = :file)",
        outcome=outcome,
        now=tx.now(),
        file=file.id,
    )
