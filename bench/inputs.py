"""The same invented payments for everybody, made while they are used, so that no list stands in anybody's memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

CREATED = datetime(2026, 12, 1, 2, 30, tzinfo=UTC)
EXECUTION_DATE = date(2026, 12, 2)
CURRENCY = "VND"
DEBTOR = "SO Y TE TINH VI DU"
DEBTOR_ACCOUNT = "110000123456"
DEBTOR_BIC = "ICBVVNVX"

_FAMILIES = ("NGUYEN", "TRAN", "LE", "PHAM", "HOANG", "VO")
_MIDDLES = ("VAN", "THI", "HUU", "NGOC", "MINH")
_GIVEN = ("AN", "BINH", "CHI", "DUNG", "HOA", "LAN", "SON")
_BANKS = ("970415", "970436", "970405")


class Payment(NamedTuple):
    """One line; ``amount`` in dong, ``bank`` a clearing member id."""

    number: int
    end_to_end_id: str
    uetr: str
    amount: int
    name: str
    account: str
    bank: str
    remittance: str


def payments(count: int, first: int = 1) -> Iterator[Payment]:
    """From number ``first`` to number ``count``."""
    return map(_payment, range(first, count + 1))


def total(count: int) -> int:
    return sum(map(amount, range(1, count + 1)))


def amount(number: int) -> int:
    return 540_000 + number % 11 * 10_000


def _payment(number: int) -> Payment:
    name = f"{_FAMILIES[number % 6]} {_MIDDLES[number % 5]} {_GIVEN[number % 7]}"
    return Payment(
        number=number,
        end_to_end_id=f"E01VIDU{number:012d}",
        uetr=f"{number:08x}-1b2c-4d3e-8f40-{number:012x}",
        amount=amount(number),
        name=name,
        account=f"1012{number:08d}",
        bank=_BANKS[number % 3],
        remittance="TRO CAP XA HOI THANG 12 2026",
    )
