"""Accounts of people: where they are known from, and what banks say of them."""

from __future__ import annotations

from enum import StrEnum

from gateway.domain.verification import NameCheck


class AccountAct(StrEnum):
    """What told something of accounts."""

    LIST = "list"
    REQUEST = "request"
    ANSWER = "answer"


class AccountOrigin(StrEnum):
    """Where an account is known from."""

    ROSTER = "roster"
    VNEID = "vneid"
    BANK = "bank"
    COMMUNE = "commune"
    OPENING = "opening"


LISTED = (AccountOrigin.VNEID, AccountOrigin.BANK, AccountOrigin.COMMUNE)
"""Who sends lists of accounts."""

COLLECTED = "collected"
"""An account of which nothing was asked yet."""


class AccountStep(StrEnum):
    """What happened to an account; nothing takes a step back, the newest counts."""

    ASKED = "asked"
    """The bank was asked whose it is."""
    MATCH = "match"
    MASKED_CONSISTENT = "masked-consistent"
    CONFIRMED = "confirmed"
    """The bank says yes, and shows no name to compare."""
    MISMATCH = "mismatch"
    REFUSED = "refused"
    """The bank says no, or names another account."""
    UNVERIFIABLE = "unverifiable"
    USABLE = "usable"
    UNUSABLE = "unusable"
    """Credited, but the owner cannot use it."""


class OpeningStep(StrEnum):
    """What became of a request to open an account; of several the newest counts."""

    ACKNOWLEDGED = "acknowledged"
    OPENED = "opened"
    REJECTED = "rejected"


USE = frozenset({AccountStep.USABLE, AccountStep.UNUSABLE})
"""What says whether an account is of use; everything else says whose it is."""
CERTAIN = frozenset({AccountStep.MATCH, AccountStep.MASKED_CONSISTENT, AccountStep.CONFIRMED})
"""Results after which the bank need not be asked again."""
DOUBTED = frozenset({AccountStep.MISMATCH, AccountStep.REFUSED})
"""Results that keep the person from being paid."""
DOUBTS = ("account_mismatch", "account_refused", "account_shared")
"""Items about accounts: what a bank doubts, and how many people share one."""


def judged(verdict: str, same_account: bool, name: NameCheck) -> AccountStep:
    """What an answer comes to: a no is a no, and a yes is worth what the name beside it says."""
    if verdict == "no" or not same_account:
        return AccountStep.REFUSED
    if verdict == "unknown":
        return AccountStep.UNVERIFIABLE
    return AccountStep.CONFIRMED if name == NameCheck.UNVERIFIABLE else AccountStep(name.value)
