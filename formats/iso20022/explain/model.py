"""What can be said of a file that holds a message, or of one that holds none.

Amounts are minor units with their currency; names and numbers are as they were read: whoever shows them masks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from formats.iso20022 import codes
from formats.iso20022.acmt import Acknowledgement, Assigned, Rejection, Request
from formats.iso20022.camt import Balance, Statement
from formats.iso20022.explain.orders import Block, Group
from formats.iso20022.explain.outline import Outline
from formats.iso20022.pain002 import GroupStatus, Report

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Finding:
    """``path`` is XPath by local names, empty for the whole file; ``params`` hold no content of the message (A3)."""

    path: str
    rule: str
    params: Params = field(default_factory=dict)


class Sums:
    """Running sums of minor units, one for each currency."""

    __slots__ = ("minor",)

    def __init__(self) -> None:
        self.minor: dict[str, int] = {}

    def add(self, amount: int | None, currency: str | None) -> None:
        """Nothing is added of an amount that could not be read."""
        if amount is not None and currency is not None:
            self.minor[currency] = self.minor.get(currency, 0) + amount

    def merge(self, other: Sums) -> None:
        for currency, minor in other.minor.items():
            self.add(minor, currency)

    def scaled(self) -> tuple[int, int]:
        """The sum irrespective of currencies, as ISO's control sums are, and how many of its digits are decimals."""
        decimals = max((codes.exponent(currency) for currency in self.minor), default=0)
        total = sum(minor * 10 ** (decimals - codes.exponent(currency)) for currency, minor in self.minor.items())
        return total, decimals

    def text(self) -> str:
        """``scaled`` as decimal text."""
        return decimal_text(*self.scaled())

    def texts(self) -> dict[str, str]:
        """Decimal text by currency."""
        return {currency: decimal_text(minor, codes.exponent(currency)) for currency, minor in self.minor.items()}


def decimal_text(minor: int, decimals: int) -> str:
    """-1050 with two decimals is ``-10.50``."""
    digits = str(abs(minor)).zfill(decimals + 1)
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"-{text}" if minor < 0 else text


@dataclass(slots=True)
class Tally:
    """How many there were and their sums; ``whole`` while every amount could be read."""

    count: int = 0
    sums: Sums = field(default_factory=Sums)
    whole: bool = True

    def add(self, amount: int | None, currency: str | None) -> None:
        self.count += 1
        self.sums.add(amount, currency)
        self.whole = self.whole and amount is not None

    def merge(self, other: Tally) -> None:
        self.count += other.count
        self.sums.merge(other.sums)
        self.whole = self.whole and other.whole


R = TypeVar("R")


class Rows(Generic[R]):
    """The first so many of a list that may be long, and how many there were; with ``limit`` 0 all."""

    __slots__ = ("_limit", "count", "shown")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.count = 0
        self.shown: list[R] = []

    def add(self, row: R) -> None:
        if not self._limit or self.count < self._limit:
            self.shown.append(row)
        self.count += 1


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry; ids are those of the order it refers to, of its batch or its first details."""

    ordinal: int
    date: date | None
    amount: int | None
    currency: str | None
    status: str | None
    reversal: bool
    reference: str | None
    bank_code: str | None
    details: int
    message_id: str | None
    payment_information_id: str | None
    end_to_end_id: str | None
    return_reasons: tuple[str, ...]


@dataclass(slots=True)
class StatementSummary:
    """``booked`` sums what is booked, ``sums`` all; ``ties`` is None when a balance is missing."""

    statement: Statement
    rows: Rows[EntryRow]
    sums: Sums = field(default_factory=Sums)
    booked: Sums = field(default_factory=Sums)
    details: int = 0
    opening: Balance | None = None
    closing: Balance | None = None
    ties: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One credit transfer."""

    ordinal: int
    end_to_end_id: str | None
    amount: int | None
    currency: str | None
    creditor: str | None
    creditor_account: str | None
    creditor_agent: str | None
    purpose: str | None


@dataclass(slots=True)
class BlockSummary:
    """One payment information block: what it says of itself and what was counted."""

    block: Block
    rows: Rows[OrderRow]
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One status; ``level`` is ``group``, ``block`` or ``transfer``, ``reasons`` are codes."""

    level: str
    reference: str | None
    status: str | None
    reasons: tuple[str, ...]
    amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class StatusKind:
    """What statuses of one sort have in common."""

    level: str
    status: str | None
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Statements:
    """camt.052, camt.053, camt.054."""

    statements: Rows[StatementSummary]
    entries: int = 0
    details: int = 0
    sums: Sums = field(default_factory=Sums)


@dataclass(slots=True)
class Orders:
    """pain.001."""

    groups: Rows[Group]
    blocks: Rows[BlockSummary]
    tally: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Statuses:
    """pain.002; ``kinds`` tells how often each status stands there with these reasons."""

    rows: Rows[StatusRow]
    reports: Rows[Report]
    groups: Rows[GroupStatus]
    transactions: int = 0
    kinds: dict[StatusKind, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """One account that is asked about, or one answer; ``name`` is ours, ``told_name`` the bank's."""

    ordinal: int
    verification_id: str | None
    name: str | None
    account: str | None
    agent: str | None
    verified: bool | None = None
    reasons: tuple[str, ...] = ()
    told_name: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationKind:
    """What answers of one sort have in common."""

    verified: bool | None
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Verifications:
    """acmt.023 and acmt.024; ``kinds`` tells how often each answer stands there, and is empty in a request."""

    heads: Rows[Assigned]
    rows: Rows[VerificationRow]
    kinds: dict[VerificationKind, int] = field(default_factory=dict)


@dataclass(slots=True)
class Openings:
    """acmt.007, acmt.010, acmt.011."""

    messages: Rows[Request | Acknowledgement | Rejection]


Summary = Statements | Orders | Statuses | Verifications | Openings


@dataclass(frozen=True, slots=True)
class Explanation:
    """``looks_like`` is ``xml`` or what the first bytes say; ``message`` is ``camt.053``, ``version`` its full name.

    ``notes`` are worth knowing and need nobody; ``findings_more`` when there are more findings than are kept.
    """

    looks_like: str
    message: str | None = None
    version: str | None = None
    frame: Outline = field(default_factory=Outline)
    summary: Summary | None = None
    findings: tuple[Finding, ...] = ()
    findings_more: bool = False
    notes: tuple[Finding, ...] = ()
