"""The bank directory: a wrong answer would send money to a stranger."""

from __future__ import annotations

import pytest

from adapters.directory import entries, resolve
from adapters.registry import PROFILES


@pytest.mark.parametrize("text", ["vietinbank", "ICB", "icb", " VietinBank ", "970415", "CTG"])
def test_a_bank_is_found_by_adapter_code_short_code_name_and_bin(text: str) -> None:
    entry = resolve(text)
    assert entry is not None
    assert (entry.napas_bin, entry.adapter) == ("970415", "vietinbank")


@pytest.mark.parametrize("text", ["", " ", "970", "Vietin", "9704150", "VCB1", "ICBVVNVX"])
def test_what_is_not_exactly_known_is_not_guessed(text: str) -> None:
    assert resolve(text) is None


def test_every_adapter_is_a_row_with_the_same_identifiers() -> None:
    for code, profile in PROFILES.items():
        entry = resolve(code)
        assert entry is not None
        assert (entry.napas_bin, entry.kind, entry.bic or None) == (profile.napas_bin, profile.kind, profile.bic)


def test_a_bank_without_adapter_of_its_own_is_known_but_not_a_partner() -> None:
    entry = resolve("TCB")
    assert entry is not None
    assert entry.adapter is None


def test_every_row_has_a_source_and_a_known_confidence() -> None:
    for entry in entries():
        assert entry.source1
        assert entry.source2 or entry.confidence == "low", entry.napas_bin
        assert entry.confidence in ("high", "medium", "low", "conflict")


def test_codes_are_text_of_the_right_length() -> None:
    for entry in entries():
        assert entry.napas_bin.isdecimal()
        assert len(entry.napas_bin) == 6
        assert len(entry.citad) in (0, 3)
        assert len(entry.bic) in (0, 8)


def test_bins_are_unique() -> None:
    assert len({entry.napas_bin for entry in entries()}) == len(entries())


def test_the_two_wallets_that_public_tables_swap_are_marked() -> None:
    assert {entry.short_code for entry in entries() if entry.confidence == "conflict"} == {"VTLMONEY", "VNPTMONEY"}


@pytest.mark.parametrize("account", ["1", "0071000123456", "A" * 19])
def test_a_bank_account_is_up_to_nineteen_letters_and_digits(account: str) -> None:
    assert _entry("VCB").accepts_account(account)


@pytest.mark.parametrize("account", ["", "A" * 20, "12 34", "12-34", "１２３", "12\n"])
def test_other_bank_accounts_are_refused(account: str) -> None:
    assert not _entry("VCB").accepts_account(account)


@pytest.mark.parametrize(("account", "good"), [("0912345678", True), ("912345678", False), ("+84912345678", False)])
def test_a_wallet_account_is_a_ten_digit_phone_number(account: str, good: bool) -> None:
    assert _entry("MOMO").accepts_account(account) is good


def _entry(text: str):
    entry = resolve(text)
    assert entry is not None
    return entry
