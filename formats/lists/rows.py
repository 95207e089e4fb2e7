"""One person's row in plain form, with everything that is wrong with its shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from formats.lists import steps, values
from formats.lists.headings import Heading
from formats.lists.layout import Layout
from formats.lists.model import Problem, Row
from formats.lists.sheets import Line, Sheet
from formats.lists.steps import Draft, Swaps
from formats.text.fonts import OldFonts, of_column
from formats.text.legacy import NAMES, Encoding
from formats.xlsx import Kind

_DAMAGE = re.compile("[\r\n\0\ufffd]|#(?:N/A|REF!|VALUE!|DIV/0!|NAME\\?|NULL!|NUM!|##)")
_DAMAGE_CODES = {"\r": "line_break", "\n": "line_break", "\0": "not_utf8", "\ufffd": "not_utf8", "#": "cell_error"}
_CELL_CODES: Mapping[Kind, str] = {"error": "cell_error", "boolean": "cell_boolean", "imprecise": "number_imprecise"}
_LINES_AHEAD = 200
_CUT_AT = 255
"""Old files and queries of databases cut a text here."""
_PERSONS_NUMBER = re.compile(r"'?[0-9][0-9\s.\-]{4,}[0-9]|[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}|[0-9]{5,}[.,]0+")
_NOTHING: frozenset[str] = frozenset()
_ORDINAL = re.compile(r"[0-9]{1,7}[.)]?")


class Rows:
    """Rows below one heading of a sheet."""

    def __init__(self, layout: Layout, heading: Heading, sheet: Sheet) -> None:
        self._layout = layout
        self._sheet = sheet
        self._width = heading.width
        self._columns = tuple(heading.columns.items())
        self._names = {position: name for name, position in self._columns}
        self._wholes = layout.wholes
        self._in_parts = any(name in self._wholes for name in heading.columns)
        self._absent = dict.fromkeys((*layout.fields, *(self._wholes if self._in_parts else ())), "")
        self._fields = layout.fields
        self._texts = frozenset(heading.columns) - _valued(layout)
        self._unnamed = set(range(heading.width)) - set(heading.unknown) - set(heading.columns.values())
        self._fonts = OldFonts(self._expected_fonts())
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

    def _expected_fonts(self) -> dict[str, Encoding]:
        """What the first rows tell of each column, so that a text with several readings is read like the others."""
        ahead = [self.values(line) for line in self._sheet.lines.ahead(_LINES_AHEAD)]
        columns = {name: of_column(found[name] for found in ahead) for name, _ in self._columns}
        return {name: encoding for name, encoding in columns.items() if encoding}

    def values(self, line: Line) -> dict[str, str]:
        """The texts of the columns that the list has."""
        texts = line.texts
        count = len(texts)
        return {name: texts[position] if position < count else "" for name, position in self._columns}

    def has_number(self, found: Mapping[str, str]) -> bool:
        """It has a number or the birth of a person."""
        for name in self._layout.digits:
            if (text := found.get(name)) and _PERSONS_NUMBER.fullmatch(text):
                return True
        for name in self._layout.dates:
            if (text := found.get(name)) and (text[0].isdigit() or text[-1].isdigit()) and values.read_date(text).text:
                return True
        return False

    def is_numbered(self, found: Mapping[str, str]) -> bool:
        """It has an ordinal and a name."""
        return self.names_somebody(found) and _ORDINAL.fullmatch(found.get("ordinal", "")) is not None

    def is_paid(self, found: Mapping[str, str]) -> bool:
        """It has a name and an amount."""
        amounts = (found.get(name, "") for name in self._layout.amounts)
        return self.names_somebody(found) and any(values.read_amount(text).text for text in amounts)

    def names_somebody(self, found: Mapping[str, str]) -> bool:
        return any(found.get(name) for name in ("name", *self._layout.joined.get("name", ())))

    def read(self, line: Line, found: dict[str, str], sections: Mapping[str, str]) -> list[Row | Problem]:
        """The row after its problems; only problems where it is not certain which cell belongs to which column."""
        got = len(line.texts)
        if line.kinds is None and got < self._width:
            return [self._width_problem(line.number, "fields_missing", got)]
        if got > self._width and any(line.texts[self._width :]):
            return [self._width_problem(line.number, "fields_extra", got)]
        draft = Draft(line, self._sheet.name, found, self._kinds(line), problems=self._unnamed_columns(line))
        if line.hidden:
            draft.flag("", "row_hidden", blocking=False)
        self._check(draft)
        self._convert(draft)
        draft.values = self._absent | draft.values
        for step in self._steps:
            step(draft)
        return [*draft.problems, self._row(draft, sections)]

    def _width_problem(self, number: int, code: str, got: int) -> Problem:
        return Problem(number, "", code, {"expected": self._width, "got": got}, sheet=self._sheet.name)

    def _kinds(self, line: Line) -> dict[str, Kind]:
        if not line.kinds:
            return {}
        names = self._names
        return {names[position]: kind for position, kind in line.kinds.items() if position in names}

    def _check(self, draft: Draft) -> None:
        """What a cell of any column may suffer."""
        for name, kind in draft.kinds.items():
            if kind == "date" and name in self._texts:
                draft.flag(name, "text_became_date")
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
        unclear = {name: text for name, text in converted.unclear.items() if not draft.is_bad(name)}
        for name, candidates in unclear.items():
            draft.flag(name, "old_font_unclear", {"candidates": candidates})

    def _row(self, draft: Draft, sections: Mapping[str, str]) -> Row:
        found, originals = draft.values, draft.originals
        if self._in_parts:
            found = {name: found[name] for name in self._fields}
            originals = {name: text for name, text in originals.items() if name not in self._wholes}
        for name, text in sections.items():
            found[name] = found[name] or text
        damaged = self._damaged(draft.problems) if draft.problems else _NOTHING
        return Row(draft.line.number, found, self._sheet.name, sections, originals, damaged)

    def _damaged(self, problems: Sequence[Problem]) -> frozenset[str]:
        """A field is, when a part of it is."""
        bad = (problem.field for problem in problems if problem.blocking)
        return frozenset(whole for name in bad for whole in self._wholes.get(name, (name,)))

    def _unnamed_columns(self, line: Line) -> list[Problem]:
        """Said once: a column without a heading has something in it; behind the name it may be the rest of the name."""
        problems = []
        for column in [each for each in self._unnamed if any(line.texts[each : each + 1])]:
            self._unnamed.discard(column)
            beside = self._names.get(column - 1) in ("name", "family")
            params = {"column": column + 1}
            problems.append(
                Problem(line.number, "name" if beside else "", "column_unnamed", params, beside, self._sheet.name)
            )
        return problems

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


def _valued(layout: Layout) -> frozenset[str]:
    """Fields that are judged by what they say: a date in them is meant, or has a problem of its own."""
    parts = (part for parts in layout.dates.values() for part in parts)
    told = (part for meanings in layout.marks.values() for part in meanings)
    return frozenset((*layout.dates, *parts, *told, *layout.months, *layout.amounts, *layout.digits))
