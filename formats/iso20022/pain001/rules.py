"""Rules for single values, and how a value becomes text and is read again. A breach is Unrenderable, never mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formats.errors import Unreadable, Unrenderable
from formats.iso20022 import codes
from formats.iso20022.xml import day, moment


def as_it_is(value: str, _currency: str) -> str:
    """Texts are written and read as they are."""
    return value


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern for the whole text of a value; ``name`` is what Unrenderable reports."""

    name: str
    pattern: str
    write: Callable[[Any, str], str | None] = as_it_is
    read: Callable[[str, str], Any] = as_it_is


def line(chars_max: int) -> Rule:
    """One line of text that starts and ends with something visible."""
    unprintable = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
    return Rule(f"line_{chars_max}", rf"(?=\S)[^{unprintable}]{{1,{chars_max}}}(?<=\S)")


def _write_amount(minor: int, currency: str) -> str:
    if minor <= 0:
        raise Unrenderable("amount", "positive")
    return codes.amount_text(minor, currency)


def _write_moment(value: datetime, _currency: str) -> str:
    if value.utcoffset() is None or value.microsecond:
        raise Unrenderable("created", "whole_seconds_with_offset")
    return value.isoformat()


def _read_count(text: str, _currency: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Unreadable("count_unreadable")
    return int(text)


def _read_flag(text: str, _currency: str) -> bool:
    if text not in ("true", "false"):
        raise Unreadable("flag_unreadable")
    return text == "true"


def _write_day(value: date, _currency: str) -> str:
    return value.isoformat()


ID = Rule("id_35_upper_case_letters_and_digits", "[A-Z0-9]{1,35}")
UETR = Rule("uuid_4_lower_case", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NAME = line(70)
REMITTANCE = line(140)
LABEL = line(35)
SHORT = line(16)
NUMBER = Rule("account_34", r"[0-9A-Za-z+./-]{1,34}")
CODE = Rule("code_4", "[A-Z0-9]{1,4}")
COUNTRY = Rule("country_2", "[A-Z]{2}")
CURRENCY = Rule("currency_3", "[A-Z]{3}")
BIC = Rule("bic", "[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
BEARER = Rule("charge_bearer", "SLEV|SHAR|DEBT|CRED")
PRIORITY = Rule("high_or_norm", "HIGH|NORM")
AMOUNT = Rule("positive", r"[0-9]{1,18}(\.[0-9]{1,4})?", _write_amount, codes.amount_minor)
COUNT = Rule("count_15", "[0-9]{1,15}", lambda value, _: str(value), _read_count)
FLAG = Rule("true_or_false", "true|false", lambda value, _: "true" if value else "false", _read_flag)
DAY = Rule("day", "[0-9-]{10}", _write_day, lambda text, _: day(text))
MOMENT = Rule("moment", r"[0-9T:+.Z-]{20,32}", _write_moment, lambda text, _: moment(text))
