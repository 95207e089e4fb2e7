"""Lists in CSV and XLSX: columns declared as data, every structural problem with its row.

``read`` yields ``Row`` and ``Problem`` in the order of the sheet, in bounded memory. It judges the shape of the list;
what a value means is the caller's. Blank rows are skipped, but counted. ``write_csv`` and ``write_xlsx`` make lists
that a spreadsheet shows as text, whatever the text begins with. Texts of old Vietnamese fonts are converted, counted in
a finding per field, and never guessed (``formats.text.recognise``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from itertools import chain
from pathlib import Path, PurePath
from typing import BinaryIO, Literal

import xlsxwriter  # type: ignore[import-untyped]

from formats.delimited import LINE_CHARS_MAX, Stop, lines, records
from formats.errors import FormatError, Unreadable
from formats.text import folded, forbidden
from formats.text.fonts import OldFonts
from formats.text.legacy import ENCODINGS, NAMES, Encoding, decode
from formats.text.recognise import encoding_of
from formats.xlsx import Cell, open_workbook

_DAMAGE = re.compile("[\r\n\0\ufffd]")
_DAMAGE_CODES = {"\r": "line_break", "\n": "line_break", "\0": "not_utf8", "\ufffd": "not_utf8"}
_CELL_CODES = {"error": "cell_error", "boolean": "cell_boolean", "imprecise": "number_imprecise"}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_NUMBER_MAX = 10**15
"""A spreadsheet keeps 15 digits of a number."""

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column by its name in data; ``headings`` are further spellings, with or without accents."""

    name: str
    headings: tuple[str, ...] = ()
    required: bool = False
    kind: Literal["text", "digits", "month"] = "text"
    """``digits``: a number cell is a problem, for it may have lost leading zeros. ``month``: a date cell is YYYY-MM."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; every declared column is in ``values``, stripped, empty when absent."""

    number: int
    """As a person sees it in the sheet; the header is row 1."""
    values: Mapping[str, str]
    damaged: frozenset[str] = frozenset()
    """Fields that a problem was already reported for."""
    originals: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Values as the list has them, where they were converted from an old font."""
    written: Encoding | None = None
    """How the whole file is written, when that is not UTF-8; only inside this module."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the shape of the list; row 0 is the file as a whole, an empty field the whole row."""

    row: int
    field: str
    code: str
    params: Mapping[str, str | int] = dataclass_field(default_factory=dict)
    blocking: bool = True
    """False for a finding: worth saying, but the list can be read."""


def read(source: Path | BinaryIO, columns: Sequence[Column], name: str) -> Iterator[Row | Problem]:
    """Rows and problems of a list; the ending of ``name`` tells CSV from XLSX."""
    fonts = OldFonts()
    for item in _read(source, columns, name):
        if isinstance(item, Problem) or (item.written is None and "".join(item.values.values()).isascii()):
            yield item
        else:
            yield from _in_unicode(item, fonts)
    yield from _of_fonts(fonts)


def _of_fonts(fonts: OldFonts) -> Iterator[Problem]:
    """What only the whole list tells."""
    for row, field, candidates in fonts.doubtful():
        yield Problem(row, field, "old_font_unclear", {"candidates": candidates})
    for (field, encoding), count in fonts.counts.items():
        params: dict[str, str | int] = {"field": field, "count": count, "encoding": NAMES[encoding]}
        yield Problem(0, field, "old_font_converted", params, blocking=False)


def _in_unicode(row: Row, fonts: OldFonts) -> Iterator[Row | Problem]:
    """The row with every text in Unicode, after the problems that this brought."""
    converted = fonts.convert(row.number, row.values, row.written)
    if converted is None:
        yield row
        return
    yield from (Problem(row.number, name, "not_utf8") for name in converted.unreadable)
    for name, candidates in converted.unclear.items():
        yield Problem(row.number, name, "old_font_unclear", {"candidates": candidates})
    damaged = row.damaged.union(converted.unreadable, converted.unclear)
    yield replace(row, values=converted.values, originals=converted.originals, damaged=damaged, written=None)


def _read(source: Path | BinaryIO, columns: Sequence[Column], name: str) -> Iterator[Row | Problem]:
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        try:
            match PurePath(name).suffix.lower():
                case ".csv":
                    yield from _read_csv(stream, columns)
                case ".xlsx":
                    yield from _read_xlsx(stream, columns)
                case suffix:
                    yield Problem(0, "", "list_format_unknown", {"suffix": suffix})
        except Stop as stop:
            yield Problem(stop.row, stop.field, stop.code, stop.params)
        except FormatError as error:
            yield Problem(0, "", error.code, error.params)


def _read_csv(stream: BinaryIO, columns: Sequence[Column]) -> Iterator[Row | Problem]:
    written = encoding_of(stream)
    text = io.TextIOWrapper(stream, encoding="latin-1" if written else "utf-8-sig", errors="replace", newline="")
    try:
        first = text.readline(LINE_CHARS_MAX)
        if "\ufffd" in first or "\0" in first:
            raise Stop(1, "", "not_utf8")
        found = records(chain((first,), lines(text)), _delimiter(first, columns))
        _, header = next(found, (1, []))
        width, positions = yield from _positions(header, columns)
        for number, fields in found:
            if any(map(str.strip, fields)):
                yield from _csv_row(number, fields, width, positions, written)
    finally:
        text.detach()


def _delimiter(line: str, columns: Sequence[Column]) -> str:
    """The one that makes more headings known."""
    known = _known(columns)
    return max(",;", key=lambda delimiter: sum(_column(text, known) is not None for text in line.split(delimiter)))


