"""Lists that old fonts left behind: what is converted, counted, kept, and what a person is asked."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from support.legacy_text import ENCODINGS, Encoding, encode, names

from formats.tabular import Column, Problem, Row, read, write_xlsx

COLUMNS = (Column("ref", ("Mã chi trả",), required=True), Column("name", ("Họ và tên",), required=True))
NAMES = ("Trần Văn Nam", "Đỗ Thị Hồng", "Nguyễn Hữu Đức", "Phạm Quỳnh Như")
LABELS = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI", "viscii": "VISCII", "vps": "VPS"}


def listed(*cells: str, heading: str = "Họ và tên") -> str:
    return "".join(f"{ref},{cell}\n" for ref, cell in [("ref", heading), *enumerate(cells, start=1)])


def of_bytes(data: bytes) -> tuple[list[Row], list[tuple[int, str, str, Mapping[str, object]]]]:
    items = list(read(io.BytesIO(data), COLUMNS, "list.csv"))
    problems = [(each.row, each.field, each.code, each.params) for each in items if isinstance(each, Problem)]
    return [each for each in items if isinstance(each, Row)], problems


def of_text(text: str) -> tuple[list[Row], list[tuple[int, str, str, Mapping[str, object]]]]:
    return of_bytes(text.encode())


def said(rows: list[Row]) -> list[str]:
    return [row.values["name"] for row in rows]


def converted(encoding: Encoding, count: int) -> tuple[int, str, str, Mapping[str, object]]:
    return 0, "name", "old_font_converted", {"field": "name", "count": count, "encoding": LABELS[encoding]}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_of_old_bytes_is_read_with_its_headings_and_keeps_what_it_said(encoding: Encoding) -> None:
    text = encode(listed(*NAMES), encoding)
    rows, problems = of_bytes(text.encode("latin-1"))
    assert said(rows) == list(NAMES)
    assert problems == [converted(encoding, len(NAMES))]
    assert [row.originals["name"] for row in rows] == [encode(name, encoding) for name in NAMES]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_old_texts_pasted_into_unicode_are_read_with_their_headings(encoding: Encoding) -> None:
    rows, problems = of_text(encode(listed(*NAMES), encoding))
    assert said(rows) == list(NAMES)
    assert problems == [converted(encoding, len(NAMES))]
    assert [row.originals["name"] for row in rows] == [encode(name, encoding) for name in NAMES]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_a_workbook_with_both_is_read_cell_by_cell(encoding: Encoding) -> None:
    sink = io.BytesIO()
    cells = [NAMES[0], encode(NAMES[1], encoding), encode(NAMES[2], encoding)]
    write_xlsx(sink, ["Mã chi trả", encode("Họ và tên", encoding)], [[str(i), cell] for i, cell in enumerate(cells)])
    items = list(read(sink, COLUMNS, "list.xlsx"))
    assert said([each for each in items if isinstance(each, Row)]) == list(NAMES[:3])
    assert items[-1] == Problem(0, *converted(encoding, 2)[1:], blocking=False)


def test_a_list_in_unicode_says_nothing_of_fonts() -> None:
    cells = [name.title() for name in (*names(5, 500), *names(6, 500, rare=True))]
    rows, problems = of_text(listed(*cells, "Hoà Nam", "Vò Tó", "Y Bâ", "H'Ñoa Niê"))
    assert problems == []
    assert said(rows)[-4:] == ["Hoà Nam", "Vò Tó", "Y Bâ", "H'Ñoa Niê"]
    assert all(row.originals == {} for row in rows)


@pytest.mark.parametrize("order", [1, -1])
def test_a_correct_name_is_asked_about_beside_a_font_in_which_it_is_another(order: int) -> None:
    cells = ["TrÇn V¨n Nam", "Vò Tó", "Hoà Nam", "Lê Thu"][::order]
    rows, problems = of_text(listed(*cells))
    doubted = 2 + cells.index("Vò Tó")
    assert problems == [
        (doubted, "name", "old_font_unclear", {"candidates": "Unicode, TCVN3 (ABC)"}),
        converted("tcvn3", 1),
    ]
    assert set(said(rows)) == {"Trần Văn Nam", "Vò Tó", "Hoà Nam", "Lê Thu"}


def test_a_name_taken_by_its_common_words_is_asked_about_beside_the_other_font() -> None:
    _, problems = of_text(listed("TrÇn V¨n Nam", encode("Nguyễn Thị Hoa", "viscii")))
    assert (2, "name", "old_font_unclear", {"candidates": "TCVN3 (ABC), VISCII"}) in problems


def test_only_what_is_certain_elsewhere_makes_a_converted_name_doubtful() -> None:
    odd = "L\u00ad Tuyªn"  # Lư Tuyên in TCVN3, but Lễ Tuyến by its common words
    _, problems = of_text(listed("TrÇn V¨n Nam", odd, encode("Đỗ Thị Hồng", "tcvn3")))
    assert problems == [
        (3, "name", "old_font_unclear", {"candidates": "VISCII, TCVN3 (ABC)"}),
        converted("tcvn3", 2),
        converted("viscii", 1),
    ]


@pytest.mark.parametrize(
    ("cell", "candidates"),
    [("Nguyễn V¨n An", "Unicode, TCVN3 (ABC)"), ("Hå Mai", "Unicode, TCVN3 (ABC), VPS")],
)
def test_an_unclear_text_stays_and_is_one_problem(cell: str, candidates: str) -> None:
    rows, problems = of_text(listed("An", cell))
    assert problems == [(3, "name", "old_font_unclear", {"candidates": candidates})]
    assert (rows[1].values["name"], rows[1].damaged) == (cell, {"name"})


def test_a_few_words_do_not_tell_the_encoding_of_a_file() -> None:
    _, problems = of_bytes(b"ref,name\n1,Nguy\xd4n\n")
    assert problems == [(2, "name", "not_utf8", {})]


def test_a_damaged_line_of_a_file_in_utf8_is_reported_and_not_guessed() -> None:
    _, problems = of_bytes(listed(*NAMES).encode() + b"9,Nguy\xd4n V\xa8n An\n")
    assert problems == [(6, "name", "not_utf8", {})]


def test_a_byte_without_a_letter_in_the_encoding_of_the_file_is_reported() -> None:
    text = encode(listed(*NAMES, *NAMES), "vni").encode("latin-1")
    rows, problems = of_bytes(text + b"9,Ng\xb6\n")
    assert (10, "name", "not_utf8", {}) in problems
    assert rows[-1].damaged == {"name"}


def test_letters_among_the_controls_and_blanks_are_read_from_a_file_of_old_bytes() -> None:
    cells = ["AN MẪN", "ÁI MỸ", "LÊ VÕ", "TRẦN THỊ HỒNG", "NGUYỄN VĂN MẪN", "ĐẶNG HỮU PHƯỚC"]
    rows, _ = of_bytes(encode(listed(*cells), "viscii").encode("latin-1"))
    assert said(rows) == cells
