"""A whole list: its sheets one after the other, in the order of their lines, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from pathlib import Path, PurePath
from typing import BinaryIO

from formats.delimited import Stop
from formats.errors import FormatError
from formats.lists.headings import Heading, Headings
from formats.lists.layout import Layout
from formats.lists.lines import Found, Lines
from formats.lists.model import Aside, Kind, Problem, Row
from formats.lists.rows import Rows
from formats.lists.sheets import Line, Sheet, of_csv, of_xlsx
from formats.lists.sums import Sums

Item = Row | Problem | Aside
_HEADING_LINES_MAX = 4
"""With the line that numbers the columns."""
_LINES_AHEAD = 60
_COLUMNS_OF_A_LIST = 3
_IDENTITY = re.compile("[0-9]{9}|[0-9]{12}")


def read_list(source: Path | BinaryIO, layout: Layout, name: str) -> Iterator[Item]:
    """Rows, problems and other lines of a list; the ending of ``name`` tells CSV from XLSX."""
    headings = Headings(layout)
    with source.open("rb") if isinstance(source, Path) else nullcontext(source) as stream:
        try:
            match PurePath(name).suffix.lower():
                case ".csv":
                    found = of_csv(stream, headings.is_known)
                case ".xlsx":
                    found = of_xlsx(stream)
                case suffix:
                    yield Problem(0, "", "list_format_unknown", {"suffix": suffix})
                    return
            with closing(found) as sheets:
                yield from _sheets(sheets, layout, headings)
        except Stop as stop:
            yield Problem(stop.row, stop.field, stop.code, stop.params)
        except FormatError as error:
            yield Problem(0, "", error.code, error.params)


def _sheets(sheets: Iterator[Sheet], layout: Layout, headings: Headings) -> Iterator[Item]:
    """Those that are named, or those that a person sees; what was left out is said."""
    lines = Lines(layout)
    unread = dict.fromkeys(layout.sheets)
    for sheet in sheets:
        if sheet.name in unread or (not layout.sheets and not sheet.hidden):
            unread.pop(sheet.name, None)
            yield from _Reader(sheet, layout, headings, lines).read()
        elif not layout.sheets and sheet.lines.ahead(1):
            yield Problem(0, "", "sheet_hidden", {"sheet": sheet.name}, blocking=False, sheet=sheet.name)
    for name in unread:
        yield Problem(0, "", "sheet_unknown", {"sheet": name})


class _Reader:
    """One sheet."""

    def __init__(self, sheet: Sheet, layout: Layout, headings: Headings, lines: Lines) -> None:
        self._sheet = sheet
        self._layout = layout
        self._headings = headings
        self._words = lines
        self._above = 0
        """Lines that stand above the heading."""
        self._heading: Heading | None = None
        self._heading_lines = 0
        """Lines that still belong to a heading."""
        self._rows: Rows | None = None
        self._sections = self._of_name(sheet.name)
        self._sums: Sums | None = None
        self._ended = False
        """A line that stands below the list has been seen."""

    def _of_name(self, name: str) -> dict[str, str]:
        """What the name of the sheet says for all its rows."""
        if self._layout.sheet_field:
            return {self._layout.sheet_field: name}
        found = self._words.section(name)
        return {found.field: found.text} if found else {}

    def read(self) -> Iterator[Item]:
        above = self._headings.above(self._sheet.lines)
        if above is None:
            yield from self._without_heading()
            return
        self._above = above
        for line in self._sheet.lines:
            rows = None if self._heading_lines else self._rows
            found = rows.values(line) if rows else {}
            if rows and self._is_persons(line, found, rows):
                if self._ended:
                    self._ended = False
                    yield self._of_sheet(line.number, "", "row_after_end", blocking=False)
                yield from self._person(line, found, rows)
            else:
                yield from self._other(line, found)
            if self._heading is not None and self._rows is None:
                return
        if self._rows:
            yield from self._rows.at_end()

    def _without_heading(self) -> Iterator[Problem]:
        """A sheet of remarks is worth saying, a list is not to be passed over."""
        ahead = self._sheet.lines.ahead(_LINES_AHEAD)
        is_list = not self._sheet.name or any(sum(map(bool, line.texts)) >= _COLUMNS_OF_A_LIST for line in ahead)
        if ahead or not self._sheet.name:
            yield self._of_sheet(0, "", "heading_not_found", blocking=is_list, lines=len(ahead))

    def _is_persons(self, line: Line, found: dict[str, str], rows: Rows) -> bool:
        return rows.has_number(found) or (rows.is_numbered(found) and not self._words.is_numbered_section(line.texts))

    def _person(self, line: Line, found: dict[str, str], rows: Rows) -> list[Row | Problem]:
        items = rows.read(line, found, dict(self._sections))
        row = items[-1]
        if self._sums and isinstance(row, Row):
            self._sums.add(row.values[self._sums.name])
        return items

    def _other(self, line: Line, found: dict[str, str]) -> Iterator[Item]:
        """Whatever is not surely a person's row."""
        if self._heading_lines:
            self._heading_lines -= 1
            yield self._aside(line, "heading")
        elif self._above:
            self._above -= 1
            yield from self._title(line)
        elif self._rows is None or self._headings.seems_heading(line):
            yield from self._new_heading(line)
        elif (known := self._words.judge(line.texts)) and not (known.kind == "footer" and self._rows.is_paid(found)):
            yield from self._known(line, known, found)
        elif self._ended:
            yield self._aside(line, "footer")
        elif sum(map(bool, line.texts)) > 1 and self._rows.names_somebody(found):
            yield from self._person(line, found, self._rows)
        else:
            yield self._of_sheet(line.number, "", "line_unclear")

    def _title(self, line: Line) -> Iterator[Item]:
        found = self._words.judge(line.texts)
        if found and found.kind == "section":
            yield from self._known(line, found, {})
        elif _is_of_a_person(line):
            yield self._of_sheet(line.number, "", "line_unclear")
        else:
            yield self._aside(line, "title")

    def _known(self, line: Line, found: Found, texts: Mapping[str, str]) -> Iterator[Item]:
        if found.kind == "section":
            self._enter(found)
        if found.kind == "total" and self._sums and self._sums.disagree(texts):
            yield self._of_sheet(line.number, self._sums.name, "total_differs", blocking=False)
        self._ended = found.kind == "footer"
        yield self._aside(line, found.kind)

    def _enter(self, found: Found) -> None:
        """A section ends the one of its kind, and those inside it."""
        names = list(self._sections)
        outer = names[: names.index(found.field)] if found.field in names else names
        self._sections = {name: self._sections[name] for name in outer} | {found.field: found.text}
        if self._sums:
            self._sums.enter(self._sections, found.field)

    def _new_heading(self, line: Line) -> Iterator[Item]:
        """The first one, the same on another page, or that of a further list below."""
        ahead = self._sheet.lines.ahead(_HEADING_LINES_MAX - 1)
        heading = self._headings.read([line, *ahead], self._sheet.merged)
        self._heading_lines = heading.lines - 1
        self._ended = False
        yield self._aside(line, "heading")
        if self._heading is not None and self._rows is not None and heading.columns == self._heading.columns:
            return
        if self._rows is not None:
            yield from self._rows.at_end()
        self._heading, self._rows = heading, None
        yield from (self._of_sheet(heading.row, name, "column_twice") for name in heading.twice)
        missing = self._headings.missing(heading)
        yield from (self._of_sheet(heading.row, name, "column_missing") for name in missing)
        for column in heading.unknown:
            yield self._of_sheet(heading.row, "", "unknown_column", blocking=False, column=column + 1)
        if not heading.twice and not missing:
            self._rows = Rows(self._layout, heading, self._sheet)
            amount = next((name for name in self._layout.amounts if name in heading.columns), None)
            self._sums = Sums(amount) if amount else None

    def _of_sheet(self, row: int, field: str, code: str, blocking: bool = True, **params: str | int) -> Problem:
        return Problem(row, field, code, params, blocking, self._sheet.name)

    def _aside(self, line: Line, kind: Kind) -> Aside:
        return Aside(line.number, kind, " ".join(filter(None, line.texts)), self._sheet.name)


def _is_of_a_person(line: Line) -> bool:
    """What looks like a row without a heading that says what its columns are."""
    filled = [text for text in line.texts if text]
    return len(filled) >= _COLUMNS_OF_A_LIST and any(map(_IDENTITY.fullmatch, filled))
