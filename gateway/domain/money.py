"""Money as integers of minor units; the exponent (decimals of the currency) is always given by the caller (A5)."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[1-9][0-9]{0,17}")


def is_whole(text: str) -> bool:
    """A positive integer of at most 18 digits: no sign, separator, decimals or leading zero."""
    return _WHOLE.fullmatch(text) is not None


def grouped(minor: int, exponent: int, thousands: str = ".", point: str = ",") -> str:
    """For people: 1234567 with exponent 0 is ``1.234.567``."""
    whole, fraction = divmod(abs(minor), 10**exponent)
    text = f"{whole:,}".replace(",", thousands)
    if exponent:
        text += f"{point}{fraction:0{exponent}d}"
    return f"-{text}" if minor < 0 else text
