"""The shapes in which communes send lists, made from plain people: the same people must be read from every shape.

``python tests/support/shapes.py`` writes the fixtures ``tests/fixtures/lists/`` and the golden files that are missing;
look at each before you commit it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter
from support.legacy_text import Encoding, encode

from formats.lists import Aside, Layout, Problem, Row, read_list

FIXTURES = Path(__file__).parents[1] / "fixtures" / "lists"

Person = Mapping[str, str]
Cell = str | int | date | None
Grid = list[list[Cell]]
Book = dict[str, Grid]

HEADINGS = {
    "ordinal": "STT",
    "name": "Họ và tên",
    "birth": "Ngày, tháng, năm sinh",
    "sex": "Giới tính",
    "beneficiary_id": "Số CCCD",
    "commune": "Xã",
    "hamlet": "Thôn",
    "amount": "Số tiền (đồng)",
    "account": "Số TK",
    "bank": "Ngân hàng",
}
FIELDS = tuple(HEADINGS)


# --- shapes ----------------------------------------------------------------------------------------------------


def plain(people: Sequence[Person], names: Iterable[str] = FIELDS) -> Book:
    """One heading, one column a field."""
    names = tuple(names)
    return {"Danh sách": [[HEADINGS[name] for name in names], *([each[name] for name in names] for each in people)]}


def below_titles(people: Sequence[Person]) -> Book:
    titles: Grid = [
        ["ỦY BAN NHÂN DÂN", None, None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHÒNG VĂN HÓA - XÃ HỘI", None, None, None, "Độc lập - Tự do - Hạnh phúc"],
        [],
        [None, "DANH SÁCH CHI TRẢ TRỢ CẤP XÃ HỘI HÀNG THÁNG"],
        [None, "Tháng 11 năm 2026"],
    ]
    return {"Danh sách": titles + plain(people)["Danh sách"]}


def two_headings(people: Sequence[Person]) -> Book:
    """Groups above headings, and a line that numbers the columns."""
    upper: list[Cell] = [
        "TT",
        "Người hưởng",
        None,
        None,
        None,
        "Nơi cư trú",
        None,
        "Số tiền",
        "Thông tin tài khoản",
        None,
    ]
    lower: list[Cell] = [
        None,
        "Họ và tên",
        "Ngày sinh",
        "Giới tính",
        "Số CCCD",
        "Xã",
        "Thôn",
        None,
        "Số TK",
        "Ngân hàng",
    ]
    numbers: list[Cell] = ["A", "B", *range(1, 9)]
    return {"Danh sách": [upper, lower, numbers, *([each[name] for name in FIELDS] for each in people)]}


def name_apart(people: Sequence[Person]) -> Book:
    heading = ["STT", "Họ và đệm", "Tên", *list(HEADINGS.values())[2:]]
    return {
        "Danh sách": [heading, *([each["ordinal"], *_parted(each["name"]), *_from(each, "birth")] for each in people)]
    }


def birth_apart(people: Sequence[Person]) -> Book:
    """Day, month and year in columns of their own; of some only the year is known."""
    upper: list[Cell] = ["STT", "Họ và tên", "Ngày tháng năm sinh", None, None, *list(HEADINGS.values())[3:]]
    lower: list[Cell] = [None, None, "Ngày", "Tháng", "Năm"]
    rows = ([each["ordinal"], each["name"], *_day_month_year(each["birth"]), *_from(each, "sex")] for each in people)
    return {"Danh sách": [upper, lower, *rows]}


def birth_mixed(people: Sequence[Person]) -> Book:
    """As cells of dates, as text and as a year, as the hand that typed it would have it."""
    book = plain(people)
    column = FIELDS.index("birth")
    for place, row in enumerate(book["Danh sách"][1:]):
        row[column] = _birth(str(row[column]), place)
    return book


def sex_marked(people: Sequence[Person]) -> Book:
    heading = [*list(HEADINGS.values())[:3], "Nam", "Nữ", *list(HEADINGS.values())[4:]]
    rows = (
        [*(each[name] for name in FIELDS[:3]), *_marks(each["sex"]), *_from(each, "beneficiary_id")] for each in people
    )
    return {"Danh sách": [heading, *rows]}


def birth_by_sex(people: Sequence[Person]) -> Book:
    """The year of birth stands in the column of the sex."""
    upper: list[Cell] = ["STT", "Họ và tên", "Năm sinh", None, *list(HEADINGS.values())[4:]]
    rows = (
        [each["ordinal"], each["name"], *((each["birth"], None) if each["sex"] == "Nam" else (None, each["birth"])),
         *_from(each, "beneficiary_id")]
        for each in people
    )  # fmt: skip
    return {"Danh sách": [upper, [None, None, "Nam", "Nữ"], *rows]}


def in_sections(people: Sequence[Person]) -> Book:
    """Communes and hamlets as lines, with sums, and what stands below a list."""
    names = [name for name in FIELDS if name not in ("commune", "hamlet")]
    grid = plain((), names)["Danh sách"]
    for place, (commune, inside) in enumerate(groupby(people, lambda each: each["commune"])):
        grid.append(["I" * (place % 3 + 1), commune])
        for hamlet, those in groupby(inside, lambda each: each["hamlet"]):
            grid.append([None, hamlet])
            rows = [[each[name] for name in names] for each in those]
            grid += rows
            grid.append([None, "Cộng", None, None, None, sum(int(str(row[5])) for row in rows)])
    grid.append(["Tổng cộng", None, None, None, None, sum(int(each["amount"]) for each in people)])
    return {"Danh sách": [*grid, *_SIGNATURES]}


def in_sheets(people: Sequence[Person]) -> Book:
    """A sheet for each commune, named by it."""
    names = [name for name in FIELDS if name != "commune"]
    return {
        commune: plain(list(those), names)["Danh sách"] for commune, those in groupby(people, lambda p: p["commune"])
    }


def old_font(people: Sequence[Person], encoding: Encoding, names: Iterable[str] = ("name", "hamlet")) -> Book:
    """Some columns in a font from before Unicode."""
    return plain([{**each, **{name: encode(each[name], encoding) for name in names}} for each in people])


def amounts_written(people: Sequence[Person]) -> Book:
    forms = ("{:,.0f}", "{:,.0f} đ", "{:,.0f}đ", "{:,.0f} VNĐ", "{:.0f}")
    book = plain(people)
    column = FIELDS.index("amount")
    for place, row in enumerate(book["Danh sách"][1:]):
        text = forms[place % len(forms)].format(int(str(row[column])))
        row[column] = text.replace(",", ".") if place % 2 else text
    return book


SHAPES: Mapping[str, Callable[[Sequence[Person]], Book]] = {
    shape.__name__: shape
    for shape in (
        *(plain, below_titles, two_headings, name_apart, birth_apart, birth_mixed, sex_marked, in_sections, in_sheets),
        amounts_written,
    )
}
_SIGNATURES: Grid = [
    ["Số tiền bằng chữ: (ghi bằng chữ)"],
    [None, None, None, None, None, "Bình Yên, ngày 5 tháng 11 năm 2026"],
    [None, "Người lập biểu", None, None, None, "TM. ỦY BAN NHÂN DÂN"],
    [None, None, None, None, None, "CHỦ TỊCH"],
    [],
    [None, "Lê Thị Thảo", None, None, None, "Đỗ Văn Mạnh"],
]


def _from(person: Person, first: str) -> list[str]:
    return [person[name] for name in FIELDS[FIELDS.index(first) :]]


def _parted(name: str) -> tuple[str, str]:
    family, _, given = name.rpartition(" ")
    return family, given


def _day_month_year(birth: str) -> list[Cell]:
    parts = [int(part) for part in reversed(birth.split("-"))]
    return [*[None] * (3 - len(parts)), *parts]


def _birth(birth: str, place: int) -> Cell:
    if len(birth) == len("YYYY"):
        return int(birth) if place % 2 else birth
    day = date.fromisoformat(birth)
    return (day, f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}", f"{day:%d.%m.%Y}")[place % 4]


def _marks(sex: str) -> tuple[Cell, Cell]:
    return ("x", None) if sex == "Nam" else (None, "X")


# --- files -----------------------------------------------------------------------------------------------------


def to_xlsx(book: Book, hidden: Iterable[str] = (), merges: Mapping[str, Iterable[str]] | None = None) -> bytes:
    """``merges`` are ranges of cells by sheet."""
    sink = io.BytesIO()
    out = xlsxwriter.Workbook(sink)
    out.set_properties({"created": datetime(2026, 1, 1)})
    form = out.add_format({"num_format": "dd/mm/yyyy"})
    for name, grid in book.items():
        sheet = out.add_worksheet(name)
        for place in (merges or {}).get(name, ()):
            sheet.merge_range(place, "")
        for number, row in enumerate(grid):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), form)
                elif value not in (None, ""):
                    sheet.write(number, column, value) if isinstance(value, int) else sheet.write_string(
                        number, column, value
                    )
        if name in hidden:
            sheet.hide()
    out.close()
    return sink.getvalue()


def to_csv(book: Book, delimiter: str = ";") -> bytes:
    """The first sheet as a spreadsheet saves it: every line as wide as the widest."""
    grid = next(iter(book.values()))
    width = max(map(len, grid))
    sink = io.StringIO()
    rows = ([_shown(value) for value in [*row, *[None] * (width - len(row))]] for row in grid)
    csv.writer(sink, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return sink.getvalue().encode()


def _shown(value: Cell) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


# --- fixtures --------------------------------------------------------------------------------------------------

_PEOPLE = """
    Nguyễn Văn An|1950-03-25|Nam|001050001234|Xã Bình Yên|Thôn 3|540000|0123456789|BIDV
    Trần Thị Bé|1946|Nữ|001146004321|Xã Bình Yên|Thôn 3|810000|19031234567012|Techcombank
    Phạm Thị Ngọc Ánh|1949-12-04|Nữ|034149002211|Xã Bình Yên|Thôn 3|540000|0011004455667|Vietcombank
    Lê Đức Thịnh|2014-07-19|Nam|001214007788|Xã Bình Yên|Thôn Đồng Cao|1080000|8800205123456|Agribank
    Hoàng Thúy Hòa|1938|Nữ|038138003344|Xã Bình Yên|Thôn Đồng Cao|1080000|0977123456|Viettel Money
    H'Blang Ksor|1988-05-05|Nữ|064188005566|Xã Bình Yên|Thôn Đồng Cao|810000|5211000099887|Agribank
    Vũ Quốc Khánh|1941-09-02|Nam|036041009900|Xã Tân Hòa|Thôn Chợ|540000|102870001122|VietinBank
    Đặng Thị Mỹ|1944|Nữ|027144001199|Xã Tân Hòa|Thôn Chợ|540000|0451000334455|Vietcombank
    Bùi Hữu Phước|1979-11-30|Nam|030079006677|Xã Tân Hòa|Thôn Chợ|1350000|21510001234567|BIDV
    Ngô Thị Tuyết|1947-01-17|Nữ|001147008855|Xã Tân Hòa|Thôn Nội|540000|0381000556677|Vietcombank
    Đỗ Minh Quân|2011-02-28|Nam|001211002233|Xã Tân Hòa|Thôn Nội|810000|3100205778899|Agribank
    Tống Công Minh|1943|Nam|037043004466|Xã Tân Hòa|Thôn Nội|540000|0912345678|MoMo
