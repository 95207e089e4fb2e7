"""Whose account it is: the name we have beside the name the bank has, which may be masked (``N*** V** A**``).

Only equality is accepted by machine; everything else is for a person. Fuzzy scores are no help: LAN and LAM are two
people, and no score tells them from two spellings of one.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import NamedTuple

MASK = "*"
"""Stands for one letter."""
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STROKES = str.maketrans("đƀ", "db")
"""Letters that are no letter with a mark, and their ASCII: of Vietnamese, and of Ê Đê."""


class NameCheck(StrEnum):
    """What the bank's name says of ours."""

    MATCH = "match"
    MASKED_CONSISTENT = "masked-consistent"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"


class _Word(NamedTuple):
    """Letters with their marks; apart from them the tone, which stands in two places by two styles."""

    letters: tuple[str, ...]
    tones: str

    @property
    def is_masked(self) -> bool:
        return MASK in self.letters


def compared(ours: str, theirs: str | None) -> NameCheck:
    """Both in the form of ``formats.text.comparable``; ``theirs`` may hold masks.

    A bank that shows no marks is compared without them, one that shows no Đ with D; one that shows no apostrophe may
    have dropped it. A mask is one letter: words and their lengths must agree.
    """
    theirs = theirs or ""
    if not any(map(str.isalpha, theirs)) or not ours.strip():
        return NameCheck.UNVERIFIABLE
    kept, shown = _as_kept(ours, theirs), _words(theirs)
    spellings = {kept, kept.replace("'", "")} if "'" not in theirs else {kept}
    if not any(_agree(_words(each), shown) for each in spellings):
        return NameCheck.MISMATCH
    return NameCheck.MASKED_CONSISTENT if MASK in theirs else NameCheck.MATCH


def _as_kept(ours: str, theirs: str) -> str:
    """Our name with no more marks and strokes than the bank keeps of a name."""
    if not _has_marks(theirs):
        ours = "".join(each for each in unicodedata.normalize("NFD", ours) if not unicodedata.combining(each))
    if theirs.translate(_STROKES) == theirs:
        ours = ours.translate(_STROKES)
    return ours


def _has_marks(text: str) -> bool:
    return any(map(unicodedata.combining, unicodedata.normalize("NFD", text)))


def _words(text: str) -> list[_Word]:
    return [_word(each) for each in text.split()]


def _word(text: str) -> _Word:
    letters: list[str] = []
    tones = ""
    for each in unicodedata.normalize("NFD", text):
        if each in _TONES:
            tones += each
        elif unicodedata.combining(each) and letters:
            letters[-1] += each
        else:
            letters.append(each)
    return _Word(tuple(letters), tones)


def _agree(ours: list[_Word], theirs: list[_Word]) -> bool:
    return len(ours) == len(theirs) and all(map(_is_like, ours, theirs))


def _is_like(ours: _Word, theirs: _Word) -> bool:
    """Visible letters are ours; a tone that is not seen may stand on a masked letter."""
    if len(ours.letters) != len(theirs.letters):
        return False
    if ours.tones != theirs.tones and not (theirs.is_masked and set(theirs.tones) <= set(ours.tones)):
        return False
    return all(seen in (letter, MASK) for letter, seen in zip(ours.letters, theirs.letters, strict=True))
