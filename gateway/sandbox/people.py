"""Sample months: invented people with real kinds of names, valid ids and real places, as rows of the batch file.

The same count, seed and period give the same rows. About 2 % carry an account that the rehearsal partners reject and
1.5 % one whose money they return (``docs/sandbox.md``).
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from gateway.sandbox.names import name
from gateway.sandbox.outcomes import BY_ENDING
from gateway.sandbox.places import COMMUNES, PROVINCE_CODES

COLUMNS = (
    "payment_ref",
    "beneficiary_id",
    "beneficiary_name",
    "date_of_birth",
    "commune_code",
    "benefit_month",
    "kind",
    "amount",
    "payee_name",
    "payee_basis",
    "account",
    "bank",
    "note",
)
WEIGHT_OF_BANK: Mapping[str, int] = {
    "vietinbank": 35,
    "agribank": 25,
    "vietcombank": 20,
    "momo": 10,
    "viettelmoney": 10,
}
WALLET_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "momo": ("090", "093", "091", "070", "035"),
    "viettelmoney": ("096", "097", "098", "032", "038"),
}
_ACCOUNT_DIGITS = {"vietinbank": 12, "vietcombank": 10, "agribank": 13}

LEVEL = 540_000
"""Base of social assistance, VND a month, since 1 July 2026 (Decree 335/2026)."""
ARREARS_LEVEL = 40_000
"""What each month since then was paid too little before the decree came into force."""
ARREARS_MONTHS = ("2026-07", "2026-08", "2026-09")
_ARREARS_PERIOD = "2026-10"
_REJECTED_ENDINGS = ("0404", "0101", "0606")
_RETURNED_ENDINGS = ("0307", "0707")
ENDINGS = _REJECTED_ENDINGS + _RETURNED_ENDINGS
"""Of accounts to which no money goes."""

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of entitlement: ages, coefficient in halves of the level, whether a guardian receives."""

    weight: int
    ages: tuple[int, int]
    halves: int
    guardian: bool = False


GROUPS = (
    Group(60, (75, 97), 2),
    Group(16, (18, 74), 3),
    Group(12, (60, 92), 4),
    Group(12, (4, 15), 3, guardian=True),
)


def payments(count: int, seed: int, period: str, banks: Mapping[str, int] = WEIGHT_OF_BANK) -> Iterator[Row]:
    """``count`` rows for ``period`` (YYYY-MM), spread over ``banks`` (adapter code -> weight)."""
    random = Random(f"{seed}/{period}")
    triggers = _triggers(random, count)
    number = 0
    while number < count:
        due = triggers and (number >= triggers[0][0] or count - number <= len(triggers))
        ending = triggers.popleft()[1] if due else None
        person = _person(random, number, period, banks, ending)
        for row in _lines(random, person, period, arrears=not ending)[: count - number]:
            number += 1
            yield {"payment_ref": f"TC{period.replace('-', '')}-{seed:03d}-{number:07d}", **row}


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """The batch file: UTF-8, comma, headings of ``COLUMNS``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@dataclass(frozen=True, slots=True)
class _Person:
    row: Row
    halves: int


def _triggers(random: Random, count: int) -> deque[tuple[int, str]]:
    """(row number, account ending) of those a partner rejects or returns."""
    rejected, returned = max(1, count * 2 // 100), max(1, count * 3 // 200)
    numbers = random.sample(range(count), min(count, rejected + returned))
    endings = [_REJECTED_ENDINGS] * rejected + [_RETURNED_ENDINGS] * returned
    return deque(sorted((number, random.choice(of)) for number, of in zip(numbers, endings, strict=False)))


def _person(random: Random, number: int, period: str, banks: Mapping[str, int], ending: str | None) -> _Person:
    group = random.choices(GROUPS, [group.weight for group in GROUPS])[0]
    commune, _, province = random.choice(COMMUNES)
    sex = random.choice(("male", "female"))
    born = int(period[:4]) - random.randint(*group.ages)
    bank = random.choices(list(banks), list(banks.values()))[0]
    row = {
        "beneficiary_id": personal_id(number, registered_in(random, province), sex, born),
        "beneficiary_name": name(random, sex, province),
        "date_of_birth": f"{born}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        "commune_code": commune,
        "payee_name": name(random, random.choice(("male", "female")), province) if group.guardian else "",
        "payee_basis": "Người giám hộ" if group.guardian else "",
        "account": account_of(random, bank, ending),
        "bank": bank,
    }
    return _Person(row, group.halves)


def _lines(random: Random, person: _Person, period: str, *, arrears: bool) -> list[Row]:
    """The month's line, and for some the arrears of the months before the decree."""
    note = _month_note("Trợ cấp", period) if random.random() < 0.3 else ""
    lines = [_line(person, period, "regular", LEVEL, note)]
    if arrears and period >= _ARREARS_PERIOD and random.random() < 0.08:
        months = ARREARS_MONTHS[: random.randint(1, len(ARREARS_MONTHS))]
        lines += [
            _line(person, month, "arrears", ARREARS_LEVEL, f"Truy lĩnh tháng {month[5:]}/{month[:4]}")
            for month in months
        ]
    return lines


def _month_note(what: str, month: str) -> str:
    return f"{what} tháng {month[5:]}/{month[:4]}"


def _line(person: _Person, month: str, kind: str, level: int, note: str) -> Row:
    amount = str(level * person.halves // 2)
    return {**person.row, "benefit_month": month, "kind": kind, "amount": amount, "note": note}


def registered_in(random: Random, province: str) -> str:
    """Most people were registered where they live."""
    return province if random.random() < 0.85 else random.choice(PROVINCE_CODES)


def personal_id(number: int, province: str, sex: str, born: int) -> str:
    """3 digits province, 1 century and sex, 2 year, 6 that differ for a million people."""
    century = (born // 100 - 19) * 2 + (sex == "female")
    serial = (number + 1) * 7919 % 1_000_000
    return f"{province}{century}{born % 100:02d}{serial:06d}"


def account_of(random: Random, bank: str, ending: str | None = None) -> str:
    """An account or phone number; without ``ending`` no partner has a trigger for it."""
    prefix = random.choice(WALLET_PREFIXES[bank]) if bank in WALLET_PREFIXES else str(random.randint(1, 9))
    digits = _ACCOUNT_DIGITS.get(bank, 10) - len(prefix) - 4
    middle = f"{random.randrange(10**digits):0{digits}d}"
    return prefix + middle + (ending or _plain_ending(random))


def _plain_ending(random: Random) -> str:
    while (ending := f"{random.randrange(10_000):04d}") in BY_ENDING:
        pass
    return ending
