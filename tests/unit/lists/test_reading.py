"""Lists of people: which lines are rows, and what they say."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from support import shapes
from support.legacy_text import Encoding, encode

from formats.lists import Aside, Layout, Problem, Row, read_list

HEADING = "STT;Họ và tên;Số CCCD;Số tiền"


def of_csv(*lines: str, layout: Layout | None = None) -> list[Row | Problem | Aside]:
    data = "\n".join(lines).encode()
    return list(read_list(io.BytesIO(data), layout or Layout(), "list.csv"))


def rows(items: list[Row | Problem | Aside]) -> list[dict[str, str]]:
    """What they say, without what they do not."""
    found = (item.values for item in items if isinstance(item, Row))
    return [{name: text for name, text in values.items() if text} for values in found]


def problems(items: list[Row | Problem | Aside]) -> list[tuple[int, str, str]]:
    return [(item.row, item.field, item.code) for item in items if isinstance(item, Problem)]


def asides(items: list[Row | Problem | Aside]) -> list[tuple[int, str]]:
    return [(item.row, item.kind) for item in items if isinstance(item, Aside)]


class TestLines:
    def test_titles_sections_totals_and_signatures_are_no_rows(self) -> None:
        items = of_csv(
            "UBND XÃ BÌNH YÊN;;;",
            "STT;Họ và tên;Số CCCD;Số tiền",
            ";Thôn 3;;",
            "1;Nguyễn Văn An;001050001234;540.000đ",
            ";Cộng;;540.000",
            ";Thôn 4;;",
            "2;Trần Thị Bé;001150001235;540,000 đ",
            ";Tổng cộng: 2 người;;1.080.000",
            ";;Bình Yên, ngày 5 tháng 11 năm 2026;",
            ";Người lập biểu;;TM. UBND",
            ";Lê Văn Cả;;",
        )
        assert problems(items) == []
        assert rows(items) == [
            {"ordinal": "1", "name": "Nguyễn Văn An", "beneficiary_id": "001050001234", "amount": "540000",
             "hamlet": "Thôn 3"},
            {"ordinal": "2", "name": "Trần Thị Bé", "beneficiary_id": "001150001235", "amount": "540000",
             "hamlet": "Thôn 4"},
        ]  # fmt: skip
        assert asides(items) == [
            (1, "title"), (2, "heading"), (3, "section"), (5, "total"), (6, "section"), (8, "total"), (9, "footer"),
            (10, "footer"), (11, "footer"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "line",
        [
            "Tổ trưởng tổ dân phố;;;",
            ";Trưởng thôn;;TM. UBND",
            ";;;KT. CHỦ TỊCH",
            "Thu Cúc, ngày   tháng   năm 2026;;;",
            ";NGUOI LAP BIEU;;",
            "Bằng chữ: Một triệu đồng;;;",
            ";(Ký, ghi rõ họ tên);;",
        ],
    )
    def test_signatures_in_their_many_words_end_the_list(self, line: str) -> None:
        items = of_csv(HEADING, "1;Lê An;001050001234;1", line, ";Đỗ Văn Mạnh;;")
        assert problems(items) == []
        assert asides(items) == [(1, "heading"), (3, "footer"), (4, "footer")]

    def test_a_person_whose_name_begins_like_a_total_is_a_person(self) -> None:
        items = of_csv(
            "STT;Họ và tên;Số tiền", ";Tống Công Minh;540000", ";TONG CONG MINH;540000", ";TONG CONG;1080000"
        )
        assert [row["name"] for row in rows(items)] == ["Tống Công Minh", "TONG CONG MINH"]
        assert asides(items)[-1] == (4, "total")

    def test_a_line_that_is_nothing_known_is_a_problem(self) -> None:
        items = of_csv("STT;Họ và tên;Số tiền", "1;Trần Thị Bé;540000", ";Nguyễn Văn An;")
        assert problems(items) == [(3, "", "line_unclear")]

    def test_a_row_below_the_signatures_is_read_and_said_once(self) -> None:
        items = of_csv(
            HEADING,
            "1;Lê An;001050001234;1",
            ";Người lập biểu;;",
            ";Đỗ Văn Mạnh;;",
            "2;Lê Bé;001150001235;1",
            "3;Lê Ca;;1",
        )
        assert [row["name"] for row in rows(items)] == ["Lê An", "Lê Bé", "Lê Ca"]
        assert problems(items) == [(5, "", "row_after_end")]
        assert asides(items) == [(1, "heading"), (3, "footer"), (4, "footer")]

    @pytest.mark.parametrize(
        "line",
        [
            "2;Thôn Văn Tám;001050001234;1",
            "2;Xa Van Tam;;1",
            "2;Xa Van Tam;;",
            ";To Van Tam;;1",
            ";Cộng Thị Hoa;001050001234;",
            "2;Tổng Văn A;;1",
            ";Người lập biểu;001050001234;",
        ],
    )
    def test_a_line_with_the_number_of_a_person_or_an_ordinal_and_a_name_is_a_row(self, line: str) -> None:
        items = of_csv(HEADING, line)
        assert len(rows(items)) == 1
        assert asides(items) == [(1, "heading")]

    @pytest.mark.parametrize(
        "line",
        [
            "Thôn 3;;;",
            "1;Thôn 3;;2.000",
            ";Thôn 3;;",
            "I;Thôn 3;;",
            "1.;Thôn 3;;",
            ";- Thôn 3:;;",
            ";Thôn 3 (2 người);;1.000",
        ],
    )
    def test_a_section_is_known_wherever_it_stands_in_its_line(self, line: str) -> None:
        items = of_csv(HEADING, line, "1;Lê An;001050001234;1")
        assert rows(items)[0]["hamlet"] == "Thôn 3"
        assert problems(items) == []

    @pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
    def test_a_section_in_an_old_font_is_known(self, encoding: Encoding) -> None:
        items = of_csv(HEADING, f";{encode('Xã Bình Yên', encoding)};;", "1;Lê An;001050001234;1")
        assert rows(items)[0]["commune"] == "Xã Bình Yên"

    def test_somebody_with_an_amount_is_no_signature_whatever_the_note_says(self) -> None:
        items = of_csv("Họ và tên;Số tiền;Ghi chú", "Lê An;540000;Cán bộ xã nhận thay", "Lê Bé;540000;")
        assert [row["name"] for row in rows(items)] == ["Lê An", "Lê Bé"]
        assert problems(items) == []

    def test_a_row_above_the_first_heading_is_a_problem(self) -> None:
        items = of_csv("Danh sách;;;", "1;Lê An;001050001234;1", HEADING, "2;Lê Bé;001150001235;1")
        assert problems(items) == [(2, "", "line_unclear")]
        assert asides(items) == [(1, "title"), (3, "heading")]

    def test_a_section_ends_the_one_of_its_kind_and_those_inside_it(self) -> None:
        items = of_csv(
            HEADING, ";Xã A;;", ";Thôn 1;;", "1;Lê An;001050001234;1", ";Thôn 2;;", "2;Lê Bé;001150001235;1", ";Xã B;;",
            "3;Lê Ca;001150001236;1", ";Người khuyết tật;;", "4;Lê Du;001150001237;1", ";Xã C;;",
            "5;Lê Em;001150001238;1",
        )  # fmt: skip
        found = [item.sections for item in items if isinstance(item, Row)]
        assert found == [
            {"commune": "Xã A", "hamlet": "Thôn 1"},
            {"commune": "Xã A", "hamlet": "Thôn 2"},
            {"commune": "Xã B"},
            {"commune": "Xã B", "programme": "Người khuyết tật"},
            {"commune": "Xã C"},
        ]

    def test_what_the_row_itself_says_stands_before_its_section(self) -> None:
        items = of_csv("STT;Họ và tên;Số CCCD;Thôn", ";Thôn 3;;", "1;Lê An;001050001234;Thôn 4")
        assert rows(items)[0]["hamlet"] == "Thôn 4"
        assert next(item.sections for item in items if isinstance(item, Row)) == {"hamlet": "Thôn 3"}


def test_a_hidden_row_is_read_and_said() -> None:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    sheet = book.add_worksheet()
    for number, line in enumerate((HEADING, "1;Lê An;001050001234;1", "2;Lê Bé;001150001235;1")):
        sheet.write_row(number, 0, line.split(";"))
    sheet.set_row(1, None, None, {"hidden": True})
    book.close()
    items = list(read_list(sink, Layout(), "list.xlsx"))
    assert [row["name"] for row in rows(items)] == ["Lê An", "Lê Bé"]
    found = [(item.row, item.code, item.blocking) for item in items if isinstance(item, Problem)]
    assert found == [(2, "row_hidden", False)]


CELLS = (
    *(
        "",
        "",
        "",
        "1",
        "2.",
        "II",
        "x",
        "Lê An",
        "Xa Van Tam",
        "001050001234",
        "1.2E+11",
        "540.000",
        "1,5",
        "05/03/1950",
    ),
    *("Thôn 3", "Xã Bình Yên", "Cộng", "Tổng cộng: 2 người", "Người lập biểu", "Bình Yên, ngày 5 tháng 11 năm 2026"),
    *("STT", "Họ và tên", "Số CCCD", "Số tiền", "Nam", "Nữ", "Ghi chú", "#N/A", "\ufffd", "Hä vµ tªn", "\n"),
)


@settings(max_examples=60)
@given(grid=st.lists(st.lists(st.sampled_from(CELLS) | st.text(max_size=5), min_size=4, max_size=4), max_size=8))
def test_every_line_is_a_row_or_a_problem_or_is_said_to_be_something_else(grid: list[list[str]]) -> None:
    """Whatever stands in it; a heading that cannot be used ends the reading, and says so."""
    lines = [HEADING.split(";"), *grid]
    book = {"A": [[text.replace("\0", "") for text in line] for line in lines]}
    items = list(read_list(io.BytesIO(shapes.to_csv(book)), Layout(), "list.csv"))  # type: ignore[arg-type]
    said = {item.number if isinstance(item, Row) else item.row for item in items}
    ends = [row for row, _, code in problems(items) if code in ("column_missing", "column_twice")]
    filled = {number for number, line in enumerate(lines, 1) if any(text.strip() for text in line)}
    assert {number for number in filled if not ends or number <= min(ends)} <= said


class TestSums:
    LINES = (";Thôn 1;;", "1;Lê An;001050001234;1000", "2;Lê Bé;001150001235;2.000", ";Cộng;;3000")

    @pytest.mark.parametrize("total", ["8000", "8.000đ", "5000", ""])
    def test_a_sum_of_the_list_of_a_section_or_since_the_last_sum_agrees(self, total: str) -> None:
        assert problems(of_csv(HEADING, *self.LINES, ";Thôn 2;;", "3;Lê Ca;001150001236;5000", f"Cộng;;;{total}")) == []

    def test_a_sum_that_no_rows_have_is_a_finding(self) -> None:
        items = of_csv(HEADING, *self.LINES[:2], *self.LINES[3:])
        assert [(item.row, item.field, item.code, item.blocking) for item in items if isinstance(item, Problem)] == [
            (4, "amount", "total_differs", False)
        ]

    def test_no_sum_is_judged_when_an_amount_is_not_certain(self) -> None:
        assert problems(of_csv(HEADING, "1;Lê An;001050001234;1,5", ";Cộng;;3000")) == [(2, "amount", "amount_unclear")]


class TestBadInput:
    """Whatever comes is told in one line; nothing raises."""

    def test_another_ending_is_refused(self) -> None:
        assert problems(list(read_list(io.BytesIO(b""), Layout(), "list.xls"))) == [(0, "", "list_format_unknown")]

    @pytest.mark.parametrize("data", [b"", b"\n\n", b"a;b\n1;2\n", "Ghi chú\n".encode(), b"STT\n1\n"])
    def test_a_file_without_a_heading_is_a_problem(self, data: bytes) -> None:
        items = list(read_list(io.BytesIO(data), Layout(), "list.csv"))
        assert [(item.code, item.blocking) for item in items if isinstance(item, Problem)] == [
            ("heading_not_found", True)
        ]
        assert len(items) == 1

    def test_utf_16_is_told(self) -> None:
        data = shapes.to_csv(shapes.plain(shapes.people())).decode().encode("utf-16")
        assert problems(list(read_list(io.BytesIO(data), Layout(), "list.csv"))) == [(1, "", "not_utf8")]

    def test_bytes_that_are_no_letters_are_told_with_their_row(self) -> None:
        data = f"{HEADING}\n1;Lê An;001050001234;1\n".encode().replace("Lê".encode(), b"L\xea")
        assert problems(list(read_list(io.BytesIO(data), Layout(), "list.csv"))) == [(2, "name", "not_utf8")]

    def test_a_quote_that_does_not_close_ends_the_reading(self) -> None:
        items = of_csv(HEADING, "1;Lê An;001050001234;1", '2;"Lê Bé;001150001235;1')
        assert len(rows(items)) == 1
        assert problems(items) == [(3, "", "quote_unbalanced")]

    @pytest.mark.parametrize(
        ("line", "code"), [("1;Lê An;001050001234", "fields_missing"), ("1;Lê An;001050001234;1;2", "fields_extra")]
    )
    def test_a_row_of_another_width_is_not_read_for_its_cells_may_have_moved(self, line: str, code: str) -> None:
        items = of_csv(HEADING, line, "2;Lê Bé;001150001235;1")
        assert problems(items) == [(2, "", code)]
        assert [row["name"] for row in rows(items)] == ["Lê Bé"]

    def test_a_line_break_in_a_cell_is_told(self) -> None:
        items = of_csv(HEADING, '1;"Lê\nAn";001050001234;1', "2;Lê Bé;001150001235;1")
        assert problems(items) == [(2, "name", "line_break")]
        assert [item.number for item in items if isinstance(item, Row)] == [2, 3]

    @pytest.mark.parametrize("cut", [10, 1000, 3000, -30])
    def test_a_workbook_that_was_cut_is_one_problem(self, cut: int) -> None:
        data = shapes.to_xlsx(shapes.plain(shapes.people()))[:cut]
        assert problems(list(read_list(io.BytesIO(data), Layout(), "list.xlsx")))[-1] == (0, "", "workbook_unreadable")

    def test_a_cell_far_to_the_right_is_a_problem_of_its_row_and_costs_nothing(self) -> None:
        book = shapes.plain(shapes.people()[:2])
        book["Danh sách"][1] = [*book["Danh sách"][1], *[None] * 16_000, "x"]
        items = list(read_list(io.BytesIO(shapes.to_xlsx(book)), Layout(), "list.xlsx"))
        assert problems(items) == [(2, "", "fields_extra")]

    def test_problems_hold_no_value_of_a_person(self) -> None:
        """Only the suggestion may."""
        path: Path
        for path in shapes.FIXTURES.glob("*damaged*.[cx]*"):
            items = list(read_list(path, Layout(), path.name)) if path.suffix != ".json" else []
            told = [value for item in items if isinstance(item, Problem) for value in item.params.values()]
            assert [value for value in told if value not in (255,)] == []
