"""Decimals of currencies (ISO 4217), amounts as integers of minor units, and the words of external codes.

The tables stand in ``codes.json``, written by ``generate_codes.py``.
"""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from formats.errors import Unreadable

DIGITS_MAX = 18
"""ISO 20022 totalDigits; also keeps every amount within a signed 64-bit integer."""

_DECIMAL = re.compile(r"(?=\.?[0-9])([0-9]{0,18})(?:\.([0-9]{0,17}))?")


@cache
def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("codes.json").read_text("utf-8"))
    return tables


@cache
def exponent(currency: str) -> int:
    """Decimals of a currency: VND 0, EUR 2, KWD 3. Raises ``unknown_currency``."""
    try:
        decimals: int = _tables()["currencies"][currency]
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
    minor = int(match[1] + fraction.ljust(decimals, "0"))
    if minor >= 10**DIGITS_MAX:
        raise Unreadable("amount_out_of_range")
    return minor


def status_meaning(code: str) -> str | None:
    """English words of a transaction status (ACSP, RJCT ...)."""
    return _tables()["statuses"].get(code)


def status_reason(code: str) -> str | None:
    """English words of a reason in a status report (AC04, AM05 ...)."""
    return _tables()["status_reasons"].get(code)


def return_reason(code: str) -> str | None:
    """English words of a return reason (AC04, MD07 ...)."""
    return _tables()["return_reasons"].get(code)
