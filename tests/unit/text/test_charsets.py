"""The sets of partners: spelled once, never silently, never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.text import Charset, fits, outside, to_charset, unspellable

SETS: tuple[Charset, ...] = ("swift_x", "latin", "unicode")


@pytest.mark.parametrize(
    ("charset", "spelled"),
    [("swift_x", "Dang & Duong_1"), ("latin", "Dang & Duong_1"), ("unicode", "Đặng & Dương_1")],
)
def test_a_text_is_spelled_as_the_set_of_the_partner_allows(charset: Charset, spelled: str) -> None:
    assert to_charset("Đặng & Dương_1", charset) == spelled


@pytest.mark.parametrize(("charset", "odd"), [("swift_x", ["&", "_"]), ("latin", []), ("unicode", [])])
def test_what_the_set_does_not_hold_is_left_and_named(charset: Charset, odd: list[str]) -> None:
    assert outside(to_charset("Đặng & Dương_1", charset), charset) == odd


def test_the_latin_set_ends_where_basic_latin_does() -> None:
    assert outside("".join(map(chr, range(0x20, 0x7F))), "latin") == []
    assert outside("\x1f\x7f\u0080\u00e9", "latin") == ["\x1f", "\x7f", "\u0080", "\u00e9"]


@pytest.mark.parametrize("charset", SETS)
@given(text=st.text(max_size=80))
def test_a_second_spelling_changes_nothing(charset: Charset, text: str) -> None:
    once = to_charset(text, charset)
    assert to_charset(once, charset) == once


@given(st.text(max_size=200))
def test_a_visible_letter_is_spelled_or_named(text: str) -> None:
    kept = [character for character in text if not unspellable(character) and character.isalpha()]
    assert all(to_charset(character, "swift_x") for character in kept)


@pytest.mark.parametrize("charset", SETS)
def test_a_text_that_is_too_long_is_left_whole_and_does_not_fit(charset: Charset) -> None:
    text = "Nguyễn " * 20
    assert len(to_charset(text, charset)) == len(text)
    assert not fits(to_charset(text, charset), charset, 70)
