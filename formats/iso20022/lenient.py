"""Reading values that may be wrong: nothing is raised and nothing dropped, each unreadable value leaves its code."""

from __future__ import annotations

from datetime import date, datetime

from formats.errors import FormatError
from formats.iso20022 import codes
from formats.iso20022.xml import Reader, day, day_paths, moment


class Lenient:
    """A reader's values as None where they cannot be read, and why in ``problems``."""

    __slots__ = ("_problems",)

    def __init__(self) -> None:
        self._problems: list[str] = []

    @property
    def problems(self) -> tuple[str, ...]:
        """Codes such as ``amount_unreadable``, each once, in order of appearance."""
        return tuple(dict.fromkeys(self._problems)) if self._problems else ()

    def note(self, problem: str) -> None:
        self._problems.append(problem)

    def day(self, text: str | None) -> date | None:
        try:
            return None if text is None else day(text)
        except FormatError as error:
            self.note(error.code)
            return None

    def moment(self, reader: Reader, path: str) -> datetime | None:
        return self.instant(reader.text(path))

    def instant(self, text: str | None) -> datetime | None:
        try:
            return None if text is None else moment(text)
        except FormatError as error:
            self.note(error.code)
            return None

    def count(self, reader: Reader, path: str) -> int | None:
        return self.number(reader.text(path))

    def number(self, text: str | None) -> int | None:
        if text is None or (text.isascii() and text.isdigit() and len(text) <= 15):
            return None if text is None else int(text)
        self.note("count_unreadable")
        return None

    def amount(self, reader: Reader, *paths: str) -> tuple[int | None, str | None]:
        """Minor units and currency at the first path that has an amount; two amounts at one place are none."""
        for path in paths:
            if texts := reader.all(path):
                currency = reader.text(f"{path}/@Ccy")
                return self._minor(texts, currency or ""), currency
        return None, None

    def _minor(self, texts: list[str], currency: str) -> int | None:
        if len(texts) > 1:
            self.note("several_amounts")
            return None
        return self.minor(texts[0], currency)

    def minor(self, text: str, currency: str) -> int | None:
        """A leading minus is read and noted."""
        if text.startswith("-"):
            self.note("amount_negative")
            minor = self._unsigned(text[1:], currency)
            return None if minor is None else -minor
        return self._unsigned(text, currency)

    def _unsigned(self, text: str, currency: str) -> int | None:
        try:
            return codes.amount_minor(text, currency)
        except FormatError as error:
            self.note(error.code)
            return None

    def date(self, reader: Reader, path: str) -> date | None:
        return self.day(reader.text(*day_paths(path)))
