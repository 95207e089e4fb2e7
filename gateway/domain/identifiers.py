"""Identifiers we invent, and checks of those we are given.

Ours are at most 35 characters of A-Z and 0-9, hold the instance and the epoch, come from a counter in the
database and never from the clock, and are never reused (M5).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U to be misread over the telephone."""
_BENEFICIARY = re.compile(r"[0-9]{12}")
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,34}")
_PROVINCES = frozenset(
    re.findall(
        "[0-9]{3}",
        "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 "
        "038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 "
        "080 082 083 084 086 087 089 091 092 093 094 095 096 ",
    )
)
"""The 63 provinces of birth registration; higher numbers are countries (Circular 59/2021/TT-BCA, annex 1)."""
_OPERATOR = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ACCOUNT = re.compile(r"[A-Za-z0-9]{1,19}")


def base32(number: int, width: int) -> str:
    """``number`` in Crockford's base 32, zero-padded to ``width``."""
    digits = []
    while number:
        number, remainder = divmod(number, 32)
        digits.append(_ALPHABET[remainder])
    return "".join(reversed(digits)).rjust(width, "0")


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes ids of one installation: ``instance`` (6 characters, random at ``init``) and ``epoch`` (1 after init)."""

    instance: str
    epoch: int

    def message_id(self, sequence: int) -> str:
        return f"M{self.instance}{self.epoch:02d}{base32(sequence, 8)}"

    def payment_information_id(self, sequence: int) -> str:
        return f"B{self.instance}{self.epoch:02d}{base32(sequence, 8)}"

    def end_to_end_id(self, sequence: int) -> str:
        return f"E{self.instance}{self.epoch:02d}{base32(sequence, 8)}"

    def batch_id(self, sequence: int) -> str:
        return f"{self.instance}{self.epoch:02d}{sequence:05d}"


def is_beneficiary_id(text: str) -> bool:
    """12 digits: 3 place of registration, 1 century and sex, 2 year, 6 serial (no check digit)."""
    return bool(_BENEFICIARY.fullmatch(text))


def is_registered_place(beneficiary_id: str) -> bool:
    """The first three digits are a province of the 63, never of the merged ones of 2025, or a country abroad."""
    return beneficiary_id[:3] in _PROVINCES or beneficiary_id[:3] > "100"


def born_by_id(beneficiary_id: str) -> int:
    """Year of birth that a 12-digit id states (century digit 0-1: 1900s, 2-3: 2000s ...)."""
    return 1900 + 100 * (int(beneficiary_id[3]) // 2) + int(beneficiary_id[4:6])


def sex_by_id(beneficiary_id: str) -> str:
    """``male`` or ``female``, as a 12-digit id states it (century digit even or odd)."""
    return "female" if int(beneficiary_id[3]) % 2 else "male"


def is_commune(text: str) -> bool:
    """Five digits of the general statistics office."""
    return bool(re.fullmatch("[0-9]{5}", text))


def is_month(text: str) -> bool:
    return bool(_MONTH.fullmatch(text))


def programme(text: str) -> str | None:
    """The one spelling of a welfare programme: NFC, small letters, hyphens for spaces; None when it is no name."""
    spelled = "-".join(unicodedata.normalize("NFC", text).casefold().split())
    return spelled if re.fullmatch(r"\w[\w.-]{0,31}", spelled) else None


def is_payment_ref(text: str) -> bool:
    return bool(_REFERENCE.fullmatch(text))


def is_operator_name(text: str) -> bool:
    """As in the keyring and in ``--operator``."""
    return _OPERATOR.fullmatch(text) is not None


def is_account(text: str) -> bool:
    """1 to 19 letters and digits; lengths per bank differ and only warn."""
    return bool(_ACCOUNT.fullmatch(text))


def is_phone(text: str) -> bool:
    """A Vietnamese mobile number in national form, the account of a wallet."""
    return bool(re.fullmatch(r"0[35789][0-9]{8}", text))


def iso_date(text: str) -> date | None:
    """A date written YYYY-MM-DD, else None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def possible_births(text: str) -> tuple[date, ...]:
    """The day itself, else one of every month that may be it: of a year twelve, of a text that is none nothing."""
    if day := iso_date(text):
        return (day,)
    months = [text] if re.fullmatch("[0-9]{4}-[0-9]{2}", text) else [f"{text}-{month:02d}" for month in range(1, 13)]
    return tuple(day for month in months if (day := iso_date(f"{month}-01")))


def masked(text: str, shown: int = 4) -> str:
    """Only the last characters: ``********1234``; short values are hidden whole."""
    if len(text) <= shown:
        return "*" * len(text)
    return "*" * (len(text) - shown) + text[len(text) - shown :]


def masked_name(text: str) -> str:
    """``Nguyễn Văn An`` becomes ``N***** V** A*``."""
    return " ".join(word[0] + "*" * (len(word) - 1) for word in text.split())
