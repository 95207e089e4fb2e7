"""The values of the account messages that we write; their names are those of the tables in ``elements``.

An opening request opens one account: the standard has no place for a second one. A verification request asks about as
many accounts as it likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from formats.iso20022.pain001.model import NO_AGENT, Account, Agent, Party


@dataclass(frozen=True, slots=True)
class Birth:
    """All three or none: the standard knows no day of birth without its place."""

    date: date | None = None
    town: str | None = None
    country: str | None = None


UNTOLD = Birth()


@dataclass(frozen=True, slots=True)
class Person:
    """Whose account it is or shall be; ``id_kind`` is an ISO code such as NIDN, national identity number."""

    name: str
    person_id: str | None = None
    id_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """acmt.007: the payer asks a bank to open an account for a person.

    ``process_id`` comes back in every answer. ``account_type`` is an ISO cash account type such as CACC or TRAN; the
    payer's address needs town and country. ``mobile`` as ISO writes it, ``+84-912345678``.
    """

    message_id: str
    created: datetime
    process_id: str
    process_created: datetime
    payer: Party
    servicer: Agent
    owner: Person
    currency: str
    account_type: str
    birth: Birth = UNTOLD
    mobile: str | None = None
    purpose: str | None = None
    agreement: str | None = None
    wanted_by: date | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """The head of an acmt.023: who asks which bank."""

    message_id: str
    created: datetime
    assigner: Party
    assignee: Agent


@dataclass(frozen=True, slots=True)
class Verification:
    """Is this the owner of that account? The answer names ``verification_id``."""

    verification_id: str
    owner: Person
    account: Account
    agent: Agent = NO_AGENT
