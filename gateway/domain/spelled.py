"""Amounts in Vietnamese words, as forms demand them. Pure."""

from __future__ import annotations

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
_SCALES = ((10**6, " triệu"), (10**3, " nghìn"), (1, ""))


def dong(amount: int) -> str:
    """``540005`` is "Năm trăm bốn mươi nghìn không trăm linh năm đồng"; less than nothing is "Âm ..."."""
    text = f"âm {_number(-amount)}" if amount < 0 else _number(amount)
    return f"{text[0].upper()}{text[1:]} đồng"


def _number(number: int, behind: bool = False) -> str:
    """``behind``: something larger was said before, so that hundreds are said even when there are none."""
    if number == 0:
        return _DIGITS[0]
    if number >= _BILLION:
        billions, rest = divmod(number, _BILLION)
        said = f"{_number(billions, behind)} tỷ"
        return f"{said} {_number(rest, behind=True)}" if rest else said
    parts: list[str] = []
    for size, scale in _SCALES:
        group, number = divmod(number, size)
        if group:
            parts.append(_group(group, behind or bool(parts)) + scale)
    return " ".join(parts)


def _group(group: int, behind: bool) -> str:
    """Three digits."""
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    said = [f"{_DIGITS[hundreds]} trăm"] if hundreds or behind else []
    if tens == 1:
        said.append("mười")
    elif tens:
        said.append(f"{_DIGITS[tens]} mươi")
    elif ones and said:
        said.append("linh")
    if ones:
        said.append(_one(tens, ones))
    return " ".join(said)


def _one(tens: int, ones: int) -> str:
    """One, four and five sound otherwise behind tens."""
    if tens > 1 and ones in (1, 4):
        return {1: "mốt", 4: "tư"}[ones]
    return "lăm" if tens and ones == 5 else _DIGITS[ones]
