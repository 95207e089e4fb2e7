"""Names of an account's owner: what the bank has beside what we have, with and without masks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.text import comparable
from gateway.domain.identifiers import masked_name
from gateway.domain.verification import MASK, NameCheck, compared

MATCH, CONSISTENT = NameCheck.MATCH, NameCheck.MASKED_CONSISTENT
MISMATCH, UNVERIFIABLE = NameCheck.MISMATCH, NameCheck.UNVERIFIABLE

CASES = [
    # the same name
    ("Nguyễn Văn An", "Nguyễn Văn An", MATCH),
    ("Nguyễn Văn An", "NGUYỄN  VĂN AN ", MATCH),
    ("Nguyễn Văn An", "NGUYEN VAN AN", MATCH),
    ("Trần Thị Hòa", "TRẦN THỊ HOÀ", MATCH),
    ("Trần Thị Hoà", "TRAN THI HOA", MATCH),
    ("Lê Thúy Thuỷ", "LÊ THUÝ THỦY", MATCH),
    ("Nguye\u0302\u0303n Va\u0306n An", "NGUYỄN VĂN AN", MATCH),
    ("Đào Thị Dung", "DAO THI DUNG", MATCH),
    ("Đào Thị Dung", "ĐÀO THỊ DUNG", MATCH),
    ("Ðào Thị Dung", "ĐÀO THỊ DUNG", MATCH),
    ("Đào Thị Dung", "ĐAO THI DUNG", MATCH),
    # another name
    ("Nguyễn Thị Lan", "NGUYEN THI LAM", MISMATCH),
    ("Nguyễn Thị Lan", "Nguyễn Thị Lân", MISMATCH),
    ("Nguyễn Văn An", "NGUYEN VAN ANH", MISMATCH),
    ("Nguyễn Văn An", "NGUYEN AN", MISMATCH),
    ("Nguyễn An", "NGUYEN VAN AN", MISMATCH),
    ("Lê Minh Anh", "LE ANH MINH", MISMATCH),
    ("Nguyen Van An", "NGUYỄN VĂN AN", MISMATCH),
    ("Nguyễn Thị Hoa", "NGUYỄN THI HOA", MISMATCH),
    ("Trần Mỹ", "TRAN MI", MISMATCH),
    ("Lý Văn Ký", "LI VAN KI", MISMATCH),
    ("Lý Văn Tám", "LÍ VĂN TÁM", MISMATCH),
    ("Đào Thị Đung", "ĐAO THI DUNG", MISMATCH),
    ("Đào Thị Dung", "ĐAO THI ĐUNG", MISMATCH),
    ("Nguyễn Văn An", "CONG TY TNHH AN", MISMATCH),
    # masked
    ("Nguyễn Văn An", "N***** V** A*", CONSISTENT),
    ("Nguyễn Văn Ân", "N***** V** A*", CONSISTENT),
    ("Ngọc Văn Anh", "N*** V** A**", CONSISTENT),
    ("Nguyễn Văn An", "N***** V** AN", CONSISTENT),
    ("Nguyễn Văn An", "NGUYEN VAN A*", CONSISTENT),
    ("Nguyễn Văn An", "***YEN V** *N", CONSISTENT),
    ("Nguyễn Văn An", "N***** *** **", CONSISTENT),
    ("Nguyễn Thị Lan", "N***** T** L*N", CONSISTENT),
    ("Đào Thị Dung", "D** T** D***", CONSISTENT),
    ("Đào Thị Dung", "Đ** T** D***", CONSISTENT),
    ("Trần Thị Hòa", "TRẦN THỊ HÒ*", CONSISTENT),
    ("Trần Thị Hòa", "TRẦN THỊ *OÀ", CONSISTENT),
    ("Trần Thị Hòa", "TRẦN THỊ H**", CONSISTENT),
    ("Lê Thuỷ", "L* T***", CONSISTENT),
    # masked, and another name
    ("Nguyễn Văn An", "N*** V** A**", MISMATCH),
    ("Nguyễn Văn An", "N***** V** B*", MISMATCH),
    ("Nguyễn Văn An", "N***** T** A*", MISMATCH),
    ("Nguyễn Văn An", "N***** A*", MISMATCH),
    ("Nguyễn Văn An", "N***** V** A* X*", MISMATCH),
    ("Nguyễn Thị Lan", "N***** T** L*M", MISMATCH),
    ("Đào Thị Dung", "Đ** T** Đ***", MISMATCH),
    ("Trần Thị Hòa", "TRẦN THỊ HÓ*", MISMATCH),
    ("Trần Thị Hòa", "TRẦN THỊ HO*", CONSISTENT),
    ("Lý Văn Ký", "L* V** *I", MISMATCH),
    # names of other peoples of Viet Nam
    ("H'Blang Ksor", "H'BLANG KSOR", MATCH),
    ("H’Blang Ksor", "H'BLANG KSOR", MATCH),
    ("H'Blang Ksor", "HBLANG KSOR", MATCH),
    ("H'Blang Ksor", "H BLANG KSOR", MISMATCH),
    ("H'Blang Ksor", "KSOR H'BLANG", MISMATCH),
    ("H'Blang Ksor", "H****** K***", CONSISTENT),
    ("H'Blang Ksor", "H******* K***", MISMATCH),
    ("H'Blang Ksor", "H'****** K***", MISMATCH),
    ("H'Blang Ksor", "H***** K***", CONSISTENT),
    ("H'Blang Ksor", "H'***** K***", CONSISTENT),
    ("Y Wang Êban", "Y W*** E***", CONSISTENT),
    ("Y Ƀhăm Niê", "Y BHAM NIE", MATCH),
    ("Y Ƀhăm Niê Kdăm", "Y B*** N** K***", CONSISTENT),
    # nothing is seen
    ("Nguyễn Văn An", "****** *** **", UNVERIFIABLE),
    ("Nguyễn Văn An", "***", UNVERIFIABLE),
    ("Nguyễn Văn An", "", UNVERIFIABLE),
    ("Nguyễn Văn An", "123", UNVERIFIABLE),
    ("", "N***** V** A*", UNVERIFIABLE),
]


@pytest.mark.parametrize(("ours", "theirs", "expected"), CASES)
def test_a_name_beside_the_banks_name(ours: str, theirs: str, expected: NameCheck) -> None:
    assert compared(comparable(ours), comparable(theirs)) == expected


def test_a_bank_that_says_no_name_verifies_none() -> None:
    assert compared("nguyễn văn an", None) == UNVERIFIABLE


NAMES = st.lists(st.text("abcdeghiklmnopqrstuvxyăâđêôơưáàảãạấềộữ", min_size=2, max_size=7), min_size=1, max_size=5).map(
    " ".join
)


@given(NAMES, st.data())
def test_a_mask_over_any_letters_of_a_name_stays_consistent_with_it(name: str, data: st.DataObject) -> None:
    letters = list(comparable(name))
    places = [place for place, letter in enumerate(letters) if letter != " "]
    for place in data.draw(st.sets(st.sampled_from(places), min_size=1)):
        letters[place] = MASK
    assert compared(comparable(name), "".join(letters)) in (CONSISTENT, UNVERIFIABLE)


@given(NAMES)
def test_our_own_mask_of_a_name_is_consistent_with_it(name: str) -> None:
    assert compared(comparable(name), comparable(masked_name(name))) == CONSISTENT


@given(NAMES, st.data())
def test_one_visible_letter_that_differs_is_a_mismatch(name: str, data: st.DataObject) -> None:
    letters = list(comparable(name))
    place = data.draw(st.sampled_from([place for place, letter in enumerate(letters) if letter != " "]))
    letters[place] = "w"
    assert compared(comparable(name), "".join(letters)) == MISMATCH
