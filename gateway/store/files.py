"""Queries of files out: allocation, sealing, attempts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from sqlmodel import col, select

from gateway.domain.errors import NotFound, SafeMode
from gateway.domain.states import FileState
from gateway.store import bulk
from gateway.store.store import Transaction
from gateway.store.tables import Attempt, FileOut, Payment, PaymentFile, WireObject

Value = TypeVar("Value")


def find(tx: Transaction, message_id: str) -> FileOut:
    file = tx.session.exec(select(FileOut).where(FileOut.message_id == message_id)).first()
    if file is None:
        raise NotFound("file_unknown", file=message_id)
    return file


def get(tx: Transaction, file_id: int) -> FileOut:
    """The file as it is now; raises ``SafeMode`` when the database has forgotten it."""
    return _remembered(tx.session.get(FileOut, file_id, populate_existing=True))


def claim(tx: Transaction, file_id: int) -> FileOut:
    """The same, its row locked to the end of the transaction."""
    return _remembered(tx.session.get(FileOut, file_id, with_for_update=True, populate_existing=True))


def _remembered(file: FileOut | None) -> FileOut:
    """Nothing is ever deleted: who holds the id of a file without a row works on a database that was set back (M15)."""
    if file is None:
        raise SafeMode("safe_mode", why="database_set_back", reason="row_forgotten")
    return file


def known_names(
    tx: Transaction, partner: str, names: Collection[str], states: Collection[str] = tuple(FileState)
) -> set[str]:
    """Which of these names are those of files to this partner (in one of ``states``)."""
    found: set[str] = set()
    for part in _parts(sorted(names)):
        query = select(FileOut.name).where(FileOut.partner == partner, col(FileOut.name).in_(part))
        query = query.where(col(FileOut.state).in_(states))
        found.update(tx.session.exec(query).all())
    return found


def has_identity(tx: Transaction, message_id: str, payment_information_id: str) -> bool:
    """Whether a file with one of these ids is known."""
    found = tx.value(
        "SELECT 1 FROM file_out WHERE message_id = :m OR payment_information_id = :b",
        m=message_id,
        b=payment_information_id,
    )
    return found is not None


def by_end_to_end_ids(tx: Transaction, ids: Sequence[str]) -> list[Payment]:
    """The payments with these ids, in no order."""
    found: list[Payment] = []
    for part in _parts(ids):
        found += tx.session.exec(select(Payment).where(col(Payment.end_to_end_id).in_(part))).all()
    return found


def holding(tx: Transaction, payment_ids: Sequence[int]) -> list[int]:
    """Files with a live link to any of these payments."""
    found: set[int] = set()
    for part in _parts(payment_ids):
        query = select(PaymentFile.file_id).where(col(PaymentFile.payment_id).in_(part), col(PaymentFile.live))
        found.update(tx.session.exec(query).all())
    return sorted(found)


_PART = 500
"""Values of one query; databases set a limit."""


def _parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), _PART):
        yield values[start : start + _PART]


def in_states(tx: Transaction, states: Sequence[str], partner: str | None = None) -> list[FileOut]:
    """Files in these states, oldest first."""
    query = select(FileOut).where(col(FileOut.state).in_(states)).order_by(col(FileOut.id))
    if partner is not None:
        query = query.where(FileOut.partner == partner)
    return list(tx.session.exec(query).all())


def approved_payments(tx: Transaction, batch_id: str) -> Iterator[Any]:
    """(id, partner, amount) of what waits for a file, in the order of the batch."""
    return tx.stream(
        "SELECT id, partner, amount FROM payment WHERE batch_id = :b AND state = 'approved' ORDER BY partner, id",
        b=batch_id,
    )


def link(tx: Transaction, file_id: int, payment_ids: Sequence[int]) -> None:
    """M4: the database refuses a payment that has a live link already."""
    rows = ((file_id, ordinal, payment, True) for ordinal, payment in enumerate(payment_ids))
    bulk.insert(tx, "payment_file", ("file_id", "ordinal", "payment_id", "live"), rows)


IN_FILE = "t.id IN (SELECT payment_id FROM payment_file WHERE file_id = :file AND live)"
"""Selection for ``moves.move_payments``: the payments of one file."""


def content(tx: Transaction, file_id: int) -> Iterator[Any]:
    """The payments of a file in their order, with what rendering needs."""
    return tx.stream(
        "SELECT p.id, p.end_to_end_id, p.uetr, p.bank, p.amount, p.currency, p.benefit_month, p.kind, p.payment_ref,"
        " p.commune_code, p.entitled_amount, p.personal, p.content_blind"
        " FROM payment_file l JOIN payment p ON p.id = l.payment_id WHERE l.file_id = :f AND l.live ORDER BY l.ordinal",
        f=file_id,
    )


def unlink(tx: Transaction, file_id: int) -> None:
    """The links of a voided file die; they never live again."""
    tx.run("UPDATE payment_file SET live = :no WHERE file_id = :f", no=False, f=file_id)


def attempts(tx: Transaction, file_id: int) -> list[Attempt]:
    query = select(Attempt).where(Attempt.file_id == file_id).order_by(col(Attempt.number))
    return list(tx.session.exec(query).all())


def wire_objects(tx: Transaction, file_id: int) -> list[WireObject]:
    query = select(WireObject).where(WireObject.file_id == file_id).order_by(col(WireObject.ordinal))
    return list(tx.session.exec(query).all())


def openpgp_messages(tx: Transaction) -> Sequence[Any]:
    """What is kept as it travelled and is, or may be, an OpenPGP message: ``sha256``, ``reference``, ``at``; the newest
    first."""
    return tx.rows(
        "SELECT sha256, reference, received_at AS at FROM file_in"
        " WHERE proof = 'openpgp' OR (proof = '' AND state IN ('received', 'quarantined'))"
        " UNION SELECT w.sha256, f.message_id, f.created_at FROM wire_object w JOIN file_out f ON f.id = w.file_id"
        " WHERE w.encrypted_to IS NOT NULL ORDER BY at DESC"
    )
