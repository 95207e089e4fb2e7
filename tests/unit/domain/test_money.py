"""A5: money is whole minor units; text is strict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.money import grouped, is_whole

AMOUNT_MAX = 10**18 - 1
"""18 digits, the limit of an ISO 20022 amount."""

BAD = ["", "0", "-1", "+1", "01", "1.0", "1,000", "1 000", "1e3", "١٢٣", "１２", "1\n", " 1", "1" * 19, "NaN", "None"]


@pytest.mark.parametrize("text", BAD)
def test_a5_anything_but_a_plain_positive_integer_is_refused(text: str) -> None:
    assert not is_whole(text)


@given(st.integers(1, AMOUNT_MAX))
def test_a5_a_plain_integer_is_accepted(amount: int) -> None:
    assert is_whole(str(amount))


@pytest.mark.parametrize(
    ("minor", "exponent", "text"),
    [
        (0, 0, "0"),
        (1_234_567, 0, "1.234.567"),
        (-1_234_567, 0, "-1.234.567"),
        (5, 2, "0,05"),
        (-5, 2, "-0,05"),
        (123_456, 2, "1.234,56"),
        (1_234_567, 3, "1.234,567"),
        (999, 0, "999"),
    ],
)
def test_amounts_for_people_have_points_and_their_decimals(minor: int, exponent: int, text: str) -> None:
    assert grouped(minor, exponent) == text


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX), st.integers(0, 3))
def test_a5_an_amount_written_for_people_keeps_every_digit(minor: int, exponent: int) -> None:
    digits = grouped(minor, exponent).replace(".", "").replace(",", "")
    assert int(digits) == minor


def test_other_countries_separators_can_be_given() -> None:
    assert grouped(123_456, 2, thousands=",", point=".") == "1,234.56"