"""


def people() -> list[Person]:
    """Invented ones."""
    names = [name for name in FIELDS if name != "ordinal"]
    order = ("name", "birth", "sex", "beneficiary_id", "commune", "hamlet", "amount", "account", "bank")
    assert set(order) == set(names)
    lines = (line.strip().split("|") for line in _PEOPLE.strip().splitlines())
    return [{"ordinal": str(number), **dict(zip(order, line, strict=True))} for number, line in enumerate(lines, 1)]


def fixtures() -> dict[str, bytes]:
    """Name -> content."""
    those = people()
    hidden = {"Xã cũ": plain(those[:2])["Danh sách"], "Hướng dẫn": [["Ghi đúng mẫu, không gộp ô."]]}
    one_word = [{**each, "birth": each["birth"][:4]} for each in those]
    return {
        "roster.plain-with-semicolons.csv": to_csv(plain(those)),
        "roster.plain-with-commas.csv": b"\xef\xbb\xbf" + to_csv(plain(those), ","),
        "roster.below-titles.xlsx": to_xlsx(below_titles(those)),
        "roster.heading-of-two-lines.xlsx": to_xlsx(
            two_headings(those), merges={"Danh sách": ("A1:A2", "B1:E1", "F1:G1", "H1:H2", "I1:J1")}
        ),
        "roster.name-in-two-columns.xlsx": to_xlsx(name_apart(those)),
        "roster.birth-in-three-columns.csv": to_csv(birth_apart(those)),
        "roster.birth-in-many-forms.xlsx": to_xlsx(birth_mixed(those)),
        "roster.sex-as-marks.xlsx": to_xlsx(sex_marked(those)),
        "roster.birth-in-the-column-of-the-sex.xlsx": to_xlsx(birth_by_sex(one_word)),
        "roster.sections-sums-signatures.xlsx": to_xlsx(in_sections(those)),
        "roster.several-sheets-one-hidden.xlsx": to_xlsx(in_sheets(those) | hidden, hidden=("Xã cũ",)),
        "roster.tcvn3-in-two-columns.csv": to_csv(old_font(those, "tcvn3")),
        "roster.vni-in-two-columns.xlsx": to_xlsx(old_font(those, "vni")),
        "roster.amounts-as-written.csv": to_csv(amounts_written(those)),
        "roster.damaged-by-a-spreadsheet.csv": to_csv(damaged(those)),
        "roster.damaged-by-a-spreadsheet.xlsx": to_xlsx(damaged(those)),
    }


def damaged(those: Sequence[Person]) -> Book:
    """What a spreadsheet does to lists that were typed into cells of numbers, one damage a row."""
    book = plain(those)
    grid = book["Danh sách"]
    harm: Sequence[tuple[str, Cell]] = (
        ("beneficiary_id", 1050001234),
        ("beneficiary_id", "1.14600E+09"),
        ("beneficiary_id", "3.4149002211E+10"),
        ("birth", "19/07/2014"),
        ("birth", 14245),
        ("birth", date(1988, 5, 6)),
        ("birth", "31/02/1941"),
        ("account", "#N/A"),
        ("account", "2151000123456700000"),
        ("account", 381000556677),
        ("amount", "810.00.0"),
        ("hamlet", "Thôn Nội " * 28 + "Xóm"),
    )
    for row, (name, value) in zip(grid[1:], harm, strict=True):
        row[FIELDS.index(name)] = value
    return book


# --- golden files ----------------------------------------------------------------------------------------------


def read(name: str, data: bytes, layout: Layout | None = None) -> list[dict[str, Any]]:
    """Every item as plain JSON, what is empty left out."""
    return [_shown_item(item) for item in read_list(io.BytesIO(data), layout or Layout(), name)]


def _shown_item(item: Row | Problem | Aside) -> dict[str, Any]:
    found: dict[str, Any] = {each.name: getattr(item, each.name) for each in fields(item)}
    if isinstance(item, Row):
        found["values"] = {name: text for name, text in item.values.items() if text}
        found["damaged"] = sorted(item.damaged)
    if isinstance(item, Problem):
        found["blocking"] = item.blocking
    shown = {name: dict(value) if isinstance(value, Mapping) else value for name, value in found.items()}
    return {
        "is": type(item).__name__,
        **{name: value for name, value in shown.items() if value not in ("", {}, [], None)},
    }


def golden(items: list[dict[str, Any]]) -> str:
    """One item a line."""
    return "[\n" + ",\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n]\n"


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    for name, data in fixtures().items():
        (FIXTURES / name).write_bytes(data)
        golden_file = FIXTURES / f"{name}.json"
        if not golden_file.exists():
            golden_file.write_text(golden(read(name, data)), "utf-8")
