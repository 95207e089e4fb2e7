"""Old encodings: letter by letter, whole inventories, and when a text is taken for one of them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.legacy_text import ENCODINGS, Encoding, encode, names, styles, syllables

from formats.text.legacy import decode
from formats.text.recognise import Reading, encoding_of, recognise

FACTS = Path(__file__).parents[4] / "shared" / "data" / "vn" / "legacy_encodings.csv"
RECOGNISED_MIN = {"tcvn3": 0.98, "vni": 0.98, "viscii": 0.96, "vps": 0.94}
"""Of names of common syllables; the rest is asked about or left, never another name."""
OF_OTHER_PEOPLES = (
    *("H'Blang Ksor", "Y Krông Êban", "Niê", "Kpă", "H'Mlô", "Rơ Châm", "H'Ñoa Niê", "Y Ñiê", "Rmah", "Bríu Pố"),
    *("José Ñuñez", "Müller", "François", "Zoë", "Søren", "Måns", "Süß", "naïve café"),
)


def sure(reading: Reading | None) -> bool:
    return reading is not None and reading.encoding is not None


# --- letters -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not FACTS.exists(), reason="the collected tables are not here")
def test_every_letter_of_the_collected_tables_is_read_as_they_say() -> None:
    with FACTS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    wrong = [
        row
        for row in rows
        if decode("".join(chr(int(code, 16)) for code in row["legacy_codepoints_hex"].split()), row["encoding"])  # type: ignore[arg-type]
        != row["unicode_nfc"]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("encoding", "shown", "meant"),
    [
        ("tcvn3", "NguyÔn V¨n ¸nh", "Nguyễn Văn ánh"),
        ("tcvn3", "NGUYÔN V¡N ¸NH", "NGUYỄN VĂN ÁNH"),
        ("tcvn3", "§ç ThÞ Hång - sè 5", "Đỗ Thị Hồng - số 5"),
        ("vni", "Nguyeãn Vaên AÙnh", "Nguyễn Văn Ánh"),
        ("vni", "Nguyeãn Vaên Aùnh", "Nguyễn Văn Ánh"),
        ("vni", "ÑAËNG THÒ MYÕ", "ĐẶNG THỊ MỸ"),
        ("vni", "aâ aà aá aå aã aä aê aè aé aú aü aë", "â ầ ấ ẩ ẫ ậ ă ằ ắ ẳ ẵ ặ"),
        ("vni", "Kyø, Kî, Kyï, saúng", "Kỳ, Kỵ, Kỵ, sẳng"),
        ("viscii", "Nguy\u00adn Vån ÐÑc", "Nguyễn Văn Đức"),
        ("viscii", "M€NH M\x80NH", "MẠNH MẠNH"),
        ("vps", "NguyÍn Væn ñÙc", "Nguyễn Văn Đức"),
    ],
)
def test_texts_are_read_as_they_were_typed(encoding: Encoding, shown: str, meant: str) -> None:
    assert decode(shown, encoding) == meant


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_character_without_a_place_makes_no_reading(encoding: Encoding) -> None:
    assert decode("Nguyễn", encoding) is None
    assert decode("ok 日", encoding) is None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_syllable_survives_every_encoding(encoding: Encoding) -> None:
    for text in styles(" ".join(syllables())):
        assert decode(encode(text, encoding), encoding) == text or encoding == "tcvn3"
        assert (decode(encode(text, encoding), encoding) or "").lower() == text.lower()


@given(st.text(st.characters(max_codepoint=0xFF), max_size=40), st.sampled_from(ENCODINGS))
def test_reading_loses_nothing_that_typing_again_would_not_bring_back(text: str, encoding: Encoding) -> None:
    read = decode(text, encoding)
    if read is not None:
        assert (decode(encode(read, encoding), encoding) or "").lower() == read.lower()


# --- texts ---------------------------------------------------------------------------------------------------------


def test_no_correct_syllable_in_unicode_is_ever_touched() -> None:
    touched = [word for each in syllables() for word in styles(each) if _touches(word)]
    assert touched == []


@pytest.mark.parametrize("rare", [False, True])
def test_no_correct_name_in_unicode_is_ever_touched(rare: bool) -> None:
    assert [text for name in names(1, 4000, rare) for text in styles(name) if _touches(text)] == []


@pytest.mark.parametrize("name", OF_OTHER_PEOPLES)
def test_names_of_other_peoples_stay(name: str) -> None:
    assert not any(map(_touches, (name, name.upper(), name.lower())))


def _touches(text: str) -> bool:
    reading = recognise(text)
    return reading is not None and (reading.text != text or reading.unclear)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_are_recognised_in_every_case_and_never_as_another_name(encoding: Encoding) -> None:
    outcomes = Counter(_outcome(text, encoding) for name in names(2, 2500) for text in styles(name))
    told = sum(outcomes.values()) - outcomes["same"]
    assert outcomes["wrong"] == 0
    assert outcomes["right"] / told >= RECOGNISED_MIN[encoding]
    assert outcomes["silent"] / told <= 0.005 or encoding == "vps"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_names_of_any_syllables_are_hardly_ever_another_and_then_doubted_in_their_list(encoding: Encoding) -> None:
    outcomes: Counter[str] = Counter()
    for name in names(3, 2500, rare=True):
        for text in styles(name):
            outcome = _outcome(text, encoding)
            outcomes[outcome] += 1
            if outcome == "wrong":
                reading = recognise(encode(text, encoding))
                assert reading is not None
                assert encoding in reading.candidates
    assert outcomes["wrong"] < 0.005 * outcomes["right"]


def _outcome(text: str, encoding: Encoding) -> str:
    typed = encode(text, encoding)
    if typed == text:
        return "same"
    reading = recognise(typed)
    if reading is None:
        return "silent"
    if reading.encoding is None:
        return "asked"
    return "right" if reading.text.lower() == text.lower() else "wrong"


@pytest.mark.parametrize("text", ["Hoà Nam", "Vò Tó", "Phan Thò Lan", "Bõ Nam"])
def test_what_is_correct_in_unicode_stays_and_names_what_else_it_can_be(text: str) -> None:
    reading = recognise(text)
    assert reading is not None
    assert (reading.text, reading.encoding, reading.unclear) == (text, None, False)
    assert reading.candidates


@pytest.mark.parametrize("text", ["Hå Mai", "Nguyễn V¨n An", "Trần Thị Hoà ThÞ"])
def test_what_two_encodings_or_unicode_and_an_old_one_could_mean_is_unclear(text: str) -> None:
    reading = recognise(text)
    assert reading is not None
    assert (reading.text, reading.unclear) == (text, True)


def test_common_words_decide_between_two_encodings() -> None:
    reading = recognise("TrÇn V¨n Nam")
    assert reading == Reading("Trần Văn Nam", "tcvn3", ("viscii",))


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_error_and_comes_back_whole(text: str) -> None:
    reading = recognise(text)
    if reading is not None:
        assert reading.encoding or reading.candidates
        assert len(reading.text.split()) == len(text.split())


# --- files ---------------------------------------------------------------------------------------------------------


def _file(encoding: Encoding | None, count: int = 30, seed: int = 4) -> io.BytesIO:
    text = "".join(f"{number},{name.title()}\n" for number, name in enumerate(names(seed, count)))
    return io.BytesIO(encode(text, encoding).encode("latin-1") if encoding else text.encode())


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("count", [5, 30, 300])
def test_a_file_of_bytes_tells_its_encoding(encoding: Encoding, count: int) -> None:
    assert encoding_of(_file(encoding, count)) == encoding


def test_a_file_in_utf8_is_none_of_them() -> None:
    assert encoding_of(_file(None)) is None
    assert encoding_of(io.BytesIO(b"\xef\xbb\xbf" + _file("vni").getvalue())) is None
    assert encoding_of(io.BytesIO(b"1,An\n")) is None


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_damaged_file_in_utf8_is_none_of_them(encoding: Encoding) -> None:
    assert encoding_of(io.BytesIO(_file(None).getvalue() + _file(encoding, 4).getvalue())) is None
    assert encoding_of(io.BytesIO(_file(None).getvalue().replace("ễ".encode(), "ễ".encode()[:2]))) is None


def test_a_file_of_another_language_is_none_of_them() -> None:
    text = "Müller,Straße\nJosé,España\nFrançois,Orléans\nSøren,Århus\nZoë,Noël\n"
    assert encoding_of(io.BytesIO(text.encode("latin-1"))) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_judged_and_read_from_their_beginning_again(data: bytes) -> None:
    stream = io.BytesIO(data)
    encoding_of(stream)
    assert stream.tell() == 0
