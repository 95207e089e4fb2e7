"""The Vietnamese alphabet: vowels with and without their tone.

Source: the alphabet in use since 1651, in composed letters (NFC); tones in the order of schoolbooks.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

TONES = ("", "\N{COMBINING GRAVE ACCENT}", "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING HOOK ABOVE}",
         "\N{COMBINING TILDE}", "\N{COMBINING DOT BELOW}")  # fmt: skip
"""None (ngang), huyền, sắc, hỏi, ngã, nặng."""
VOWELS = "aăâeêioôơuưy"
MARKED = "ăâêôơư"
"""Vowels that carry a mark of their own, besides a tone."""

_TONED = {unicodedata.normalize("NFC", vowel + tone): (vowel, tone) for vowel in VOWELS for tone in TONES[1:]}

_PLAIN = str.maketrans({letter: vowel for letter, (vowel, _) in _TONED.items()})


class Word(NamedTuple):
    """A word taken apart; ``place`` is where its tone stands, -1 without one."""

    plain: str
    tone: str
    place: int


def take_apart(word: str) -> Word | None:
    """A composed lower-case word without its tone; None when it has two."""
    if word.isascii():
        return Word(word, "", -1)
    places = [place for place, letter in enumerate(word) if letter in _TONED]
    if len(places) > 1:
        return None
    place = places[0] if places else -1
    tone = _TONED[word[place]][1] if places else ""
    return Word(word.translate(_PLAIN), tone, place)


def put_together(plain: str, tone: str, place: int) -> str:
    """The word with its tone on the letter at ``place``."""
    return plain[:place] + unicodedata.normalize("NFC", plain[place] + tone) + plain[place + 1 :]


def is_even(word: str) -> bool:
    """lower, UPPER or Title."""
    return word.islower() or word.isupper() or word.istitle()
