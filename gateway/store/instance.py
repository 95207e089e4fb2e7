"""Who this database is: instance and epoch, the end of its audit chain, and whether it may send at all (M15)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.store.store import Transaction, take

_IN_MESSAGES = ("file_out", "payment")
"""Counters behind the identifiers that partners see: of messages and blocks, of payments."""
_NAMES_KEPT_FREE = 1_000
_NAMES_OF_AN_EPOCH = 100_000
"""How far the counters of file names jump with a new epoch: names of the lost past are not met again."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of the audit chain, and whose it is."""

    instance: str
    epoch: int
    sequence: int
    hash: str
    people: int
    """Statements about people."""


@dataclass(frozen=True, slots=True)
class Safety:
    """Why nothing is sent."""

    since: str
    why: str
    params: Mapping[str, str | int]


def head(tx: Transaction) -> Head:
    row = tx.run(
        "SELECT i.instance, i.epoch, a.sequence, a.hash, (SELECT count(*) FROM decision d WHERE d.state = 'executed'"
        " AND d.verb IN ('operator add', 'operator role', 'operator revoke')) AS people"
        " FROM instance i, audit_head a WHERE i.id = 1 AND a.id = 1"
    ).one()
    return Head(row.instance, row.epoch, row.sequence, row.hash, row.people)


def is_there(tx: Transaction) -> bool:
    """Whether the rows that say who this database is are there; only somebody's hand can have removed them."""
    return bool(tx.value("SELECT count(*) FROM instance i, audit_head a WHERE i.id = 1 AND a.id = 1"))


def link(tx: Transaction, sequence: int) -> str | None:
    """Hash of one link of the audit chain; None when the chain does not reach so far."""
    found: str | None = tx.value("SELECT hash FROM audit WHERE sequence = :s", s=sequence)
    return found


def safe_mode(tx: Transaction, *, held: bool = False) -> Safety | None:
    """Why nothing is sent, or None; ``held`` keeps the answer true until the transaction ends."""
    lock = " FOR SHARE" if held and tx.dialect.name == "postgresql" else ""
    row = tx.run(f"SELECT safe_since, safe_code, safe_params FROM instance WHERE id = 1{lock}").one()
    return Safety(row.safe_since, row.safe_code, json.loads(row.safe_params)) if row.safe_since else None


def enter_safe_mode(tx: Transaction, why: str, params: Mapping[str, str | int]) -> None:
    """Nothing is sent from here on. A further reason takes the place of the first: who decided on that looks again."""
    tx.run(
        "UPDATE instance SET safe_since = :now, safe_code = :code, safe_params = :params WHERE id = 1",
        now=tx.now(),
        code=why,
        params=json.dumps(params, sort_keys=True),
    )
    tx.record("system", "safe mode", why, "", **params)


def leave_safe_mode(tx: Transaction, known_epoch: int, partners: Collection[str], leap: int) -> int:
    """A new epoch begins, later than any that is known of: its identifiers and file names were never used before.

    Of two restores of one backup neither knows of the other: ``leap``, drawn by chance, keeps their identifiers apart.
    """
    tx.run(
        "UPDATE instance SET epoch = 1 + CASE WHEN epoch > :known THEN epoch ELSE :known END, safe_since = NULL,"
        " safe_code = NULL, safe_params = NULL WHERE id = 1",
        known=known_epoch,
    )
    epoch = int(tx.value("SELECT epoch FROM instance WHERE id = 1"))
    for counter in _IN_MESSAGES:
        take(tx, counter, leap)
    for partner in partners:
        name = f"file_name:{partner}"
        reached = take(tx, name).stop
        first = max(reached + _NAMES_KEPT_FREE, epoch * _NAMES_OF_AN_EPOCH) + leap % (_NAMES_OF_AN_EPOCH // 2)
        take(tx, name, first - reached)
    return epoch
