"""What spreadsheets do to a list is said, with what was probably meant; the value stays as it stands."""

from __future__ import annotations

import io
from datetime import date

import pytest
from support import shapes
from support.shapes import Cell

from formats.lists import Layout, Problem, Row, read_list
from formats.lists.values import read_amount, read_date, read_month, read_parts

Found = list[tuple[str, str, str | None, bool]]


def one(field: str, value: Cell, ending: str) -> tuple[Row, Found]:
    """The row of a person with this value in a field, and (field, code, suggestion, blocking) of its problems."""
    rows, found = several(field, [value], ending)
    return rows[0], found


def several(field: str, values: list[Cell], ending: str) -> tuple[list[Row], Found]:
    names = (*shapes.FIELDS, "note")
    book = shapes.plain(shapes.people()[: len(values)])
    grid = [[*row, heading] for row, heading in zip(book["Danh sách"], ["Ghi chú", *[None] * len(values)], strict=True)]
    for row, value in zip(grid[1:], values, strict=True):
        row[names.index(field)] = value
    data = shapes.to_csv({"A": grid}) if ending == "csv" else shapes.to_xlsx({"A": grid})
    items = list(read_list(io.BytesIO(data), Layout(), f"list.{ending}"))
    rows = [item for item in items if isinstance(item, Row)]
    return rows, [
        (each.field, each.code, each.suggestion, each.blocking) for each in items if isinstance(each, Problem)
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("field", "value", "code", "suggestion"),
    [
        ("beneficiary_id", 1050001234, "zeros_lost", "001050001234"),
        ("beneficiary_id", 34149002211, "zeros_lost", "034149002211"),
        ("beneficiary_id", "1.23457E+11", "digits_lost", None),
        ("beneficiary_id", "1,23457E+11", "digits_lost", None),
        ("beneficiary_id", "1.23456789012E+11", "digits_changed", "123456789012"),
        ("beneficiary_id", "3.4149002211E+10", "digits_changed", "034149002211"),
        ("beneficiary_id", 123457000000, "digits_lost", None),
        ("beneficiary_id", "34149002211.0", "digits_changed", "034149002211"),
        ("account", "9704180000000000000", "digits_lost", None),
        ("account", "2.15101E+13", "digits_lost", None),
        ("account", "#N/A", "cell_error", None),
        ("name", "#REF!", "cell_error", None),
        ("account", "########", "cell_error", None),
        ("birth", 14245, "date_serial", "1938-12-31"),
        ("birth", "07/19/2014", "date_swapped", "2014-07-19"),
        ("birth", "31/02/1941", "date_invalid", None),
        ("birth", "5/3/50", "date_unclear", None),
        ("birth", "khoảng 1950", "date_unclear", None),
        ("amount", "810.00.0", "amount_unclear", None),
        ("amount", "540,5", "amount_unclear", None),
        ("amount", "-540000", "amount_unclear", None),
        ("amount", "540.000 x 2", "amount_unclear", None),
    ],
)
def test_damage_is_said_and_the_value_stays(
    field: str, value: Cell, code: str, suggestion: str | None, ending: str
) -> None:
    row, found = one(field, value, ending)
    assert found == [(field, code, suggestion, True)]
    assert row.values[field] == str(value)
    assert row.damaged == {field}


@pytest.mark.parametrize(
    ("field", "value", "code", "suggestion"),
    [
        ("birth", date(1905, 5, 3), "date_serial", "1950"),
        ("account", date(2026, 3, 5), "number_became_date", None),
        ("beneficiary_id", 10**15 + 7, "number_imprecise", None),
    ],
)
def test_damage_that_only_a_workbook_shows(field: str, value: Cell, code: str, suggestion: str | None) -> None:
    row, found = one(field, value, "xlsx")
    assert found == [(field, code, suggestion, True)]
    assert row.damaged == {field}


def test_an_account_in_a_cell_of_a_number_is_a_finding_for_nobody_knows_its_length() -> None:
    row, found = one("account", 381000556677, "xlsx")
    assert found == [("account", "number_for_text", None, False)]
    assert row.damaged == frozenset()


@pytest.mark.parametrize("value", ["001050001234", 123456789012, "024123456", "A1234567"])
def test_a_number_of_a_person_that_lost_nothing_has_no_problem(value: Cell) -> None:
    assert one("beneficiary_id", value, "xlsx")[1] == []


def test_ten_digits_that_were_typed_as_text_are_not_what_a_spreadsheet_did() -> None:
    assert one("beneficiary_id", "1050001234", "xlsx")[1] == []


@pytest.mark.parametrize("length", [254, 255, 256])
def test_a_text_that_ends_where_old_files_cut_is_a_finding(length: int) -> None:
    row, found = one("note", "a" * length, "csv")
    assert found == ([("note", "text_cut", None, False)] if length == 255 else [])
    assert row.damaged == frozenset()


