"""Whether a text, or a whole file, is in an encoding from before Unicode.

A text that is correct Vietnamese in Unicode is never touched. Another one is read in every encoding; a reading counts
when each of its words can be a Vietnamese syllable. One reading, or one all of whose words are common while no other
has as many, is taken; of several that could all be meant none is: ``candidates`` name them, and a person decides.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from formats.text.common import COMMON
from formats.text.legacy import ENCODINGS, Encoding, decode
from formats.text.syllables import is_syllable, restyled

_BEYOND = re.compile("[^\x00-\xffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]")
"""A character that no byte of Latin-1 or Windows-1252 shows."""
_SIGNS = "¢£¤¥¦§¨©¬®¯°±´µ¶·¸¹»¼½¾«ª­¿¡²³º×÷\x80-\x9f‚ƒ„†‡ˆ‰‹›€™•˜"
_MARKS = "ùøûõïâáàåãäêéèúüë"
_STRONG = re.compile(
    f"[{_SIGNS}{_MARKS}](?:(?<=[{_SIGNS}])(?:(?<=\\w.)|(?=\\w))"  # no sign stands in a word
    "|(?<=[ae][ùøûõïâáàåãä])|(?<=a[êéèúüë])|(?<=o[ùøûõïâåä])|(?<=[uôö][ùøûõï])|(?<=y[ùøûõ]))",
    re.IGNORECASE,
)
"""What no language of Viet Nam writes: a sign in a word, a vowel before one that VNI marks it with."""
_FOREIGN = re.compile("[ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿ]")
"""Letters of Latin-1 that are not Vietnamese; without eth, which many lists have for Đ."""
_VIETNAMESE = re.compile("[ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúý\\x20-\\x7e\\xa0–—‘’“”…]*")
_ENYE = {ord(letter): None for letter in "ñÑ"}
_WORD = re.compile(r"[^\W\d_]+")
_WORD_OF_BYTES = re.compile(rb"[A-Za-z\x02-\x06\x10-\x15\x19\x1c-\x1e\x80-\xff]+")
_BLOCK_BYTES = 1 << 20
_WORDS_MIN = 3
"""Fewer different words do not tell how a whole file is written."""
_WORDS_MAX = 5000
_LEGAL_SHARE_MIN = 0.9
_UNICODE_LINES_SHARE_MAX = 0.1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is taken for, when that is not what it says."""

    text: str
    """To be used: converted when ``encoding`` says from what, else as it stands."""
    encoding: Encoding | None = None
    candidates: tuple[Encoding, ...] = ()
    """Further encodings in which it makes sense, as another text."""
    unclear: bool = False
    """It cannot stand as it is, and nothing else is certain. Where this is False, ``candidates`` only matter beside
    other texts that are surely in one of them."""


def recognise(text: str) -> Reading | None:
    """None for a text that is meant as it stands, which is the rule and costs next to nothing."""
    if text.isascii():
        return None
    text = unicodedata.normalize("NFC", text)
    if _BEYOND.search(text):
        return _mixed(text) if _FOREIGN.search(text) or _STRONG.search(text) else None
    return _judged(text)


def _mixed(text: str) -> Reading | None:
    """Unicode and an old font in one text."""
    readings = (_judged(word) for word in text.split() if not word.isascii() and not _BEYOND.search(word))
    found = dict.fromkeys(reading.encoding for reading in readings if reading and reading.encoding)
    return Reading(text, candidates=tuple(found), unclear=True) if found else None


@lru_cache(maxsize=1 << 12)
def _judged(text: str) -> Reading | None:
    """A text of Latin-1 characters."""
    readings = _readings(text)
    if not readings:
        return None
    if _is_vietnamese(text):
        plain = all(_known(text))
        doubts = tuple(each for each, read in readings.items() if not plain or all(_known(read)))
        return Reading(text, candidates=doubts) if doubts else None
    best = _best(readings)
    if best is None or not (_STRONG.search(text) or any(_known(readings[best]))):
        return Reading(text, candidates=tuple(readings), unclear=not _is_of_names(text))
    return Reading(readings[best], best, _others(readings, best))


