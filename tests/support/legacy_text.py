"""Texts as people of before Unicode wrote them, and names as people have them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random

from formats.text import common
from formats.text.legacy import ENCODINGS, Encoding, decode
from formats.text.syllables import inventory

__all__ = ["ENCODINGS", "Encoding", "encode", "names", "styles", "syllables", "words"]


def words(text: str) -> list[str]:
    return text.split()


_SURNAMES = words("nguyễn nguyễn nguyễn trần trần lê lê phạm phạm hoàng huỳnh vũ võ phan bùi đặng đỗ hồ ngô dương lý")
_MIDDLE = words("văn văn văn thị thị thị minh thanh ngọc hữu đức xuân")
_ASCII = words("lan mai hoa nam long an dung loan nhung thanh trang linh anh khang")


@cache
def syllables() -> tuple[str, ...]:
    """Every syllable that can be spelled, small."""
    return tuple(inventory())


def styles(text: str) -> tuple[str, str, str]:
    """small, CAPITAL and Title."""
    return text, text.upper(), text.title()


def names(seed: int, count: int, rare: bool = False) -> Iterator[str]:
    """Small names of two to four syllables: common ones, or ``rare`` ones of any syllables."""
    random = Random(seed)
    given = sorted(common.COMMON) + 10 * _ASCII
    for _ in range(count):
        parts = random.choice((2, 3, 3, 3, 4))
        if rare:
            yield " ".join(random.choices(syllables(), k=parts))
        else:
            middle = [random.choice(_MIDDLE), random.choice(given)][: parts - 2]
            yield " ".join((random.choice(_SURNAMES), *middle, random.choice(given)))


def encode(text: str, encoding: Encoding) -> str:
    """As Latin-1 shows what was typed; capitals with a tone of TCVN3 are small letters in a font of capitals."""
    return "".join(_spelled(encoding).get(letter, letter) for letter in text)


@cache
def _spelled(encoding: Encoding) -> Mapping[str, str]:
    """Letter -> what stands for it, found by reading everything that can."""
    shown = [chr(code) for code in range(1, 256)]
    pairs = [base + mark for base in "aeouyôöAEOUYÔÖ" for mark in shown[0xBF:] if base.isupper() == mark.isupper()]
    found: dict[str, str] = {}
    for text in itertools.chain(shown, pairs if encoding == "vni" else ()):
        letter = decode(text, encoding)
        if letter and len(letter) == 1 and not letter.isascii():
            found.setdefault(letter, text)
    if encoding == "tcvn3":
        found = {letter.upper(): text for letter, text in found.items() if letter.islower()} | found
    return found
