"""Accounts that a bank doubts, before a person: whom they keep from being paid, and what ends that."""

from __future__ import annotations

import json
from dataclasses import replace

from gateway.domain.accounts import AccountStep
from gateway.ports import Vault
from gateway.store.accounts import exchange
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.usecases.roster.items import Items
from gateway.usecases.roster.remark import Remark

_FINDINGS = {
    AccountStep.MISMATCH: Remark("account", "account_mismatch"),
    AccountStep.REFUSED: Remark("account", "account_refused"),
}
"""Result -> what it puts before a person."""


def look(tx: Transaction, roster: Roster, change_id: int) -> None:
    """Compare a roster as it is now with what banks said last: items that an act of the roster opens and ends."""
    exchange.open_items(tx)
    items = Items(tx, roster, change_id)
    for row in exchange.doubted(tx, roster):
        values = json.loads(tx.vault.open(bytes(row.said), f"roster_line:{row.line_id}"))
        told = said(tx.vault, row.told, row.change_id, row.account_id)
        suggestion = told.get("known_owner") or told.get("known_account") or ""
        finding = replace(_FINDINGS[AccountStep(row.state)], suggestion=suggestion)
        about = [bytes(row.account_blind).hex(), values["payee_name"] or values["name"], suggestion]
        items.account(row, finding, values, about)
    items.flush()
    exchange.take_items(tx, roster, change_id)


def said(vault: Vault, envelope: bytes | memoryview | None, change_id: int, account_id: int) -> dict[str, str]:
    """What the bank has itself; nothing where it told nothing."""
    if envelope is None:
        return {}
    found: dict[str, str] = json.loads(vault.open(bytes(envelope), f"account_step:{change_id}:{account_id}"))
    return found
