"""The population registry: everybody is asked about, an answer is taken whole or not, and changes nothing silently."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support.gateways import Gateway
from support.population import Rows, asked, brought, confirming, told, written
from support.roster import listed, man
from support.tampering import edit

from gateway.domain.errors import NotAllowed, Refusal
from gateway.usecases import integrity
from gateway.usecases.roster.settle import Settlement, settle


def open_items(gateway: Gateway) -> list[tuple[int, str, bool]]:
    rows = gateway.rows("SELECT \"row\", code, blocking FROM work_item WHERE state = 'open' ORDER BY id")
    return [(row.row, row.code, bool(row.blocking)) for row in rows]


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def three(gateway: Gateway) -> Rows:
    """Three people, asked about, and an answer that confirms them."""
    listed(gateway, man(1), man(2), man(3))
    return confirming(gateway, asked(gateway))


def refused(gateway: Gateway, content: bytes) -> str:
    before = gateway.value("SELECT count(*) FROM roster_change")
    with pytest.raises(Refusal) as refusal:
        brought(gateway, content)
    assert gateway.value("SELECT count(*) FROM roster_change") == before
    assert gateway.value("SELECT count(*) FROM population_result") == 0
    return refusal.value.code


def test_everybody_who_is_entitled_is_asked_about_and_recorded(gateway: Gateway) -> None:
    listed(gateway, man(1), man(2), man(3, until_month="2026-02"))
    rows = confirming(gateway, asked(gateway))
    assert [row["beneficiary_id"] for row in rows] == ["001045000001", "001045000002"]
    (request,) = gateway.rows("SELECT * FROM population_request")
    assert (request.asked, {row["request"] for row in rows}) == (2, {request.reference})
    sound(gateway)


def test_nobody_is_asked_about_where_there_is_no_roster(gateway: Gateway) -> None:
    with pytest.raises(Refusal) as refusal:
        asked(gateway)
    assert refusal.value.code == "population_nobody"
    assert gateway.value("SELECT count(*) FROM population_request") == 0


def test_what_is_confirmed_is_recorded_for_each_person_and_blocks_nobody(gateway: Gateway) -> None:
    assert told(gateway, three(gateway)).results == {"confirmed": 3}
    assert open_items(gateway) == []
    sound(gateway)


def test_m2_what_is_not_confirmed_blocks_until_a_person_judged_and_no_version_changes(gateway: Gateway) -> None:
    listed(gateway, *(man(number) for number in range(1, 7)))
    rows = confirming(gateway, asked(gateway))
    rows[1] |= {"result": "01", "known_name": "Nguyễn Văn Khác"}
    rows[2] |= {"result": "02", "known_birth": "1945-12-31"}
    rows[3] |= {"result": "03", "died_on": "2026-01-05"}
    rows[4] |= {"result": "04", "new_commune": "00004"}
    rows[5] |= {"result": "05"}
    told(gateway, rows)
    said = ("name_differs", "birth_differs", "deceased", "moved", "unknown")
    assert open_items(gateway) == [(row, f"registry_{each}", True) for row, each in enumerate(said, start=3)]
    assert gateway.value("SELECT count(*) FROM roster_line") == 6
    assert gateway.value("SELECT count(*) FROM roster_line WHERE ended_by IS NULL AND until IS NULL") == 6
    sound(gateway)


def test_the_same_answer_again_changes_nothing_in_whatever_order(gateway: Gateway) -> None:
    rows = three(gateway)
    rows[0]["result"] = "05"
    first = told(gateway, rows)
    again = told(gateway, list(reversed(rows)))
    assert (again.already_seen, again.reference, again.results) == (True, first.reference, first.results)
    assert gateway.value("SELECT count(*) FROM population_answer") == 1


def test_what_a_later_answer_says_takes_the_place_of_what_was_said(gateway: Gateway) -> None:
    rows = three(gateway)
    rows[0]["result"] = rows[1]["result"] = "05"
    told(gateway, rows)
    later = confirming(gateway, asked(gateway))
    later[1]["result"] = "05"
    told(gateway, later)
    assert open_items(gateway) == [(3, "registry_unknown", True)]
    assert gateway.value("SELECT count(*) FROM work_item WHERE state = 'gone'") == 1
    assert gateway.value("SELECT count(*) FROM population_result") == 6
    sound(gateway)


def test_a_list_of_a_commune_does_not_end_what_the_registry_said(gateway: Gateway) -> None:
    rows = three(gateway)
    rows[0]["result"] = "05"
    told(gateway, rows)
    listed(gateway, man(1), man(2), man(3), man(4))
    assert open_items(gateway) == [(2, "registry_unknown", True)]
    sound(gateway)


def test_a_person_may_accept_another_name_but_not_somebody_unknown(gateway: Gateway) -> None:
    rows = three(gateway)
    rows[0] |= {"result": "01", "known_name": "Nguyễn Văn Khác"}
    rows[1]["result"] = "05"
    told(gateway, rows)
    name, unknown = (row.id for row in gateway.rows("SELECT id FROM work_item ORDER BY id"))
    settle(gateway.context, Settlement(name, "maker", "seen the card"))
    with pytest.raises(Refusal):
        settle(gateway.context, Settlement(unknown, "maker", "seen the card"))
    later = confirming(gateway, asked(gateway))
    later[0] |= {"result": "01", "known_name": "Nguyễn Văn Khác"}
    told(gateway, later)
    assert open_items(gateway) == []
    sound(gateway)


def _changed(rows: Rows, row: int, **values: str) -> Rows:
    return [each | values if number == row else each for number, each in enumerate(rows)]


WRONG: list[tuple[str, Any]] = [
    ("population_code_unknown", lambda rows: _changed(rows, 1, result="99")),
    ("population_row_invalid", lambda rows: _changed(rows, 1, beneficiary_id="1045000002")),
    ("population_row_invalid", lambda rows: _changed(rows, 1, result="03", died_on="")),
    ("population_row_invalid", lambda rows: _changed(rows, 1, result="03", died_on="2099-01-01")),
    ("population_row_invalid", lambda rows: _changed(rows, 1, result="04", new_commune="4")),
    ("population_row_invalid", lambda rows: _changed(rows, 1, result="01")),
    ("population_row_invalid", lambda rows: _changed(rows, 0, answered_on="")),
    ("population_not_asked", lambda rows: _changed(rows, 1, beneficiary_id="001045000009")),
    ("population_not_asked", lambda rows: [*rows, rows[0] | {"beneficiary_id": "001045000009"}]),
    ("population_person_twice", lambda rows: [*rows, rows[0] | {"result": "05"}]),
    ("population_answer_truncated", lambda rows: rows[:-1]),
    ("population_answer_empty", lambda rows: []),
    ("population_answer_foreign", lambda rows: [row | {"request": "Q1234"} for row in rows]),
    ("population_answer_mixed", lambda rows: _changed(rows, 1, request="Q1234")),
    ("population_answer_mixed", lambda rows: _changed(rows, 1, answered_on="2026-01-01")),
    ("population_answer_older", lambda rows: [row | {"answered_on": "2025-12-31"} for row in rows]),
    ("population_answer_of_the_future", lambda rows: [row | {"answered_on": "2099-12-31"} for row in rows]),
    ("population_answer_altered", lambda rows: _changed(rows, 1, name="Nguyễn Văn Khác")),
    ("population_answer_altered", lambda rows: _changed(rows, 1, birth="1945-12-31")),
]


def test_an_answer_that_is_not_as_it_must_be_is_refused_whole(gateway: Gateway) -> None:
    rows = three(gateway)
    assert [refused(gateway, written(gateway, change(rows))) for _, change in WRONG] == [code for code, _ in WRONG]


def test_an_answer_that_lost_a_column_or_its_end_is_refused_whole(gateway: Gateway) -> None:
    rows = three(gateway)
    assert refused(gateway, written(gateway, rows, without="known_birth")) == "column_missing"
    whole = written(gateway, rows)
    assert refused(gateway, whole[:-60]) == "fields_missing"


def test_an_answer_to_an_older_request_is_refused_once_a_newer_one_is_answered(gateway: Gateway) -> None:
    old = three(gateway)
    told(gateway, confirming(gateway, asked(gateway)))
    with pytest.raises(Refusal) as refusal:
        told(gateway, old)
    assert refusal.value.code == "population_answer_older"


def test_another_answer_of_the_same_day_to_the_same_request_is_refused(gateway: Gateway) -> None:
    rows = three(gateway)
    told(gateway, rows)
    with pytest.raises(Refusal) as refusal:
        told(gateway, _changed(rows, 0, result="05"))
    assert refusal.value.code == "population_answer_differs"


def test_only_a_maker_asks_and_brings_answers(gateway: Gateway) -> None:
    rows = three(gateway)
    gateway.give_roles("maker", "checker")
    with pytest.raises(NotAllowed):
        asked(gateway)
    with pytest.raises(NotAllowed):
        told(gateway, rows)


@pytest.mark.parametrize("table", ["population_request", "population_answer", "population_result"])
def test_m2_what_was_asked_and_said_is_never_changed_by_sql(gateway: Gateway, table: str) -> None:
    told(gateway, three(gateway))
    column = {"population_request": "asked", "population_answer": "rows", "population_result": "line_id"}[table]
    for statement in (f"UPDATE {table} SET {column} = {column} + 1", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError):
            gateway.rows(f"{statement} RETURNING 1")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE population_request SET asked = 2",
        "UPDATE population_request SET upto = 0",
        "UPDATE population_answer SET answered_on = '2026-01-01'",
        "UPDATE population_result SET result = 'confirmed' WHERE result = 'unknown'",
        "DELETE FROM population_result",
    ],
)
def test_a2_an_edit_of_what_was_asked_or_said_is_found(gateway: Gateway, statement: str) -> None:
    rows = three(gateway)
    rows[0]["result"] = "05"
    told(gateway, rows)
    assert edit(gateway, statement, ())
    assert list(integrity.check(gateway.context)) != []


def test_a2_a_result_without_its_answer_is_found_and_told_in_words(gateway: Gateway) -> None:
    """Its key holds bytes, which no message shows as they are."""
    told(gateway, three(gateway))
    edit(gateway, "UPDATE population_result SET change_id = 9000 WHERE change_id > 0")
    found = [each for each in integrity.check(gateway.context) if each.code == "row_orphaned"]
    assert [each.where.split()[:2] for each in found] == [["population_result", "9000"]] * 3
