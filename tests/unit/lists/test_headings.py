"""Which line is the heading, which column is which, and what a layout declares."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from support import shapes
from support.shapes import Cell, Grid

from formats.lists import Aside, Layout, Problem, Row, read_list

Items = list[Row | Problem | Aside]


def of(grid: Grid, layout: Layout | None = None, ending: str = "xlsx", **merges: tuple[str, ...]) -> Items:
    data = shapes.to_xlsx({"A": grid}, merges=merges) if ending == "xlsx" else shapes.to_csv({"A": grid})
    return list(read_list(io.BytesIO(data), layout or Layout(), f"list.{ending}"))


def rows(items: Items) -> list[dict[str, str]]:
    found = (item.values for item in items if isinstance(item, Row))
    return [{name: text for name, text in values.items() if text} for values in found]


def problems(items: Items) -> list[tuple[int, str, str, bool]]:
    return [(each.row, each.field, each.code, each.blocking) for each in items if isinstance(each, Problem)]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Họ và tên", "name"),
        ("HO VA TEN", "name"),
        ("Họ và tên\n(chữ in hoa)", "name"),
        ("Hä vµ tªn", "name"),
        ("Hoï vaø teân", "name"),
        ("Số CCCD/CMND", "beneficiary_id"),
        ("Số tiền (đồng)", "amount"),
        ("Quan hệ với đối tượng", "relation"),
        ("beneficiary_id", "beneficiary_id"),
        ("Ghi chú *", "note"),
    ],
)
def test_a_heading_is_known_in_its_spellings(heading: str, field: str) -> None:
    grid: Grid = [["STT", "SĐT", heading], ["1", "0912345678", "001050001234"]]
    items = of(grid, replace(Layout(), required=()))
    assert rows(items)[0][field] == "001050001234"


def test_columns_below_a_payee_are_the_payees_and_no_others() -> None:
    upper: list[Cell] = ["STT", "Họ và tên", "Số CCCD", "Người nhận thay", None, None, None]
    lower: list[Cell] = [None, None, None, "Họ và tên", "Số CCCD", "Ngày sinh", "Số TK"]
    items = of([upper, lower, ["1", "Lê An", "001050001234", "Lê Bé", "001180001235", "05/03/1980", "0123456789"]])
    assert rows(items) == [
        {"ordinal": "1", "name": "Lê An", "beneficiary_id": "001050001234", "payee_name": "Lê Bé",
         "payee_id": "001180001235", "account": "0123456789"}
    ]  # fmt: skip
    assert problems(items) == [(1, "", "unknown_column", False)]


def test_a_heading_of_three_lines_is_read() -> None:
    grid: Grid = [
        ["STT", "Người hưởng", None, None, None, "Số tiền"],
        [None, "Họ và tên", "Ngày sinh", None, None, None],
        [None, None, "Ngày", "Tháng", "Năm", None],
        ["1", "Lê An", "5", "3", "1950", "540000"],
    ]
    assert rows(of(grid)) == [{"ordinal": "1", "name": "Lê An", "birth": "1950-03-05", "amount": "540000"}]


def test_a_heading_all_of_whose_known_columns_stand_in_its_second_line_is_read() -> None:
    grid: Grid = [["STT", "Thông tin chung", None, "Chi trả", None], [None, "Họ và tên", "CCCD", "Số tiền", "Số TK"],
                  ["1", "Lê An", "001050001234", "540000", "0123456789"]]  # fmt: skip
    items = of(grid)
    assert rows(items)[0]["account"] == "0123456789"
    assert rows(items)[0]["ordinal"] == "1"


@pytest.mark.parametrize(("merge", "name"), [("B1:C1", "Nguyễn Văn An"), (None, "Nguyễn Văn")])
def test_a_name_merged_over_two_columns_is_both_of_them_else_the_second_is_a_problem(
    merge: str | None, name: str
) -> None:
    grid: Grid = [["STT", "Họ và tên", None, "CCCD"], ["1", "Nguyễn Văn", "An", "001050001234"]]
    items = of(grid, A=(merge,) if merge else ())
    assert rows(items)[0]["name"] == name
    assert problems(items) == ([] if merge else [(2, "name", "column_unnamed", True)])


def test_a_birth_merged_over_three_columns_is_day_month_and_year() -> None:
    grid: Grid = [["STT", "Họ và tên", "Ngày sinh", None, None, "CCCD"], ["1", "Lê An", 5, 3, 1950, "001050001234"]]
    assert rows(of(grid, A=("C1:E1",)))[0]["birth"] == "1950-03-05"


def test_a_column_without_a_heading_elsewhere_is_a_finding_said_once() -> None:
    grid: Grid = [["STT", "Họ và tên", "CCCD", None, "Số tiền"],
                  *([str(number), "Lê An", "001050001234", "x", "1"] for number in (1, 2))]  # fmt: skip
    assert problems(of(grid)) == [(2, "", "column_unnamed", False)]


@pytest.mark.parametrize(
    ("headings", "values", "expected"),
    [
        (("Ngày sinh", "Tháng sinh", "Năm sinh"), ("5", "3", "1950"), {"birth": "1950-03-05"}),
        (("Ngày sinh", "Năm sinh"), ("05/03/1950", ""), {"birth": "1950-03-05"}),
        (("Ngày sinh", "Năm sinh"), ("", "1950"), {"birth": "1950"}),
        (("Năm sinh",), ("1950",), {"birth": "1950"}),
        (("Mức hưởng", "Số tiền"), ("540000", "1080000"), {"level": "540000", "amount": "1080000"}),
        (("Mức hưởng",), ("540000",), {"amount": "540000"}),
    ],
)
def test_a_heading_means_what_the_other_columns_leave(
    headings: tuple[str, ...], values: tuple[str, ...], expected: dict[str, str]
) -> None:
    items = of([["STT", "CCCD", "Họ và tên", *headings], ["1", "001050001234", "Lê", *values]])
    row = rows(items)[0]
    assert {name: row.get(name, "") for name in expected} == expected


def test_a_title_of_words_that_are_headings_elsewhere_is_no_heading() -> None:
    title: Grid = [["Xã", "Bình Yên", "Thôn", "3"], ["STT", "Số tiền"]]
    items = of([*title, ["STT", "Họ và tên", "CCCD"], ["1", "Lê An", "001050001234"]])
    assert [row["name"] for row in rows(items)] == ["Lê An"]
    assert problems(items) == []


def test_two_columns_of_one_field_are_a_problem_and_nothing_is_read() -> None:
    items = of([["STT", "Họ và tên", "Số TK", "Số tài khoản"], ["1", "Lê An", "0123456789", "0123456788"]])
    assert problems(items) == [(1, "account", "column_twice", True)]
    assert rows(items) == []


def test_a_list_without_names_is_a_problem_and_nothing_is_read() -> None:
    items = of([["STT", "Số CCCD", "Số tiền"], ["1", "001050001234", "540000"]])
    assert problems(items) == [(1, "name", "column_missing", True)]
    assert rows(items) == []


def test_the_heading_on_every_page_is_no_row() -> None:
    heading: list[Cell] = ["STT", "Họ và tên", "CCCD"]
    items = of([heading, ["1", "Lê An", "001050001234"], heading, ["2", "Lê Bé", "001150001235"]])
    assert [row["name"] for row in rows(items)] == ["Lê An", "Lê Bé"]
    assert problems(items) == []


def test_a_further_list_below_has_its_own_columns() -> None:
    items = of([["STT", "Họ và tên", "CCCD"], ["1", "Lê An", "001050001234"], ["II", "Đối tượng khuyết tật"],
                ["STT", "CCCD", "Họ và tên"], ["1", "001150001235", "Lê Bé"]])  # fmt: skip
    assert [(row["name"], row["beneficiary_id"], row.get("programme")) for row in rows(items)] == [
        ("Lê An", "001050001234", None),
        ("Lê Bé", "001150001235", "Đối tượng khuyết tật"),
    ]


class TestDeclared:
    def test_a_spelling_that_is_declared_means_this_field_and_no_other(self) -> None:
        layout = Layout().with_headings({"note": ("Số tiền",), "amount": ("Tiền tháng này",)})
        items = of([["STT", "Họ và tên", "Số tiền", "Tiền tháng này"], ["1", "Lê An", "xem sau", "540.000"]], layout)
        assert rows(items) == [{"ordinal": "1", "name": "Lê An", "note": "xem sau", "amount": "540000"}]

    def test_also_when_no_other_column_wants_the_field_it_meant_before(self) -> None:
        layout = Layout().with_headings({"note": ("so tien",)})
        assert rows(of([["STT", "Họ và tên", "Số tiền"], ["1", "Lê An", "x"]], layout))[0]["note"] == "x"

    def test_a_field_of_ones_own_is_in_every_row(self) -> None:
        layout = Layout().with_headings({"household": ("Mã hộ",)})
        items = of([["STT", "Họ và tên", "Mã hộ"], ["1", "Lê An", "H-7"]], layout)
        assert rows(items)[0]["household"] == "H-7"

    def test_a_heading_below_another_can_be_declared(self) -> None:
        layout = Layout().with_headings({"amount": ("Chi trả / Được lĩnh",)})
        grid: Grid = [
            ["STT", "Họ và tên", "Chi trả", None],
            [None, None, "Được lĩnh", "Ghi chú"],
            ["1", "Lê An", "540000", "x"],
        ]
        assert rows(of(grid, layout)) == [{"ordinal": "1", "name": "Lê An", "amount": "540000"}]

    def test_parts_and_marks_of_ones_own(self) -> None:
        base = Layout().with_headings(
            {"poor": ("Nghèo",), "near": ("Cận nghèo",), "house": ("Số nhà",), "street": ("Đường",)}
        )
        layout = replace(
            base,
            marks={**base.marks, "household": {"poor": "nghèo", "near": "cận nghèo"}},
            joined={**base.joined, "address": ("house", "street")},
        )
        grid: Grid = [
            ["STT", "Họ và tên", "Nghèo", "Cận nghèo", "Số nhà", "Đường"],
            ["1", "Lê An", None, "x", "12", "Trần Phú"],
        ]
        assert rows(of(grid, layout)) == [
            {"ordinal": "1", "name": "Lê An", "household": "cận nghèo", "address": "12 Trần Phú"}
        ]

    def test_sheets_are_chosen_by_name_and_may_say_a_field(self) -> None:
        one = shapes.plain(shapes.people()[:1])["Danh sách"]
        data = shapes.to_xlsx({"NCT": one, "KT": one, "Cũ": one}, hidden=("KT",))
        layout = replace(Layout(), sheets=("KT", "NCT", "TE"), sheet_field="programme")
        items = list(read_list(io.BytesIO(data), layout, "list.xlsx"))
        assert [(item.sheet, item.values["programme"]) for item in items if isinstance(item, Row)] == [
            ("NCT", "NCT"),
            ("KT", "KT"),
        ]
        assert problems(items) == [(0, "", "sheet_unknown", True)]


def test_a_form_of_a_decree_is_read_without_a_declaration() -> None:
    """Title, groups, numbers of columns with a formula, groups of people, a birth by sex, sums, words, signatures."""
    grid: Grid = [
        ["UBND XÃ THU CÚC", None, None, None, "Mẫu số 03"],
        ["(Kèm theo Quyết định số 12/QĐ-UBND ngày 05/11/2026)"],
        ["STT", "Họ và tên", "Năm sinh", None, "Địa chỉ\n(thôn, khu)", "Hệ số", "Mức trợ cấp", "Truy lĩnh", "Tổng cộng",
         "Số tài khoản", "Ký nhận", "Ghi chú"],
        [None, None, "Nam", "Nữ"],
        ["1", "2", "3", "4", "5", "6", "7", "8", "9=7+8", "10", "11", "12"],
        ["A", "Trẻ em dưới 16 tuổi không có nguồn nuôi dưỡng"],
        [1, "Hà Văn Tú", 2015, None, "Khu Mỹ Á", "1,5", 810000, None, 810000, "8800205111222"],
        ["B", "Người khuyết tật nặng (2 người)"],
        [2, "Đinh Thị Mùi", None, 1960, "Khu Tân Lập", "1,5", 810000, 810000, 1620000, None, None, "Bảy nhận thay"],
        ["Cộng", None, None, None, None, None, 1620000, 810000, 2430000],
        ["Số tiền bằng chữ: Hai triệu bốn trăm ba mươi nghìn đồng"],
        [None, "NGƯỜI LẬP BIỂU", None, None, "KẾ TOÁN", None, None, None, "CHỦ TỊCH"],
        [None, "Hà Thị Lan", None, None, "Đỗ Hùng", None, None, None, "Trần Mạnh"],
    ]  # fmt: skip
    items = of(grid)
    assert rows(items) == [
        {"ordinal": "1", "name": "Hà Văn Tú", "birth": "2015", "sex": "Nam", "address": "Khu Mỹ Á",
         "coefficient": "1,5",
         "level": "810000", "amount": "810000", "account": "8800205111222",
         "programme": "Trẻ em dưới 16 tuổi không có nguồn nuôi dưỡng"},
        {"ordinal": "2", "name": "Đinh Thị Mùi", "birth": "1960", "sex": "Nữ", "address": "Khu Tân Lập",
         "coefficient": "1,5", "level": "810000", "amount": "1620000", "note": "Bảy nhận thay",
         "programme": "Người khuyết tật nặng"},
    ]  # fmt: skip
    assert problems(items) == [(3, "", "unknown_column", False)] * 2
    kinds = [each.kind for each in items if isinstance(each, Aside)]
    assert kinds == ["title"] * 2 + ["heading"] * 3 + ["section"] * 2 + ["total"] + ["footer"] * 3
