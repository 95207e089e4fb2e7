"""State and history in one act: the only code that writes a ``state`` column of an existing row (M3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.domain.errors import Busy
from gateway.domain.states import require_legal
from gateway.store.store import Transaction, take

SUBJECTS = {"payment": "end_to_end_id", "file_out": "message_id", "file_in": "reference", "batch": "id"}
"""What has a state -> the column that names it in its history."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is written into the row ``t`` that moves, in the same UPDATE: a row is dear, its indexes are many."""

    columns: str
    source: str
    """FROM: tables in which each moved row has one row at most."""
    link: str


def move(tx: Transaction, kind: str, key: int | str, target: str, evidence: str) -> None:
    """Move one row; raises ``IllegalMove``, or ``Busy`` when another worker moved it first (fence)."""
    row = tx.run(f"SELECT state, {SUBJECTS[kind]} AS subject FROM {kind} WHERE id = :key", key=key).one()
    require_legal(kind, row.state, target, row.subject)
    _note(tx, kind, "t.id = :key", target, evidence, {"key": key}, 1)
    moved = tx.run(
        f"UPDATE {kind} SET state = :target WHERE id = :key AND state = :source",
        key=key,
        target=target,
        source=row.state,
    )
    if moved.rowcount != 1:
        raise Busy("moved_by_another", subject=row.subject)


def move_payments(
    tx: Transaction, selection: str, target: str, evidence: str, beside: Beside | None = None, **params: Any
) -> int:
    """Move all payments of a selection over alias ``t`` (an SQL condition); all or, by an exception, none."""
    found = tx.rows(f"SELECT t.state, count(*) AS many FROM payment t WHERE {selection} GROUP BY t.state", **params)
    sources = sorted(row.state for row in found)
    for source in sources:
        require_legal("payment", source, target)
    fenced = f"{selection} AND t.state IN ({', '.join(repr(source) for source in sources) or 'NULL'})"
    noted = _note(tx, "payment", fenced, target, evidence, params, sum(row.many for row in found))
    update = f"UPDATE payment AS t SET state = :target WHERE {fenced}"
    if beside:
        update = (
            f"UPDATE payment AS t SET state = :target, {beside.columns} FROM {beside.source}"
            f" WHERE {beside.link} AND {fenced}"
        )
    moved = tx.run(update, target=target, **params).rowcount
    if moved != noted:
        raise Busy("moved_by_another", subject=f"{noted - moved}")
    return moved


def _note(
    tx: Transaction, kind: str, selection: str, target: str, evidence: str, params: dict[str, Any], count: int
) -> int:
    """One history row for each of the ``count`` selected rows; ids go on from the counter without gaps."""
    if not count:
        return 0
    first = take(tx, "history", count).start
    return tx.run(
        "INSERT INTO history (id, kind, subject, at, source, target, evidence)"
        f" SELECT :first - 1 + row_number() OVER (ORDER BY t.id), '{kind}', t.{SUBJECTS[kind]}, :at, t.state,"
        f" :target, :evidence FROM {kind} t WHERE {selection}",
        first=first,
        at=tx.now(),
        target=target,
        evidence=evidence,
        **params,
    ).rowcount


def noted_first(tx: Transaction, kind: str, subject: str, state: str, evidence: str) -> None:
    """The first history row of something just created."""
    tx.run(
        "INSERT INTO history (id, kind, subject, at, source, target, evidence)"
        " VALUES (:id, :kind, :subject, :at, '', :state, :evidence)",
        id=take(tx, "history").start,
        kind=kind,
        subject=subject,
        at=tx.now(),
        state=state,
        evidence=evidence,
    )
