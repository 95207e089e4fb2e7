"""What a statement, report or notification says. Amounts are signed minor units: credit positive, debit negative.

A value that cannot be read is None and its code stands in ``problems``; content that has no place here is kept as XML
in ``raw``: nothing is dropped. What there are millions of are named tuples, which are made in a fifth of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class CreditLine:
    """CdtLine of a balance; ``is_included`` when the balance counts it in."""

    amount: int | None
    currency: str | None
    is_included: bool
    kind: str | None


@dataclass(frozen=True, slots=True)
class Available:
    """Avlbty of a balance, ``on`` a day or after ``days``, as written."""

    amount: int | None
    currency: str | None
    on: str | None
    days: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """One line of TxsSummry: ``kind`` is its element, sums as written because no currency stands beside them.

    ``net`` has the sign of its indicator.
    """

    kind: str
    count: str | None
    sum: str | None
    net: str | None
    bank_code: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """``kind`` is OPBD, CLBD, PRCD ... or the bank's own word."""

    kind: str | None
    amount: int | None
    currency: str | None
    date: date | None
    problems: tuple[str, ...] = ()
    sub_kind: str | None = None
    credit_lines: tuple[CreditLine, ...] = ()
    available: tuple[Available, ...] = ()


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
    account_name: str | None = None
    account_kind: str | None = None
    owner_id: str | None = None
    servicer_name: str | None = None
    related_account: str | None = None
    related_currency: str | None = None
    copy: str | None = None
    source: str | None = None
    additional: str | None = None
    totals: tuple[Total, ...] = ()
    raw: bytes | None = None
    """The head without its entries, when something in it is not read."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What was not there yet when the head of the statement was told: it stands behind the entries."""

    statement: int
    additional: str | None
    raw: bytes | None


class References(NamedTuple):
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


class Exchange(NamedTuple):
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
    contract: str | None = None
    quoted: str | None = None


class Parties(NamedTuple):
    """RltdPties and RltdAgts: names, ids, accounts, addresses in one line; an agent by BIC or member id."""

    initiating_party: str | None = None
    debtor: str | None = None
    debtor_id: str | None = None
    debtor_address: str | None = None
    debtor_account: str | None = None
    debtor_account_scheme: str | None = None
    debtor_agent: str | None = None
    debtor_agent_name: str | None = None
    ultimate_debtor: str | None = None
    ultimate_debtor_id: str | None = None
    creditor: str | None = None
    creditor_id: str | None = None
    creditor_address: str | None = None
    creditor_account: str | None = None
    creditor_account_scheme: str | None = None
    creditor_agent: str | None = None
    creditor_agent_name: str | None = None
    ultimate_creditor: str | None = None
    ultimate_creditor_id: str | None = None


class Returned(NamedTuple):
    """RtrInf, besides its reason: who returned, and the bank's code of the original."""

    originator: str | None = None
    originator_id: str | None = None
    original_code: str | None = None
    original_family: str | None = None
    original_subfamily: str | None = None
    original_proprietary: str | None = None
    original_issuer: str | None = None


class Remittance(NamedTuple):
    """RmtInf/Strd, several texts of a kind joined by a space."""

    creditor_reference: str | None = None
    reference_kind: str | None = None
    reference_issuer: str | None = None
    document: str | None = None
    document_kind: str | None = None
    document_date: str | None = None
    remitted_amount: str | None = None
    remitted_currency: str | None = None
    additional: str | None = None


class Dates(NamedTuple):
    """RltdDts, as written; the values that no version but some have stay in ``raw``."""

    accepted: str | None = None
    settled: str | None = None
    traded: str | None = None
    executed: str | None = None
    started: str | None = None
    ended: str | None = None


class Charge(NamedTuple):
    """A record of Chrgs; minor units deducted, negative when refunded. ``is_included``: the amount is less it."""

    amount: int | None
    currency: str | None
    kind: str | None
    is_included: bool
    agent: str | None


class Detail(NamedTuple):
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
    proprietary_issuer: str | None = None
    purpose: str | None = None
    charge_records: tuple[Charge, ...] = ()
    charges_total: str | None = None
    references: References | None = None
    exchange: Exchange | None = None
    parties: Parties | None = None
    returned: Returned | None = None
    structured: Remittance | None = None
    dates: Dates | None = None
    raw: bytes | None = None
    """The detail, when something in it is not read and there are so many that they are read one by one."""


class Entry(NamedTuple):
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
    batch_currency: str | None = None
    batch_direction: str | None = None
    charge_records: tuple[Charge, ...] = ()
    charges_total: str | None = None
    exchange: Exchange | None = None
    information: str | None = None
    raw: bytes | None = None
    """The whole entry, when something in it is not read; details that are read one by one have their own."""
