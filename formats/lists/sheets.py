"""A CSV, or each sheet of a workbook, as lines of texts with the number a person sees."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from formats.delimited import Stop, lines, records
from formats.errors import FormatError, Unreadable
from formats.text.legacy import Encoding
from formats.text.recognise import encoding_of
from formats.xlsx import Cell, Kind, Workbook, open_workbook

_HEAD_LINES = 60
"""So many lines of a CSV tell its delimiter."""
_COLUMNS_MAX = 512
"""No list is wider; what stands further right is shown in this column."""
_UTF8_BLANKS, _OTHER_BLANKS = None, " \t"
"""VISCII and VPS have letters where Unicode has other spaces."""


class Line(NamedTuple):
    """One line with something in it; ``kinds`` of the cells that are not texts, None where nothing is told (CSV)."""

    number: int
    texts: list[str]
    kinds: Mapping[int, Kind] | None
    hidden: bool = False
    """A person does not see it, for a filter or a hand has hidden it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet to be read once, from its first line."""

    name: str
    lines: Lookahead
    hidden: bool = False
    written: Encoding | None = None
    """How a CSV is written, when that is not UTF-8."""
    merged: Callable[[], Iterable[tuple[int, int, int]]] = tuple
    """Row, first and last column of merged cells; costs a reading of the whole sheet."""


class Lookahead:
    """Lines that can be looked at before they are taken; what ends the reading is raised behind the last good one."""

    def __init__(self, found: Iterator[Line]) -> None:
        self._found = found
        self._ahead: deque[Line] = deque()
        self._end: Stop | FormatError | None = None

    def __iter__(self) -> Iterator[Line]:
        while True:
            if self._ahead:
                yield self._ahead.popleft()
            elif self._end:
                raise self._end
            elif (line := next(self._found, None)) is not None:
                yield line
            else:
                return

    def ahead(self, count: int) -> list[Line]:
        """Up to ``count`` of the next lines."""
        try:
            self._ahead.extend(islice(self._found, max(0, count - len(self._ahead))))
        except (Stop, FormatError) as error:
            self._end = error
        if self._end and not self._ahead:
            raise self._end
        return list(islice(self._ahead, count))


def of_csv(stream: BinaryIO, is_heading: Callable[[str], bool]) -> Generator[Sheet, None, None]:
    """The one sheet of a CSV; its delimiter is the one that makes more headings known."""
    written = encoding_of(stream)
    text = io.TextIOWrapper(stream, encoding="latin-1" if written else "utf-8-sig", errors="replace", newline="")
    try:
        rest = lines(text)
        head = list(islice(rest, _HEAD_LINES))
        if any("\0" in line for line in head):
            raise Stop(1, "", "not_utf8")
        found = records(chain(head, rest), _delimiter(head, is_heading))
        yield Sheet("", Lookahead(_csv_lines(found, _OTHER_BLANKS if written else _UTF8_BLANKS)), written=written)
    finally:
        text.detach()


def _delimiter(head: list[str], is_heading: Callable[[str], bool]) -> str:
    def known(delimiter: str) -> int:
        return max((sum(is_heading(text) for text in set(line.split(delimiter))) for line in head), default=0)

    return max(",;", key=known)


def _csv_lines(found: Iterator[tuple[int, list[str]]], blanks: str | None) -> Iterator[Line]:
    for number, fields in found:
        texts = [text.strip(blanks) for text in fields]
        if any(texts):
            yield Line(number, texts, None)


def of_xlsx(stream: BinaryIO) -> Generator[Sheet, None, None]:
    """Every sheet in the order of the tabs."""
    book = open_workbook(stream)
    if not book.sheets:
        raise Unreadable("workbook_unreadable", part="sheets")
    for name, member in book.sheets:
        yield Sheet(
            name, Lookahead(_xlsx_lines(book, member)), name in book.hidden, merged=partial(book.merged, member)
        )


def _xlsx_lines(book: Workbook, member: str) -> Iterator[Line]:
    for number, cells, hidden in book.lines(member):
        line = _xlsx_line(number, cells, hidden)
        if any(line.texts):
            yield line


def _xlsx_line(number: int, cells: Mapping[int, Cell], hidden: bool) -> Line:
    texts = [""] * (min(max(cells), _COLUMNS_MAX) + 1)
    kinds: dict[int, Kind] = {}
    for column, (kind, text) in cells.items():
        place = min(column, _COLUMNS_MAX)
        texts[place] = text.strip()
        if kind != "text":
            kinds[place] = kind
    return Line(number, texts, kinds, hidden)
