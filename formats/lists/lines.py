"""Lines of a list that are no person's row: sections, totals, signatures.

What is judged here has no number of a person, no date of birth and no account (``rows`` sees to that), so that nobody
is taken for a line: ``Tống Công Minh`` is no ``Tổng cộng``. Letters with accents count; a text without any may begin
with a word of these without accents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Literal

from formats.lists.layout import Layout
from formats.text import comparable, to_latin
from formats.text.legacy import ENCODINGS, decode

_NUMBERING = re.compile(r"(?:[IVXLC]+|[A-ZĐa-zđ]|[0-9]+(?:\.[0-9]+)*)[.):/]?|[-*+•]")
_NUMBERED = re.compile(r"(?:(?:[IVXLC]+|[A-ZĐa-zđ]|[0-9]+(?:\.[0-9]+)*)[.):/]|[-*+•])\s*")
_COUNT = re.compile(r"[0-9][0-9.,\s]*(?:đ|đồng|vnđ|vnd|người|đối tượng|hộ|khẩu)?", re.IGNORECASE)
_REMARK = re.compile(r"[\s:;.]*(?:\([^()]*\))?[\s:;.]*$")
_PLACE_AND_DATE = re.compile(r"(?:^|[ ,])ng(?:à|a)y\b.*\bth(?:á|a)ng\b.*\bn(?:ă|a)m\b", re.IGNORECASE)
_REST_OF_TOTAL = re.compile(r"[\W\d_]*(?:\([^()]*\))?[\W\d_]*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a line is; of a section the field and what it says."""

    kind: Literal["section", "total", "footer"]
    field: str = ""
    text: str = ""


class Lines:
    """What a layout knows of such lines."""

    def __init__(self, layout: Layout) -> None:
        self._sections = tuple((name, _Beginnings(words)) for name, words in layout.sections.items())
        self._totals = _Beginnings(layout.totals)
        self._footers = _Beginnings(layout.footers)

    def judge(self, texts: Sequence[str]) -> Found | None:
        """None for a line of which nothing is known."""
        lead, rest = _parted(texts)
        if self._is_total(lead):
            return Found("total")
        if self._is_footer(lead):
            return Found("footer")
        if all(_COUNT.fullmatch(text) and not lead.isascii() for text in rest) and (found := self.section(lead)):
            return found
        return Found("footer") if any(map(self._is_footer, rest)) else None

    def is_numbered_section(self, texts: Sequence[str]) -> bool:
        """``1 | Xã Bình Yên``: only what no name of a person begins with, for ``Ban`` and ``Xa`` are surnames."""
        lead, rest = _parted(texts)
        return not lead.isascii() and all(map(_COUNT.fullmatch, rest)) and self.section(lead) is not None

    def section(self, text: str) -> Found | None:
        """A text that says something for all rows below; also the name of a sheet."""
        for reading in _readings(text):
            for name, beginnings in self._sections:
                if beginnings.starts(reading):
                    return Found("section", name, _REMARK.sub("", reading))
        return None

    def _is_total(self, text: str) -> bool:
        return any(self._totals.is_all_of(reading) for reading in _readings(text))

    def _is_footer(self, text: str) -> bool:
        readings = _readings(text)
        return any(self._footers.starts(reading) or _PLACE_AND_DATE.search(reading) for reading in readings)


def _parted(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The first text that is no numbering, and those behind it."""
    filled = filter(None, texts)
    lead, *rest = [*dropwhile(_NUMBERING.fullmatch, filled)] or [""]
    return lead, rest


class _Beginnings:
    """How a line may begin, in words."""

    def __init__(self, words: Sequence[str]) -> None:
        self._accented = _pattern(map(comparable, words))
        self._plain = _pattern(to_latin(comparable(word)) for word in words)

    def starts(self, text: str) -> bool:
        return self._match(text) is not None

    def is_all_of(self, text: str) -> bool:
        """But for numbers, and words in brackets; of a text with accents its beginning is enough."""
        match = self._match(text)
        return match is not None and (not text.isascii() or bool(_REST_OF_TOTAL.fullmatch(text[match.end() :])))

    def _match(self, text: str) -> re.Match[str] | None:
        return (self._plain if text.isascii() else self._accented).match(comparable(text))


def _pattern(words: Iterator[str] | map[str]) -> re.Pattern[str]:
    """The longest first; a word ends where a word ends."""
    alternatives = "|".join(
        re.escape(word) + (r"(?!\w)" if word[-1].isalnum() else "") for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(alternatives or "(?!)")


def _readings(text: str) -> Iterator[str]:
    """Without its numbering: as it stands, and as an old font left it behind."""
    bare = _NUMBERED.sub("", text, count=1) if _NUMBERED.match(text) else text
    yield bare
    if not bare.isascii():
        for encoding in ENCODINGS:
            if (read := decode(bare, encoding)) and read != bare:
                yield read
