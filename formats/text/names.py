"""Names compared: one spelling for what is one name. Nothing written or paid is ever taken from here."""

from __future__ import annotations

import re
import unicodedata

from formats.text.charsets import to_latin
from formats.text.syllables import restyled

_WORD = re.compile(r"[^\W\d_]++(?![\u0300-\u036f])")
"""A word of composed letters; one with a mark that no letter takes is left as it is."""
_ALIKE = str.maketrans({"ð": "đ", "’": "'", "‘": "'", "ʼ": "'", "`": "'"})
"""Eth looks like Đ, and many lists hold it; apostrophes of names such as H'Blang."""


def comparable(text: str) -> str:
    """Equal for spellings of one name: composed letters, small, single spaces, tones where the new style puts them.

    ``HÒA  Bình`` and ``hoà bình`` are one; y and i, and names with other tones, stay two.
    """
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    small = " ".join(small.translate(_ALIKE).split())
    return small if small.isascii() else _WORD.sub(lambda found: restyled(found[0]), small)


def same_name(one: str, other: str) -> bool:
    """True when both are spellings of one name."""
    return comparable(one) == comparable(other)


def folded(text: str) -> str:
    """Equal for all spellings of a heading: case, accents and punctuation do not count."""
    return "_".join(re.findall("[a-z0-9]+", to_latin(text).casefold()))
