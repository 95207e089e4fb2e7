"""Lists of nine communes, each in a shape of its own and with the faults that such lists have.

The same count and seed give the same lists. People are invented; about 5 % of the rows hold a planted fault.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

import xlsxwriter  # type: ignore[import-untyped]

from gateway.sandbox import registry
from gateway.sandbox.names import name
from gateway.sandbox.people import ENDINGS, WEIGHT_OF_BANK, account_of, personal_id, registered_in

PROGRAMME = "huu-tri-xa-hoi"
"""Social pension, from 75 years on."""

_AGES = (76, 97)
_FAULT_PERCENT = 5
_UNPAID_SHARE = 0.03
"""Whose account a rehearsal partner rejects, or whose money it returns."""

Cell = str | int | date | None
Grid = list[list[Cell]]
Person = dict[str, str]


@dataclass(frozen=True, slots=True)
class Commune:
    """Who sends one of the lists."""

    payer: str
    code: str
    name: str

    @property
    def organisation(self) -> str:
        """As banks have it."""
        return f"UBND PHUONG {self.payer.upper()}"


COMMUNES = (
    Commune("badinh", "00004", "Phường Ba Đình"),
    Commune("ngocha", "00008", "Phường Ngọc Hà"),
    Commune("giangvo", "00025", "Phường Giảng Võ"),
    Commune("hoankiem", "00070", "Phường Hoàn Kiếm"),
    Commune("cuanam", "00082", "Phường Cửa Nam"),
    Commune("phuthuong", "00091", "Phường Phú Thượng"),
    Commune("hongha", "00097", "Phường Hồng Hà"),
    Commune("tayho", "00103", "Phường Tây Hồ"),
    Commune("bode", "00118", "Phường Bồ Đề"),
)
"""Of Hà Nội, codes of 2026."""
_PROVINCE = "001"


@dataclass(frozen=True, slots=True)
class CommuneList:
    """What a commune sends."""

    commune: Commune
    file: str
    content: bytes
    people: int
    faults: int
    """Rows that were spoilt."""


def lists(people: int, seed: int, today: date) -> Iterator[CommuneList]:
    """Nine lists with ``people`` people in all."""
    random, numbers = Random(f"lists/{seed}"), iter(range(people))
    for place, commune in enumerate(COMMUNES):
        count = people // len(COMMUNES) + (place < people % len(COMMUNES))
        those = [_person(random, next(numbers), commune, today) for _ in range(count)]
        for each, ending in zip(those[1:], registry.BY_ENDING, strict=False):
            if place == 0:
                each["id"] = each["id"][:-2] + ending
        faults = _spoil(random, those)
        shape, kind = _SHAPES[place]
        content = _csv(shape(commune, those)) if kind == "csv" else _xlsx(shape(commune, those))
        yield CommuneList(commune, f"{commune.payer}.{kind}", content, count, faults)


def _person(random: Random, number: int, commune: Commune, today: date) -> Person:
    sex = random.choice(("male", "female"))
    born = date(today.year - random.randint(*_AGES), random.randint(1, 12), random.randint(1, 28))
    bank = random.choices(list(WEIGHT_OF_BANK), list(WEIGHT_OF_BANK.values()))[0]
    identity = personal_id(number, registered_in(random, _PROVINCE), sex, born.year)
    if identity[-2:] in registry.BY_ENDING:
        identity = identity[:-2] + "10"
    return {
        "name": name(random, sex, _PROVINCE),
        "born": born.isoformat(),
        "sex": "Nam" if sex == "male" else "Nữ",
        "id": identity,
        "commune": commune.name,
        "account": account_of(random, bank, random.choice(ENDINGS) if random.random() < _UNPAID_SHARE else None),
        "bank": bank,
        "since": f"{random.randint(1, 9):02d}/{today.year - 1}",
    }


# --- faults ----------------------------------------------------------------------------------------------------


def _spoil(random: Random, people: list[Person]) -> int:
    """Some rows are wrong in the ways in which such rows are wrong."""
    count = max(1, len(people) * _FAULT_PERCENT // 100)
    chosen = random.sample(range(len(people) // 2, len(people)), min(count, len(people) - len(people) // 2))
    for number in chosen:
        fault = random.choice(_FAULTS)
        people[number] = fault(people[number])
    return len(chosen)


def _zeros_lost(person: Person) -> Person:
    return person | {"id": person["id"].lstrip("0")}


def _old_id(person: Person) -> Person:
    return person | {"id": person["id"][:9]}


def _other_sex(person: Person) -> Person:
    return person | {"sex": "Nữ" if person["sex"] == "Nam" else "Nam"}


def _other_year(person: Person) -> Person:
    return person | {"born": f"{int(person['born'][:4]) - 10}{person['born'][4:]}"}


def _rounded_account(person: Person) -> Person:
    return person | {"account": f"{person['account'][:1]}.{person['account'][1:6]}E+11"}


def _no_account(person: Person) -> Person:
    return person | {"account": "", "bank": ""}


def _strange_bank(person: Person) -> Person:
    return person | {"bank": "Ngân hàng xã"}


_FAULTS = (_zeros_lost, _old_id, _other_sex, _other_year, _rounded_account, _no_account, _strange_bank)


# --- shapes ----------------------------------------------------------------------------------------------------

_HEADINGS = ("STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã", "Số TK", "Ngân hàng", "Từ tháng")


def _rows(people: list[Person], born: Callable[[str], Cell] = str) -> Grid:
    return [[number, p["name"], born(p["born"]), p["sex"], p["id"], p["commune"], p["account"], p["bank"], p["since"]]
            for number, p in enumerate(people, 1)]  # fmt: skip


def _plain(_commune: Commune, people: list[Person]) -> Grid:
    return [[*_HEADINGS], *_rows(people)]


def _below_titles(commune: Commune, people: list[Person]) -> Grid:
    titles: Grid = [
        [f"ỦY BAN NHÂN DÂN {commune.name.upper()}", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
        ["PHÒNG VĂN HÓA - XÃ HỘI", None, None, "Độc lập - Tự do - Hạnh phúc"],
        [],
        [None, "DANH SÁCH CHI TRẢ TRỢ CẤP HƯU TRÍ XÃ HỘI"],
    ]
    return [*titles, [*_HEADINGS], *_rows(people, _spoken)]


def _two_headings(_commune: Commune, people: list[Person]) -> Grid:
    """Without first months."""
    upper: list[Cell] = ["TT", "Người hưởng", None, None, None, "Nơi cư trú", "Tài khoản", None]
    lower: list[Cell] = [None, "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Xã", "Số TK", "Ngân hàng"]
    return [upper, lower, ["A", "B", *range(1, 7)], *(row[:-1] for row in _rows(people, _spoken))]


def _name_apart(_commune: Commune, people: list[Person]) -> Grid:
    grid: Grid = [["STT", "Họ và đệm", "Tên", *_HEADINGS[2:]]]
    for row in _rows(people, _spoken):
        family, _, given = str(row[1]).rpartition(" ")
        grid.append([row[0], family, given, *row[2:]])
    return grid


def _birth_apart(_commune: Commune, people: list[Person]) -> Grid:
    upper: list[Cell] = ["STT", "Họ và tên", "Ngày tháng năm sinh", None, None, *_HEADINGS[3:]]
    lower: list[Cell] = [None, None, "Ngày", "Tháng", "Năm"]
    rows: Grid = []
    for row in _rows(people):
        born = date.fromisoformat(str(row[2]))
        rows.append([*row[:2], born.day, born.month, born.year, *row[3:]])
    return [upper, lower, *rows]


def _sex_marked(_commune: Commune, people: list[Person]) -> Grid:
    grid: Grid = [[*_HEADINGS[:3], "Nam", "Nữ", *_HEADINGS[4:]]]
    for row in _rows(people, _spoken):
        grid.append([*row[:3], *(("x", None) if row[3] == "Nam" else (None, "x")), *row[4:]])
    return grid


def _dates(_commune: Commune, people: list[Person]) -> Grid:
    """As cells of dates."""
    return [[*_HEADINGS], *_rows(people, date.fromisoformat)]


def _in_sections(commune: Commune, people: list[Person]) -> Grid:
    """Two hamlets, a sum and signatures."""
    half = len(people) // 2
    grid: Grid = [["STT", *_HEADINGS[1:5], *_HEADINGS[6:]]]
    for title, those in (("Thôn 1", people[:half]), ("Thôn 2", people[half:])):
        grid += [[title], *([*row[:5], *row[6:]] for row in _rows(those, _spoken))]
    return [*grid, ["Tổng cộng", len(people)], [], [None, "Người lập biểu", None, None, "CHỦ TỊCH"]]


def _spoken(born: str) -> str:
    return f"{date.fromisoformat(born):%d/%m/%Y}"


_SHAPES: tuple[tuple[Callable[[Commune, list[Person]], Grid], str], ...] = (
    (_plain, "csv"),
    (_below_titles, "xlsx"),
    (_two_headings, "xlsx"),
    (_name_apart, "xlsx"),
    (_birth_apart, "csv"),
    (_sex_marked, "xlsx"),
    (_dates, "xlsx"),
    (_in_sections, "xlsx"),
    (_below_titles, "csv"),
)


def _csv(grid: Grid) -> bytes:
    """Every line as wide as the widest, as a spreadsheet saves it."""
    width = max(map(len, grid))
    sink = io.StringIO()
    lines = (["" if cell is None else str(cell) for cell in [*row, *[None] * (width - len(row))]] for row in grid)
    csv.writer(sink, delimiter=";", lineterminator="\r\n").writerows(lines)
    return sink.getvalue().encode()


def _xlsx(grid: Grid) -> bytes:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    book.set_properties({"created": datetime(2026, 1, 1)})
    form, sheet = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_worksheet("Danh sách")
    for number, row in enumerate(grid):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, datetime(value.year, value.month, value.day), form)
            elif isinstance(value, int):
                sheet.write(number, column, value)
            elif value:
                sheet.write_string(number, column, value)
    book.close()
    return sink.getvalue()


def accounts_of(commune: Commune, accounts: Mapping[str, str]) -> Mapping[str, str]:
    """Accounts to debit of a commune's own, one per partner."""
    offset = COMMUNES.index(commune) + 1
    return {partner: f"{number[:-3]}{offset}{number[-2:]}" for partner, number in accounts.items()}
