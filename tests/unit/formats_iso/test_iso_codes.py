from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.errors import Unreadable
from formats.iso20022 import codes


@pytest.mark.parametrize(("currency", "decimals"), [("VND", 0), ("JPY", 0), ("EUR", 2), ("KWD", 3), ("CLF", 4)])
def test_the_currency_decides_the_decimals(currency: str, decimals: int) -> None:
    assert codes.exponent(currency) == decimals


@pytest.mark.parametrize("currency", ["", "ZZZ", "XAU", "vnd"])
def test_a_currency_without_decimals_in_the_standard_is_unknown(currency: str) -> None:
    with pytest.raises(Unreadable, match="unknown_currency"):
        codes.exponent(currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1000", "VND", 1000),
        ("100.00", "VND", 100),
        ("10.00", "EUR", 1000),
        ("10.5", "EUR", 1050),
        (".79", "EUR", 79),
        ("5.", "EUR", 500),
        ("0", "VND", 0),
        ("1.234", "KWD", 1234),
        ("999999999999999999", "VND", 999_999_999_999_999_999),
    ],
)
def test_an_amount_is_read_exactly(text: str, currency: str, minor: int) -> None:
    assert codes.amount_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("100.50", "VND", "amount_too_fine"),
        ("1.001", "EUR", "amount_too_fine"),
        ("1e3", "VND", "amount_unreadable"),
        ("-1", "VND", "amount_unreadable"),
        ("+1", "VND", "amount_unreadable"),
        ("1,000", "VND", "amount_unreadable"),
        (" 1", "VND", "amount_unreadable"),
        (".", "VND", "amount_unreadable"),
        ("", "VND", "amount_unreadable"),
        ("NaN", "VND", "amount_unreadable"),
        ("١٢٣", "VND", "amount_unreadable"),
        ("1000000000000000000", "VND", "amount_unreadable"),
        ("99999999999999999.99", "EUR", "amount_out_of_range"),
    ],
)
def test_an_amount_with_any_doubt_is_refused(text: str, currency: str, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        codes.amount_minor(text, currency)


@given(st.integers(0, 10**18 - 1), st.sampled_from(["VND", "EUR", "KWD", "CLF"]))
def test_a5_an_amount_survives_writing_and_reading(minor: int, currency: str) -> None:
    assert codes.amount_minor(codes.amount_text(minor, currency), currency) == minor


@pytest.mark.parametrize("minor", [-1, 10**18])
def test_an_amount_outside_the_standard_is_not_written(minor: int) -> None:
    with pytest.raises(Unreadable, match="amount_out_of_range"):
        codes.amount_text(minor, "VND")


def test_the_external_codes_have_words() -> None:
    assert all((codes.status_meaning("RJCT"), codes.status_reason("AC04"), codes.return_reason("AC04")))
    assert codes.status_reason("0000") is None
