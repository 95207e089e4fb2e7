"""One worksheet as a stream of cells, with the digits as they are stored.

Spreadsheet libraries turn numbers into floats, lose error cells and allocate the whole rectangle of a sheet: a file
of 5 KB with one cell in the last corner ends the process. Here a row costs what it holds. ECMA-376 Part 1, 18.3.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from posixpath import join, normpath
from typing import IO, BinaryIO, Literal

from lxml import etree

from formats.errors import Forbidden, Unreadable

_UNPACKED_BYTES_MAX = 512 << 20
_STRINGS_BYTES_MAX = 128 << 20
_UNPACKED_RATIO_MAX = 100
_UNPACKED_BYTES_FREE = 4 << 20
_EXACT_DIGITS = 15
"""A spreadsheet keeps 15 digits of a number; what was typed beyond is lost."""
_FIRST_CERTAIN_DAY = 61
"""Serial numbers before 1900-03-01 count a 29 February that never was."""
_BUILT_IN_DATES = frozenset((*range(14, 18), 22, *range(27, 32), *range(34, 37), *range(50, 59)))

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,9}):([A-Z]{1,3})([0-9]{1,9})")
_LETTERS = re.compile(r"[A-Z]{1,3}")

Kind = Literal["text", "number", "date", "boolean", "error", "imprecise"]
Cell = tuple[Kind, str]
Format = int | Literal["date"] | None
"""How a number is shown: with leading zeros to a width, as a date, or as it is."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened file; rows are read sheet by sheet."""

    archive: zipfile.ZipFile
    sheets: tuple[tuple[str, str], ...]
    """Name and member of each worksheet, in the order of the tabs."""
    strings: tuple[str, ...]
    formats: tuple[Format, ...]
    epoch: date
    hidden: frozenset[str] = frozenset()
    """Names of the worksheets that a person does not see."""

    def rows(self, member: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        """Row number (1 first) and its filled cells by column (0 first); empty rows are left out."""
        return ((number, cells) for number, cells, _ in self.lines(member))

    def lines(self, member: str) -> Iterator[tuple[int, dict[int, Cell], bool]]:
        """As ``rows``, with whether a person does not see the row."""
        number = 0
        with _as_unreadable(), self.archive.open(member) as stream:
            for element in _elements(stream, "row"):
                number = _next_row(element.get("r"), number)
                if cells := self._cells(element):
                    yield number, cells, element.get("hidden") in ("1", "true")

    def merged(self, member: str) -> Iterator[tuple[int, int, int]]:
        """Row, first and last column of each merged range; they stand behind all rows, which are read again."""
        with _as_unreadable(), self.archive.open(member) as stream:
            for element in _elements(stream, "mergeCell"):
                if match := _RANGE.fullmatch(element.get("ref", "")):
                    yield int(match[2]), _column(match[1]), _column(match[3])

    def _cells(self, row: etree._Element) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        column = -1
        for element in row:
            reference = element.get("r")
            column = _column(reference.rstrip("0123456789")) if reference else column + 1
            kind, text = self._cell(element)
            if text:
                cells[column] = kind, text
        return cells

    def _cell(self, element: etree._Element) -> Cell:
        match element.get("t", "n"):
            case "s":
                return "text", self._shared(_value(element))
            case "inlineStr":
                return "text", _text(element)
            case "str":
                return "text", _value(element)
            case "n":
                return self._number(_value(element), self._format(element.get("s", "0")))
            case "d":
                return "date", _value(element)[:10]
            case "b":
                return "boolean", _value(element)
            case _:
                return "error", _value(element)

    def _shared(self, index: str) -> str:
        place = _whole(index, "sharedStrings")
        if place >= len(self.strings):
            raise Unreadable("workbook_unreadable", part="sharedStrings")
        return self.strings[place]

    def _format(self, style: str) -> Format:
        index = _whole(style, "style")
        return self.formats[index] if index < len(self.formats) else None

    def _number(self, text: str, shown: Format) -> Cell:
        if not text:
            return "number", ""
        if not _NUMBER.fullmatch(text):
            raise Unreadable("workbook_unreadable", part="number")
        number = Decimal(text)
        if number != number.to_integral_value():
            return "number", f"{number:f}"
        if abs(number) >= 10**_EXACT_DIGITS:
            return "imprecise", text
        if shown == "date" and number >= _FIRST_CERTAIN_DAY:
            return "date", self._day(int(number))
        return "number", str(int(number)).zfill(shown if isinstance(shown, int) else 0)

    def _day(self, serial: int) -> str:
        try:
            return (self.epoch + timedelta(days=serial)).isoformat()
        except OverflowError:
            raise Unreadable("workbook_unreadable", part="date") from None


def open_workbook(source: BinaryIO) -> Workbook:
    """Read names, strings and formats; ``Unreadable`` or ``Forbidden`` (too large when unpacked)."""
    with _as_unreadable():
        archive = zipfile.ZipFile(source)
        _check_packing(archive)
        _check_size(archive)
        book = _parse(archive, "xl/workbook.xml")
        texts, formats = _strings(archive), _formats(archive)
        return Workbook(archive, _sheets(archive, book), texts, formats, _epoch(book), _hidden(book))


@contextmanager
def _as_unreadable() -> Iterator[None]:
    """What zip, inflate and XML say about damaged bytes, in one word."""
    try:
        yield
    except (
        *(zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, EOFError, KeyError),
        *(NotImplementedError, RuntimeError),  # a later version of ZIP, encrypted member
        ValueError,  # a member said to stand before the file, a name in no encoding
    ) as error:
        raise Unreadable("workbook_unreadable", part=type(error).__name__) from None


def _check_packing(archive: zipfile.ZipFile) -> None:
    """ECMA-376 part 2 knows stored and deflated members only."""
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in archive.infolist()):
        raise Unreadable("workbook_unreadable", part="compression")