def _csv_row(
    number: int, fields: list[str], width: int, positions: Mapping[str, int], written: Encoding | None
) -> Iterator[Row | Problem]:
    if len(fields) < width:
        yield Problem(number, "", "fields_missing", {"expected": width, "got": len(fields)})
        return
    if any(map(str.strip, fields[width:])):
        yield Problem(number, "", "fields_extra", {"expected": width, "got": len(fields)})
        return
    cells = [*fields[:width], ""]
    blanks = " \t" if written else None  # VISCII and VPS have letters where Unicode has other spaces
    values = {name: cells[position].strip(blanks) for name, position in positions.items()}
    problems = _damage(number, values) if _DAMAGE.search("".join(values.values())) else ()
    yield from problems
    yield Row(number, values, frozenset(problem.field for problem in problems), written=written)


def _damage(number: int, values: Mapping[str, str]) -> list[Problem]:
    found = ((name, _DAMAGE.search(text)) for name, text in values.items())
    return [Problem(number, name, _DAMAGE_CODES[match[0]]) for name, match in found if match]


def _read_xlsx(stream: BinaryIO, columns: Sequence[Column]) -> Iterator[Row | Problem]:
    book = open_workbook(stream)
    if not book.sheets:
        raise Unreadable("workbook_unreadable", part="sheets")
    for sheet, member in book.sheets[1:]:
        if next(book.rows(member), None):
            yield Problem(0, "", "sheet_extra", {"sheet": sheet})
    rows = book.rows(book.sheets[0][1])
    number, cells = next(rows, (1, {}))
    if number != 1:
        raise Stop(1, "", "header_missing")
    header = [cells.get(column, ("text", ""))[1] for column in range(max(cells, default=-1) + 1)]
    width, positions = yield from _positions(header, columns)
    kinds = {column.name: column.kind for column in columns}
    for number, cells in rows:
        if any(text.strip() for _, text in cells.values()):
            yield from _xlsx_row(number, cells, width, positions, kinds)


def _xlsx_row(
    number: int, cells: Mapping[int, Cell], width: int, positions: Mapping[str, int], kinds: Mapping[str, str]
) -> Iterator[Row | Problem]:
    if any(column >= width and text.strip() for column, (_, text) in cells.items()):
        yield Problem(number, "", "fields_extra", {"expected": width, "got": max(cells) + 1})
        return
    values: dict[str, str] = {}
    problems: list[Problem] = []
    for name, position in positions.items():
        cell = cells.get(position, ("text", ""))
        values[name] = _cell_text(cell, kinds[name])
        if code := _cell_problem(cell, kinds[name]):
            problems.append(Problem(number, name, code))
    yield from problems
    yield Row(number, values, frozenset(problem.field for problem in problems))


def _cell_text(cell: Cell, kind: str) -> str:
    shape, text = cell
    return text[:7] if shape == "date" and kind == "month" else text.strip()


def _cell_problem(cell: Cell, kind: str) -> str | None:
    shape, text = cell
    if shape == "number" and kind == "digits":
        return "number_for_text"
    if shape == "text" and (match := _DAMAGE.search(text.strip())):
        return _DAMAGE_CODES[match[0]]
    return _CELL_CODES.get(shape)


def _positions(
    header: Sequence[str], columns: Sequence[Column]
) -> Generator[Problem, None, tuple[int, Mapping[str, int]]]:
    """Width of the sheet and where each column stands: an absent one right of it, where every cell is empty."""
    known = _known(columns)
    width = max((position for position, text in enumerate(header, start=1) if text.strip()), default=0)
    positions: dict[str, int] = {}
    for position, text in enumerate(header[:width]):
        name = _column(text, known)
        if name is None:
            # without a line of headings this text is the data of a person, so its place is said only
            yield Problem(1, "", "unknown_column", {"column": position + 1}, blocking=False)
        elif name in positions:
            raise Stop(1, name, "column_twice")
        else:
            positions[name] = position
    yield from _refuse_missing([column.name for column in columns if column.required and column.name not in positions])
    return width, {column.name: positions.get(column.name, width) for column in columns}


def _refuse_missing(names: Sequence[str]) -> Iterator[Problem]:
    yield from (Problem(1, name, "column_missing") for name in names[:-1])
    if names:
        raise Stop(1, names[-1], "column_missing")


def _known(columns: Sequence[Column]) -> dict[str, str]:
    return {folded(text): column.name for column in columns for text in (column.name, *column.headings)}


def _column(text: str, known: Mapping[str, str]) -> str | None:
    """The column of a heading, also one that an old font left behind."""
    if text.isascii() or folded(text) in known:
        return known.get(folded(text))
    readings = (decode(text.strip(), encoding) for encoding in ENCODINGS)
    return next((known[folded(read)] for read in readings if read and folded(read) in known), None)


def write_csv(sink: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """UTF-8 with BOM, so that spreadsheets show Vietnamese; numbers stay numbers, text stays text."""
    lines = io.TextIOWrapper(sink, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(map(_harmless, headings))
    writer.writerows(map(_harmless, row) for row in rows)
    lines.detach()


def write_xlsx(sink: BinaryIO, headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """One sheet; text cells are text, never formulas or links; the same rows give the same bytes."""
    book = xlsxwriter.Workbook(sink, {"constant_memory": True})
    book.set_properties({"created": datetime(2026, 1, 1)})
    sheet = book.add_worksheet()
    for number, row in enumerate(chain((headings,), rows)):
        for column, value in enumerate(row):
            if isinstance(value, int) and abs(value) < _NUMBER_MAX:
                sheet.write_number(number, column, value)
            elif value not in (None, ""):
                sheet.write_string(number, column, _visible(str(value)))
    book.close()


def _harmless(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    text = _visible(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _visible(text: str) -> str:
    """Without controls: no terminal escapes, no line breaks."""
    return "".join(character for character in text if not forbidden(character)) if forbidden(text) else text
