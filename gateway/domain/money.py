"""Money as integers of minor units; the exponent (decimals of the currency) is always given by the caller (A5)."""

from __future__ import annotations

import re

from gateway.domain.errors import Refusal

_WHOLE = re.compile(r"[1-9][0-9]{0,17}")
AMOUNT_MAX = 10**18 - 1
"""18 digits, the limit of an ISO 20022 amount."""


def whole_amount(text: str) -> int:
    """Strict positive integer as written in a batch file: no sign, separator, decimals or leading zero."""
    if not _WHOLE.fullmatch(text):
        raise Refusal("amount_not_integer")
    return int(text)


def grouped(minor: int, exponent: int, thousands: str = ".", point: str = ",") -> str:
    """For people: 1234567 with exponent 0 is ``1.234.567``."""
    whole, fraction = divmod(abs(minor), 10**exponent)
    text = f"{whole:,}".replace(",", thousands)
    if exponent:
        text += f"{point}{fraction:0{exponent}d}"
    return f"-{text}" if minor < 0 else text
