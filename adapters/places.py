"""Which province a commune lies in, by the range of its code; codes from before July 2025 are told as well.

``places.csv``: one row a range of five-digit codes of the General Statistics Office, with the two-digit code of the
province it belongs to since 1 July 2025 (34 of them). Made from the lists of 3,321 communes of 2026 and of the wards
they came from: 13,000 codes, none of which says otherwise.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("places.csv")


def province_of(place: str) -> str | None:
    """Of a commune, the province it lies in; of a province, itself; None for what is no place, never a guess."""
    firsts, ranges, provinces = _read()
    if place in provinces:
        return place
    at = bisect_right(firsts, place) - 1
    if len(place) != len(firsts[0]) or at < 0 or place > ranges[at][0]:
        return None
    return ranges[at][1]


@cache
def _read() -> tuple[list[str], list[tuple[str, str]], frozenset[str]]:
    """First codes in order, (last code, province) of each, and all provinces."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    ranges = [(row["last"], row["province"]) for row in rows]
    return [row["first"] for row in rows], ranges, frozenset(row["province"] for row in rows)
