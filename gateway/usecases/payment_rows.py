"""Rows of ``payment`` from lines that can be paid: numbered, named, personal data sealed to the number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gateway.domain.identifiers import Naming
from gateway.domain.states import PaymentState
from gateway.store import batches
from gateway.store.numbers import Numbers
from gateway.store.store import Transaction, naming
from gateway.usecases.context import Context
from gateway.usecases.rows import Line, content_blind

CURRENCY = "VND"
"""Batch files have no currency column; welfare is paid in đồng."""
_IDS_TAKEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Belonging:
    """Where a payment belongs."""

    batch_id: str
    payer: str
    programme: str


class PaymentRows:
    """Makes the rows of one batch."""

    def __init__(self, context: Context, tx: Transaction, belonging: Belonging) -> None:
        self._context, self._tx, self._belonging = context, tx, belonging
        self._naming: Naming = naming(tx)
        self._numbers = Numbers(tx, "payment", _IDS_TAKEN_AT_ONCE)

    def row(self, line: Line, predecessor_id: int | None = None) -> tuple[Any, ...]:
        """Values in the order of ``batches.PAYMENT_COLUMNS``."""
        vault, number = self._tx.vault, next(self._numbers)
        fields = {
            "id": number,
            "batch_id": self._belonging.batch_id,
            "line": line.row,
            "payer": self._belonging.payer,
            "programme": self._belonging.programme,
            "payment_ref": line.payment_ref,
            "end_to_end_id": self._naming.end_to_end_id(number),
            "uetr": self._context.ids.uetr(),
            "partner": line.partner,
            "bank": line.bank,
            "amount": line.amount,
            "entitled_amount": line.entitled_amount,
            "currency": CURRENCY,
            "kind": line.kind,
            "benefit_month": line.benefit_month,
            "commune_code": line.commune_code,
            "state": PaymentState.READY.value,
            "holds_key": True,
            "returned_amount": 0,
            "return_charges": 0,
            "personal": vault.seal(_personal(line), f"payment:{number}"),
            "person_blind": vault.blind("person", line.beneficiary_id),
            "account_blind": vault.blind("account", f"{line.bank}:{line.account}"),
            "content_blind": content_blind(vault, line),
            "predecessor_id": predecessor_id,
        }
        return tuple(fields.get(column) for column in batches.PAYMENT_COLUMNS)


def _personal(line: Line) -> bytes:
    """The envelope's content: what identifies a person or an account, and what else the row says that has no column."""
    fields: dict[str, object] = {
        "beneficiary_id": line.beneficiary_id,
        "beneficiary_name": line.beneficiary_name,
        "date_of_birth": line.date_of_birth,
        "payee_name": line.payee_name,
        "payee_basis": line.payee_basis,
        "account": line.account,
        "note": line.note,
    }
    if line.predecessor_ref:
        fields["predecessor_ref"] = line.predecessor_ref
    if line.originals:
        fields["originals"] = line.originals
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
