"""What a partner accepts: its character set, Vietnamese spelled in it, and what does not fit.

``swift_x``  the x set of SWIFT's FIN messages (Standards MT, General Information), without line breaks, which no field
             of ours needs; the EPC asks the same letters and signs of every SEPA bank (EPC217-08).
``latin``    all printable characters of Basic Latin: CBPR+ allows them in names, addresses and remittance.
``unicode``  whatever can be read: Vietnamese as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

from anyascii import anyascii

Charset = Literal["swift_x", "latin", "unicode"]

SWIFT_X = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")

_OUTSIDE: Mapping[Charset, re.Pattern[str]] = {
    "swift_x": re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]"),
    "latin": re.compile(r"[^\x20-\x7e]"),
}


def to_charset(text: str, charset: Charset) -> str:
    """The text as a partner's set spells it; what it cannot spell is left for ``outside`` to name. Nothing is cut."""
    return to_latin(text) if charset in _OUTSIDE else text


def to_latin(text: str) -> str:
    """Vietnamese (and any other script) in ASCII letters: ``Nguyễn Thị Đào`` -> ``Nguyen Thi Dao``."""
    if text.isascii():
        return text
    return anyascii(unicodedata.normalize("NFC", text))


def outside(text: str, charset: Charset) -> list[str]:
    """The distinct characters that ``charset`` does not hold, in order of appearance."""
    if charset in _OUTSIDE:
        return list(dict.fromkeys(_OUTSIDE[charset].findall(text)))
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
