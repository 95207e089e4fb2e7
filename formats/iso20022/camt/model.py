"""What a statement, report or notification says. Amounts are signed minor units: credit positive, debit negative.

A value that cannot be read is None and its code stands in ``problems``: nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """``kind`` is OPBD, CLBD, PRCD ... or the bank's own word."""

    kind: str | None
    amount: int | None
    currency: str | None
    date: date | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """Stmt of camt.053, Rpt of camt.052, Ntfctn of camt.054; ``ordinal`` counts them in the file from 0."""

    message: str
    version: str
    ordinal: int
    message_id: str | None
    statement_id: str | None
    created: datetime | None
    sequence: int | None
    legal_sequence: int | None
    page: int | None
    last_page: bool | None
    from_: date | None
    to: date | None
    account: str | None
    account_scheme: str | None
    currency: str | None
    owner: str | None
    servicer: str | None
    balances: tuple[Balance, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """TxDtls. Without an indicator of its own it has the sign of its entry."""

    ordinal: int
    amount: int | None
    currency: str | None
    message_id: str | None
    payment_information_id: str | None
    instruction_id: str | None
    end_to_end_id: str | None
    uetr: str | None
    transaction_id: str | None
    servicer_reference: str | None
    return_reason: str | None
    return_text: str | None
    is_return: bool
    reversal: bool
    counterparty: str | None
    counterparty_account: str | None
    remittance: str | None
    additional: str | None
    charges: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Ntry of the statement with this ordinal. ``bank_code`` is ``PMNT/ICDT/DMCT`` or the bank's own code.

    ``charges`` are minor units deducted, negative when refunded.
    """

    statement: int
    ordinal: int
    amount: int | None
    currency: str | None
    status: str | None
    reversal: bool
    booking_date: date | None
    value_date: date | None
    reference: str | None
    servicer_reference: str | None
    bank_code: str | None
    message_id: str | None
    payment_information_id: str | None
    batch_count: int | None
    additional: str | None
    charges: int | None
    details: tuple[Detail, ...]
    problems: tuple[str, ...] = ()