def _readings(text: str) -> dict[Encoding, str]:
    """Every reading that can be Vietnamese and is another text."""
    read = {encoding: decode(text, encoding) for encoding in ENCODINGS}
    return {encoding: found for encoding, found in read.items() if found and found != text and _is_legal(found)}


def _best(readings: dict[Encoding, str]) -> Encoding | None:
    """The only one, or the one whose words are all common while every other has fewer common ones."""
    known = {encoding: sum(_known(read)) for encoding, read in readings.items()}
    best = max(readings, key=lambda encoding: known[encoding])
    others = _others(readings, best)
    clear = all(_known(readings[best])) and known[best] > max((known[other] for other in others), default=-1)
    return best if clear or not others else None


def _others(readings: dict[Encoding, str], best: Encoding) -> tuple[Encoding, ...]:
    """Encodings in which the text would be another one, whatever the case of its letters."""
    return tuple(each for each, read in readings.items() if read.lower() != readings[best].lower())


def _is_of_names(text: str) -> bool:
    """Letters only that names in Viet Nam are written with: ñ stands in those of the Ê Đê and Gia Rai."""
    return _VIETNAMESE.fullmatch(text.translate(_ENYE)) is not None and not _STRONG.search(text)


def _is_vietnamese(text: str) -> bool:
    """Correct as it stands, in Unicode."""
    return _VIETNAMESE.fullmatch(text) is not None and _is_legal(text)


def _is_legal(text: str) -> bool:
    """Every word can be Vietnamese; of words in ASCII nothing is asked."""
    return all(map(is_syllable, _words(text)))


def _known(text: str) -> list[bool]:
    """For each word that is not ASCII whether it is a common one."""
    return [restyled(word.lower()) in COMMON for word in _words(text)]


def _words(text: str) -> Iterator[str]:
    """Those that tell something: not in ASCII, no initial."""
    return (word for word in _WORD.findall(text) if not word.isascii() and word not in "Đđ")


def encoding_of(stream: BinaryIO) -> Encoding | None:
    """How a whole file of bytes is written that is not UTF-8; None for UTF-8 and when it cannot be told.

    The stream is read from its beginning and left there.
    """
    words = _words_of(stream)
    stream.seek(0)
    if len(words) < _WORDS_MIN:
        return None
    scores = {encoding: _share(words, encoding) for encoding in ENCODINGS}
    best = max(ENCODINGS, key=lambda encoding: scores[encoding])
    legal, known = scores[best]
    clear = all(2 * other[1] < known for encoding, other in scores.items() if encoding != best)
    return best if legal >= _LEGAL_SHARE_MIN and known and clear else None


def _share(words: frozenset[str], encoding: Encoding) -> tuple[float, float]:
    """Which share of the words can be Vietnamese in an encoding, and which share is common."""
    read = [found for found in (decode(word, encoding) for word in words) if found and _is_legal(found)]
    return len(read) / len(words), sum(all(_known(found)) for found in read) / len(words)


def _words_of(stream: BinaryIO) -> frozenset[str]:
    """The different words that are not ASCII, as Latin-1 shows them; none when the file is UTF-8, or much of it."""
    if _is_utf8(stream):
        return frozenset()
    words: set[bytes] = set()
    unicode_lines = other_lines = 0
    for line in _lines(stream):
        if line.isascii():
            continue
        if _reads_as_utf8(line):
            unicode_lines += 1
            continue
        other_lines += 1
        if len(words) < _WORDS_MAX:
            words.update(word for word in _WORD_OF_BYTES.findall(line) if not word.isascii())
    if unicode_lines > _UNICODE_LINES_SHARE_MAX * other_lines:
        return frozenset()
    return frozenset(word.decode("latin-1") for word in words)


def _is_utf8(stream: BinaryIO) -> bool:
    """Valid to its end, or marked as such at its beginning."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    block = stream.read(_BLOCK_BYTES)
    if block.startswith(codecs.BOM_UTF8):
        return True
    try:
        while block:
            decoder.decode(block)
            block = stream.read(_BLOCK_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    return iter(lambda: stream.readline(_BLOCK_BYTES), b"")


def _reads_as_utf8(line: bytes) -> bool:
    try:
        return all(character.isascii() or character.isalpha() or character.isspace() for character in line.decode())
    except UnicodeDecodeError:
        return False
