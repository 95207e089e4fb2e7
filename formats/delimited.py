"""Lines and records of CSV text, in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

LINE_CHARS_MAX = 1 << 20


class Stop(Exception):
    """The rest of the list cannot be read: row, field, code and parameters of its last problem."""

    def __init__(self, row: int, field: str, code: str, **params: str | int) -> None:
        self.row = row
        self.field = field
        self.code = code
        self.params = params
        super().__init__(code)


def lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LINE_CHARS_MAX):
        if len(line) == LINE_CHARS_MAX:
            raise Stop(0, "", "line_too_long", chars_max=LINE_CHARS_MAX)
        yield line


def records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the number of their row in a spreadsheet: a quoted line break does not count."""
    number = 0
    try:
        for number, fields in enumerate(csv.reader(lines, delimiter=delimiter, strict=True), start=1):
            yield number, fields
    except csv.Error:
        raise Stop(number + 1, "", "quote_unbalanced") from None
