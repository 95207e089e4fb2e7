"""Queries of amendments: payments that two people take out of an approved batch before they are released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlmodel import col, select

from gateway.store.roster.scope import spoken_of
from gateway.store.store import Transaction
from gateway.store.tables import Decision

VERB = "batch amend"

_LINES = (
    "SELECT p.id, p.end_to_end_id, p.amount, p.state, p.content_blind, f.id AS file_id, f.message_id,"
    " f.state AS file_state, (SELECT count(*) FROM attempt a WHERE a.file_id = f.id) AS attempts, w.id AS item,"
    " w.code, w.state AS item_state FROM payment p LEFT JOIN payment_file l ON l.payment_id = p.id AND l.live"
    " LEFT JOIN file_out f ON f.id = l.file_id LEFT JOIN work_item w ON w.id = (SELECT max(i.id) FROM work_item i"
    "  WHERE i.payer = p.payer AND i.programme = p.programme AND i.person_blind = p.person_blind"
    "  AND i.code LIKE 'registry%' AND i.state IN ('open', 'stopped')) WHERE p.batch_id = :batch"
)
"""Payments with the file they stand in and what the population registry says of their people."""
_STOPPED = (
    f"p.state <> 'cancelled' AND ({spoken_of('p')} OR p.id IN (SELECT x.payment_id FROM exception x"
    " WHERE x.kind = 'registry_held' AND x.state = 'open'))"
)


def stopped(tx: Transaction, batch_id: str) -> list[Any]:
    """Payments of a batch that the population registry keeps, or should have kept, from going out."""
    return tx.rows(f"{_LINES} AND {_STOPPED} ORDER BY p.id", batch=batch_id)


def lines(tx: Transaction, batch_id: str, end_to_end_ids: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Each of these payments; None for one that is not in the batch."""
    for name in end_to_end_ids:
        yield name, tx.run(f"{_LINES} AND p.end_to_end_id = :payment", batch=batch_id, payment=name).one_or_none()


def total(tx: Transaction, batch_id: str) -> tuple[int, int]:
    """(payments, amount) of what is not cancelled."""
    row = tx.run(
        "SELECT count(*) AS payments, CAST(COALESCE(sum(p.amount), 0) AS BIGINT) AS amount FROM payment p"
        " WHERE p.batch_id = :batch AND p.state <> 'cancelled'",
        batch=batch_id,
    ).one()
    return int(row.payments), int(row.amount)


def cancelled(tx: Transaction, batch_id: str) -> set[str]:
    """End-to-end ids of what is cancelled of a batch."""
    rows = tx.rows("SELECT end_to_end_id FROM payment WHERE batch_id = :b AND state = 'cancelled'", b=batch_id)
    return {row.end_to_end_id for row in rows}


def cancelled_alone(tx: Transaction, batch_id: str) -> set[str]:
    """Those that two people cancelled one by one."""
    rows = tx.rows(
        "SELECT p.end_to_end_id FROM payment p JOIN decision d ON d.subject = p.end_to_end_id"
        " WHERE p.batch_id = :b AND p.state = 'cancelled' AND d.verb = 'payment cancel' AND d.state = 'executed'",
        b=batch_id,
    )
    return {row.end_to_end_id for row in rows}


def of_batch(tx: Transaction, batch_id: str, states: Sequence[str] = ("executed",)) -> Sequence[Decision]:
    """Its amendments in the order of their numbers."""
    wanted = select(Decision).where(
        Decision.verb == VERB, Decision.subject == batch_id, col(Decision.state).in_(states)
    )
    return tx.session.exec(wanted.order_by(col(Decision.id))).all()


def cancel(tx: Transaction, payment_ids: Iterable[int]) -> None:
    """Their benefits are free again."""
    for number in payment_ids:
        tx.run("UPDATE payment SET holds_key = :no WHERE id = :id", no=False, id=number)
