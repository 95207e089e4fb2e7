"""The syllables of Vietnamese: which can be spelled, where the tone stands, which names are one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.legacy_text import styles, syllables, words

from formats.text import comparable, outside, same_name, to_charset, to_latin
from formats.text.syllables import is_syllable, restyled

NEW_STYLE = {"hòa": "hoà", "thúy": "thuý", "khỏe": "khoẻ", "hóa": "hoá", "thủy": "thuỷ", "xòe": "xoè", "ủy": "uỷ"}
ONE_PLACE = "quý quà già gì của mía hoàn toán khuỷu thuở nguyễn được mười việt thuyền ngoại loại hoạch"
KNOWN = "nguyễn huỳnh khuỷu giếng gìn quốc ưu yến ý thuở xoong hoà hòa thuý thúy đoàn nghiêm"
UNKNOWN = "niê êban mlô ksơr hrê nguyeãn hòan cuả tac bàc ghà cế ngế đắk TÊn NGuyễn a1"


def test_the_inventory_is_as_large_as_the_spelling_allows() -> None:
    assert len(syllables()) == len(set(syllables())) == 18_369
    assert len(set(map(restyled, syllables()))) == 17_994


def test_every_syllable_is_known_in_every_even_case() -> None:
    assert [word for each in syllables() for word in styles(each) if not is_syllable(word)] == []


@pytest.mark.parametrize(
    "word", ["nguyễn", "huỳnh", "khuỷu", "giếng", "gìn", "quốc", "ưu", "yến", "ý", "thuở", "xoong"]
)
def test_words_of_names_and_lists_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", [*words(UNKNOWN), ""])
def test_other_words_are_no_syllables(word: str) -> None:
    assert not is_syllable(word)


def test_composed_and_decomposed_syllables_are_one_text() -> None:
    text = " ".join(syllables())
    assert unicodedata.normalize("NFC", unicodedata.normalize("NFD", text)) == text


@pytest.mark.parametrize(("old", "new"), NEW_STYLE.items())
def test_the_tone_goes_where_the_new_style_puts_it(old: str, new: str) -> None:
    assert restyled(old) == restyled(new) == new


@pytest.mark.parametrize("word", words(ONE_PLACE))
def test_a_tone_with_one_place_stays_there(word: str) -> None:
    assert restyled(word) == word


def test_placing_tones_twice_changes_nothing() -> None:
    once = [restyled(word) for word in syllables()]
    assert [restyled(word) for word in once] == once


def test_old_and_new_style_are_one_name_and_nothing_else_is() -> None:
    spellings: dict[str, set[str]] = {}
    for word in syllables():
        spellings.setdefault(comparable(word), set()).add(word)
    together = {tuple(sorted(words)) for words in spellings.values() if len(words) > 1}
    assert len(together) == 18_369 - 17_994
    assert all(len(words) == 2 and _letters(words[0]) == _letters(words[1]) for words in together)


def _letters(word: str) -> list[str]:
    return sorted(unicodedata.normalize("NFD", word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Bình", "HOÀ BÌNH"),
        ("Nguyễn  Thị\u00a0Thúy ", "nguyễn thị thuý"),
        (unicodedata.normalize("NFD", "Trần Thuỷ"), "Trần Thủy"),
        ("H'Blang Ksor", "H\u2019Blang KSOR"),
        ("\u00d0inh Văn An", "Đinh Văn An"),
    ],
)
def test_spellings_of_one_name_are_the_same_name(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Lan", "Lam"), ("Mỹ", "Mĩ"), ("Lý", "Lí"), ("Hoà", "Hoá"), ("Đào", "Dào"), ("Tú", "Tu"), ("Ba An", "An Ba")],
)
def test_names_that_differ_in_a_letter_a_tone_or_their_order_are_two(one: str, other: str) -> None:
    assert not same_name(one, other)


@given(st.text(max_size=60))
def test_comparing_takes_any_text(text: str) -> None:
    assert same_name(text, f"  {text} ")
    assert "  " not in comparable(text)


@pytest.mark.parametrize("text", ["\u00df\u0323", "O\u00cc\u0300", "\u0130", "HÒA"])
def test_comparing_what_was_made_comparable_changes_nothing(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(st.characters(max_codepoint=0x1EFF), max_size=40))
def test_any_text_made_comparable_twice_is_as_made_once(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize("charset", ["swift_x", "latin"])
def test_every_syllable_is_spelled_in_the_sets_of_banks_letter_by_letter(charset: str) -> None:
    text = " ".join(word for each in syllables() for word in styles(each))
    spelled = to_charset(text, charset)  # type: ignore[arg-type]
    assert outside(spelled, charset) == []  # type: ignore[arg-type]
    assert len(spelled) == len(text)
    assert spelled == to_latin(spelled)
