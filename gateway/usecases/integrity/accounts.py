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
from gateway.store.tables import AccountAnswer, AccountChange, AccountFile, AccountRequest
from gateway.usecases.accounts.doubts import said
from gateway.usecases.accounts.owner import opened
from gateway.usecases.context import Context
from gateway.usecases.integrity.recorded import Records


def differences(context: Context, tx: Transaction) -> Iterator[Discrepancy]:
    yield from _acts(tx)
    yield from _envelopes(context.vault(), tx)
    yield from _said(context.vault(), tx)


def _acts(tx: Transaction) -> Iterator[Discrepancy]:
    """What an act told is what was recorded of it."""
    recorded = Records(tx, "account import", "account verify", "account answer", "account open", "account opened")
    files = {file.change_id: file for file in every(tx, AccountFile)}
    requests = {request.change_id: request for request in every(tx, AccountRequest)}
    answers = {answer.change_id: answer for answer in every(tx, AccountAnswer)}
    changes = {change.id: change for change in every(tx, AccountChange)}
    for change in changes.values():
        told: dict[str, Any] = {"actor": change.actor, "kind": change.kind, "payer": change.payer}
        told["digest"] = register.told_digest(tx, change.id).hex()
        if change.id in files:
            file = files[change.id]
            told |= {"rows": file.rows, "added": file.added, "source": file.source_sha256}
        if change.id in requests:
            request = requests[change.id]
            told |= {"partner": request.partner, "form": request.form, "asked": request.asked, "file": request.sha256}
        if change.id in answers:
            answer = answers[change.id]
            asked = changes.get(answer.request_id)
            told |= {"request": asked.reference if asked else None, "answered_on": answer.answered_on}
            told |= {"rows": answer.rows, "source": answer.source_sha256, "list": answer.rows_sha256.hex()}
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


def _said(vault: Vault, tx: Transaction) -> Iterator[Discrepancy]:
    """What banks told besides opens where it stands."""
    for row in register.everything_said(tx):
        try:
            said(vault, row.personal, row.change_id, row.account_id)
        except (ChitraError, ValueError):
            yield Discrepancy("envelope_differs", f"account_step {row.change_id} {row.account_id}")
