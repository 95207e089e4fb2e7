"""Payments that were approved, of people about whom the population registry says something that nobody judged yet."""

from __future__ import annotations

from typing import Any

from gateway.store import succession
from gateway.store.roster.scope import spoken_of
from gateway.store.store import Transaction, take

_APPROVED = "t.state IN ('approved', 'allocated')"
_EVIDENCE = "an open item of the population registry"


def hold(tx: Transaction, selection: str, **params: Any) -> int:
    """Hold those of a selection over alias ``t``, with an exception each (M2); returns how many.

    What is released meanwhile is not held: one of the two transactions wins, and the other one is ``Busy``.
    """
    stopped = f"{selection} AND {_APPROVED} AND {spoken_of('t')}"
    count = _raise_for(tx, "registry_held", stopped, **params)
    if count:
        succession.hold(tx, stopped, _EVIDENCE, **params)
        tx.record("system", "payment hold", "population registry", payments=count)
    return count


def _raise_for(tx: Transaction, kind: str, selection: str, **params: Any) -> int:
    count: int = tx.value(f"SELECT count(*) FROM payment t WHERE {selection}", **params)
    if count:
        tx.run(
            "INSERT INTO exception (id, kind, partner, payment_id, amount, currency, params, state, opened_at)"
            " SELECT :first - 1 + row_number() OVER (ORDER BY t.id), CAST(:kind AS VARCHAR), t.partner, t.id, t.amount,"
            f" t.currency, '{{\"batch\": \"' || t.batch_id || '\"}}', 'open', :now FROM payment t WHERE {selection}",
            first=take(tx, "exception", count).start,
            kind=kind,
            now=tx.now(),
            **params,
        )
    return count