def _check_size(archive: zipfile.ZipFile) -> None:
    packed = sum(member.compress_size for member in archive.infolist())
    unpacked = sum(member.file_size for member in archive.infolist())
    allowed = min(_UNPACKED_BYTES_MAX, max(_UNPACKED_BYTES_FREE, packed * _UNPACKED_RATIO_MAX))
    if unpacked > allowed:
        raise Forbidden("workbook_too_large", size_bytes=unpacked, size_bytes_max=allowed)


def _sheets(archive: zipfile.ZipFile, book: etree._Element) -> tuple[tuple[str, str], ...]:
    relations = _parse(archive, "xl/_rels/workbook.xml.rels")
    members = {str(each.get("Id")): normpath(join("xl", str(each.get("Target")))).lstrip("/") for each in relations}
    found = []
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        relation = next((str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id")), "")
        found.append((str(sheet.get("name")), members[relation]))
    return tuple(found)


def _hidden(book: etree._Element) -> frozenset[str]:
    sheets = book.iterfind("{*}sheets/{*}sheet")
    return frozenset(str(sheet.get("name")) for sheet in sheets if sheet.get("state", "visible") != "visible")


def _strings(archive: zipfile.ZipFile) -> tuple[str, ...]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return ()
    size_bytes = archive.getinfo("xl/sharedStrings.xml").file_size
    if size_bytes > _STRINGS_BYTES_MAX:
        raise Forbidden("workbook_too_large", size_bytes=size_bytes, size_bytes_max=_STRINGS_BYTES_MAX)
    with archive.open("xl/sharedStrings.xml") as stream:
        return tuple(_text(element) for element in _elements(stream, "si"))


def _formats(archive: zipfile.ZipFile) -> tuple[Format, ...]:
    if "xl/styles.xml" not in archive.namelist():
        return ()
    styles = _parse(archive, "xl/styles.xml")
    codes = {str(each.get("numFmtId")): str(each.get("formatCode")) for each in styles.iterfind("{*}numFmts/{*}numFmt")}
    used = (str(each.get("numFmtId", "0")) for each in styles.iterfind("{*}cellXfs/{*}xf"))
    return tuple(_shown(identifier, codes.get(identifier, "")) for identifier in used)


def _shown(identifier: str, code: str) -> Format:
    if identifier.isdecimal() and int(identifier) in _BUILT_IN_DATES:
        return "date"
    if re.fullmatch("0+", code):
        return len(code)
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", code)
    return "date" if re.search("[dDyY]", bare) else None


def _epoch(book: etree._Element) -> date:
    properties = book.find("{*}workbookPr")
    starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return date(1904, 1, 1) if starts_1904 else date(1899, 12, 30)


def _parse(archive: zipfile.ZipFile, member: str) -> etree._Element:
    with archive.open(member) as stream:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.parse(stream, parser).getroot()
        _refuse_doctype(root)
        return root


def _elements(stream: IO[bytes], name: str) -> Iterator[etree._Element]:
    """Each element ``name``, complete, freed after use."""
    for _, element in etree.iterparse(
        stream, events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, huge_tree=False
    ):
        _refuse_doctype(element)
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and (previous := element.getprevious()) is not None:
            parent.remove(previous)


def _refuse_doctype(element: etree._Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise Forbidden("doctype")


def _next_row(reference: str | None, last: int) -> int:
    if reference is None:
        return last + 1
    number = _whole(reference, "row")
    if number <= last:
        raise Unreadable("workbook_unreadable", part="row")
    return number


def _whole(text: str, part: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise Unreadable("workbook_unreadable", part=part)
    return int(text)


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise Unreadable("workbook_unreadable", part="cell")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _value(element: etree._Element) -> str:
    return element.findtext("{*}v") or ""


def _text(element: etree._Element) -> str:
    """Plain and rich text runs, without the phonetic hints."""
    while len(element) == 1:
        element = element[0]
    if not len(element):
        return element.text or ""
    etree.strip_elements(element, "{*}rPh", with_tail=False)
    return "".join(map(str, element.itertext("{*}t", with_tail=False)))
