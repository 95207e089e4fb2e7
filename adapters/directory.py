"""Which bank a word in a list means. A wrong row sends money to a stranger, so every row names its sources.

``directory.csv``: one row a bank or wallet; ``citad`` is the three bank digits, empty where sources disagree;
``confidence`` is ``high``, ``medium``, ``low`` or ``conflict`` (sources contradict each other: confirm first).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

from adapters.registry import PROFILES

_FILE = Path(__file__).with_name("directory.csv")
_ACCOUNT = {"bank": re.compile(r"[0-9A-Za-z]{1,19}"), "wallet": re.compile(r"0[0-9]{9}")}


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEntry:
    """One bank or wallet of the country; codes are text and keep their zeros, absent ones are empty."""

    napas_bin: str
    short_code: str
    bic: str
    citad: str
    name: str
    kind: Literal["bank", "wallet"]
    source1: str
    source2: str
    confidence: Literal["high", "medium", "low", "conflict"]

    @property
    def adapter(self) -> str | None:
        """Code of the adapter that pays accounts here directly, or None."""
        return next((code for code, profile in PROFILES.items() if profile.napas_bin == self.napas_bin), None)

    def accepts_account(self, account: str) -> bool:
        """True for 1 to 19 ASCII letters and digits at a bank, a ten-digit phone number at a wallet."""
        return _ACCOUNT[self.kind].fullmatch(account) is not None


def resolve(text: str) -> BankEntry | None:
    """The bank meant by an adapter code, short code, short name or NAPAS BIN; never a guess, so None when unsure."""
    return _by_word().get(_word(text))


@cache
def entries() -> tuple[BankEntry, ...]:
    """The whole directory, in order of NAPAS BIN."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(BankEntry(**cast(dict[str, Any], row)) for row in csv.DictReader(lines))


@cache
def _by_word() -> Mapping[str, BankEntry]:
    found: dict[str, BankEntry] = {}
    for entry in entries():
        for word in _words(entry):
            if found.setdefault(word, entry) is not entry:
                raise ValueError(f"directory.csv: {word} names two banks")
    return MappingProxyType(found)


def _words(entry: BankEntry) -> Iterator[str]:
    profile = PROFILES.get(entry.adapter or "")
    partner = (profile.code, *profile.short_codes) if profile else ()
    yield from {_word(text) for text in (entry.napas_bin, entry.short_code, entry.name, *partner) if text}


def _word(text: str) -> str:
    return "".join(text.split()).casefold()