class TestSwappedDates:
    """A spreadsheet of another country reads 05/03 as May; 25/03 it leaves as text."""

    def test_cells_of_dates_among_texts_that_could_not_be_dates_are_suspected(self) -> None:
        cells: list[Cell] = [date(1950, 5, 3), "25/03/1949", date(1938, 4, 4), date(1941, 1, 12)]
        rows, found = several("birth", cells, "xlsx")
        assert found == [("birth", "date_swapped", "1950-03-05", True), ("birth", "date_swapped", "1941-12-01", True)]
        assert [row.values["birth"] for row in rows] == ["1950-05-03", "1949-03-25", "1938-04-04", "1941-01-12"]

    def test_a_cell_with_a_day_after_the_twelfth_shows_that_they_were_read_rightly(self) -> None:
        assert several("birth", [date(1950, 5, 3), "25/03/1949", date(1938, 4, 30)], "xlsx")[1] == []

    def test_texts_alone_are_not_suspected(self) -> None:
        assert several("birth", ["25/03/1949", "05/03/1950"], "xlsx")[1] == []


@pytest.mark.parametrize(
    ("male", "female", "sex", "codes"),
    [
        ("x", "", "Nam", []),
        ("", "V", "Nữ", []),
        ("", "1", "Nữ", []),
        ("0", "x", "Nữ", []),
        ("", "Nữ", "Nữ", []),
        ("", "", "", []),
        ("x", "x", "", ["mark_unclear"]),
        ("", "1950", "Nữ", ["mark_unclear"]),
    ],
)
def test_one_of_two_columns_is_marked_or_it_is_not_clear(male: str, female: str, sex: str, codes: list[str]) -> None:
    data = f"STT;Họ và tên;Nam;Nữ\n1;Lê An;{male};{female}\n".encode()
    items = list(read_list(io.BytesIO(data), Layout(), "list.csv"))
    assert [each.code for each in items if isinstance(each, Problem)] == codes
    row = next(each for each in items if isinstance(each, Row))
    assert row.values["sex"] == sex
    assert row.damaged == ({"sex"} if codes else frozenset())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("25/03/1950", "1950-03-25"),
        ("5-3-1950", "1950-03-05"),
        ("05.03.1950", "1950-03-05"),
        ("1950-03-05", "1950-03-05"),
        ("1950-03-05 00:00:00", "1950-03-05"),
        ("ngày 5 tháng 3 năm 1950", "1950-03-05"),
        ("1950", "1950"),
        ("năm 1950", "1950"),
        ("03/1950", "1950-03"),
        ("00/00/1950", "1950"),
        ("../../1950", "1950"),
        ("--/03/1950", "1950-03"),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, plain: str) -> None:
    assert read_date(text).text == plain


@pytest.mark.parametrize(
    "text", ["1850", "2101", "13/1950", "05/00/1950", "00/13/1950", "1950-13-01", "", "ngày", "5/3"]
)
def test_what_is_no_date_is_not_made_one(text: str) -> None:
    assert read_date(text).text == ""
    assert read_date(text).code


@pytest.mark.parametrize(
    ("parts", "plain"),
    [
        (("5", "3", "1950"), "1950-03-05"),
        (("", "3", "1950"), "1950-03"),
        (("", "", "1950"), "1950"),
        (("05/03/1950", "", ""), "1950-03-05"),
        (("05/03/1950", "", "1950"), "1950-03-05"),
        (("05/03/1950", "", "1951"), ""),
        (("5", "", "1950"), ""),
        (("5", "13", "1950"), ""),
        (("5", "3", "50"), ""),
    ],
)
def test_a_date_is_put_together_from_its_parts(parts: tuple[str, str, str], plain: str) -> None:
    assert read_parts(*parts).text == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [("07/2026", "2026-07"), ("7-2026", "2026-07"), ("Tháng 7/2026", "2026-07"), ("T7/2026", "2026-07"),
     ("tháng 7 năm 2026", "2026-07"), ("01/07/2026", "2026-07"), ("2026-07", "2026-07"), ("2026-07-01", "2026-07"),
     ("13/2026", ""), ("2026", ""), ("7", "")],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it(text: str, plain: str) -> None:
    assert read_month(text).text == plain


@pytest.mark.parametrize("text", ["540000", "540.000", "540,000 đ", "540.000đ", "540 000", "540.000 đồng",
                                  "540.000 VNĐ", "540000.00", "540.000,00", "540,000.0", "540.000 Đ.",
                                  "540\u00a0000"])  # fmt: skip
def test_an_amount_is_read_as_people_write_it(text: str) -> None:
    assert read_amount(text).text == "540000"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("001 050 001 234", "001050001234"),
        ("001.050.001.234", "001050001234"),
        ("001-050-001234", "001050001234"),
        ("'001050001234", "001050001234"),
        ("001\u00a0050001234", "001050001234"),
        ("001050001234 (mất thẻ)", "001050001234 (mất thẻ)"),
        ("+84 912 345 678", "+84 912 345 678"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_number_is_read_without_what_people_write_between_its_digits(text: str, plain: str, ending: str) -> None:
    row, found = one("beneficiary_id", text, ending)
    assert (row.values["beneficiary_id"], found) == (plain, [])
    assert row.originals == ({"beneficiary_id": text} if text != plain else {})


@pytest.mark.parametrize(
    "text", ["540.00", "540.000.00", "0.540", "5.40.000", "540.0000", "1,5", "năm trăm", "", "540k", "540.000.", "5e5"]
)
def test_what_is_no_certain_amount_is_not_made_one(text: str) -> None:
    assert read_amount(text).text == ""
    assert read_amount(text).code == "amount_unclear"
