"""Queries of decisions: acts of two people."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlmodel import col, select

from gateway.domain.errors import NotFound
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import Decision


def reference(tx: Transaction) -> tuple[int, str]:
    """A fresh number and reference."""
    number = take(tx, "decision").start
    return number, naming(tx).message_id(number).replace("M", "D", 1)


def add(tx: Transaction, decision: Decision) -> None:
    tx.session.add(decision)
    tx.session.flush()


def claim(tx: Transaction, name: str) -> Decision:
    """The decision as it is now, its row locked to the end of the transaction."""
    return tx.session.get_one(Decision, find(tx, name).id, with_for_update=True, populate_existing=True)


def find(tx: Transaction, name: str) -> Decision:
    found = tx.session.exec(select(Decision).where(Decision.reference == name)).first()
    if found is None:
        raise NotFound("decision_unknown", decision=name)
    return found


def executed(tx: Transaction, verbs: Collection[str]) -> Sequence[Decision]:
    """Decisions of these acts that were carried out, in the order of their numbers."""
    wanted = select(Decision).where(col(Decision.verb).in_(verbs), Decision.state == "executed")
    return tx.session.exec(wanted.order_by(col(Decision.id))).all()


def accepted(tx: Transaction) -> frozenset[str]:
    """What two people resumed with, knowing of it: names at partners and identifiers that the database forgot."""
    rows = tx.rows("SELECT params FROM decision WHERE verb = 'resume' AND state = 'executed'")
    return frozenset(each for row in rows for each in json.loads(row.params).get("accepted", "").split())


def open_one(tx: Transaction, verb: str, subject: str) -> str | None:
    """Reference of the decision on the same matter that still waits for its second person."""
    found: str | None = tx.value(
        "SELECT reference FROM decision WHERE verb = :v AND subject = :s AND state = 'proposed'", v=verb, s=subject
    )
    return found


def end(tx: Transaction, decision: Decision, state: str, **values: Any) -> None:
    """Executed or lapsed, once for ever."""
    decision.state, decision.ended_at = state, tx.now()
    for name, value in values.items():
        setattr(decision, name, value)
    tx.session.flush()


def listed(tx: Transaction, limit: int, state: str | None = None, since: str | None = None) -> list[Any]:
    """Newest first."""
    return tx.rows(
        "SELECT * FROM decision WHERE (:state = '' OR state = :state) AND proposed_at >= :since"
        " ORDER BY id DESC LIMIT :limit",
        state=state or "",
        since=since or "",
        limit=limit,
    )
