"""Which commune of today a code or a name in a list means: what may be two is told as two."""

from __future__ import annotations

import csv
from pathlib import Path
from timeit import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import communes
from adapters.communes import find
from adapters.places import province_of
from formats.text.charsets import to_latin

DATA = Path(__file__).parents[4] / "shared" / "data" / "vn"
_ALL = sorted(communes._communes())


def codes(written: str, province: str = "") -> list[str]:
    return [each.code for each in find(written, province).communes]


@pytest.mark.parametrize(
    ("written", "kind", "meant"),
    [
        ("00004", "", ["00004"]),  # Phường Ba Đình; the code of Phường Trúc Bạch before
        ("20333", "", ["20333"]),  # Đặc khu Hoàng Sa, a district without wards before
        ("15016", "", ["15016"]),  # of today, although the town that had it was divided
        ("00001", "merged", ["00097"]),
        ("31312", "merged", ["31150"]),
        ("16435", "divided", ["14797", "16417"]),
        ("99999", "unknown", []),
        ("００００４", "unknown", []),
    ],
)
def test_a_code_of_today_stands_and_one_of_before_is_mapped_where_one_commune_is_meant(
    written: str, kind: str, meant: list[str]
) -> None:
    assert (find(written).kind, codes(written)) == (kind, meant)


def test_where_sources_give_two_codes_neither_is_taken_silently() -> None:
    assert [(find(code).kind, codes(code)) for code in ("06970", "06978")] == [
        ("disputed", ["06970"]),
        ("disputed", ["06978"]),
    ]
    assert (find("06973").kind, codes("06973")) == ("divided", ["06970", "06978"])
    assert (find("Xã Ba Chẽ", "22").kind, codes("Xã Ba Chẽ", "22")) == ("several", ["06970", "06978"])


@pytest.mark.parametrize(
    ("written", "province", "kind", "meant"),
    [
        ("Phường Ba Đình", "01", "", ["00004"]),
        ("BA ĐÌNH", "01", "", ["00004"]),
        ("phuong ba dinh", "01", "", ["00004"]),
        ("Phường Ba Dinh", "01", "", ["00004"]),
        ("Xã Ba Đình", "01", "unknown", []),
        ("Phường Bà Đình", "01", "unknown", []),
        ("Phường Ba Đình", "79", "unknown", []),
        ("Phường Ba Đình", "", "province_missing", []),
        ("Phường Bình Thủy", "92", "", ["31168"]),
        ("Phường Bình Thuỷ", "92", "", ["31168"]),
        ("Xã Xa Dung", "11", "", ["03208"]),
        ("Xa Dung", "11", "", ["03208"]),
        ("Xã Long Thành", "75", "", ["26368"]),  # of 2025; a ward since
        ("Phường Long Thành", "75", "", ["26368"]),
        ("my tho", "82", "several", ["28261", "30076"]),
        ("Mỹ Tho", "82", "", ["28261"]),
        ("Phường Phúc Xá", "01", "merged", ["00097"]),
        ("Thị trấn Sơn Lư", "38", "divided", ["15016", "15019"]),
    ],
)
def test_a_name_is_of_one_province_with_or_without_its_type_and_its_accents(
    written: str, province: str, kind: str, meant: list[str]
) -> None:
    assert (find(written, province).kind, sorted(codes(written, province))) == (kind, meant)


def test_wards_of_before_are_told_by_code_and_name() -> None:
    assert find("31312").before == "31312 Xã Mỹ Khánh"


@given(st.sampled_from(_ALL), st.booleans(), st.booleans(), st.booleans())
def test_no_spelling_of_a_commune_finds_only_others(code: str, typed: bool, accented: bool, loud: bool) -> None:
    commune = communes._communes()[code]
    name = commune.name if typed else communes._bare(commune.name[0].lower() + commune.name[1:])
    name = name if accented else to_latin(name)
    assert code in codes(name.upper() if loud else name, commune.province)


@given(st.text(), st.sampled_from(["", "01", "79", "99"]))
def test_whatever_is_written_something_is_told(written: str, province: str) -> None:
    found = find(written, province)
    assert found.commune is None or found.communes == (found.commune,)


def test_every_commune_and_ward_lies_where_places_say() -> None:
    for commune in communes._communes().values():
        assert province_of(commune.code) == commune.province
    for ward in communes._wards().values():
        assert {each.province for each in ward.communes} == {province_of(ward.code)}


def test_the_tables_say_what_their_sources_say() -> None:
    if not DATA.exists():
        pytest.skip("the shared data is absent")
    meant: dict[str, set[str]] = {}
    with (DATA / "ward_old_to_new_2025.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            meant.setdefault(row["old_ward_code"], set()).add(row["new_ward_code"])
    with (DATA / "communes_2026.csv").open(encoding="utf-8-sig", newline="") as lines:
        today = {row["commune_code"] for row in csv.DictReader(lines)}
    del meant[""]  # five districts of islands, which had no wards
    assert all(codes(code) == [code] for code in today)
    for code in meant.keys() - today:
        assert set(codes(code)) - {"06978"} == meant[code], code


def test_a_known_code_costs_a_row_less_than_two_microseconds() -> None:
    cycle = _ALL * 10
    find.cache_clear()
    for code in _ALL:
        find(code)
    assert min(timeit(lambda: [find(code) for code in cycle], number=1) for _ in range(5)) / len(cycle) < 2e-6
