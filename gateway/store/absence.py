"""Queries on which absence is believed: an account's statements in order, and whether anything speaks of a file."""

from __future__ import annotations

from sqlmodel import col, select

from gateway.store.store import Transaction
from gateway.store.tables import FileOut, Statement


def statements(tx: Transaction, partner: str, account: str, message: str) -> list[Statement]:
    """Statements of one kind and account by their days; a repeated one counts once."""
    query = (
        select(Statement)
        .where(Statement.partner == partner, Statement.account == account, Statement.message == message)
        .order_by(col(Statement.to_date), col(Statement.sequence), col(Statement.page), col(Statement.id))
    )
    unlike: dict[tuple[object, ...], Statement] = {}
    for each in tx.session.exec(query).all():
        unlike.setdefault((each.to_date, each.sequence, each.page, each.opening, each.closing), each)
    return list(unlike.values())


def speaks_of(tx: Transaction, file: FileOut) -> bool:
    """Whether any answer or booking names the file or one of its payments, or a debit at its account is unexplained."""
    found = tx.value(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM allocation a JOIN payment_file l ON l.payment_id = a.payment_id"
        "   WHERE l.file_id = :file AND l.live)"
        " OR EXISTS (SELECT 1 FROM entry e WHERE e.message_id = :message OR e.payment_information_id = :block)"
        " OR EXISTS (SELECT 1 FROM detail d WHERE d.message_id = :message OR d.payment_information_id = :block)"
        " OR EXISTS (SELECT 1 FROM exception x WHERE x.partner = :partner AND x.state = 'open'"
        "   AND x.kind IN ('unknown_debit', 'unexplained_debit', 'sum_entry', 'amount_differs', 'unreadable_entry'))",
        file=file.id,
        message=file.message_id,
        block=file.payment_information_id,
        partner=file.partner,
    )
    return found is not None
