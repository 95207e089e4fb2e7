"""What is declared about a list. The built-in layout knows what most lists have; a declaration says the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from formats.lists import words
from formats.text import folded


@dataclass(frozen=True, slots=True)
class Layout:
    """The shape of a list. Fields are named as in data; texts of the list are compared without case and accents."""

    headings: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: words.HEADINGS)
    """Field -> spellings of its heading. ``A / B`` is the heading B below the heading A; below such an A only
    headings that are declared so are known. A spelling of two fields is the first one's, unless another column is."""
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: words.JOINED)
    """Field -> the fields whose texts make it, in this order."""
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: words.MARKS)
    """Field -> fields of which one is marked, with the value that the mark means."""
    dates: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: words.DATES)
    """Dates -> the fields of their day, month and year, where a list has them apart."""
    months: tuple[str, ...] = words.MONTHS
    amounts: tuple[str, ...] = words.AMOUNTS
    digits: Mapping[str, tuple[int, int]] = field(default_factory=lambda: words.DIGITS)
    """Numbers that are no quantities -> how many digits they have (0: differs), how many zeros they may begin with."""
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: words.SECTIONS)
    """Field -> how a line begins that says it for all rows below."""
    totals: tuple[str, ...] = words.TOTALS
    """How a line of totals begins."""
    footers: tuple[str, ...] = words.FOOTERS
    """How a line begins that stands below the list."""
    sheets: tuple[str, ...] = ()
    """The sheets to read, hidden ones too; none named: every sheet that a person sees."""
    sheet_field: str = ""
    """The field that the name of a sheet says for all its rows."""
    required: tuple[str, ...] = ("name",)

    def with_headings(self, headings: Mapping[str, tuple[str, ...]]) -> Layout:
        """With further spellings, which mean this field and no other from now on."""
        claimed = {folded(spelling) for spellings in headings.values() for spelling in spellings}
        kept = {
            name: tuple(each for each in spellings if folded(each) not in claimed)
            for name, spellings in self.headings.items()
        }
        added = {name: (*spellings, *kept.get(name, ())) for name, spellings in headings.items()}
        return replace(self, headings=kept | added)

    @property
    def fields(self) -> tuple[str, ...]:
        """What every row has a value of."""
        parts = self.wholes
        named = dict.fromkeys((*self.headings, *self.joined, *self.marks, *self.dates, *self.sections))
        if self.sheet_field:
            named[self.sheet_field] = None
        return tuple(name for name in named if name not in parts)

    @property
    def wholes(self) -> Mapping[str, tuple[str, ...]]:
        """Fields that are only parts -> what they are parts of."""
        made = (
            *self.joined.items(),
            *self.dates.items(),
            *((name, tuple(parts)) for name, parts in self.marks.items()),
        )
        found: dict[str, tuple[str, ...]] = {}
        for name, parts in made:
            for part in parts:
                found[part] = (*found.get(part, ()), name)
        return found
