"""Text as banks accept it: character sets, and Vietnamese in Latin letters.

Nothing here mends silently: callers keep the original, show the transliteration, and report what does not fit.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from anyascii import anyascii

Charset = Literal["swift_x", "unicode"]

SWIFT_X = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
"""The SWIFT X set without braces and line breaks, which no ISO 20022 text field needs."""

_OUTSIDE_SWIFT_X = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")


def to_latin(text: str) -> str:
    """Vietnamese (and any other script) in ASCII letters: ``Nguyễn Thị Đào`` -> ``Nguyen Thi Dao``."""
    if text.isascii():
        return text
    return anyascii(unicodedata.normalize("NFC", text))


def outside(text: str, charset: Charset) -> list[str]:
    """The distinct characters that ``charset`` does not hold, in order of appearance."""
    if charset == "swift_x":
        return list(dict.fromkeys(_OUTSIDE_SWIFT_X.findall(text)))
    return forbidden(text)


def forbidden(text: str) -> list[str]:
    """The distinct characters no list may hold: controls, line breaks, invisible and unassigned ones."""
    if text.isprintable():
        return []
    return list(dict.fromkeys(character for character in text if _is_forbidden(character)))


def unspellable(text: str) -> list[str]:
    """The distinct characters that Latin letters could only guess at: controls, symbols, emoji, other scripts."""
    if text.isascii() and text.isprintable():
        return []
    return list(dict.fromkeys(character for character in text if not _is_spellable(character)))


def fits(text: str, charset: Charset, chars_max: int) -> bool:
    """True when ``text`` may be written as it stands."""
    return len(text) <= chars_max and not outside(text, charset)


def _is_spellable(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind[0] == "L":
        return unicodedata.name(character, "").startswith(("LATIN", "MODIFIER LETTER"))
    return kind in {"Mn", "Nd", "Zs"} or kind[0] == "P"


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character)[0] == "C" or character in "\u2028\u2029"
