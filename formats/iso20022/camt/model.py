"""What a statement, report or notification says. Amounts are signed minor units: credit positive, debit negative.

A value that cannot be read is None and its code stands in ``problems``; content that has no place here is kept as XML
in ``raw``: nothing is dropped.
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
    sub_kind: str | None = None


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
    raw: bytes | None = None
    """The head without its entries, when something in it is not read."""


@dataclass(frozen=True, slots=True)
class References:
    """Of Refs, those that matching does not use."""

    mandate_id: str | None = None
    cheque_number: str | None = None
    clearing_reference: str | None = None
    owner_transaction_id: str | None = None
    servicer_transaction_id: str | None = None
    infrastructure_transaction_id: str | None = None
    processing_id: str | None = None
    proprietary_type: str | None = None
    proprietary: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """AmtDtls, amounts and rates as they are written."""

    instructed_amount: str | None = None
    instructed_currency: str | None = None
    transaction_amount: str | None = None
    transaction_currency: str | None = None
    counter_amount: str | None = None
    counter_currency: str | None = None
    source_currency: str | None = None
    target_currency: str | None = None
    unit_currency: str | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Parties:
    """RltdPties and RltdAgts: names, ids, accounts; an agent by BIC, member id or name."""

    initiating_party: str | None = None
    debtor: str | None = None
    debtor_id: str | None = None
    debtor_account: str | None = None
    debtor_agent: str | None = None
    ultimate_debtor: str | None = None
    ultimate_debtor_id: str | None = None
    creditor: str | None = None
    creditor_id: str | None = None
    creditor_account: str | None = None
    creditor_agent: str | None = None
    ultimate_creditor: str | None = None
    ultimate_creditor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """RtrInf, besides its reason: who returned, and the bank's code of the original."""

    originator: str | None = None
    original_code: str | None = None
    original_family: str | None = None
    original_subfamily: str | None = None
    original_proprietary: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """TxDtls. Without an indicator of its own it has the sign of its entry."""

    ordinal: int
    amount: int | None = None
    currency: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    instruction_id: str | None = None
    end_to_end_id: str | None = None
    uetr: str | None = None
    transaction_id: str | None = None
    servicer_reference: str | None = None
    return_reason: str | None = None
    return_text: str | None = None
    is_return: bool = False
    reversal: bool = False
    counterparty: str | None = None
    counterparty_account: str | None = None
    remittance: str | None = None
    additional: str | None = None
    charges: int | None = None
    bank_code: str | None = None
    proprietary_code: str | None = None
    purpose: str | None = None
    document: str | None = None
    accepted: str | None = None
    settled: str | None = None
    references: References | None = None
    exchange: Exchange | None = None
    parties: Parties | None = None
    returned: Returned | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Ntry of the statement with this ordinal. ``bank_code`` is ``PMNT/ICDT/DMCT`` or the bank's own code.

    ``charges`` are minor units deducted, negative when refunded.
    """

    statement: int
    ordinal: int
    amount: int | None = None
    currency: str | None = None
    status: str | None = None
    reversal: bool = False
    booking_date: date | None = None
    value_date: date | None = None
    reference: str | None = None
    servicer_reference: str | None = None
    bank_code: str | None = None
    message_id: str | None = None
    payment_information_id: str | None = None
    batch_count: int | None = None
    additional: str | None = None
    charges: int | None = None
    details: tuple[Detail, ...] = ()
    problems: tuple[str, ...] = ()
    proprietary_code: str | None = None
    proprietary_issuer: str | None = None
    batch_amount: str | None = None
    batch_direction: str | None = None
    exchange: Exchange | None = None
    raw: bytes | None = None
    """The whole entry, when something in it is not read."""
