"""Which payments an unexplained entry may be about, for a person who asks: nothing is matched by it.

Worked out when it is shown: what is open changes with every file, and a table would have to be kept true.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from formats.text.charsets import to_latin
from formats.text.names import comparable
from gateway.ports import Vault
from gateway.reports.persons import Person, person
from gateway.store import candidates
from gateway.store.store import Transaction

KINDS = ("unknown_debit", "unknown_credit", "suspected_return", "keys_contradict", "key_ambiguous")
"""Exceptions about an entry that a payment may explain."""

_LATE, _EARLY = timedelta(days=10), timedelta(days=3)
"""How long after its execution date, and before it, a debit may have been booked."""
_RETURNS = timedelta(days=60)
"""How long after its debit a payment may come back."""
_LOOKED_AT_MAX = 5_000
_SHOWN_MAX = 10
_DIGITS_MIN = 6
"""So many last digits are an account; banks cut and mask the rest."""

_WEIGHTS = {"same_account": 8, "account_alike": 4, "same_name": 2, "name_alike": 1, "only_one": 0}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One payment of the same partner, account, amount and currency, and what else speaks for it."""

    payment: str
    payment_ref: str
    state: str
    day: str
    """The execution date of an open payment, the booking date of a debited one."""
    why: tuple[str, ...]
    payee_name: str
    account: str
    """Both masked."""


def suggestions(tx: Transaction, exception_id: int, kind: str) -> list[Suggestion]:
    """The most alike first; payments of which nothing but amount and day speak only when there is a single one."""
    entry = candidates.entry_of(tx, exception_id) if kind in KINDS else None
    if entry is None or not entry.day or not entry.amount:
        return []
    day = date.fromisoformat(entry.day)
    if entry.amount < 0:
        rows = candidates.debited(tx, entry, str(day - _LATE), str(day + _EARLY), _LOOKED_AT_MAX)
    else:
        rows = candidates.returned(tx, entry, str(day - _RETURNS), entry.day, _LOOKED_AT_MAX)
    if not rows:
        return []
    told, only = _told(tx.vault, entry.detail_id, entry.personal), len(rows) == 1
    found = [each for row in rows if (each := _suggestion(row, told, person(tx.vault, row.id, row.personal), only))]
    found.sort(key=lambda each: (-sum(_WEIGHTS[why] for why in each.why), each.payment))
    return found[:_SHOWN_MAX]


def _suggestion(row: Any, told: Mapping[str, str], who: Person, is_only: bool) -> Suggestion | None:
    why = _likeness(told, who) or (("only_one",) if is_only else ())
    if not why:
        return None
    shown, day = who.masked(), row.debited_at or row.execution_date
    return Suggestion(row.end_to_end_id, row.payment_ref, row.state, day, why, shown.payee_name, shown.account)


def _told(vault: Vault, detail_id: int | None, envelope: bytes | None) -> Mapping[str, str]:
    """What the bank says of the other side."""
    if detail_id is None or envelope is None:
        return {}
    told: dict[str, str] = json.loads(vault.open(bytes(envelope), f"detail:{detail_id}"))
    return told


def _likeness(told: Mapping[str, str], who: Person) -> tuple[str, ...]:
    account = _of_accounts(told.get("account", ""), who.account)
    names = {_of_names(told.get("counterparty", ""), name) for name in (who.payee_name, who.beneficiary_name)}
    name = next((each for each in ("same_name", "name_alike") if each in names), None)
    return tuple(each for each in (account, name) if each)


def _of_accounts(one: str, other: str) -> str | None:
    digits = sorted(("".join(filter(str.isdigit, each)) for each in (one, other)), key=len)
    if not one or len(digits[0]) < _DIGITS_MIN:
        return None
    return "same_account" if one == other else "account_alike" if digits[1].endswith(digits[0]) else None


def _of_names(one: str, other: str) -> str | None:
    """Without tone marks, as banks write names; alike when all words of the shorter (two or more) are in the longer."""
    words = sorted((to_latin(comparable(each)).split() for each in (one, other)), key=len)
    if not words[0]:
        return None
    if words[0] == words[1]:
        return "same_name"
    return "name_alike" if len(words[0]) > 1 and set(words[0]) <= set(words[1]) else None
