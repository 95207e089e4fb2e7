"""The encodings from before Unicode, letter by letter: TCVN3 (ABC), VNI for Windows, VISCII, VPS.

Their texts travel as raw bytes, or pasted as the characters that Latin-1 or Windows-1252 show for those bytes
(``NguyÔn``, ``Nguyeãn``): both are read here. Sources: TCVN 5712:1993 and RFC 1456 as GNU iconv has them; the tables of
the input method xvnkb (vni.h, vps.h); documents of authorities of 1998 to 2009 for what is really met. They agree.

TCVN3 has no capital letters with a tone: they are the small ones in a font of capitals (``.VnTimeH``), beside ASCII
capitals (``NGUYÔN``) or small letters (``nguyÔn``). The first are read as capitals; the second stay small, for a list
does not say its font.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from formats.text.letters import is_even

Encoding = Literal["tcvn3", "vni", "viscii", "vps"]

_ORDER = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
_TCVN3 = """B5B8B6B7B9 A8BBBEBCBDC6 A9C7CAC8C9CB CCD0CECFD1 AAD2D5D3D4D6 D7DDD8DCDE
    DFE3E1E2E4 ABE5E8E6E7E9 ACEAEDEBECEE EFF3F1F2F4 ADF5F8F6F7F9 FAFDFBFCFE AE"""
_TCVN3_CAPITALS = "A1 A2 A3 A4 A5 A6 A7"
_VISCII = """E0E1E4E3D5 E5A2A1C6C7A3 E2A5A4A6E7A7 E8E9EBA8A9 EAABAAACADAE ECEDEFEEB8
    F2F3F6F5F7 F4B0AFB1B2B5 BDB6BEB7DEFE F9FAFCFBF8 DFD7D1D8E6F1 CFFDD6DBDC F0"""
_VISCII_CAPITALS = """C0C1C4C380 C58281020583 C285848606 87 C8C9CB8889 CA8B8A8C8D8E CCCD9BCE98
    D2D3 99A09A D4908F919293 B4969597B394 D9DA9C9D9E BFBBBABCFFB9 9FDD14191E D0"""
_VPS = """E0E1E4E3E5 E6A2A1A3A4A5 E2C0C3C4C5C6 E8E9C8EBCB EA8A898BCD8C ECEDCCEFCE
    F2F3D5F586 F4D2D3B087B6 D6A9A7AAABAE F9FAFBDBF8 DCD8D9BABBBF FF9A9BCF9C C7"""
_VPS_CAPITALS = """80C1818202 888E8D8FF004 C28483851C03 D7C9DEFE05 CA9390949506 B5B4B7B810
    BCB9BDBE11 D49796989912 F79E9D9FA613 A8DAD1AC14 D0AFADB11D15 B2DDFDB319 F1"""

_VNI = """aø aù aû aõ aï  aê aè aé aú aü aë  aâ aà aá aå aã aä  eø eù eû eõ eï  eâ eà eá eå eã eä  ì í æ ó ò
    oø où oû oõ oï  oâ oà oá oå oã oä  ô ôø ôù ôû ôõ ôï  uø uù uû uõ uï  ö öø öù öû öõ öï  yø yù yû yõ î  ñ"""
_VNI_ALSO = {"iø": "ì", "iù": "í", "yï": "ỵ"}
"""Met beside the spelling above."""

_PUNCTUATION = "\u00a0–—‘’“”…"
"""May stand in a text of any encoding that has no letter in its place."""


def _shown(code: int) -> tuple[str, ...]:
    """What a byte looks like as Latin-1 and as Windows-1252."""
    latin = chr(code)
    try:
        windows = bytes((code,)).decode("cp1252")
    except UnicodeDecodeError:
        return (latin,)
    return (latin, windows)


def _single(letters: str, codes: str) -> dict[int, str]:
    """Code point -> letter, for encodings of one byte a letter."""
    pairs = zip(letters, bytes.fromhex(codes), strict=True)
    return {ord(shown): letter for letter, code in pairs for shown in _shown(code)}


def _pairs() -> dict[str, str]:
    """VNI: one or two characters -> letter; a capital may have a small mark."""
    small = dict(zip(_VNI.split(), _ORDER, strict=True)) | _VNI_ALSO
    capital = {shown.upper(): letter.upper() for shown, letter in small.items()}
    uneven = {shown[0].upper() + shown[1:]: letter.upper() for shown, letter in small.items() if len(shown) == 2}
    return uneven | small | capital


_SINGLES: Mapping[Encoding, Mapping[int, str]] = {
    "tcvn3": _single(_ORDER, _TCVN3) | _single("ĂÂÊÔƠƯĐ", _TCVN3_CAPITALS),
    "viscii": _single(_ORDER, _VISCII) | _single(_ORDER.upper(), _VISCII_CAPITALS),
    "vps": _single(_ORDER, _VPS) | _single(_ORDER.upper(), _VPS_CAPITALS),
}
_PAIRS = _pairs()
_VNI_LETTER = re.compile("|".join(sorted(_PAIRS, key=len, reverse=True)))
_OUTSIDE = {
    encoding: re.compile(f"[^\\x00-\\x7f{_PUNCTUATION}{re.escape(''.join(map(chr, table)))}]")
    for encoding, table in _SINGLES.items()
}
_OUTSIDE_VNI = re.compile(f"[^\\x00-\\x7f{_PUNCTUATION}]")
_SMALL_ASCII = re.compile("[a-z]")

ENCODINGS: tuple[Encoding, ...] = ("tcvn3", "vni", "viscii", "vps")
NAMES: Mapping[Encoding, str] = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "vps": "VPS"}


def decode(text: str, encoding: Encoding) -> str | None:
    """The text read in an encoding; None when a character has no place in it. ASCII stays what it is."""
    if encoding == "vni":
        rest = _VNI_LETTER.sub("", text)
        return None if _OUTSIDE_VNI.search(rest) else _VNI_LETTER.sub(lambda found: _PAIRS[found[0]], text)
    if _OUTSIDE[encoding].search(text):
        return None
    read = text.translate(_SINGLES[encoding])
    return read.upper() if encoding == "tcvn3" and _is_of_capitals(text, read) else read


def _is_of_capitals(text: str, read: str) -> bool:
    """Typed in a font of capitals: a word of capital and small letters, and no small one is ASCII."""
    return not _SMALL_ASCII.search(text) and not all(is_even(word) for word in read.split())
