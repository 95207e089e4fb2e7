"""Accounts staged beside what is known, and taken over in sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.domain.accounts import AccountAct
from gateway.store import bulk
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import AccountChange, AccountFile

STAGED = ("id", "sheet", "row", "bank", "personal", "person_blind", "name_blind", "account_blind", "owner_blind")
SAME = "a.person_blind = i.person_blind AND a.account_blind = i.account_blind AND a.owner_blind = i.owner_blind"
_MINE = "l.payer = :payer AND l.ended_by IS NULL AND l.person_blind = i.person_blind"


def open_staging(tx: Transaction) -> None:
    """A scratch table for accounts that are told; gone with the connection."""
    names = ", ".join(f'l."{name}"' for name in STAGED if name not in ("owner_blind",))
    tx.run("DROP TABLE IF EXISTS incoming_account")
    tx.run(
        f"CREATE TEMPORARY TABLE incoming_account AS SELECT {names}, l.name_blind AS owner_blind FROM roster_line l"
        " WHERE 1 = 0"
    )


def stage(tx: Transaction, rows: Iterable[Sequence[Any]]) -> int:
    """Rows with values in the order of ``STAGED``; returns how many."""
    count = bulk.insert(tx, "incoming_account", STAGED, rows)
    tx.run("CREATE INDEX ix_incoming_account_person ON incoming_account (person_blind, account_blind)")
    return count


def of_nobody(tx: Transaction, payer: str) -> list[Any]:
    """Staged rows of people whom no roster of the payer holds; they are dropped."""
    return _dropped(tx, f"NOT EXISTS (SELECT 1 FROM roster_line l WHERE {_MINE})", payer=payer)


def of_another_name(tx: Transaction, payer: str) -> list[Any]:
    """Staged rows of people who bear another name in the roster; they are dropped."""
    named = f"SELECT 1 FROM roster_line l WHERE {_MINE} AND l.name_blind = i.name_blind"
    return _dropped(tx, f"NOT EXISTS ({named})", payer=payer)


def _dropped(tx: Transaction, where: str, **params: Any) -> list[Any]:
    found = tx.rows(f'SELECT i.id, i.sheet, i."row" FROM incoming_account i WHERE {where} ORDER BY i.id', **params)
    if found:
        tx.run(f"DELETE FROM incoming_account AS i WHERE {where}", **params)
    return found


def drop_known(tx: Transaction) -> int:
    """Accounts that are known already, by what was told before or by a roster; returns how many rows these were."""
    known = (
        f"EXISTS (SELECT 1 FROM account a WHERE {SAME}) OR EXISTS (SELECT 1 FROM roster_line l"
        " WHERE l.ended_by IS NULL AND l.person_blind = i.person_blind AND l.account_blind = i.account_blind)"
    )
    return tx.run(f"DELETE FROM incoming_account AS i WHERE {known}").rowcount


def take_over(tx: Transaction, change_id: int, origin: str) -> int:
    """What is new, once; returns how many accounts these are."""
    return tx.run(
        "INSERT INTO account (id, made_by, origin, bank, personal, person_blind, account_blind, owner_blind)"
        " SELECT i.id, CAST(:change AS BIGINT), :origin, i.bank, i.personal, i.person_blind, i.account_blind,"
        " i.owner_blind FROM incoming_account i WHERE i.id IN (SELECT min(id) FROM incoming_account"
        f" GROUP BY person_blind, account_blind, owner_blind) AND NOT EXISTS (SELECT 1 FROM account a WHERE {SAME})"
        " ORDER BY i.id",
        change=change_id,
        origin=origin,
    ).rowcount


def has_staged(tx: Transaction) -> bool:
    return bool(tx.value("SELECT 1 FROM incoming_account LIMIT 1"))


def add_change(tx: Transaction, kind: AccountAct, payer: str, actor: str) -> AccountChange:
    number = take(tx, "account_change").start
    made = AccountChange(
        id=number,
        reference=naming(tx).message_id(number).replace("M", "A", 1),
        kind=kind,
        payer=payer,
        actor=actor,
        made_at=tx.now(),
    )
    tx.session.add(made)
    tx.session.flush()
    return made


def add_file(tx: Transaction, file: AccountFile) -> None:
    tx.session.add(file)
    tx.session.flush()


_TOLD = (
    "SELECT id, origin, bank, person_blind, account_blind, owner_blind FROM account WHERE made_by = :change ORDER BY id"
)
_STEPS = (
    "SELECT account_id, state, CASE WHEN personal IS NULL THEN 0 ELSE 1 END AS is_told FROM account_step"
    " WHERE change_id = :change ORDER BY account_id, state"
)

_OPENINGS = "SELECT line_id, person_blind FROM account_opening WHERE change_id = :change ORDER BY line_id"
_OPENED = (
    "SELECT request_id, line_id, outcome, account_id FROM account_opening_step WHERE change_id = :change"
    " ORDER BY request_id, line_id"
)


def told_digest(tx: Transaction, change_id: int) -> bytes:
    """SHA-256 over what an act told, said and asked of accounts: what its audit record holds."""
    sha256 = hashlib.sha256()
    for row in tx.stream(_TOLD, change=change_id):
        sha256.update(f"{row.id}\x1f{row.origin}\x1f{row.bank}\x1f".encode())
        for blind in (row.person_blind, row.account_blind, row.owner_blind):
            sha256.update(bytes(blind))
    for row in tx.stream(_STEPS, change=change_id):
        sha256.update(f"\x1e{row.account_id}\x1f{row.state}\x1f{row.is_told}".encode())
    for row in tx.stream(_OPENINGS, change=change_id):
        sha256.update(f"\x1d{row.line_id}\x1f".encode() + bytes(row.person_blind))
    for row in tx.stream(_OPENED, change=change_id):
        sha256.update(f"\x1c{row.request_id}\x1f{row.line_id}\x1f{row.outcome}\x1f{row.account_id}".encode())
    return sha256.digest()


def everything(tx: Transaction) -> Iterator[Any]:
    yield from tx.stream("SELECT * FROM account ORDER BY id")


def everything_said(tx: Transaction) -> Iterator[Any]:
    """Steps with what a bank told besides."""
    yield from tx.stream(
        "SELECT change_id, account_id, state, personal FROM account_step WHERE personal IS NOT NULL"
        " ORDER BY change_id, account_id, state"
    )
