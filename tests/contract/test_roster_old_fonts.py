"""A list in an old font, or in decomposed Unicode, gives the same roster as in the Unicode that we write ourselves."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support.gateways import PAYER, Gateway, new_gateway
from support.legacy_text import Encoding, encode, names
from support.shapes import Book, to_csv, to_xlsx

from formats.text import comparable
from gateway.usecases import integrity
from gateway.usecases.roster.importing import Imported, Request, import_list

HEADINGS = {
    "beneficiary_id": "Số CCCD",
    "name": "Họ và tên",
    "birth": "Ngày sinh",
    "sex": "Giới tính",
    "commune": "Tên xã",
    "hamlet": "Thôn",
    "address": "Nơi cư trú",
    "group": "Nhóm đối tượng",
    "from_month": "Từ tháng",
    "payee_name": "Người nhận thay",
    "relation": "Mối quan hệ",
    "account": "Số tài khoản",
    "bank": "Ngân hàng",
    "note": "Ghi chú",
}
COMMUNES = {"Phường Ba Đình": "00004", "Phường Ngọc Hà": "00008", "Phường Hồng Hà": "00097"}
HAMLETS = ("Tổ dân phố số 7", "Thôn Đồng Cao", "Xóm Nội", "Khu phố Mỹ Đức")
COUNT = 80
DOUBTFUL_MAX = 2
"""``Hoà Thò`` of a list in VNI is a name in Unicode, too."""


def people() -> list[dict[str, str]]:
    """Invented ones; every field that old fonts write has letters with accents somewhere."""
    spelled = [name.title() for name in names(11, 240)]
    return [_person(number, *spelled[2 * number : 2 * number + 2]) for number in range(COUNT)]


def _person(number: int, name: str, other: str) -> dict[str, str]:
    received = {"payee_name": other, "relation": "con đẻ, giấy ủy quyền"} if number % 3 == 0 else {}
    return dict.fromkeys(HEADINGS, "") | {
        "beneficiary_id": f"00104500{number:04d}",
        "name": name,
        "birth": f"1945-01-{number % 28 + 1:02d}",
        "sex": "male",
        "commune": list(COMMUNES)[number % len(COMMUNES)],
        "hamlet": HAMLETS[number % len(HAMLETS)],
        "address": f"nhà số {number}, đường Trần Phú",
        "group": "người cao tuổi",
        "from_month": "2026-01",
        "account": f"1100{number:08d}",
        "bank": "vietinbank",
        "note": "đã đối chiếu" if number % 2 else "",
        **received,
    }


def book(written: Callable[[str], str] = str, headings: Callable[[str], str] = str) -> Book:
    rows = ({**each, "sex": "Nam"} for each in people())
    return {"List": [[*map(headings, HEADINGS.values())], *([*map(written, row.values())] for row in rows)]}


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _bytes(text: Callable[[str], str]) -> bytes:
    """A CSV that was never Unicode: what Latin-1 shows is what it holds."""
    return to_csv(book(text, text)).decode().encode("latin-1")


def _in_old_font(encoding: Encoding) -> Mapping[str, Callable[[], bytes]]:
    def text(each: str) -> str:
        return encode(each, encoding)

    return {
        f"{encoding}.csv": lambda: _bytes(text),
        f"{encoding}-shown-as-unicode.csv": lambda: to_csv(book(text)),
        f"{encoding}.xlsx": lambda: to_xlsx(book(text, text)),
    }


WRITTEN: dict[str, Callable[[], bytes]] = {
    "unicode.xlsx": lambda: to_xlsx(book()),
    "decomposed.csv": lambda: to_csv(book(_decomposed, _decomposed)),
    "decomposed.xlsx": lambda: to_xlsx(book(_decomposed)),
}
WRITTEN |= {**_in_old_font("tcvn3"), **_in_old_font("vni")}


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return new_gateway(tmp_path)


def listed(gateway: Gateway, name: str, data: bytes) -> Imported:
    return import_list(gateway.context, Request(io.BytesIO(data), name, PAYER, "btxh", "maker", province="01"))


def held(gateway: Gateway) -> dict[int, dict[str, str]]:
    """By row of the list: everything that each version says."""
    vault = gateway.context.vault()
    found = {}
    for row in gateway.rows('SELECT id, "row", personal FROM roster_line ORDER BY id'):
        values = json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}"))
        found[row.row] = {name: comparable(values[name]) for name in HEADINGS}
    return found


def asked(gateway: Gateway) -> set[int]:
    """Rows with a text that makes sense in several encodings; there are no other items."""
    rows = gateway.rows("SELECT \"row\", code, blocking FROM work_item WHERE state = 'open'")
    assert {(row.code, bool(row.blocking)) for row in rows} <= {("old_font_unclear", True)}
    return {row.row for row in rows}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_roster_is_the_same_and_the_unicode_list_after_it_changes_nothing(gateway: Gateway, name: str) -> None:
    """But for texts that a person is asked about."""
    first = listed(gateway, name, WRITTEN[name]())
    told, doubtful = held(gateway), asked(gateway)
    assert len(doubtful) <= DOUBTFUL_MAX
    for row, person in enumerate(people(), start=2):
        wanted = person | {"commune": COMMUNES[person["commune"]]}
        assert row in doubtful or told[row] == {field: comparable(text) for field, text in wanted.items()}
    again = listed(gateway, "unicode.csv", to_csv(book()))
    if doubtful:
        assert (again.file.same, again.file.absent) == (COUNT - len(doubtful), 0)
    else:
        assert (again.already_seen, again.file.reference) == (True, first.file.reference)
        assert gateway.value("SELECT count(*) FROM roster_change") == 1
    assert list(integrity.check(gateway.context)) == []
