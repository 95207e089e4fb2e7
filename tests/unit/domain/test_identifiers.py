"""Identifiers of ours and of others."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import identifiers
from gateway.domain.identifiers import Naming, base32, masked, masked_name

SEQUENCES = st.integers(0, 32**8 - 1)


def _all_ids(naming: Naming, sequence: int) -> list[str]:
    makers = (naming.message_id, naming.payment_information_id, naming.end_to_end_id, naming.batch_id)
    return [make(sequence) for make in makers]


@given(SEQUENCES)
def test_m5_our_ids_fit_every_bank(sequence: int) -> None:
    for text in _all_ids(Naming("K7Q2MX", 1), sequence):
        assert re.fullmatch(r"[A-Z0-9]{1,35}", text)


@given(SEQUENCES, SEQUENCES, st.integers(1, 98))
def test_m5_ids_differ_by_number_by_epoch_and_by_kind(one: int, other: int, epoch: int) -> None:
    naming = Naming("K7Q2MX", epoch)
    assert (naming.message_id(one) == naming.message_id(other)) == (one == other)
    assert naming.message_id(one) != Naming("K7Q2MX", epoch + 1).message_id(one)
    assert naming.message_id(one) != Naming("K7Q2MY", epoch).message_id(one)
    kinds = [naming.message_id(one), naming.payment_information_id(one), naming.end_to_end_id(one)]
    assert len(set(kinds)) == 3


@given(st.integers(0, 32**8 - 2))
def test_base_32_keeps_the_order_of_numbers(number: int) -> None:
    assert base32(number, 8) < base32(number + 1, 8)
    assert not set(base32(number, 8)) & set("ILOU")


def test_m5_a_number_too_large_for_its_width_grows_and_is_never_cut() -> None:
    assert base32(32**8, 8) == "100000000"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("001160000001", True),
        ("00116000000", False),
        ("0011600000011", False),
        ("00116000000A", False),
        ("001160 00001", False),
        ("٠٠١١٦٠٠٠٠٠٠١", False),
        ("001160000001\n", False),
        ("", False),
    ],
)
def test_a_beneficiary_id_is_twelve_digits(text: str, good: bool) -> None:
    assert identifiers.is_beneficiary_id(text) is good


@pytest.mark.parametrize(
    ("beneficiary_id", "year"),
    [("001060000001", 1960), ("001160000001", 1960), ("001207000001", 2007), ("001399000001", 2099)],
)
def test_a_beneficiary_id_states_the_year_of_birth(beneficiary_id: str, year: int) -> None:
    assert identifiers.born_by_id(beneficiary_id) == year


@pytest.mark.parametrize(
    ("text", "good"),
    [("2026-11", True), ("2026-13", False), ("2026-00", False), ("1999-12", False), ("2026-1", False), ("", False)],
)
def test_a_month_is_written_year_dash_month(text: str, good: bool) -> None:
    assert identifiers.is_month(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("TC-0001", True),
        ("a", True),
        ("A" * 35, True),
        ("A" * 36, False),
        ("-A", False),
        ("A B", False),
        ("Ă1", False),
        ("A\n", False),
        ("", False),
    ],
)
def test_a_payment_reference_is_up_to_35_plain_characters(text: str, good: bool) -> None:
    assert identifiers.is_payment_ref(text) is good


@pytest.mark.parametrize(("text", "good"), [("1" * 19, True), ("1" * 20, False), ("12 3", False), ("", False)])
def test_an_account_is_up_to_19_letters_and_digits(text: str, good: bool) -> None:
    assert identifiers.is_account(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("0912345678", True),
        ("0212345678", False),
        ("+84912345678", False),
        ("091234567", False),
        ("09123456789", False),
    ],
)
def test_a_wallet_number_is_a_national_mobile_number(text: str, good: bool) -> None:
    assert identifiers.is_phone(text) is good


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-02-28", date(2026, 2, 28)),
        ("2026-02-29", None),
        ("28/02/2026", None),
        ("20260228", None),
        ("2026-W09-6", None),
        ("", None),
    ],
)
def test_a_date_is_written_in_full_or_is_none(text: str, day: date | None) -> None:
    assert identifiers.iso_date(text) == day


def test_of_a_birth_every_month_that_may_be_it_is_told() -> None:
    assert identifiers.possible_births("1944-02-29") == (date(1944, 2, 29),)
    assert identifiers.possible_births("1944-05") == (date(1944, 5, 1),)
    assert [day.month for day in identifiers.possible_births("1944")] == list(range(1, 13))
    assert identifiers.possible_births("khoảng 1944") == identifiers.possible_births("31/02/1944") == ()


@given(st.text(max_size=40))
def test_a3_a_masked_value_shows_at_most_its_last_four_characters(text: str) -> None:
    shown = masked(text)
    assert len(shown) == len(text)
    assert set(shown[:-4]) <= {"*"}
    if len(text) <= 4:
        assert set(shown) <= {"*"}


def test_a3_nothing_shown_means_nothing_shown() -> None:
    assert masked("1938-10-24", shown=0) == "**********"


def test_a3_a_masked_name_shows_initials() -> None:
    assert masked_name("Nguyễn Văn An") == "N***** V** A*"
