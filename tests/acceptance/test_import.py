"""Bad batch files: every problem of every row, nothing half imported; known rows, conflicts, corrections; old fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command import Result, side_by_side
from support.homes import MONTHS, Home
from support.stages import Stages

CORRECTED = MONTHS / "month.corrected.csv"

Problem = tuple[int, str, str]
"""(row, field, code)"""

BAD = {
    "bad-id": [
        (2, "beneficiary_id", "beneficiary_id_invalid"),
        (3, "beneficiary_id", "beneficiary_id_invalid"),
        (4, "beneficiary_id", "beneficiary_id_place_unknown"),
        (5, "beneficiary_id", "beneficiary_id_invalid"),
    ],
    "amount-not-integer": [
        *((row, "amount", "amount_not_integer") for row in (2, 3, 4, 5)),
        (6, "amount", "missing"),
        (7, "amount", "amount_not_integer"),
    ],
    "duplicate-ref": [(3, "payment_ref", "duplicate_payment_ref")],
    "unknown-bank": [(2, "bank", "bank_unknown"), (3, "bank", "bank_unknown"), (4, "bank", "missing")],
    "same-person-twice": [(3, "beneficiary_id", "duplicate_benefit")],
    "name-too-long": [(2, "payee_name", "name_too_long")],
    "forbidden-characters": [
        (2, "beneficiary_name", "forbidden_characters"),
        (2, "payee_name", "forbidden_characters"),
        (3, "beneficiary_name", "forbidden_characters"),
        (3, "payee_name", "forbidden_characters"),
        (4, "note", "forbidden_characters"),
        (5, "account", "account_invalid"),
    ],
    "many-problems": [
        (2, "beneficiary_id", "beneficiary_id_invalid"),
        (3, "amount", "amount_not_integer"),
        (4, "bank", "bank_unknown"),
        (6, "payment_ref", "duplicate_payment_ref"),
        (7, "benefit_month", "month_invalid"),
        (8, "kind", "kind_unknown"),
        (9, "date_of_birth", "date_invalid"),
        (9, "account", "missing"),
    ],
}


def problems(result: Result) -> list[Problem]:
    return [(problem["row"], problem["field"], problem["code"]) for problem in result.json["problems"]]


@pytest.fixture(scope="module")
def bad_imports(sqlite_stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Every bad file in a home of its own."""

    def import_one(name: str) -> Result:
        with sqlite_stages.copy("new", tmp_path_factory.mktemp(name)) as home:
            return home.import_(MONTHS / f"month.{name}.csv")

    return side_by_side(import_one, BAD)


@pytest.mark.parametrize("name", BAD)
def test_every_problem_of_every_row_is_said_with_row_field_and_code(bad_imports: dict[str, Result], name: str) -> None:
    imported = bad_imports[name]
    assert imported.code == 3
    assert imported.json["state"] == "invalid"
    assert problems(imported) == BAD[name]
    assert all(problem["message"] for problem in imported.json["problems"])


def test_invalid_batch_imports_nothing_and_its_correction_is_a_new_linked_batch(home: Home) -> None:
    invalid = home.import_(MONTHS / "month.many-problems.csv").json["batch"]
    assert home.states(invalid) == {}

    corrected = home.chitra("batch", "show", home.imported(CORRECTED)).done()
    assert corrected["predecessor"] == invalid
    assert corrected["by_state"] == {"ready": {"payments": 8, "amount": 4_860_000}}
    assert home.chitra("batch", "submit", invalid, "--operator", "maker").code == 1


def test_known_rows_are_already_seen_and_change_nothing(approved_home: Home) -> None:
    home, batch = approved_home, approved_home.batch
    for name in ("small", "small.resaved-reordered"):
        again = home.import_(MONTHS / f"month.2026-11.{name}.csv").done()
        assert (again["already_seen"], again["batch"], again["state"]) == (True, batch, "approved")
    assert [each["batch"] for each in home.chitra("batch", "list").done()["batches"]] == [batch]


def test_known_reference_with_another_amount_is_a_conflict(approved_sqlite_home: Home) -> None:
    home, batch = approved_sqlite_home, approved_sqlite_home.batch
    changed = home.import_(MONTHS / "month.2026-11.small.one-amount-changed.csv")
    assert changed.code == 3
    assert (5, "payment_ref", "conflict") in problems(changed)
    assert home.states(batch) == {"approved": 40}
    assert home.states(changed.json["batch"]) == {}


def test_file_that_is_no_list_is_one_line_and_no_batch(sqlite_home: Home, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"\x00\x01\x02 this is no list")
    refused = sqlite_home.import_(path)
    assert refused.code in (1, 3)
    assert sqlite_home.chitra("batch", "list", "--state", "ready").done()["batches"] == []


@pytest.mark.parametrize(("name", "encoding"), [("tcvn3-names", "TCVN3 (ABC)"), ("vni-pasted", "VNI")])
def test_a_list_of_an_old_font_is_converted_and_says_so(sqlite_home: Home, name: str, encoding: str) -> None:
    imported = sqlite_home.import_(MONTHS / f"month.{name}.csv").done()
    assert (imported["state"], imported["payments"], imported["problems"]) == ("ready", 10, [])
    notes = {note["field"]: note["message"] for note in imported["notes"]}
    assert set(notes) == {"beneficiary_name", "note"}
    assert f"{encoding}: 10 in beneficiary_name, such as Đ* T**** X****" in notes["beneficiary_name"]
    again = sqlite_home.import_(MONTHS / "month.2026-11.small.csv")
    assert {code for row, _, code in problems(again) if row <= 11} == {"already_imported"}


def test_what_a_list_said_in_an_old_font_is_seen_with_its_payment(sqlite_home: Home) -> None:
    batch = sqlite_home.imported(MONTHS / "month.vni-pasted.csv")
    payments = sqlite_home.chitra("payment", "list", "--batch", batch).done()["payments"]
    first = next(each["end_to_end_id"] for each in payments if each["payment_ref"].endswith("0000001"))
    shown = sqlite_home.chitra("payment", "show", first, "--unmask", "--reason", "name in question").done()["person"]
    assert shown["payee_name"] == "Đỗ Thanh Xuyến"
    assert shown["originals"]["beneficiary_name"] == "Ñoã Thanh Xuyeán"


def test_a_workbook_of_several_fonts_asks_where_it_cannot_tell(sqlite_home: Home) -> None:
    imported = sqlite_home.import_(MONTHS / "month.old-fonts-mixed.xlsx")
    assert (imported.code, imported.json["state"]) == (3, "invalid")
    assert problems(imported) == [(row, "beneficiary_name", "old_font_unclear") for row in (5, 6, 7, 8)]
    assert all("Unicode" in problem["message"] for problem in imported.json["problems"])
    assert [note["field"] for note in imported.json["notes"]] == ["beneficiary_name", "beneficiary_name"]
