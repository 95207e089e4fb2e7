"""Lists of people: which lines are rows, and what they say."""

from __future__ import annotations

import io

from formats.lists import Aside, Layout, Problem, Row, read_list


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

    def test_a_person_whose_name_begins_like_a_total_is_a_person(self) -> None:
        items = of_csv(
            "STT;Họ và tên;Số tiền", ";Tống Công Minh;540000", ";TONG CONG MINH;540000", ";TONG CONG;1080000"
        )
        assert [row["name"] for row in rows(items)] == ["Tống Công Minh", "TONG CONG MINH"]
        assert asides(items)[-1] == (4, "total")

    def test_a_line_that_is_nothing_known_is_a_problem(self) -> None:
        items = of_csv("STT;Họ và tên;Số tiền", "1;Trần Thị Bé;540000", ";Nguyễn Văn An;")
        assert problems(items) == [(3, "", "line_unclear")]
