"""Signals of a batch, one SQL text for each over all its lines, and who has acknowledged which of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import col, select

from gateway.domain.roster import RegistryResult
from gateway.domain.signals import SignalKind
from gateway.store.store import Transaction
from gateway.store.tables import Acknowledgement, Batch

_EARLIER = (
    "payment o WHERE o.programme = :programme AND o.person_blind = p.person_blind AND o.holds_key AND o.id < p.id"
    " AND o.batch_id <> p.batch_id"
)
"""What the person had in the programme by earlier lists, whoever paid; not what was cancelled or proven not paid."""
_LAST = f"(SELECT o.id FROM {_EARLIER} ORDER BY o.benefit_month DESC, o.id DESC LIMIT 1)"
_NOTHING = "'' AS other, '' AS detail, 0 AS figure, 0 AS against"
_OF_REGISTRY = (
    "SELECT p.id, c.reference AS other, a.answered_on AS detail, 0 AS figure, 0 AS against FROM payment p"
    " JOIN population_result r ON r.person_blind = p.person_blind JOIN population_answer a ON a.change_id = r.change_id"
    " JOIN roster_change c ON c.id = r.change_id WHERE p.batch_id = :batch AND r.result = '{result}' AND r.change_id ="
    " (SELECT max(n.change_id) FROM population_result n WHERE n.person_blind = p.person_blind)"
)

_SQL: Mapping[SignalKind, str] = {
    SignalKind.ACCOUNT_CHANGED: (
        "SELECT p.id, o.end_to_end_id AS other, o.benefit_month AS detail, 0 AS figure, 0 AS against FROM payment p"
        f" JOIN payment o ON o.id = COALESCE(p.predecessor_id, {_LAST}) WHERE p.batch_id = :batch"
        " AND o.account_blind <> p.account_blind"
    ),
    SignalKind.PERSON_NEW: (
        f"SELECT p.id, {_NOTHING} FROM payment p WHERE p.batch_id = :batch AND p.predecessor_id IS NULL"
        " AND EXISTS (SELECT 1 FROM batch e WHERE e.payer = :payer AND e.programme = :programme"
        f" AND e.period < :period AND e.state NOT IN ('invalid', 'rejected', 'cancelled')) AND {_LAST} IS NULL"
    ),
    SignalKind.ACCOUNT_SHARED: (
        "SELECT s.id, '' AS other, '' AS detail, s.people AS figure, :people AS against FROM (SELECT r.id,"
        " max(r.place) OVER (PARTITION BY r.account_blind) AS people FROM (SELECT p.id, p.account_blind, dense_rank()"
        " OVER (PARTITION BY p.account_blind ORDER BY p.person_blind) AS place FROM payment p"
        " WHERE p.batch_id = :batch) r) s WHERE s.people > :people"
    ),
    SignalKind.ACCOUNT_RECENT: (
        "SELECT p.id, max(c.reference) AS other, substr(max(c.made_at), 1, 10) AS detail, 0 AS figure, 0 AS against"
        " FROM roster_change c JOIN roster_line n ON n.made_by = c.id JOIN roster_line o ON o.ended_by = c.id"
        " AND o.person_blind = n.person_blind AND o.account_blind <> n.account_blind"
        " JOIN payment p ON p.batch_id = :batch AND p.programme = :programme AND p.holds_key"
        " AND p.person_blind = n.person_blind AND p.account_blind = n.account_blind"
        " WHERE c.payer = :payer AND c.programme = :programme AND c.made_at >= :changed_since GROUP BY p.id"
    ),
    SignalKind.AMOUNT_OVER_OWN: (
        "SELECT q.id, '' AS other, :own_since AS detail, q.amount AS figure, q.most AS against FROM (SELECT p.id,"
        f" p.amount, (SELECT max(o.amount) FROM {_EARLIER} AND o.kind = 'regular' AND o.benefit_month >= :own_since"
        " AND o.benefit_month < :period) AS most FROM payment p WHERE p.batch_id = :batch AND p.kind = 'regular') q"
        " WHERE q.amount * 100 > q.most * :own_percent"
    ),
    SignalKind.AMOUNT_OVER_LIST: (
        "SELECT s.id, s.kind AS other, '' AS detail, s.amount AS figure, s.average AS against FROM (SELECT p.id,"
        " p.kind, p.amount, CAST(sum(p.amount) OVER (PARTITION BY p.kind) AS BIGINT) / count(*) OVER"
        " (PARTITION BY p.kind) AS average FROM payment p WHERE p.batch_id = :batch) s"
        " WHERE s.amount * 100 > s.average * :list_percent"
    ),
    SignalKind.PERSON_DECEASED: _OF_REGISTRY.format(result=RegistryResult.DECEASED),
    SignalKind.PERSON_UNKNOWN: _OF_REGISTRY.format(result=RegistryResult.UNKNOWN),
    SignalKind.TWO_PLACES: (
        "SELECT p.id, min(o.end_to_end_id) AS other, min(o.payer || ' ' || o.commune_code) AS detail,"
        " count(*) AS figure, 0 AS against FROM payment p JOIN payment o ON o.programme IN (SELECT DISTINCT programme"
        " FROM batch) AND o.person_blind = p.person_blind AND o.benefit_month = p.benefit_month AND o.holds_key"
        " WHERE p.batch_id = :batch AND o.id <> p.id AND (o.payer <> p.payer OR (o.commune_code <> p.commune_code"
        " AND o.commune_code <> '' AND p.commune_code <> '')) GROUP BY p.id"
    ),
}
"""Which lines (``id``) have the signal, and what it was compared with. What a line of the batch holds and lists before
it had, does not change while it waits, so that an acknowledgement stands until something new appears.

Sums over the batch are windows: joined with its own sums, PostgreSQL took minutes over a list without statistics."""
_LINE = "p.id AS payment_id, p.line, p.payment_ref, p.end_to_end_id, p.amount, p.currency, p.personal"


def lines(tx: Transaction, kind: SignalKind, given: Mapping[str, Any]) -> Iterator[Any]:
    """Lines with one signal, in the order of the list; ``given``: the batch and the rules."""
    sql = (
        f"SELECT {_LINE}, q.other, q.detail, CAST(q.figure AS BIGINT) AS figure, CAST(q.against AS BIGINT) AS against"
        f" FROM ({_SQL[kind]}) q JOIN payment p ON p.id = q.id ORDER BY p.line, p.id"
    )
    yield from tx.stream(sql, **{name: value for name, value in given.items() if f":{name}" in sql})


def everybody(tx: Transaction, batch_id: str) -> Iterator[Any]:
    """All lines, for what only the envelope tells."""
    yield from tx.stream(
        f"SELECT {_LINE} FROM payment p WHERE p.batch_id = :batch ORDER BY p.line, p.id", batch=batch_id
    )


def acknowledged(tx: Transaction, batch: Batch) -> list[Acknowledgement]:
    """Everything that was acknowledged about a batch, oldest first."""
    query = select(Acknowledgement).where(Acknowledgement.batch_id == batch.id)
    return list(tx.session.exec(query.order_by(col(Acknowledgement.made_at), col(Acknowledgement.operator))).all())


def add(tx: Transaction, made: Acknowledgement) -> None:
    tx.session.add(made)
    tx.session.flush()
