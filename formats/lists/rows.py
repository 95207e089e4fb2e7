"""One person's row in plain form, with everything that is wrong with its shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from formats.lists import steps, values
from formats.lists.headings import Heading
from formats.lists.layout import Layout
from formats.lists.model import Problem, Row
from formats.lists.sheets import Line, Sheet
from formats.lists.steps import Draft, Swaps
from formats.text.fonts import OldFonts
from formats.text.legacy import NAMES
from formats.xlsx import Kind

_DAMAGE = re.compile("[\r\n\0\ufffd]|#(?:N/A|REF!|VALUE!|DIV/0!|NAME\\?|NULL!|NUM!|##)")
_DAMAGE_CODES = {"\r": "line_break", "\n": "line_break", "\0": "not_utf8", "\ufffd": "not_utf8", "#": "cell_error"}
_CELL_CODES: Mapping[Kind, str] = {"error": "cell_error", "boolean": "cell_boolean", "imprecise": "number_imprecise"}
_CUT_AT = 255
"""Old files and queries of databases cut a text here."""
_PERSONS_NUMBER = re.compile(r"'?[0-9][0-9 .\-]{4,}[0-9]|[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}|[0-9]{5,}[.,]0+")
_ORDINAL = re.compile(r"[0-9]{1,7}[.)]?")


class Rows:
    """Rows below one heading of a sheet."""

    def __init__(self, layout: Layout, heading: Heading, sheet: Sheet) -> None:
        self._layout = layout
        self._sheet = sheet
        self._width = heading.width
        self._columns = tuple(heading.columns.items())
        self._names = {position: name for name, position in self._columns}
        self._absent = dict.fromkeys((*layout.fields, *layout.wholes), "")
        self._fields = layout.fields
        self._wholes = layout.wholes
        self._unnamed = set(range(heading.width)) - set(heading.unknown) - set(heading.columns.values())
        self._fonts = OldFonts()
        self._swaps = {name: Swaps() for name in layout.dates}
        self._steps = tuple(self._plan(heading.columns))

    def _plan(self, columns: Mapping[str, int]) -> Iterator[Callable[[Draft], None]]:
        """What is to be done with the columns that there are."""
        layout = self._layout
        told = frozenset(part for parts in layout.joined.values() for part in parts)
        for name, meanings in layout.marks.items():
            if present := {part: value for part, value in meanings.items() if part in columns}:
                yield steps.Marked(name, present, told)
        for name, parts in layout.joined.items():
            if present_parts := tuple(part for part in parts if part in columns):
                yield steps.Joined(name, present_parts)
        for name, parts in layout.dates.items():
            if any(part in columns for part in parts):
                yield steps.Parts(name, parts)
            yield steps.Date(name, self._swaps[name])
        yield from (steps.Plain(name, values.read_month) for name in layout.months if name in columns)
        yield from (steps.Plain(name, values.read_amount) for name in layout.amounts if name in columns)
        yield from (steps.Digits(name, *form) for name, form in layout.digits.items() if name in columns)

    def is_persons(self, line: Line) -> bool:
        """It has a number or the birth of a person, or is numbered and names one."""
        found = self._values(line)
        if any(_PERSONS_NUMBER.fullmatch(found[name]) for name in self._layout.digits if found.get(name)):
            return True
        births = (found.get(name, "") for name in self._layout.dates)
        if any(text and (text[0].isdigit() or text[-1].isdigit()) and values.read_date(text).text for text in births):
            return True
        return self.names_somebody(line) and _ORDINAL.fullmatch(found.get("ordinal", "")) is not None

    def names_somebody(self, line: Line) -> bool:
        found = self._values(line)
        return any(found.get(name) for name in ("name", *self._layout.joined.get("name", ())))

    def read(self, line: Line, sections: Mapping[str, str]) -> Iterator[Row | Problem]:
        """The row after its problems; only problems where it is not certain which cell belongs to which column."""
        number, got = line.number, len(line.texts)
        if line.kinds is None and got < self._width:
            yield self._width_problem(number, "fields_missing", got)
        elif got > self._width and any(line.texts[self._width :]):
            yield self._width_problem(number, "fields_extra", got)
        else:
            yield from self._unnamed_columns(line)
            draft = Draft(line, self._sheet.name, self._absent | self._values(line), self._kinds(line))
            self._check(draft)
            self._convert(draft)
            for step in self._steps:
                step(draft)
            yield from draft.problems
            yield self._row(draft, sections)

    def _width_problem(self, number: int, code: str, got: int) -> Problem:
        return Problem(number, "", code, {"expected": self._width, "got": got}, sheet=self._sheet.name)

    def _values(self, line: Line) -> dict[str, str]:
        texts = line.texts
        count = len(texts)
        return {name: texts[position] if position < count else "" for name, position in self._columns}

    def _kinds(self, line: Line) -> dict[str, Kind]:
        if not line.kinds:
            return {}
        names = self._names
        return {names[position]: kind for position, kind in line.kinds.items() if position in names}

    def _check(self, draft: Draft) -> None:
        """What a cell of any column may suffer."""
        for name, kind in draft.kinds.items():
            if kind in _CELL_CODES and not (kind == "boolean" and name in self._wholes):
                draft.flag(name, _CELL_CODES[kind])
        whole = "\x1f".join(draft.values.values())
        if _DAMAGE.search(whole):
            for name, text in draft.values.items():
                if (match := _DAMAGE.search(text)) and not draft.is_bad(name):
                    draft.flag(name, _DAMAGE_CODES[match[0][0]])
        if len(whole) >= _CUT_AT:
            for name in (name for name, text in draft.values.items() if len(text) == _CUT_AT):
                draft.flag(name, "text_cut", {"chars": _CUT_AT}, blocking=False)

    def _convert(self, draft: Draft) -> None:
        """Texts of old fonts in Unicode."""
        if self._sheet.written is None and "".join(draft.values.values()).isascii():
            return
        converted = self._fonts.convert(draft.line.number, draft.values, self._sheet.written)
        if converted is None:
            return
        draft.values = dict(converted.values)
        draft.originals.update(converted.originals)
        for name in converted.unreadable:
            draft.flag(name, "not_utf8")
        for name, candidates in converted.unclear.items():
            draft.flag(name, "old_font_unclear", {"candidates": candidates})

    def _row(self, draft: Draft, sections: Mapping[str, str]) -> Row:
        found = {name: draft.values[name] for name in self._fields}
        for name, text in sections.items():
            found[name] = found[name] or text
        originals = {name: text for name, text in draft.originals.items() if name not in self._wholes}
        return Row(draft.line.number, found, self._sheet.name, sections, originals, self._damaged(draft))

    def _damaged(self, draft: Draft) -> frozenset[str]:
        """A field is, when a part of it is."""
        bad = (problem.field for problem in draft.problems if problem.blocking)
        return frozenset(whole for name in bad for whole in self._wholes.get(name, (name,)))

    def _unnamed_columns(self, line: Line) -> Iterator[Problem]:
        """Said once: a column without a heading has something in it; behind the name it may be the rest of the name."""
        for column in [column for column in self._unnamed if line.texts[column : column + 1] > [""]]:
            self._unnamed.discard(column)
            beside = self._names.get(column - 1) in ("name", "family")
            name = "name" if beside else ""
            yield Problem(line.number, name, "column_unnamed", {"column": column + 1}, beside, self._sheet.name)

    def at_end(self) -> Iterator[Problem]:
        """What only all rows together tell."""
        sheet = self._sheet.name
        for row, name, candidates in self._fonts.doubtful():
            yield Problem(row, name, "old_font_unclear", {"candidates": candidates}, sheet=sheet)
        for (name, encoding), count in self._fonts.counts.items():
            params: dict[str, str | int] = {"field": name, "count": count, "encoding": NAMES[encoding]}
            yield Problem(0, name, "old_font_converted", params, blocking=False, sheet=sheet)
        for name, swaps in self._swaps.items():
            for row, suggestion in swaps.suspected():
                yield Problem(row, name, "date_swapped", {}, sheet=sheet, suggestion=suggestion)
