"""Accounts of people: where they are known from."""

from __future__ import annotations

from enum import StrEnum


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
