"""What spreadsheets do to numbers that are no quantities: zeros and digits lost, points and powers of ten gained."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from formats.xlsx import Kind

_SCIENTIFIC = re.compile(r"([0-9](?:[.,][0-9]+)?)[eE]\+?([0-9]{1,2})")
_POINT_ZERO = re.compile(r"([0-9]+)[.,]0+")
_EXACT_DIGITS = 15
_SHOWN_DIGITS = 6
"""A spreadsheet shows so many digits before a power of ten; noughts stand in the place of all others."""


class Damage(NamedTuple):
    code: str
    suggestion: str | None = None
    blocking: bool = True


def of_digits(text: str, kind: Kind | None, length: int, zeros: int) -> Damage | None:
    """What happened to a number of ``length`` digits (0: it differs) that may begin with some zeros.

    ``kind`` is that of its cell: only a number loses zeros, and in a CSV everything may have been one.
    """
    if kind == "date":
        return Damage("number_became_date")
    if text.isdecimal():
        return _of_number(text, kind, length, zeros)
    if match := _SCIENTIFIC.fullmatch(text):
        exact = _exact(match[1].replace(",", "."), int(match[2]), length)
        return Damage("digits_changed", exact) if exact else Damage("digits_lost")
    if match := _POINT_ZERO.fullmatch(text):
        return Damage("digits_changed", _filled(match[1], length, zeros) or match[1])
    return None


def _of_number(text: str, kind: Kind | None, length: int, zeros: int) -> Damage | None:
    if len(text) > _EXACT_DIGITS and not text[_EXACT_DIGITS:].strip("0"):
        return Damage("digits_lost")
    if kind == "text":
        return None
    if 0 < length - zeros <= len(text) <= length and text[0] != "0" and not text[_SHOWN_DIGITS:].strip("0"):
        return Damage("digits_lost")
    if filled := _filled(text, length, zeros):
        return Damage("zeros_lost", filled)
    return Damage("number_for_text", blocking=False) if kind == "number" and not length else None


def _filled(text: str, length: int, zeros: int) -> str | None:
    """With the zeros that are missing."""
    return text.zfill(length) if length - zeros <= len(text) < length else None


def _exact(mantissa: str, power: int, length: int) -> str | None:
    """The number, when no digit of it is missing."""
    if len(mantissa.replace(".", "")) <= power:
        return None
    text = str(int(Decimal(mantissa).scaleb(power)))
    return text.zfill(length)
