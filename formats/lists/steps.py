"""What is done with the texts of a row, one field after the other."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date

from formats.lists import damage, values
from formats.lists.model import Problem
from formats.lists.sheets import Line
from formats.xlsx import Kind

_MARKS = frozenset(("x", "v", "✓", "✔", "√", "☑", "1", "+", "*", "có"))
_NO_MARKS = frozenset(("", "0", "-", "không"))
_LAST_MONTH = 12
_EPOCH = date(1899, 12, 30)
_YEARS_AS_DAYS = 1905
"""Days 1890 to 2100 of a spreadsheet lie here: a year in a cell that shows dates."""


@dataclass(slots=True)
class Draft:
    """A row that is being read."""

    line: Line
    sheet: str
    values: dict[str, str]
    kinds: Mapping[str, Kind]
    originals: dict[str, str] = dataclass_field(default_factory=dict)
    problems: list[Problem] = dataclass_field(default_factory=list)

    def flag(
        self,
        field: str,
        code: str,
        params: Mapping[str, str | int] | None = None,
        suggestion: str | None = None,
        blocking: bool = True,
    ) -> None:
        self.problems.append(Problem(self.line.number, field, code, params or {}, blocking, self.sheet, suggestion))

    def kind(self, name: str) -> Kind | None:
        """Of a cell; None in a CSV."""
        return None if self.line.kinds is None else self.kinds.get(name, "text")

    def is_bad(self, name: str) -> bool:
        return bool(self.problems) and any(each.field == name and each.blocking for each in self.problems)

    def put(self, name: str, text: str) -> None:
        """The plain form of a value; what the list says is kept."""
        if text != self.values[name]:
            self.originals.setdefault(name, self.values[name])
            self.values[name] = text


@dataclass(frozen=True, slots=True)
class Marked:
    """A field whose value is told by which of some columns is marked."""

    name: str
    meanings: Mapping[str, str]
    told: frozenset[str]
    """Columns where any text is a mark, for it is a value of its own, such as the year of birth."""

    def __call__(self, draft: Draft) -> None:
        marked = {value for part, value in self.meanings.items() if self._is_marked(draft, part, value)}
        if len(marked) > 1:
            draft.flag(self.name, "mark_unclear")
        elif marked and not draft.values[self.name]:
            draft.values[self.name] = marked.pop()

    def _is_marked(self, draft: Draft, part: str, value: str) -> bool:
        text = draft.values[part].casefold()
        if text in _NO_MARKS:
            return False
        if part not in self.told and text not in _MARKS and text != value.casefold() and not draft.is_bad(self.name):
            draft.flag(self.name, "mark_unclear")
        return True


@dataclass(frozen=True, slots=True)
class Joined:
    """A field whose text is made of those of other columns."""

    name: str
    parts: tuple[str, ...]

    def __call__(self, draft: Draft) -> None:
        if not draft.values[self.name]:
            draft.values[self.name] = " ".join(filter(None, (draft.values[part] for part in self.parts)))
            if any(part in draft.originals for part in self.parts):
                written = (draft.originals.get(part, draft.values[part]) for part in self.parts)
                draft.originals[self.name] = " ".join(filter(None, written))


@dataclass(frozen=True, slots=True)
class Parts:
    """A date whose day, month and year stand apart."""

    name: str
    parts: tuple[str, ...]

    def __call__(self, draft: Draft) -> None:
        texts = [draft.values[part] for part in self.parts]
        if any(texts) and not draft.values[self.name]:
            draft.values[self.name] = "/".join(filter(None, texts))
            _take(draft, self.name, values.read_parts(*texts))


@dataclass(frozen=True, slots=True)
class Date:
    """A date in one column, or one that was put together."""

    name: str
    swaps: Swaps

    def __call__(self, draft: Draft) -> None:
        text, kind = draft.values[self.name], draft.kind(self.name)
        if not text or draft.is_bad(self.name):
            return
        read = _of_cell(text) if kind == "date" else values.read_date(text)
        _take(draft, self.name, read)
        told = kind == "date" or (kind is not None and text != read.text)  # a day spelled YYYY-MM-DD tells nothing
        if told and len(read.text) == len("YYYY-MM-DD"):
            self.swaps.see(draft.line.number, date.fromisoformat(read.text), kind == "date")


def _of_cell(text: str) -> values.Read:
    day = date.fromisoformat(text)
    if day.year == _YEARS_AS_DAYS:
        return values.Read("", "date_serial", str((day - _EPOCH).days))
    return values.read_date(text)


def _take(draft: Draft, name: str, read: values.Read) -> None:
    if read.code:
        draft.flag(name, read.code, suggestion=read.suggestion)
    else:
        draft.put(name, read.text)


@dataclass(frozen=True, slots=True)
class Plain:
    """A month or an amount."""

    name: str
    read: Callable[[str], values.Read]

    def __call__(self, draft: Draft) -> None:
        text = draft.values[self.name]
        if text and not draft.is_bad(self.name):
            _take(draft, self.name, self.read(text))


@dataclass(frozen=True, slots=True)
class Digits:
    """A number that is no quantity."""

    name: str
    length: int
    zeros: int

    def __call__(self, draft: Draft) -> None:
        text = draft.values[self.name]
        if text and not draft.is_bad(self.name):
            text = values.read_digits(text)
            draft.put(self.name, text)
            found = damage.of_digits(text, draft.kind(self.name), self.length, self.zeros)
            if found:
                draft.flag(self.name, found.code, suggestion=found.suggestion, blocking=found.blocking)


@dataclass(slots=True)
class Swaps:
    """Dates of a column that a spreadsheet of another country may have read with the month first.

    It leaves a trace: where the day is after the 12th there is no such month, so these dates stayed texts, and all that
    became dates have a day up to the 12th.
    """

    _rows: array[int] = dataclass_field(default_factory=lambda: array("L"))
    _days: array[int] = dataclass_field(default_factory=lambda: array("L"))
    _late_texts: bool = False
    _late_cells: bool = False

    def see(self, row: int, day: date, is_cell: bool) -> None:
        if day.day > _LAST_MONTH:
            self._late_cells |= is_cell
            self._late_texts |= not is_cell
        elif is_cell and day.day != day.month and not self._late_cells:
            self._rows.append(row)
            self._days.append(day.toordinal())

    def suspected(self) -> Iterator[tuple[int, str]]:
        """(row, the date with day and month changed)"""
        if self._late_texts and not self._late_cells:
            for row, ordinal in zip(self._rows, self._days, strict=True):
                day = date.fromordinal(ordinal)
                yield row, day.replace(month=day.day, day=day.month).isoformat()
