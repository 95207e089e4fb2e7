"""Data that stands nowhere else, and every form in which it might be found again."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

_LAST_NAMES = ("Thoa", "Thuỳ", "Hạc", "Yểng", "Khướu", "Vẹt", "Sáo", "Cuốc", "Gõ", "Én", "Nhạn", "Quyên")


def name(number: int) -> str:
    return f"Khuất Thị Diễm {_LAST_NAMES[number % len(_LAST_NAMES)]} Vành"


def plain(text: str) -> str:
    """Without its marks."""
    return unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()


def forms(value: str) -> set[bytes]:
    """As it stands and in other cases, without marks, in UTF-8, UTF-16, base64 (at any offset) and hex."""
    spelled = {value, value.upper(), plain(value), plain(value).upper(), plain(value).lower()}
    texts = {*spelled, *(unicodedata.normalize("NFD", each) for each in spelled)}
    raw = {text.encode(code) for text in texts for code in ("utf-8", "utf-16-le", "utf-16-be")}
    raw |= {repr(text.encode())[2:-1].encode() for text in texts}
    raw |= {text.encode("ascii", "backslashreplace") for text in texts}
    return raw | {form for each in raw for form in (*_base64(each), each.hex().encode(), each.hex().upper().encode())}


def _base64(raw: bytes) -> Iterator[bytes]:
    """What is the same whatever stands before and behind."""
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw)
        yield whole[(offset * 8 + 5) // 6 : (offset + len(raw)) * 8 // 6]


class Canaries:
    """Values that must not be found."""

    def __init__(self, values: Iterable[str]) -> None:
        self._needles = {form: value for value in values for form in forms(value)}

    def found(self, data: bytes) -> set[str]:
        return {value for needle, value in self._needles.items() if needle in data}

    def found_in(self, folder: Path, but: Iterable[Path] = ()) -> dict[str, set[str]]:
        """File -> values, of everything below a folder."""
        left_out = tuple(but)
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
        looked = {path: self.found(path.read_bytes()) for path in paths if not _below(path, left_out)}
        return {str(path): values for path, values in looked.items() if values}


def _below(path: Path, places: Iterable[Path]) -> bool:
    return any(place == path or place in path.parents for place in places)
