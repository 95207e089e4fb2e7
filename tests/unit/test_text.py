"""Character sets and transliteration."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.text import SWIFT_X, fits, forbidden, outside, to_latin, unspellable


@pytest.mark.parametrize(
    ("vietnamese", "latin"),
    [
        ("Nguyễn Thị Đào", "Nguyen Thi Dao"),
        ("ĐẶNG VĂN HOÀ", "DANG VAN HOA"),
        ("H'Blang Ksơr", "H'Blang Ksor"),
        ("H\u2019Blang", "H'Blang"),
        ("Ưng Quỳnh Ơi", "Ung Quynh Oi"),
    ],
)
def test_vietnamese_names_become_latin_letters(vietnamese: str, latin: str) -> None:
    assert to_latin(vietnamese) == latin


def test_decomposed_and_composed_spellings_give_the_same_letters() -> None:
    name = "Nguyễn Thị Hường"
    assert to_latin(unicodedata.normalize("NFD", name)) == to_latin(name) == "Nguyen Thi Huong"


@given(st.text(max_size=40))
def test_transliteration_never_leaves_ascii(text: str) -> None:
    assert to_latin(text).isascii()


def test_characters_outside_the_set_are_named_once_and_in_order() -> None:
    assert outside("A&B_C&D", "swift_x") == ["&", "_"]
    assert outside("Trợ cấp", "swift_x") == ["ợ", "ấ"]
    assert outside("Trợ cấp & thưởng", "unicode") == []


@given(st.text(alphabet=sorted(SWIFT_X), max_size=70))
def test_every_text_of_the_swift_set_fits(text: str) -> None:
    assert fits(text, "swift_x", 70)


def test_too_long_does_not_fit() -> None:
    assert not fits("A" * 71, "swift_x", 70)


@pytest.mark.parametrize("character", ["\n", "\t", "\x00", "\x1b", "\u200b", "\u202e", "\ufeff", "\u2028", "\ue000"])
@pytest.mark.parametrize("charset", ["swift_x", "unicode"])
def test_controls_and_invisible_characters_are_forbidden_everywhere(character: str, charset: str) -> None:
    assert forbidden(f"A{character}B") == [character]
    assert not fits(f"A{character}B", charset, 70)  # type: ignore[arg-type]


def test_a_no_break_space_is_visible_text() -> None:
    assert forbidden("A\u00a0B") == []


@pytest.mark.parametrize(
    ("written", "odd"),
    [
        ("Nguyễn Thị Đào", []),
        ("H'Blang Ksor – tháng 11/2026", []),
        ("Trợ cấp 😀", ["😀"]),
        ("Иван", ["И", "в", "а", "н"]),
        ("100 ₫", ["₫"]),
        ("a\u200bb\n", ["\u200b", "\n"]),
    ],
)
def test_what_latin_letters_could_only_guess_at_is_named(written: str, odd: list[str]) -> None:
    assert unspellable(written) == odd
