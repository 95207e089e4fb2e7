"""The lists of the exam as files, in the nine shapes that communes send; writing one tells each entry its row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import xlsxwriter
from support.legacy_text import encode

from exam.people import FIELDS, Entry, Office

HEADINGS = {
    "beneficiary_id": "Số CCCD",
    "name": "Họ và tên",
    "birth": "Ngày, tháng, năm sinh",
    "sex": "Giới tính",
    "commune": "Tên xã",
    "hamlet": "Thôn",
    "group": "Nhóm đối tượng",
    "from_month": "Hưởng từ tháng",
    "until_month": "Hưởng đến tháng",
    "times": "Số con",
    "payee_name": "Người nhận thay",
    "relation": "Mối quan hệ",
    "account": "Số tài khoản",
    "bank": "Ngân hàng",
    "note": "Ghi chú",
}
AMOUNT = 540_000
"""What lists say of money; the roster does not believe it."""
_SEXES = {"male": "Nam", "female": "Nữ"}
Line = tuple[list[object], Entry | None]


@dataclass(frozen=True)
class Shape:
    """How a commune writes; ``in_lines`` are fields that no column of a row says."""

    name: str
    words: str
    suffix: str
    lines: Callable[[Office, Sequence[Entry]], Mapping[str, Iterable[Line]]]
    in_lines: frozenset[str] = frozenset()

    @property
    def is_workbook(self) -> bool:
        return self.suffix == "xlsx"


# --- cells -----------------------------------------------------------------------------------------------------


def cells(office: Office, entry: Entry, names: Iterable[str] = FIELDS) -> list[object]:
    return [cell(office, entry, name) for name in names]


def cell(office: Office, entry: Entry, name: str) -> object:
    """What stands in a column: what the defect says, else the truth as this commune writes it."""
    if name in entry.cells:
        return entry.cells[name]
    text = entry.truth[name]
    if name == "sex":
        return _SEXES[text]
    if name == "commune":
        return text if office.shape == "plain" else office.communes[text]
    if name == "birth" and len(text) > len("YYYY"):
        day = date.fromisoformat(text)
        return day if office.shape in ("below_titles", "sex_marked") else f"{day:%d/%m/%Y}"
    if name.endswith("_month") and text:
        return f"{text[5:]}/{text[:4]}"
    return text


def _rows(office: Office, entries: Iterable[Entry], names: Sequence[str] = FIELDS) -> Iterator[Line]:
    for number, entry in enumerate(entries, 1):
        yield [number, *cells(office, entry, names), entry.cells.get("amount", AMOUNT)], entry


def _heading(names: Iterable[str] = FIELDS) -> Line:
    return ["STT", *(HEADINGS[name] for name in names), "Số tiền"], None


# --- shapes ----------------------------------------------------------------------------------------------------


def _plain(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    return {"": [_heading(), *_rows(office, entries)]}


def _below_titles(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    titles: list[Line] = [
        (["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], None),
        ([], None),
        ([None, "DANH SÁCH CHI TRẢ TRỢ CẤP THÁNG 11 NĂM 2026"], None),
    ]
    return {"Danh sách": [*titles, _heading(), *_rows(office, entries)]}


def _two_headings(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    """Groups above headings, and a line that numbers the columns."""
    upper = ["TT", "Người hưởng", None, None, None, "Nơi cư trú", None, "Nhóm đối tượng", "Thời gian hưởng", None,
             "Số con", "Người nhận thay", None, "Thông tin tài khoản", None, "Ghi chú", "Số tiền"]  # fmt: skip
    lower = [None, "Số CCCD", "Họ và tên", "Ngày sinh", "Giới tính", "Xã", "Thôn", None, "Từ tháng", "Đến tháng",
             None, "Họ và tên", "Mối quan hệ", "Số TK", "Ngân hàng", None, None]  # fmt: skip
    numbers: list[object] = ["A", "B", *range(1, 16)]
    return {"Danh sách": [(upper, None), (lower, None), (numbers, None), *_rows(office, entries)]}


def _name_apart(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    place = FIELDS.index("name") + 1
    heading = _heading()[0]
    lines: list[Line] = [([*heading[:place], "Họ và đệm", "Tên", *heading[place + 1 :]], None)]
    for row, entry in _rows(office, entries):
        family, _, given = str(row[place]).rpartition(" ")
        lines.append(([*row[:place], family, given, *row[place + 1 :]], entry))
    return {"Danh sách": lines}


def _birth_apart(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    """Day, month and year; the year alone where no more is known."""
    place = FIELDS.index("birth") + 1
    upper = _heading()[0]
    upper[place + 1 : place + 1] = [None, None]
    lower: list[object] = [*[None] * place, "Ngày", "Tháng", "Năm"]
    lines: list[Line] = [(upper, None), (lower, None)]
    for row, entry in _rows(office, entries):
        parts = str(row[place]).split("/")
        whole = [None] * (3 - len(parts)) + parts if len(parts) > 1 or len(parts[0]) <= 4 else [parts[0], None, None]
        lines.append(([*row[:place], *whole, *row[place + 1 :]], entry))
    return {"": lines}


def _sex_marked(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    place = FIELDS.index("sex") + 1
    heading = _heading()[0]
    lines: list[Line] = [([*heading[:place], "Nam", "Nữ", *heading[place + 1 :]], None)]
    for row, entry in _rows(office, entries):
        marks = {"Nam": ("x", None), "Nữ": (None, "x"), "": (None, None)}.get(str(row[place]), ("x", "x"))
        lines.append(([*row[:place], *marks, *row[place + 1 :]], entry))
    return {"Danh sách": lines}


_INSIDE = tuple(name for name in FIELDS if name not in ("commune", "hamlet"))


def _in_sections(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    """Communes and hamlets as lines, with sums, and what stands below a list."""
    lines: list[Line] = [_heading(_INSIDE)]
    ordered = sorted(entries, key=lambda each: (each.truth["commune"], each.truth["hamlet"]))
    blank = [None] * (len(_INSIDE) - 1)
    for commune, inside in groupby(ordered, key=lambda each: each.truth["commune"]):
        lines.append((["I", office.communes[commune]], None))
        for hamlet, those in groupby(inside, key=lambda each: each.truth["hamlet"]):
            rows = list(_rows(office, those, _INSIDE))
            lines += [([None, hamlet], None), *rows, ([None, "Cộng", *blank, AMOUNT * len(rows)], None)]
    lines.append((["Tổng cộng", None, *blank, AMOUNT * len(ordered)], None))
    lines += [(["Số tiền bằng chữ: (ghi bằng chữ)"], None), ([None, "Người lập biểu", None, "CHỦ TỊCH"], None)]
    return {"Danh sách": lines}


def _in_sheets(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    """A sheet for each commune, named by it."""
    names = tuple(name for name in FIELDS if name != "commune")
    ordered = sorted(entries, key=lambda each: each.truth["commune"])
    return {
        office.communes[commune]: [_heading(names), *_rows(office, list(those), names)]
        for commune, those in groupby(ordered, key=lambda each: each.truth["commune"])
    }


def _old_font(office: Office, entries: Sequence[Entry]) -> Mapping[str, Iterable[Line]]:
    """Names and hamlets in VNI; a bank is written without accents anyway."""
    old = {FIELDS.index(name) + 1 for name in ("name", "hamlet", "payee_name", "relation")}
    lines: list[Line] = [_heading()]
    for row, entry in _rows(office, entries):
        texts = [
            encode(text, "vni") if place in old and isinstance(text, str) else text for place, text in enumerate(row)
        ]
        lines.append((texts, entry))
    return {"Danh sách": lines}


def _in_vni(text: object) -> object:
    return encode(text, "vni") if isinstance(text, str) else text


SHAPES = {
    each.name: each
    for each in (
        Shape("plain", "plain, `;`", "csv", _plain),
        Shape("below_titles", "lines above the heading", "xlsx", _below_titles),
        Shape("two_headings", "a heading of two lines, columns numbered", "xlsx", _two_headings),
        Shape("name_apart", "a name in two columns", "xlsx", _name_apart),
        Shape("birth_apart", "a birth in three columns, `;`", "csv", _birth_apart),
        Shape("sex_marked", "sex as marks", "xlsx", _sex_marked),
        Shape("in_sections", "sections, sums, signatures", "xlsx", _in_sections, frozenset({"commune", "hamlet"})),
        Shape("in_sheets", "several sheets", "xlsx", _in_sheets, frozenset({"commune"})),
        Shape("old_font", "VNI in four columns", "xlsx", _old_font),
    )
}


# --- files -----------------------------------------------------------------------------------------------------


def written(office: Office, entries: Sequence[Entry], shape: Shape | None = None) -> bytes:
    """The file; each entry knows its sheet and row afterwards."""
    shape = shape or SHAPES[office.shape]
    sheets = {name: list(lines) for name, lines in shape.lines(office, entries).items()}
    for name, lines in sheets.items():
        for number, (_, entry) in enumerate(lines, 1):
            if entry is not None:
                entry.sheet, entry.row = name, number
        sheets[name] = [(_instead(row, entry), entry) for row, entry in lines]
    return _xlsx(sheets) if shape.is_workbook else _csv(sheets[""])


def _instead(row: list[object], entry: Entry | None) -> list[object]:
    return row if entry is None or entry.instead is None else entry.instead


def _csv(lines: Sequence[Line]) -> bytes:
    width = max(len(row) for row, _ in lines)
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    for row, entry in lines:
        texts = [_shown(value) for value in [*row, *[None] * (width - len(row))]]
        writer.writerow(texts[: entry.columns] if entry is not None and entry.columns else texts)
    return sink.getvalue().encode()


def _shown(value: object) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


def _xlsx(sheets: Mapping[str, Sequence[Line]]) -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"constant_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1)})
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, (row, entry) in enumerate(lines):
            if entry is not None and entry.hidden:
                sheet.set_row(number, None, None, {"hidden": True})
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), as_date)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value:
                    sheet.write_string(number, column, str(value))
    book.close()
    return sink.getvalue()
