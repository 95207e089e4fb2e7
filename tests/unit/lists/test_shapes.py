"""The same people in every shape give the same rows; what each fixture gives stands in the golden file beside it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import shapes
from support.legacy_text import Encoding, encode, names
from support.shapes import Person

from formats.lists import Layout, Problem, Row, read_list
from formats.text import comparable

NAMES = [name.title() for name in names(7, 200)]
COMMUNES = ("Xã Bình Yên", "Xã Tân Hòa", "Phường Sơn Tây", "Đặc khu Phú Quý")
HAMLETS = ("Thôn 3", "Tổ dân phố số 7", "Ấp Mỹ Đức", "Bản Nà Lặc")
GIVEN = sorted(path for path in shapes.FIXTURES.iterdir() if path.suffix in (".csv", ".xlsx"))


def items_of(data: bytes, name: str, layout: Layout | None = None) -> list[object]:
    return list(read_list(io.BytesIO(data), layout or Layout(), name))


def rows_of(data: bytes, name: str) -> list[dict[str, str]]:
    """What they say of the fields that every shape has."""
    rows = (item for item in items_of(data, name) if isinstance(item, Row))
    return [{field: row.values[field] for field in shapes.FIELDS} for row in rows]


def births() -> st.SearchStrategy[str]:
    days = st.dates(min_value=shapes.date(1920, 1, 1), max_value=shapes.date(2026, 10, 31)).map(str)
    return days | st.integers(1920, 2026).map(str)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length).filter(lambda text: text.strip("0") != "")


@st.composite
def people(draw: st.DrawFn) -> Sequence[Person]:
    """In the order of their communes and hamlets, as a list with sections has them."""
    person = st.fixed_dictionaries(
        {
            "name": st.sampled_from(NAMES),
            "birth": births(),
            "sex": st.sampled_from(("Nam", "Nữ")),
            "beneficiary_id": digits(6).map("001050".__add__).filter(lambda text: not text.endswith("000000")),
            "commune": st.sampled_from(COMMUNES),
            "hamlet": st.sampled_from(HAMLETS),
            "amount": st.integers(1, 20_000).map(lambda thousands: str(1000 * thousands)),
            "account": digits(13) | digits(9),
            "bank": st.sampled_from(("BIDV", "Agribank", "Vietcombank")),
        }
    )
    found = draw(st.lists(person, min_size=1, max_size=8))
    ordered = sorted(found, key=lambda each: (each["commune"], each["hamlet"]))
    return [{"ordinal": str(number), **each} for number, each in enumerate(ordered, 1)]


@pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.name)
def test_a_fixture_gives_what_its_golden_file_says(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.json").read_text("utf-8"))
    assert shapes.read(path.name, path.read_bytes()) == expected


def test_there_are_fixtures_of_every_shape_and_each_is_what_its_maker_writes() -> None:
    assert len(GIVEN) >= 9
    assert {path.name: path.read_bytes() for path in GIVEN} == shapes.fixtures()


@pytest.mark.parametrize("path", GIVEN, ids=lambda path: path.name)
def test_nobody_of_a_fixture_is_lost(path: Path) -> None:
    expected = [person["ordinal"] for person in shapes.people()]
    rows = [item for item in items_of(path.read_bytes(), path.name) if isinstance(item, Row)]
    assert [row.values["ordinal"] for row in rows] == expected


@settings(max_examples=10)
@given(those=people(), shape=st.sampled_from(sorted(shapes.SHAPES)))
def test_people_in_any_shape_of_a_workbook_give_the_rows_of_the_plain_one(those: Sequence[Person], shape: str) -> None:
    assert rows_of(shapes.to_xlsx(shapes.SHAPES[shape](those)), "list.xlsx") == [dict(each) for each in those]


@settings(max_examples=25)
@given(those=people(), shape=st.sampled_from(sorted({*shapes.SHAPES} - {"in_sheets"})), delimiter=st.sampled_from(",;"))
def test_people_in_any_shape_of_a_csv_give_the_rows_of_the_plain_one(
    those: Sequence[Person], shape: str, delimiter: str
) -> None:
    assert rows_of(shapes.to_csv(shapes.SHAPES[shape](those), delimiter), "list.csv") == [dict(each) for each in those]


@settings(max_examples=12)
@given(those=people(), shape=st.sampled_from(sorted(shapes.SHAPES)))
def test_no_shape_of_sound_people_has_a_problem(those: Sequence[Person], shape: str) -> None:
    items = items_of(shapes.to_csv(shapes.SHAPES[shape](those)), "list.csv")
    assert [item for item in items if isinstance(item, Problem)] == []


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_columns_in_an_old_font_give_the_same_names_or_ask(encoding: Encoding, ending: str) -> None:
    those = [{**shapes.people()[0], "ordinal": str(number), "name": name} for number, name in enumerate(NAMES)]
    book = shapes.old_font(those, encoding)
    items = items_of(shapes.to_csv(book) if ending == "csv" else shapes.to_xlsx(book), f"list.{ending}")
    rows = [item for item in items if isinstance(item, Row)]
    asked = {item.row for item in items if isinstance(item, Problem) and item.code == "old_font_unclear"}
    other = [row.number for row, name in zip(rows, NAMES, strict=True)
             if comparable(row.values["name"]) != comparable(name)]  # fmt: skip
    assert set(other) <= asked
    assert len(asked) < len(NAMES) / 20
    assert {row.values["hamlet"] for row in rows} == {"Thôn 3"}


@pytest.mark.parametrize("encoding", ["tcvn3", "vni"])
def test_a_file_in_an_old_encoding_gives_the_rows_of_the_unicode_one(encoding: Encoding) -> None:
    data = encode(shapes.to_csv(shapes.in_sections(shapes.people())).decode(), encoding).encode("latin-1")
    found = [{name: comparable(text) for name, text in row.items()} for row in rows_of(data, "list.csv")]
    assert found == [{name: comparable(text) for name, text in each.items()} for each in shapes.people()]


class TestMemory:
    @pytest.mark.filterwarnings("error")
    def test_a_list_can_be_left_before_its_end(self) -> None:
        for path in GIVEN[:3]:
            items = read_list(path, Layout(), path.name)
            next(items)
            items.close()  # type: ignore[attr-defined]
            del items

    def test_rows_come_before_the_list_has_been_read(self) -> None:
        class Counting(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                self.taken = getattr(self, "taken", 0) + (size or 0)
                return super().read(size)

        those = [{**shapes.people()[0], "ordinal": str(number)} for number in range(1, 4_001)]
        source = Counting(shapes.to_csv(shapes.plain(those)))
        rows = read_list(source, Layout(), "list.csv")
        next(item for item in rows if isinstance(item, Row))
        assert source.tell() < len(source.getvalue()) / 10
