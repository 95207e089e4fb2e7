"""What reading a list gives, in the order of its lines: rows, problems, and lines that are no person's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One person's row; every field of the layout is in ``values``, stripped, empty when absent.

    Dates are ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY`` (as much as the list says), months ``YYYY-MM``, amounts digits.
    What could not be read so stays as it is written and has a problem.
    """

    number: int
    """As a person sees it in the sheet."""
    values: Mapping[str, str]
    sheet: str = ""
    """Its name; empty for CSV."""
    sections: Mapping[str, str] = dataclass_field(default_factory=dict)
    """What the lines above it say, such as its commune; also in ``values`` where the row itself says nothing."""
    originals: Mapping[str, str] = dataclass_field(default_factory=dict)
    """Values as the list has them, where they were brought to another form."""
    damaged: frozenset[str] = frozenset()
    """Fields with a blocking problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or worth saying; row 0 is the sheet or file as a whole, an empty field the whole row.

    ``params`` never hold a value of a person; ``suggestion`` may, and is to be kept like the row itself.
    """

    row: int
    field: str
    code: str
    params: Mapping[str, str | int] = dataclass_field(default_factory=dict)
    blocking: bool = True
    """False for a finding: worth saying, but the value can be used as it stands."""
    sheet: str = ""
    suggestion: str | None = None
    """What is probably meant, for a person to decide; never applied."""


Kind = Literal["title", "heading", "section", "total", "footer"]


@dataclass(frozen=True, slots=True)
class Aside:
    """A line that is no person's row, with its text as it is written."""

    row: int
    kind: Kind
    text: str
    sheet: str = ""
