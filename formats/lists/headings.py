"""Where the heading of a list stands, in one line or several, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from formats.lists.layout import Layout
from formats.lists.sheets import Line, Lookahead
from formats.text import comparable, folded
from formats.text.legacy import ENCODINGS, decode

_LINES_AHEAD = 60
"""A heading stands in one of the first so many lines with something in them."""
_HEADING_LINES_MAX = 3
_KNOWN_MIN = 2
_WORD = re.compile(r"[^\W_]+")
_REMARK = re.compile(r"\([^()]*\)")
_NUMBER_OF_COLUMN = re.compile(r"\(?([A-Z]|[0-9]{1,2})(?:\s*=.*)?\)?")
_NUMBERS_MIN = 3

Merged = tuple[int, int, int]
"""Row, first and last column."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Columns of a list: field -> position. ``unknown`` are those with a heading that nothing is known of."""

    row: int
    columns: Mapping[str, int]
    width: int
    lines: int
    """How many lines it has, with the one that numbers the columns."""
    unknown: tuple[int, ...] = ()
    twice: tuple[str, ...] = ()


class Headings:
    """What a layout knows of headings."""

    def __init__(self, layout: Layout) -> None:
        self._required = layout.required
        wholes = layout.wholes
        self._parts_of = {name: [part for part in wholes if name in wholes[part]] for name in layout.required}
        self._known: dict[str, tuple[str, ...]] = {}
        self._owners: set[str] = set()
        self._parts = [(name, parts) for made in (layout.joined, layout.dates) for name, parts in made.items() if parts]
        for name, spellings in layout.headings.items():
            for spelling in (name, *spellings):
                for key in _keys_of_layout(spelling):
                    self._known[key] = tuple(dict.fromkeys((*self._known.get(key, ()), name)))
                self._owners.update(key for group in spelling.split(" / ")[:-1] for key in _keys_of_layout(group))

    def is_known(self, text: str) -> bool:
        """For a text between two delimiters of a CSV."""
        return bool(self._fields((text.strip(' \t\r\n"'),)))

    def seems_heading(self, line: Line) -> bool:
        """Two different columns are known, which no person's row says."""
        found = {fields for text in line.texts if text and (fields := self._fields((text,)))}
        return len(found) >= _KNOWN_MIN

    def above(self, lines: Lookahead) -> int | None:
        """How many lines stand above the first heading."""
        ahead = lines.ahead(_LINES_AHEAD)
        places = [
            place
            for place, line in enumerate(ahead)
            if self.seems_heading(line) or self._is_upper(line, ahead[place + 1 : place + 2])
        ]
        whole = (place for place in places if not self.missing(self.read(ahead[place:], tuple)))
        return next(whole, places[0] if places else None)

    def missing(self, heading: Heading) -> list[str]:
        """Columns that must be there, whole or in parts, and are not."""
        return [name for name in self._required if not {name, *self._parts_of[name]} & set(heading.columns)]

    def _is_upper(self, line: Line, below: list[Line]) -> bool:
        """A heading all of whose known columns stand in its second line."""
        known = any(text and self._fields((text,)) for text in line.texts)
        return known and bool(below) and bool(_groups(line, below[0])) and self.seems_heading(below[0])

    def read(self, lines: Sequence[Line], merged: Callable[[], Iterable[Merged]]) -> Heading:
        """The heading that begins with the first of some lines; ``merged`` is asked only where it matters."""
        depth = 1
        while depth < min(len(lines), _HEADING_LINES_MAX) and self._goes_on(lines[depth - 1], lines[depth]):
            depth += 1
        paths = _paths(lines[:depth])
        found = {column: fields for column, path in paths.items() if (fields := self._fields(path))}
        columns, twice = _one_field_each(found)
        columns = self._spread(columns, set(paths), [line.number for line in lines[:depth]], merged)
        numbered = depth < len(lines) and _numbers_columns(lines[depth])
        unknown = tuple(column for column in paths if column not in found)
        width = max((*paths, *columns.values())) + 1
        return Heading(lines[0].number, columns, width, depth + numbered, unknown, twice)

    def _spread(
        self, columns: dict[str, int], headed: set[int], rows: Sequence[int], merged: Callable[[], Iterable[Merged]]
    ) -> dict[str, int]:
        """A heading merged over as many columns as its field has parts stands for these parts."""
        wide = {name: columns[name] for name, _ in self._parts if name in columns and columns[name] + 1 not in headed}
        if not wide:
            return columns
        spans = {first: last - first + 1 for row, first, last in merged() if row in rows}
        found = dict(columns)
        for name, parts in self._parts:
            if name in wide and name in found and spans.get(wide[name]) == len(parts):
                start = found.pop(name)
                found.update((part, start + place) for place, part in enumerate(parts))
        return found

    def _goes_on(self, upper: Line, lower: Line) -> bool:
        """The lower line divides columns of the upper one."""
        groups = _groups(upper, lower)
        filled = [column for column, text in enumerate(lower.texts) if text]
        if lower.number != upper.number + 1 or not groups or set(filled) - set(groups):
            return False
        known = sum(bool(self._fields((groups[column], lower.texts[column]))) for column in filled)
        return 2 * known >= len(filled)

    def _fields(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The fields that a heading below others may be."""
        groups, text = [each for each in path[:-1] if each], path[-1]
        for group in reversed(groups):
            if found := self._look_up(f"{group} {text}"):
                return found
        if any(_spelled(group, lambda key: key in self._owners) for group in groups):
            return ()
        return self._look_up(text)

    def _look_up(self, text: str) -> tuple[str, ...]:
        return self._known.get(_spelled(text, lambda key: key in self._known), ())


def _spelled(text: str, is_known: Callable[[str], bool]) -> str:
    """The key of a heading: as it stands, without a remark in brackets, or as an old font left it behind."""
    keys = (key for reading in _readings(text) for key in _keys(reading))
    return next((key for key in keys if key and is_known(key)), "")


def _keys(text: str) -> tuple[str, ...]:
    """With accents, for ``Năm`` is not ``Nam``; without."""
    return tuple(dict.fromkeys(("_".join(_WORD.findall(comparable(text))), folded(text))))


_keys_of_layout = lru_cache(maxsize=1 << 12)(_keys)
"""Of what layouts declare, which is the same for every list; of texts of a list nothing is kept."""


def _readings(text: str) -> Iterator[str]:
    yield text
    bare = _REMARK.sub(" ", text)
    yield bare
    if not text.isascii():
        for encoding in ENCODINGS:
            yield decode(bare, encoding) or ""


def _groups(upper: Line, lower: Line) -> dict[int, str]:
    """Columns of the lower line -> the text of the upper one that spans them and at least one more."""
    spans: dict[int, list[int]] = {}
    start = -1
    for column, text in enumerate(lower.texts):
        if column < len(upper.texts) and upper.texts[column]:
            start = column
        if text and start >= 0:
            spans.setdefault(start, []).append(column)
    return {column: upper.texts[start] for start, columns in spans.items() if len(columns) > 1 for column in columns}


def _paths(lines: Sequence[Line]) -> dict[int, tuple[str, ...]]:
    """For each column its heading below those that span it."""
    width = max(len(line.texts) for line in lines)
    rows = [[*line.texts, *[""] * (width - len(line.texts))] for line in lines]
    paths: dict[int, tuple[str, ...]] = {column: (text,) for column, text in enumerate(rows[0]) if text}
    for upper, lower in pairwise(lines):
        before = tuple(paths.values())
        for column, group in _groups(upper, lower).items():
            above = next(path for path in before if path[-1] == group)
            paths[column] = (*above, lower.texts[column])
    return dict(sorted(paths.items()))


def _one_field_each(found: Mapping[int, tuple[str, ...]]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Field -> column; where two columns want one field, those that may be another one are."""
    wanted = Counter(fields[0] for fields in found.values())
    chosen = {
        column: fields[1] if wanted[fields[0]] > 1 and len(fields) > 1 else fields[0]
        for column, fields in found.items()
    }
    counts = Counter(chosen.values())
    twice = tuple(name for name, count in counts.items() if count > 1)
    return {name: column for column, name in chosen.items()}, twice


def _numbers_columns(line: Line) -> bool:
    """``A  B  1  2  3``: the line below a heading that numbers its columns."""
    found = [_NUMBER_OF_COLUMN.fullmatch(text) for text in line.texts if text]
    if len(found) < _NUMBERS_MIN or not all(found):
        return False
    marks = [match[1] for match in found if match]
    numbers = [int(mark) for mark in marks if mark.isdigit()]
    letters = [mark for mark in marks if not mark.isdigit()]
    return numbers == sorted(set(numbers)) and letters == sorted(set(letters))
