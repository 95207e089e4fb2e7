"""Queries of rates that two people confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.domain.errors import Tampered
from gateway.domain.identifiers import iso_date
from gateway.domain.rates import Rate
from gateway.store import bulk
from gateway.store.store import Transaction, take

_COLUMNS = (
    *("kind", "programme", "group_code", "place", "age_from", "age_below", "since", "until", "value", "in_force"),
    *("legal", "source", "confidence"),
)
_READ = f"SELECT id, decision_id, {', '.join(_COLUMNS)} FROM rate"


def confirmed(tx: Transaction) -> list[Rate]:
    """All of them, in the order in which they were confirmed."""
    return [_rate(row) for row in tx.rows(f"{_READ} ORDER BY id")]


def of_decision(tx: Transaction, decision_id: int) -> list[Rate]:
    """Those of one list, in its order."""
    return [_rate(row) for row in tx.rows(f"{_READ} WHERE decision_id = :d ORDER BY id", d=decision_id)]


def decisions_of(tx: Transaction) -> set[int]:
    """Every decision that a rate names."""
    return {row.decision_id for row in tx.rows("SELECT DISTINCT decision_id FROM rate")}


def decided(tx: Transaction) -> dict[int, str]:
    """Number of a rate -> reference of its decision."""
    rows = tx.rows("SELECT r.id, d.reference FROM rate r JOIN decision d ON d.id = r.decision_id")
    return {row.id: row.reference for row in rows}


def add(tx: Transaction, decision_id: int, rows: Sequence[Rate]) -> None:
    """Of an executed decision, numbered in their order."""
    numbers = take(tx, "rate", len(rows))
    bulk.insert(tx, "rate", ("id", "decision_id", *_COLUMNS), _values(numbers, decision_id, rows))


def _values(numbers: range, decision_id: int, rows: Sequence[Rate]) -> Iterator[tuple[Any, ...]]:
    for number, row in zip(numbers, rows, strict=True):
        about = (row.kind, row.programme, row.group, row.place, row.age_from, row.age_below)
        times = (row.since, row.until, row.value, row.in_force.isoformat())
        yield (number, decision_id, *about, *times, row.legal, row.source, row.confidence)


def _rate(row: Any) -> Rate:
    in_force = iso_date(row.in_force)
    if in_force is None:
        raise Tampered("rate_edited", rate=row.id)
    return Rate(
        number=row.id,
        kind=row.kind,
        programme=row.programme,
        group=row.group_code,
        place=row.place,
        age_from=row.age_from,
        age_below=row.age_below,
        since=row.since,
        until=row.until,
        value=row.value,
        in_force=in_force,
        legal=row.legal,
        source=row.source,
        confidence=row.confidence,
    )
