"""Stops: what may not be released now (M16). Made by one person or by the system; lifted by a decision of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.store.store import Transaction, take
from gateway.store.tables import Stop

EMERGENCY = "emergency"
"""The code of a stop that a person made."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stop covers: everything, or one partner, batch, programme or payer."""

    kind: str
    subject: str


EVERYTHING = Scope("all", "")


def of_partner(code: str) -> Scope:
    return Scope("partner", code)


def put(tx: Transaction, scope: Scope, code: str, reason: str, actor: str) -> None:
    """Stop. Every stop is a row of its own, so that a decision that was made before it does not lift it."""
    hold(tx)
    tx.session.add(
        Stop(
            id=take(tx, "stop").start,
            scope=scope.kind,
            subject=scope.subject,
            code=code,
            reason=reason,
            actor=actor,
            stopped_at=tx.now(),
        )
    )
    tx.session.flush()
    tx.record(actor, "stop", scope.subject or scope.kind, scope=scope.kind, code=code, reason=reason)


def stands(tx: Transaction, scope: Scope, code: str, reason: str | None = None) -> bool:
    """Whether a stop of this scope and code (and reason) stands already."""
    return any(
        (each.scope, each.subject, each.code) == (scope.kind, scope.subject, code) and reason in (None, each.reason)
        for each in active(tx)
    )


def hold(tx: Transaction) -> None:
    """Nobody else puts or lifts a stop, or reads them for a release, until this transaction ends."""
    if tx.dialect.name == "postgresql":
        tx.run("LOCK TABLE stop IN SHARE ROW EXCLUSIVE MODE")


_OF_FILE = (
    "FROM stop s WHERE s.lifted_at IS NULL AND (s.scope = 'all'"
    " OR (s.scope = 'partner' AND s.subject = :partner) OR EXISTS (SELECT 1 FROM batch b WHERE b.id = :batch AND"
    " s.subject = CASE s.scope WHEN 'batch' THEN b.id WHEN 'programme' THEN b.programme WHEN 'payer' THEN b.payer END))"
)


def against(tx: Transaction, partner: str, batch_id: str) -> Any | None:
    """The first stop that covers a file of this batch to this partner, or None.

    Read in the transaction that commits the release: on PostgreSQL the table is locked against new stops until
    then, so that a stop that returned holds before every later release.
    """
    if tx.dialect.name == "postgresql":
        tx.run("LOCK TABLE stop IN SHARE MODE")
    return tx.run(f"SELECT s.* {_OF_FILE} ORDER BY s.id", partner=partner, batch=batch_id).first()


def of_partner_active(tx: Transaction, partner: str) -> list[Any]:
    """Stops over a whole partner, also those over everything."""
    return tx.rows(
        "SELECT * FROM stop WHERE lifted_at IS NULL AND (scope = 'all' OR (scope = 'partner' AND subject = :p))"
        " ORDER BY id",
        p=partner,
    )


def active(tx: Transaction) -> list[Any]:
    return tx.rows("SELECT * FROM stop WHERE lifted_at IS NULL ORDER BY id")


def lift(tx: Transaction, scope: Scope, decision_id: int) -> int:
    """Lift every stop of exactly this scope; returns how many."""
    return tx.run(
        "UPDATE stop SET lifted_at = :now, decision_id = :decision"
        " WHERE scope = :scope AND subject = :subject AND lifted_at IS NULL",
        now=tx.now(),
        decision=decision_id,
        scope=scope.kind,
        subject=scope.subject,
    ).rowcount
