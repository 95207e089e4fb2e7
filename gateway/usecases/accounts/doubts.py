"""Accounts that a bank doubts or that many people share, before a person; what keeps them there, and what ends that."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import groupby
from typing import Any

from gateway.domain.accounts import AccountStep
from gateway.ports import Vault
from gateway.store.accounts import exchange, sharing
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.usecases.context import Context
from gateway.usecases.roster.items import Items
from gateway.usecases.roster.remark import Remark

_FINDINGS = {
    AccountStep.MISMATCH: Remark("account", "account_mismatch"),
    AccountStep.REFUSED: Remark("account", "account_refused"),
}
"""Result -> what it puts before a person."""


def look(context: Context, tx: Transaction, roster: Roster, change_id: int) -> None:
    """Items that an act of a roster opens and ends, by the roster as it is now and what banks said last."""
    exchange.open_items(tx)
    items = Items(tx, roster, change_id)
    for row in exchange.doubted(tx, roster):
        values = json.loads(tx.vault.open(bytes(row.said), f"roster_line:{row.line_id}"))
        told = said(tx.vault, row.told, row.change_id, row.account_id)
        suggestion = told.get("known_owner") or told.get("known_account") or ""
        finding = replace(_FINDINGS[AccountStep(row.state)], suggestion=suggestion)
        about = [bytes(row.account_blind).hex(), values["payee_name"] or values["name"], suggestion]
        items.account(row, finding, values, about)
    for _account, found in groupby(sharing.shared(tx, roster, context.account_people_max), _number):
        _tell_shared(tx.vault, items, list(found))
    items.flush()
    exchange.take_items(tx, roster, change_id)


def _number(row: Any) -> bytes:
    return bytes(row.account_blind)


def _tell_shared(vault: Vault, items: Items, rows: list[Any]) -> None:
    """One item names everybody; another set of people makes another one."""
    opened = {bytes(row.person_blind): json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}"))
              for row in rows}  # fmt: skip
    named = "; ".join(f"{each['beneficiary_id']} {each['name']}" for each in opened.values())
    finding = Remark("account", "account_shared", {"people": len(opened)}, blocking=False, suggestion=named)
    about = [_number(rows[0]).hex(), *sorted(person.hex() for person in opened)]
    items.account(rows[0], finding, opened[bytes(rows[0].person_blind)], about)


def said(vault: Vault, envelope: bytes | memoryview | None, change_id: int, account_id: int) -> dict[str, str]:
    """What the bank has itself; nothing where it told nothing."""
    if envelope is None:
        return {}
    found: dict[str, str] = json.loads(vault.open(bytes(envelope), f"account_step:{change_id}:{account_id}"))
    return found
