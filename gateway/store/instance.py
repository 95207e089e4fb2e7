"""Who this database is: instance and epoch, the end of its audit chain, and whether it may send at all (M15)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.store.store import Transaction

_NAMES_KEPT_FREE = 1_000
"""How far the counters of file names jump with a new epoch: files sent before the database was set back are not met."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the audit chain, and whose it is."""

    instance: str
    epoch: int
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Safety:
    """Why nothing is sent."""

    since: str
    why: str
    params: Mapping[str, str | int]


def head(tx: Transaction) -> Head:
    row = tx.run(
        "SELECT i.instance, i.epoch, a.sequence, a.hash FROM instance i, audit_head a WHERE i.id = 1 AND a.id = 1"
    ).one()
    return Head(row.instance, row.epoch, row.sequence, row.hash)


def link(tx: Transaction, sequence: int) -> str | None:
    """Hash of one link of the audit chain; None when the chain does not reach so far."""
    found: str | None = tx.value("SELECT hash FROM audit WHERE sequence = :s", s=sequence)
    return found


def safe_mode(tx: Transaction) -> Safety | None:
    row = tx.run("SELECT safe_since, safe_code, safe_params FROM instance WHERE id = 1").one()
    return Safety(row.safe_since, row.safe_code, json.loads(row.safe_params)) if row.safe_since else None


def enter_safe_mode(tx: Transaction, why: str, params: Mapping[str, str | int]) -> None:
    """Nothing is sent from here on; the first reason stays."""
    entered = tx.run(
        "UPDATE instance SET safe_since = :now, safe_code = :code, safe_params = :params"
        " WHERE id = 1 AND safe_since IS NULL",
        now=tx.now(),
        code=why,
        params=json.dumps(params, sort_keys=True),
    )
    if entered.rowcount:
        tx.record("system", "safe mode", why, "", **params)


def leave_safe_mode(tx: Transaction) -> int:
    """A new epoch begins: no identifier or file name of it was ever used. Returns the epoch."""
    tx.run(
        "UPDATE instance SET epoch = epoch + 1, safe_since = NULL, safe_code = NULL, safe_params = NULL WHERE id = 1"
    )
    tx.run(
        'UPDATE sequence SET "next" = "next" + :jump WHERE name LIKE \'file_name:%\'',
        jump=_NAMES_KEPT_FREE,
    )
    return int(tx.value("SELECT epoch FROM instance WHERE id = 1"))
