"""Decimals of currencies (ISO 4217), amounts as integers of minor units, and the official words of codes.

Each set of codes stands in a file of its own in ``code_sets/``, written by ``generate_codes.py`` and read at first use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from formats.errors import Unreadable

FOLDER = Path(__file__).with_name("code_sets")
DIGITS_MAX = 18
"""ISO 20022 totalDigits; also keeps every amount within a signed 64-bit integer."""

_DECIMAL = re.compile(r"(?=\.?[0-9])([0-9]{0,18})(?:\.([0-9]{0,17}))?")


@cache
def code_set(name: str) -> Mapping[str, Any]:
    """Every code of a set with its official English words; of ``currency`` with its decimals."""
    codes: Mapping[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["codes"]
    return codes


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency: VND 0, EUR 2, KWD 3. Raises ``unknown_currency``."""
    try:
        decimals: int = code_set("currency")[currency]
    except KeyError:
        raise Unreadable("unknown_currency") from None
    return decimals


def amount_text(minor: int, currency: str) -> str:
    """Minor units as ISO text: 1000 VND is ``1000``, 1000 EUR cents are ``10.00``."""
    decimals = exponent(currency)
    if minor < 0 or minor >= 10**DIGITS_MAX:
        raise Unreadable("amount_out_of_range")
    if not decimals:
        return str(minor)
    digits = str(minor).zfill(decimals + 1)
    return f"{digits[:-decimals]}.{digits[-decimals:]}"


@lru_cache(4096)
def amount_minor(text: str, currency: str) -> int:
    """ISO text as minor units, exactly: no sign, no exponent, no digit below the currency's smallest unit."""
    decimals = exponent(currency)
    match = _DECIMAL.fullmatch(text)
    if not match:
        raise Unreadable("amount_unreadable")
    fraction = (match[2] or "").rstrip("0")
    if len(fraction) > decimals:
        raise Unreadable("amount_too_fine", currency=currency)
    minor = int(match[1] + fraction.ljust(decimals, "0") or "0")
    if minor >= 10**DIGITS_MAX:
        raise Unreadable("amount_out_of_range")
    return minor


def meaning(name: str, code: str) -> str | None:
    """Official English words of a code, such as ``meaning("purpose", "BENE")``; None when the set has no such code."""
    return code_set(name).get(code)
