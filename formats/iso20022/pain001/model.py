"""The values of a pain.001 and the rules they must keep; nothing is cut or mended, a breach is Unrenderable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from formats.errors import Unrenderable


@dataclass(frozen=True, slots=True)
class Agent:
    """A bank: by BIC, or by its member id in a (proprietary) clearing system."""

    bicfi: str | None = None
    member_id: str | None = None
    clearing_system: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account or wallet number; ``scheme`` is proprietary, for numbers that are no bank account."""

    number: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """GrpHdr. ``created`` has an offset and whole seconds; ``control_sum`` in minor units."""

    message_id: str
    created: datetime
    initiating_party: str
    initiating_party_id: str | None
    count: int
    control_sum: int
    currency: str


@dataclass(frozen=True, slots=True)
class Block:
    """PmtInf: one debtor account, currency and execution date; its count and sum are the header's."""

    payment_information_id: str
    execution_date: date
    debtor: str
    debtor_account: Account
    debtor_agent: Agent
    currency: str
    category_purpose: str | None
    batch_booking: bool
    charge_bearer: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """CdtTrfTxInf; ``amount`` in minor units."""

    instruction_id: str
    end_to_end_id: str
    uetr: str | None
    amount: int
    creditor: str
    creditor_account: Account
    creditor_agent: Agent | None = None
    purpose: str | None = None
    remittance: str | None = None
    ultimate_creditor: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """What differs between the versions we write."""

    bic: str = "BICFI"
    choice_of_date: bool = True
    uetr: bool = True
    envelope: bool = True


VERSIONS = {
    "pain.001.001.03": Version(bic="BIC", choice_of_date=False, uetr=False, envelope=False),
    "pain.001.001.09": Version(),
    "pain.001.001.12": Version(),
}


class Rule:
    """A pattern for a whole value, with the name that Unrenderable reports."""

    def __init__(self, name: str, pattern: str) -> None:
        self.name = name
        self._matches = re.compile(pattern).fullmatch

    def check(self, field: str, value: str | None) -> None:
        """None is no value; an optional field may have it."""
        if value is not None and not self._matches(value):
            raise Unrenderable(field, self.name, length=len(value))


def _line(length_max: int) -> Rule:
    """One line of text that starts and ends with something visible."""
    unprintable = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
    return Rule(f"line_{length_max}", rf"(?=\S)[^{unprintable}]{{1,{length_max}}}(?<=\S)")


ID = Rule("id_35_upper_case_letters_and_digits", "[A-Z0-9]{1,35}")
UETR = Rule("uuid_4_lower_case", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NAME = _line(70)
REMITTANCE = _line(140)
LABEL = _line(35)
NUMBER = Rule("account_34", r"[0-9A-Za-z+./-]{1,34}")
CODE = Rule("code_4", "[A-Z0-9]{1,4}")
BIC = Rule("bic", "[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
BEARER = Rule("charge_bearer", "SLEV|SHAR|DEBT|CRED")


def check_head(header: Header, block: Block) -> None:
    """Raise Unrenderable for the first value of the head that breaks a rule."""
    ID.check("message_id", header.message_id)
    NAME.check("initiating_party", header.initiating_party)
    LABEL.check("initiating_party_id", header.initiating_party_id)
    ID.check("payment_information_id", block.payment_information_id)
    NAME.check("debtor", block.debtor)
    check_account("debtor_account", block.debtor_account)
    check_agent("debtor_agent", block.debtor_agent)
    CODE.check("category_purpose", block.category_purpose)
    BEARER.check("charge_bearer", block.charge_bearer)
    if header.created.utcoffset() is None or header.created.microsecond:
        raise Unrenderable("created", "whole_seconds_with_offset")
    if block.currency != header.currency:
        raise Unrenderable("currency", "one_per_message")


def check_transfer(transfer: Transfer) -> None:
    """Raise Unrenderable for the first value of a transfer that breaks a rule; its agent is checked when written."""
    ID.check("instruction_id", transfer.instruction_id)
    ID.check("end_to_end_id", transfer.end_to_end_id)
    UETR.check("uetr", transfer.uetr)
    NAME.check("creditor", transfer.creditor)
    check_account("creditor_account", transfer.creditor_account)
    CODE.check("purpose", transfer.purpose)
    REMITTANCE.check("remittance", transfer.remittance)
    NAME.check("ultimate_creditor", transfer.ultimate_creditor)
    if transfer.amount <= 0:
        raise Unrenderable("amount", "positive")


def check_account(field: str, account: Account) -> None:
    NUMBER.check(field, account.number)
    LABEL.check(field, account.scheme)


def check_agent(field: str, agent: Agent) -> None:
    """Either a BIC or a member id; a clearing system only beside a member id."""
    BIC.check(field, agent.bicfi)
    LABEL.check(field, agent.member_id)
    LABEL.check(field, agent.clearing_system)
    if agent.bicfi is None and agent.member_id is None:
        raise Unrenderable(field, "bic_or_member_id")
    if agent.clearing_system is not None and agent.member_id is None:
        raise Unrenderable(field, "clearing_system_needs_member_id")
