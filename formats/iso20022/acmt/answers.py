"""What account messages say, as they are read. An unreadable value is None and its code stands in ``problems``.

What has no place here is kept as XML in ``raw``: nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Assigned:
    """Assgnmt of an acmt.023 or acmt.024; the original is the request that a report answers.

    A bank has only an id, a payer a name and perhaps an id.
    """

    version: str
    message_id: str | None
    created: datetime | None
    assigner: str | None
    assignee: str | None
    assigner_id: str | None = None
    assignee_id: str | None = None
    original_message_id: str | None = None
    original_created: datetime | None = None
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A person and an account."""

    name: str | None = None
    person_id: str | None = None
    account: str | None = None
    account_scheme: str | None = None
    agent: str | None = None


NOTHING_SAID = Subject()


@dataclass(frozen=True, slots=True)
class Question:
    """Vrfctn of an acmt.023."""

    verification_id: str | None
    subject: Subject
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Rpt of an acmt.024.

    ``told`` is what the bank has, its owner's name perhaps masked; ``original`` only repeats what we asked and proves
    nothing. ``verified`` is None where the bank says neither true nor false. With the problem ``id_twice`` the report
    had an answer to the same question before, and neither should be believed.
    """

    original_verification_id: str | None
    verified: bool | None
    code: str | None
    proprietary: str | None
    told: Subject = NOTHING_SAID
    original: Subject = NOTHING_SAID
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """AcctId: an account that the bank names."""

    number: str | None
    scheme: str | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """acmt.007, the part that people ask for; everything else of it has many places."""

    version: str
    message_id: str | None
    created: datetime | None
    process_id: str | None
    organisation: str | None
    organisation_id: str | None
    servicer: str | None
    owner: str | None
    owner_id: str | None
    account: str | None
    account_type: str | None
    currency: str | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """acmt.010: the bank has these messages of ours, and perhaps names the account; ``status`` is the bank's word."""

    version: str
    message_id: str | None
    created: datetime | None
    process_id: str | None
    request_type: str | None
    status: str | None
    acknowledged: tuple[str, ...]
    accounts: tuple[Account, ...]
    organisation_id: str | None
    servicer: str | None
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """acmt.011: the bank refuses a message of ours; ``reasons`` are its sentences."""

    version: str
    message_id: str | None
    created: datetime | None
    process_id: str | None
    request_type: str | None
    original_message_id: str | None
    reasons: tuple[str, ...]
    accounts: tuple[Account, ...]
    organisation_id: str | None
    servicer: str | None
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


Verifying = Assigned | Question | Answer
Opened = Request | Acknowledgement | Rejection
Item = Verifying | Opened
