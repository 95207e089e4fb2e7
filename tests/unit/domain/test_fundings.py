"""Which credit is which confirmed funding: only where nothing else could be it, in whatever order they come."""

from __future__ import annotations

from itertools import permutations

import pytest

from gateway.domain.fundings import Confirmed, Credit, pairs


def funding(number: int, reference: str = "FT1", currency: str = "VND") -> Confirmed:
    return Confirmed(number, 9, currency, reference, "2026-11-05")


def credit(number: int, *references: str, day: str = "2026-11-05", amount: int = 9) -> Credit:
    return Credit(number, amount, "VND", frozenset(references), frozenset({day}))


@pytest.mark.parametrize(
    ("confirmed", "credits", "expected"),
    [
        pytest.param([funding(1)], [credit(7, "FT1", day="2026-11-09")], {7: 1}, id="by reference, days later"),
        pytest.param([funding(1)], [credit(7, "FT1", day="2026-11-16")], {}, id="too far away"),
        pytest.param([funding(1)], [credit(7, "B77")], {7: 1}, id="without common reference by day"),
        pytest.param([funding(1)], [credit(7, "B77", day="2026-11-06")], {}, id="neither reference nor day"),
        pytest.param([funding(1)], [credit(7, "FT1", amount=8)], {}, id="another amount"),
        pytest.param([funding(1, currency="USD")], [credit(7, "FT1")], {}, id="another currency"),
        pytest.param([funding(1)], [credit(7, "FT1"), credit(8, "FT1")], {}, id="two credits with the reference"),
        pytest.param([funding(1)], [credit(7, "B7"), credit(8, "B8")], {}, id="two credits of the day"),
        pytest.param([funding(1), funding(2, "FT2")], [credit(7, "B7")], {}, id="two fundings of the day"),
        pytest.param([funding(1), funding(2, "FT2")], [credit(7, "FT1", "FT2")], {}, id="a credit with two references"),
        pytest.param([funding(1)], [credit(7, "FT1"), credit(8, "B8")], {7: 1}, id="reference before day"),
        pytest.param(
            [funding(1), funding(2, "FT2")], [credit(7, "FT1"), credit(8, "B8")], {7: 1, 8: 2}, id="the rest by day"
        ),
    ],
)
def test_a_credit_is_funding_when_each_is_the_others_only_one(
    confirmed: list[Confirmed], credits: list[Credit], expected: dict[int, int]
) -> None:
    for ours in permutations(confirmed):
        for theirs in permutations(credits):
            assert pairs(ours, theirs) == expected
