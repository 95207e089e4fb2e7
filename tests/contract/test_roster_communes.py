"""Communes in lists: codes of today and of before July 2025, and names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.gateways import Gateway
from support.roster import listed, man

from gateway.domain.errors import Refusal
from gateway.usecases import integrity


def items(gateway: Gateway) -> list[tuple[int, str, bool]]:
    """(row, code, blocking) of those that are open."""
    rows = gateway.rows("SELECT \"row\", code, blocking FROM work_item WHERE state = 'open' ORDER BY id")
    return [(row.row, row.code, bool(row.blocking)) for row in rows]


def held(gateway: Gateway) -> list[str]:
    """Communes of the versions that hold."""
    rows = gateway.rows("SELECT commune_code FROM roster_line WHERE ended_by IS NULL ORDER BY commune_code")
    return [row.commune_code for row in rows]


def params(gateway: Gateway) -> Any:
    return json.loads(gateway.value("SELECT params FROM work_item"))


COMMUNES: list[tuple[str, str, tuple[str, bool] | None]] = [
    ("00097", "00097", None),
    ("00001", "00097", ("commune_merged", False)),
    ("16435", "16435", ("commune_divided", True)),
    ("99999", "99999", ("commune_code_unknown", True)),
    ("06978", "06978", ("commune_code_disputed", False)),
    ("phuong ba dinh", "00004", None),
    ("Phường Phúc Xá", "00097", ("commune_merged", False)),
    ("Xã Không Có", "Xã Không Có", ("commune_name_unknown", True)),
    ("Phường Cống Vị", "Phường Cống Vị", ("commune_divided", True)),
    ("", "", ("missing", True)),
]
"""(written, kept, finding)"""


def test_a_commune_is_the_one_of_today_and_what_may_be_two_waits_for_a_person(gateway: Gateway) -> None:
    listed(gateway, *(man(place, commune=written) for place, (written, _, _) in enumerate(COMMUNES)), province="01")
    assert held(gateway) == sorted(kept for _, kept, _ in COMMUNES)
    assert items(gateway) == [(row, *told) for row, (_, _, told) in enumerate(COMMUNES, start=2) if told]
    assert list(integrity.check(gateway.context)) == []


def test_a_mapped_commune_is_no_change_and_what_was_written_stays_with_the_item(gateway: Gateway) -> None:
    listed(gateway, man(1, commune="00097"))
    again = listed(gateway, man(1, commune="00001"), man(2)).file
    assert (again.same, again.changed, again.added) == (1, 0, 1)
    row = gateway.rows("SELECT id, personal FROM work_item")[0]
    assert params(gateway) == {"before": "00001 Phường Phúc Xá", "commune": "00097 Phường Hồng Hà"}
    opened = gateway.context.vault().open(bytes(row.personal), f"work_item:{row.id}")
    assert json.loads(opened)["values"]["commune"] == "00001"


def test_candidates_of_a_divided_ward_are_told_by_code_and_name(gateway: Gateway) -> None:
    listed(gateway, man(1, commune="16435"))
    assert params(gateway)["candidates"] == "14797 Phường Hạc Thành; 16417 Phường Đông Quang"


def test_names_are_of_the_province_of_the_list_and_nobody_guesses_which_that_is(gateway: Gateway) -> None:
    listed(gateway, man(1, commune="Phường Ba Đình"), man(2, commune=""), commune="00008")
    assert (items(gateway), held(gateway)) == ([], ["00004", "00008"])
    listed(gateway, man(1, commune="Phường Ba Đình"), man(2))
    assert items(gateway) == [(2, "commune_province_missing", True)]


def test_a3_what_is_written_for_a_commune_is_in_no_parameter(gateway: Gateway) -> None:
    listed(gateway, man(1, commune="Lê Thị Bí Mật, 0912345678"), province="01")
    assert params(gateway) == {"province": "01"}


def test_a_list_of_no_place_or_of_two_is_refused(gateway: Gateway) -> None:
    wrong: list[tuple[dict[str, str], str]] = [
        ({"commune": "99999"}, "place_unknown"),
        ({"province": "02"}, "place_unknown"),
        ({"commune": "00004", "province": "79"}, "commune_elsewhere"),
    ]
    for told, code in wrong:
        with pytest.raises(Refusal) as refused:
            listed(gateway, man(1), **told)
        assert refused.value.code == code
