"""Amounts in Vietnamese words."""

from __future__ import annotations

import pytest

from gateway.domain.spelled import dong

SAID = {
    0: "Không đồng",
    5: "Năm đồng",
    10: "Mười đồng",
    15: "Mười lăm đồng",
    21: "Hai mươi mốt đồng",
    24: "Hai mươi tư đồng",
    55: "Năm mươi lăm đồng",
    101: "Một trăm linh một đồng",
    111: "Một trăm mười một đồng",
    1_005: "Một nghìn không trăm linh năm đồng",
    10_000: "Mười nghìn đồng",
    540_000: "Năm trăm bốn mươi nghìn đồng",
    1_000_015: "Một triệu không trăm mười lăm đồng",
    3_012_000: "Ba triệu không trăm mười hai nghìn đồng",
    20_520_000_000: "Hai mươi tỷ năm trăm hai mươi triệu đồng",
    1_000_000_000_001: "Một nghìn tỷ không trăm linh một đồng",
    -40_000: "Âm bốn mươi nghìn đồng",
}


@pytest.mark.parametrize("amount", SAID)
def test_an_amount_is_said_as_it_is_read_aloud(amount: int) -> None:
    assert dong(amount) == SAID[amount]


def test_no_two_amounts_are_said_alike() -> None:
    amounts = [
        *range(3_000),
        *(number * 1_000 for number in range(3, 3_000)),
        *(n * 10**9 + 7 for n in range(1, 1_200)),
    ]
    assert len({dong(amount) for amount in amounts}) == len(set(amounts))
