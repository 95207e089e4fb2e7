"""Dates, months and amounts as people write them, in plain form; what is not certain is said, never chosen."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

_YEAR_MIN, _YEAR_MAX = 1890, 2100
_UNKNOWN = r"0{1,2}|\.{1,3}|-{1,2}|_{1,2}|[xX?]{1,2}|…"
_DATE = re.compile(
    rf"(?:ngày\s*)?(?P<first>[0-9]{{1,2}}|{_UNKNOWN})\s*(?:[/.\-]|tháng|\s)\s*(?P<second>[0-9]{{1,2}}|{_UNKNOWN})"
    r"\s*(?:[/.\-,]|năm|\s)\s*(?P<year>[0-9]{4})",
    re.IGNORECASE,
)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00)?)?")
_MONTH = re.compile(r"(?:tháng\s*|t\s*)?([0-9]{1,2})\s*(?:[/.\-]|năm)\s*([0-9]{4})", re.IGNORECASE)
_MONTH_ISO = re.compile(r"([0-9]{4})-([0-9]{2})(?:-[0-9]{2})?(?:[T ]00:00(?::00)?)?")
_YEAR_AND_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_YEAR = re.compile(r"(?:năm\s*)?([0-9]{4})", re.IGNORECASE)
_SERIAL = re.compile(r"[1-9][0-9]{4}")
_AMOUNT = re.compile(
    r"(?:(?P<dots>[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,0{1,2})?|(?P<commas>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.0{1,2})?"
    r"|(?P<blanks>[1-9][0-9]{0,2}(?:\s[0-9]{3})+)|(?P<plain>[0-9]+)|(?P<long>[0-9]{4,})[.,]0{1,2})"
    r"(?:\s*(?:đồng|đ|₫|vnđ|vnd|d)\.?)?",
    re.IGNORECASE,
)
"""Without ``540.00``, which may be 540 or a 0 too few."""
_SPACED_DIGITS = re.compile(r"'?[0-9]+(?:[\s.\-][0-9]{2,})*")
_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet; files with another one have date cells, not numbers."""


class Read(NamedTuple):
    """The plain form; empty with a code when it is not certain, perhaps with what is probably meant."""

    text: str
    code: str = ""
    suggestion: str | None = None


def read_date(text: str) -> Read:
    """A day, a month or only a year; the day stands before the month, as is the custom of the country."""
    if match := _YEAR.fullmatch(text):
        return _year(match[1])
    if match := _ISO.fullmatch(text):
        return _day(*map(int, match.groups()))
    if match := _DATE.fullmatch(text):
        return _spelled(match["first"], match["second"], int(match["year"]))
    if match := _MONTH.fullmatch(text):
        return _month(int(match[2]), int(match[1]))
    if match := _YEAR_AND_MONTH.fullmatch(text):
        return _month(int(match[1]), int(match[2]))
    if _SERIAL.fullmatch(text):
        return Read("", "date_serial", (_EPOCH + timedelta(days=int(text))).isoformat())
    return Read("", "date_unclear")


def _spelled(first: str, second: str, year: int) -> Read:
    """Parts that nobody knew are noughts, dots or dashes."""
    day, month = _number(first), _number(second)
    if day and month > 12 >= day:
        swapped = _day(year, day, month)
        return Read("", "date_swapped", swapped.text) if swapped.text else swapped
    if day and month:
        return _day(year, month, day)
    return _month(year, month) if month else _year(str(year)) if not day else Read("", "date_unclear")


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


def _day(year: int, month: int, day: int) -> Read:
    try:
        found = date(year, month, day)
    except ValueError:
        return Read("", "date_invalid")
    return Read(found.isoformat()) if _YEAR_MIN <= year <= _YEAR_MAX else Read("", "date_invalid")


def _month(year: int, month: int) -> Read:
    known = 1 <= month <= 12 and _YEAR_MIN <= year <= _YEAR_MAX
    return Read(f"{year}-{month:02}") if known else Read("", "date_invalid")


def _year(text: str) -> Read:
    return Read(text) if _YEAR_MIN <= int(text) <= _YEAR_MAX else Read("", "date_invalid")


def read_parts(day: str, month: str, year: str) -> Read:
    """A date whose day, month and year stand in columns of their own; the column of the day may hold it whole."""
    if not month and (not year or not day):
        return read_date(day or year)
    if not month:
        whole = read_date(day)
        return whole if whole.text.startswith(year) else Read("", "date_unclear")
    parts = re.fullmatch("[0-9]{4}", year) and re.fullmatch("[0-9]{1,2}", month) and re.fullmatch("[0-9]{0,2}", day)
    return _spelled(day or "0", month, int(year)) if parts else Read("", "date_unclear")


def read_month(text: str) -> Read:
    """``07/2026``, ``Tháng 7/2026``, or any day of it."""
    if match := _MONTH_ISO.fullmatch(text):
        year, month = match.groups()
    elif match := _MONTH.fullmatch(text):
        month, year = match.groups()
    else:
        day = read_date(text).text
        return Read(day[:7]) if len(day) == 10 else Read("", "month_invalid")
    found = _month(int(year), int(month))
    return found if found.text else Read("", "month_invalid")


def read_digits(text: str) -> str:
    """A number that is no quantity, without what people write between its digits; anything else as it is."""
    return re.sub(r"[^0-9]", "", text) if _SPACED_DIGITS.fullmatch(text) else text


def read_amount(text: str) -> Read:
    """Whole đồng: ``540.000``, ``540,000 đ``, ``540 000``, ``540.000đ``."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return Read("", "amount_unclear")
    return Read(re.sub(r"[.,\s]", "", match[match.lastgroup or 0]))
