"""Accounts of people: each against its envelope, each act against the audit record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.domain.errors import ChitraError
from gateway.ports import Vault
from gateway.store.accounts import register
from gateway.store.discrepancy import Discrepancy
from gateway.store.integrity.every import every
from gateway.store.store import Transaction
from gateway.store.tables import AccountChange, AccountFile
from gateway.usecases.accounts.owner import opened
from gateway.usecases.context import Context
from gateway.usecases.integrity.recorded import Records


def differences(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    yield from _acts(tx)
    yield from _envelopes(context.vault(), tx)


def _acts(tx: Transaction) -> Iterator[Discrepancy]:
    """What an act told is what was recorded of it."""
    recorded = Records(tx, "account import")
    files = {file.change_id: file for file in every(tx, AccountFile)}
    for change in every(tx, AccountChange):
        told: dict[str, Any] = {"actor": change.actor, "kind": change.kind, "payer": change.payer}
        told["digest"] = register.told_digest(tx, change.id).hex()
        if change.id in files:
            file = files[change.id]
            told |= {"rows": file.rows, "added": file.added, "source": file.source_sha256}
        yield from recorded.differ(f"account_change {change.reference}", change.reference, told)


def _envelopes(vault: Vault, tx: Transaction) -> Iterator[Discrepancy]:
    """Each opens, and gives the blind columns and the bank."""
    for row in register.everything(tx):
        where = f"account {row.id}"
        try:
            account = opened(vault, row.personal, row.id)
        except (ChitraError, ValueError, TypeError):
            yield Discrepancy("envelope_differs", where)
            continue
        if account.bank != row.bank:
            yield Discrepancy("content_differs", f"{where} bank", account.bank, row.bank)
        for column, expected in account.blinds(vault).items():
            if bytes(getattr(row, column)) != expected:
                yield Discrepancy("content_differs", f"{where} {column}", expected.hex(), "")
