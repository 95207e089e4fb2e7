"""Months as text, ``2026-07``: they compare like the months they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def months(first: str, last: str) -> Iterator[str]:
    """Every month from ``first`` through ``last``; none when ``last`` is earlier."""
    yield from map(_text, range(index(first), index(last) + 1))


def before(month: str, count: int) -> str:
    """``count`` months earlier."""
    return _text(index(month) - count)


def index(month: str) -> int:
    """Months since the year 0, to count with."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _text(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{year:04d}-{month + 1:02d}"
