"""Which commune of today a code or a name in a list means. Nothing is guessed: what may be two is told as two.

``communes.csv``: the communes since 1 July 2025, with the name of 2025 where it has changed since. ``wards.csv``:
wards, communes and towns of before, and what each became or was divided among. Sources: docs/commune.md.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast

from formats.text.names import comparable, folded

_FOLDER = Path(__file__).parent
_TYPES = ("xã ", "phường ", "thị trấn ", "đặc khu ")
_HEAD_LINES = 2


@dataclass(frozen=True, slots=True)
class Commune:
    code: str
    province: str
    """Two digits."""
    name: str
    """With its type: Xã, Phường, Đặc khu."""
    formerly: str
    """Its name of 2025; empty where it is the same."""
    confidence: Literal["high", "conflict"]


@dataclass(frozen=True, slots=True)
class Found:
    """What is meant. One commune is certain; several are candidates.

    ``""``               a code or name of today
    ``disputed``         sources give another code to the commune that has this one
    ``merged``           a ward of before that went whole into one commune
    ``divided``          a ward of before of which several communes may be meant
    ``several``          a name that several communes of the province have
    ``unknown``          no code of today or before, or no such name in the province
    ``province_missing`` a name, and nobody says of which province
    """

    kind: Literal["", "disputed", "merged", "divided", "several", "unknown", "province_missing"]
    communes: tuple[Commune, ...] = ()
    before: str = ""
    """Codes and names of wards of before July 2025 that are meant."""

    @property
    def commune(self) -> Commune | None:
        """The one that is certain."""
        return self.communes[0] if self.kind in ("", "disputed", "merged") else None


@dataclass(frozen=True, slots=True)
class _Ward:
    code: str
    name: str
    communes: tuple[Commune, ...]


@lru_cache(maxsize=8192)
def find(written: str, province: str = "") -> Found:
    """By a code of today or before July 2025, or by a name within a province (two digits)."""
    if not written.isdecimal():
        return _by_name(written, province) if province else Found("province_missing")
    if (commune := _communes().get(written)) is not None:
        return Found("disputed" if commune.confidence == "conflict" else "", (commune,))
    ward = _wards().get(written)
    return Found("unknown") if ward is None else _formerly([ward])


def _by_name(written: str, province: str) -> Found:
    """A name of today counts before one of a ward of before."""
    for key in _keys_of(written):
        if communes := _communes_by_name(province).get(key):
            return Found("" if len(communes) == 1 else "several", tuple(communes))
        if wards := _wards_by_name(province).get(key):
            return _formerly(wards)
    return Found("unknown")


def _formerly(wards: Iterable[_Ward]) -> Found:
    communes = tuple({each.code: each for ward in wards for each in ward.communes}.values())
    before = "; ".join(f"{ward.code} {ward.name}" for ward in wards)
    return Found("merged" if len(communes) == 1 else "divided", communes, before)


def _keys_of(written: str) -> Iterator[str]:
    """As written; a name without any accent may be meant with some."""
    name = comparable(written)
    if not name.isascii():
        yield name
    if _bare(name).isascii():
        yield _unaccented(name)


def _bare(name: str) -> str:
    return next((name.removeprefix(each) for each in _TYPES if name.startswith(each)), name)


def _unaccented(name: str) -> str:
    return f"~{folded(name)}"


def _keys(full: str) -> set[str]:
    """Under which a name is found: with its type and without, with accents and without."""
    names = (comparable(full), _bare(comparable(full)))
    return {*names, *map(_unaccented, names)}


@cache
def _communes() -> Mapping[str, Commune]:
    return {row["code"]: Commune(**cast(dict[str, Any], row)) for row in _rows("communes.csv")}


@cache
def _wards() -> Mapping[str, _Ward]:
    communes = _communes()
    return {
        row["code"]: _Ward(row["code"], row["name"], tuple(communes[code] for code in row["communes"].split()))
        for row in _rows("wards.csv")
    }


@cache
def _communes_by_name(province: str) -> Mapping[str, list[Commune]]:
    """Of one province, for most lists are about one."""
    found: defaultdict[str, list[Commune]] = defaultdict(list)
    for commune in _communes().values():
        if commune.province == province:
            for key in _keys(commune.name) | (_keys(commune.formerly) if commune.formerly else set()):
                found[key].append(commune)
    return found


@cache
def _wards_by_name(province: str) -> Mapping[str, list[_Ward]]:
    found: defaultdict[str, list[_Ward]] = defaultdict(list)
    for ward in _wards().values():
        if ward.communes[0].province == province:
            for key in _keys(ward.name):
                found[key].append(ward)
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(islice(lines, _HEAD_LINES, None))
