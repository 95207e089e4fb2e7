"""Which province a commune lies in: local amounts depend on it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from adapters import places
from adapters.places import province_of


@pytest.mark.parametrize(
    ("place", "province"),
    [
        ("00004", "01"),  # Phường Ba Đình
        ("04930", "01"),  # a single commune of Hà Nội between those of Phú Thọ
        ("04924", "25"),
        ("26506", "79"),  # once Bà Rịa - Vũng Tàu
        ("25747", "79"),  # once Bình Dương
        ("32248", "96"),
        ("01", "01"),
        ("96", "96"),
    ],
)
def test_a_commune_lies_in_the_province_of_2026(place: str, province: str) -> None:
    assert province_of(place) == province


@pytest.mark.parametrize(
    "place", ["", "1", "02", "99", "004", "0004", "000040", "99999", "00000", "abcde", "３２２４８"]
)
def test_what_is_no_place_is_not_guessed(place: str) -> None:
    assert province_of(place) is None


def test_ranges_are_in_order_and_do_not_overlap() -> None:
    with Path(places.__file__).with_name("places.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    edges = [edge for row in rows for edge in (row["first"], row["last"])]
    assert edges == sorted(edges)
    assert all(len(edge) == 5 for edge in edges)
    assert len({row["province"] for row in rows}) == 34
    assert len({(row["province"], row["name"]) for row in rows}) == 34
