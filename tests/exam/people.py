"""Invented people of nine payers: everything that a roster is to hold of them, as one seed makes them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

from support.legacy_text import names

Values = dict[str, str]
PENSION, ASSISTANCE = "huu-tri-xa-hoi", "btxh"
FIELDS = (
    *("beneficiary_id", "name", "birth", "sex", "commune", "hamlet", "group", "from_month", "until_month"),
    *("times", "payee_name", "relation", "account", "bank", "note"),
)
"""What is told of everybody, in the order of the columns."""
HAMLETS = ("Thôn 3", "Tổ dân phố số 7", "Ấp Mỹ Đức", "Bản Nà Lặc", "Xóm Nội")
_ADAPTERS = Path(__file__).parents[2] / "adapters"
_COMMUNES_EACH = 3
_BIRTH_PLACES = ("001", "036", "038", "040", "079", "031", "022")
_PARENT = "don-than-ngheo-nuoi-con"
_GROUPS = ("khuyet-tat-nang", "khuyet-tat-dac-biet-nang", "cao-tuoi-ngheo-khong-nguoi-nuoi", _PARENT)
_OLDEST, _YOUNGEST, _OF_AGE = date(1931, 1, 1), date(2014, 12, 31), date(1950, 12, 31)
_BANKS = ("VietinBank", "BIDV", "Agribank", "Vietcombank", "Techcombank", "MoMo")


@dataclass(frozen=True)
class Office:
    """A payer with its programme; its lists lie in one province and have one shape."""

    payer: str
    programme: str
    province: str
    shape: str

    @property
    def communes(self) -> Mapping[str, str]:
        """Code -> name, of the three whose lists it keeps."""
        return dict(islice(communes(self.province).items(), _COMMUNES_EACH))


@dataclass
class Entry:
    """One person's row of a list: what is written, what the roster is to hold, and what is to be said of it."""

    truth: Values
    """Of the person, as it really is."""
    cells: dict[str, object] = field(default_factory=dict)
    """What the row says otherwise."""
    kept: Values | None = None
    """What the roster holds after the list by this row; None: the row tells of nobody."""
    defect: str = ""
    told: list[tuple[str, str, bool]] = field(default_factory=list)
    """(field, code, whether it blocks) of everything that there is to say of the row."""
    sheet: str = ""
    row: int = 0
    columns: int | None = None
    """How many columns a damaged line of a CSV has left."""
    instead: list[object] | None = None
    """What stands in the place of the row."""
    hidden: bool = False
    """By a filter of the workbook."""

    @property
    def person(self) -> str:
        return self.truth["beneficiary_id"]


@cache
def communes(province: str) -> Mapping[str, str]:
    """Code -> name of today, of those that sources agree about."""
    with (_ADAPTERS / "communes.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(islice(lines, 2, None)))
    return {row["code"]: row["name"] for row in rows if (row["province"], row["confidence"]) == (province, "high")}


@cache
def wards(province: str, *, divided: bool) -> tuple[tuple[str, str], ...]:
    """(old code, the code of today) of wards of before July 2025 that were divided, or that went into one whole."""
    today = communes(province)
    with (_ADAPTERS / "wards.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["code"], row["communes"].split()) for row in csv.DictReader(islice(lines, 2, None))]
    return tuple(
        (code, parts[0])
        for code, parts in rows
        if (len(parts) > 1) is divided and parts[0] in today and code not in today
    )


class Population:
    """Makes people who share no id, no account, and no name with a day of birth."""

    def __init__(self, seed: int, count: int) -> None:
        self.chance = random.Random(seed)
        self._names = names(seed, 8 * count + 1000)
        self._numbers = (number for number in range(100_001, 1_000_000) if number % 10_000)
        self._likenesses: set[tuple[str, str]] = set()

    def people(self, office: Office, count: int) -> Iterator[Values]:
        for _ in range(count):
            yield self.person(office)

    def person(self, office: Office) -> Values:
        chance, number = self.chance, next(self._numbers)
        born = self._born(office)
        sex = chance.choice(("male", "female"))
        of_day = chance.random() < 0.97
        group = self._group(office, born)
        received = chance.random() < 0.1
        bank = chance.choice(_BANKS) if chance.random() < 0.98 else ""
        return {
            "beneficiary_id": personal_number(chance.choice(_BIRTH_PLACES), born, sex, number),
            "name": self._name(born.isoformat()),
            "birth": born.isoformat() if of_day else str(born.year),
            "sex": sex,
            "commune": chance.choice(list(office.communes)),
            "hamlet": chance.choice(HAMLETS),
            "group": group,
            "from_month": chance.choice(("2024-08", "2025-11", "2026-03")),
            "until_month": chance.choice(("", "", "", "2027-12")),
            "times": chance.choice(("1", "2")) if group == _PARENT else "",
            "payee_name": self.name() if received else "",
            "relation": "con đẻ" if received else "",
            "account": self._account(bank, number),
            "bank": bank,
            "note": "",
        }

    def name(self) -> str:
        return next(self._names).title()

    def _name(self, born: str) -> str:
        while (name := self.name(), born) in self._likenesses:
            pass
        self._likenesses.add((name, born))
        return name

    def _born(self, office: Office) -> date:
        youngest = _OF_AGE if office.programme == PENSION else _YOUNGEST
        return _OLDEST + timedelta(days=self.chance.randrange((youngest - _OLDEST).days))

    def _group(self, office: Office, born: date) -> str:
        if office.programme == PENSION:
            return ""
        groups = [each for each in _GROUPS if not each.startswith("cao-tuoi") or born <= _OF_AGE]
        return self.chance.choice([each for each in groups if each != _PARENT or born.year < 2000])

    def _account(self, bank: str, number: int) -> str:
        if not bank:
            return ""
        return f"09{number:08d}" if bank == "MoMo" else f"1012{number:09d}"


def personal_number(place: str, born: date, sex: str, number: int) -> str:
    century = 2 * (born.year // 100 - 19) + (sex == "female")
    return f"{place}{century}{born.year % 100:02d}{number:06d}"
