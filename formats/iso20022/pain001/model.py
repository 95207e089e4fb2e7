"""The values of a pain.001; their names are those of the table in ``elements``, joined with dots where they nest.

Nothing of an optional part is there when all its values are None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Structured; free lines are not accepted any more. With any value, town and country (ISO 3166) are needed."""

    street: str | None = None
    building: str | None = None
    post_code: str | None = None
    town: str | None = None
    subdivision: str | None = None
    country: str | None = None


NOWHERE = Address()


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation; at most one of the two ids."""

    name: str | None = None
    organisation_id: str | None = None
    person_id: str | None = None
    address: Address = NOWHERE


@dataclass(frozen=True, slots=True)
class Agent:
    """A bank: by BIC, or by its member id in a (proprietary) clearing system."""

    bicfi: str | None = None
    member_id: str | None = None
    clearing_system: str | None = None


NOBODY = Party()
NO_AGENT = Agent()


@dataclass(frozen=True, slots=True)
class Account:
    """An account or wallet number; ``scheme`` is proprietary, for numbers that are no bank account."""

    number: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """GrpHdr. ``created`` has an offset and whole seconds; ``control_sum`` in minor units of the one currency."""

    message_id: str
    created: datetime
    initiating_party: Party
    count: int
    control_sum: int
    currency: str


@dataclass(frozen=True, slots=True)
class Block:
    """PmtInf: one debtor account, currency and execution date."""

    payment_information_id: str
    execution_date: date
    debtor: Party
    debtor_account: Account
    debtor_agent: Agent
    currency: str
    count: int
    control_sum: int
    batch_booking: bool
    charge_bearer: str
    category_purpose: str | None = None
    priority: str | None = None
    service_level: str | None = None
    ultimate_debtor: Party = NOBODY


@dataclass(frozen=True, slots=True)
class Transfer:
    """CdtTrfTxInf; ``amount`` in minor units. ``document`` and ``reference`` are structured remittance."""

    instruction_id: str
    end_to_end_id: str
    amount: int
    creditor: Party
    creditor_account: Account
    creditor_agent: Agent = NO_AGENT
    uetr: str | None = None
    ultimate_creditor: Party = NOBODY
    purpose: str | None = None
    remittance: str | None = None
    document: str | None = None
    reference: str | None = None
