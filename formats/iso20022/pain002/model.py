"""What a status report says, at three levels. An unreadable value is None and its code stands in ``problems``.

Content that has no place here is kept as XML in ``raw``: nothing is dropped. What there are millions of are named
tuples.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Reason(NamedTuple):
    """StsRsnInf: an external code or the partner's own, its sentences, and who says so."""

    code: str | None
    proprietary: str | None
    texts: tuple[str, ...]
    originator: str | None = None
    originator_id: str | None = None


class Charge(NamedTuple):
    """ChrgsInf, in minor units."""

    amount: int | None
    currency: str | None
    agent: str | None
    kind: str | None = None


class Original(NamedTuple):
    """OrgnlTxRef: what the partner repeats of the transfer, as written."""

    instructed_amount: str | None = None
    instructed_currency: str | None = None
    equivalent_amount: str | None = None
    equivalent_currency: str | None = None
    transfer_currency: str | None = None
    settled_amount: str | None = None
    settled_currency: str | None = None
    settled_on: str | None = None
    execution_date: str | None = None
    collection_date: str | None = None
    method: str | None = None
    category_purpose: str | None = None
    purpose: str | None = None
    mandate_id: str | None = None
    debtor: str | None = None
    debtor_account: str | None = None
    debtor_agent: str | None = None
    ultimate_debtor: str | None = None
    creditor: str | None = None
    creditor_id: str | None = None
    creditor_account: str | None = None
    creditor_agent: str | None = None
    creditor_agent_name: str | None = None
    ultimate_creditor: str | None = None
    remittance: str | None = None
    creditor_reference: str | None = None


class TransferStatus(NamedTuple):
    """TxInfAndSts; ``amount`` in minor units, from the original transaction's reference where it is given."""

    original_message_id: str | None
    original_payment_information_id: str | None
    original_instruction_id: str | None
    original_end_to_end_id: str | None
    original_uetr: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    amount: int | None
    currency: str | None
    problems: tuple[str, ...] = ()
    status_id: str | None = None
    servicer_reference: str | None = None
    clearing_reference: str | None = None
    accepted: datetime | None = None
    settled: date | None = None
    charges: tuple[Charge, ...] = ()
    creditor: str | None = None
    creditor_account: str | None = None
    remittance: str | None = None
    original: Original | None = None
    raw: bytes | None = None
    """The element, when something in it is not read."""


@dataclass(frozen=True, slots=True)
class Counted:
    """NbOfTxsPerSts: how many transfers have a status; ``total`` as written, because no currency stands beside it."""

    status: str | None
    count: int | None
    total: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """GrpHdr; ``version`` is the message name, ``pain.002.001.12``."""

    version: str
    message_id: str | None
    created: datetime | None
    problems: tuple[str, ...] = ()
    sender: str | None = None
    sender_id: str | None = None
    forwarding_agent: str | None = None
    debtor_agent: str | None = None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """OrgnlGrpInfAndSts; ``original_sum`` as written, because no currency stands beside it."""

    original_message_id: str | None
    original_message_name: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    original_count: int | None
    original_sum: str | None
    problems: tuple[str, ...] = ()
    original_created: datetime | None = None
    counted: tuple[Counted, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class BlockStatus:
    """OrgnlPmtInfAndSts, before its transfers."""

    original_message_id: str | None
    original_payment_information_id: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    original_count: int | None = None
    original_sum: str | None = None
    counted: tuple[Counted, ...] = ()
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


Item = Report | GroupStatus | BlockStatus | TransferStatus
