"""What is planted into the lists of the exam: each kind damages one row, and says what is to be said of it.

A kind is known by its name; ``at`` names the shapes in which it can be planted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from exam.lists import SHAPES, Shape
from exam.people import Entry, Office, wards

Plant = Callable[[Entry, Office, Random], None]


@dataclass(frozen=True)
class Kind:
    name: str
    plant: Plant
    at: Callable[[Shape, Office], bool]


KINDS: dict[str, Kind] = {}


def fits(kind: Kind, office: Office) -> bool:
    return kind.at(SHAPES[office.shape], office)


def _everywhere(shape: Shape, office: Office) -> bool:
    return True


def _in_workbooks(shape: Shape, office: Office) -> bool:
    return shape.is_workbook


def _in_csv(shape: Shape, office: Office) -> bool:
    return not shape.is_workbook


def _in_column(name: str) -> Callable[[Shape, Office], bool]:
    return lambda shape, office: name not in shape.in_lines


def _but(*shapes: str) -> Callable[[Shape, Office], bool]:
    return lambda shape, office: shape.name not in shapes


def _kind(name: str, at: Callable[[Shape, Office], bool] = _everywhere) -> Callable[[Plant], Plant]:
    def add(plant: Plant) -> Plant:
        KINDS[name] = Kind(name, plant, at)
        return plant

    return add


def _simple(
    name: str,
    field: str,
    code: str,
    written: object,
    *,
    kept: str | None = None,
    blocking: bool = True,
    at: Callable[[Shape, Office], bool] = _everywhere,
) -> None:
    """One cell says something else; ``kept`` is what the roster holds of it, None that the row tells of nobody."""

    def plant(entry: Entry, office: Office, chance: Random) -> None:
        entry.cells[field] = written
        entry.told.append((field, code, blocking))
        entry.kept = None if kept is None else entry.truth | {field: kept}

    KINDS[name] = Kind(name, plant, at)


def _without_account(entry: Entry) -> None:
    entry.kept = entry.truth | {"account": "", "bank": ""}


def _unusable(name: str, field: str, code: str, written: str) -> None:
    """An account that cannot be used, beside a bank and an account that can."""

    def plant(entry: Entry, office: Office, chance: Random) -> None:
        entry.cells |= {"account": "1012345678", "bank": "BIDV"} | {field: written}
        _without_account(entry)
        entry.told.append((field, code, False))

    KINDS[name] = Kind(name, plant, _everywhere)


# --- who it is -------------------------------------------------------------------------------------------------

_ID = "beneficiary_id"


@_kind("id without its zeros")
def _zeros_lost(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells[_ID] = int(entry.person)
    entry.told.append((_ID, "zeros_lost", True))


@_kind("id with a power of ten, digits gone")
def _digits_lost(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells[_ID] = f"{int(entry.person):.5E}"
    entry.told.append((_ID, "digits_lost", True))


@_kind("id with decimals")
def _digits_changed(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells[_ID] = f"{entry.person}.0"
    entry.told.append((_ID, "digits_changed", True))


_simple("id became a date", _ID, "number_became_date", date(2026, 5, 1), at=_in_workbooks)
_simple("id of nine digits", _ID, "beneficiary_id_nine_digits", "123456789")
_simple("id of thirteen digits", _ID, "beneficiary_id_invalid", "0010450001234")
_simple("id with a letter", _ID, "beneficiary_id_invalid", "0010A5000123")
_simple("id absent", _ID, "missing", "")
_simple("name absent", "name", "missing", "")
_simple("name is an error of a cell", "name", "cell_error", "#N/A", at=_but("name_apart"))


@_kind("id of no province")
def _no_province(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells[_ID] = f"099{entry.person[3:]}"
    entry.kept = entry.truth | {_ID: f"099{entry.person[3:]}"}
    entry.told.append((_ID, "beneficiary_id_place_unknown", True))


@_kind("id against the year of birth")
def _another_year(entry: Entry, office: Office, chance: Random) -> None:
    year = int(entry.truth["birth"][:4]) - 1
    entry.cells["birth"] = str(year)
    entry.kept = entry.truth | {"birth": str(year)}
    entry.told.append(("birth", "birth_year_differs", True))


@_kind("id against the sex")
def _another_sex(entry: Entry, office: Office, chance: Random) -> None:
    other = {"male": "female", "female": "male"}[entry.truth["sex"]]
    entry.cells["sex"] = {"male": "Nam", "female": "Nữ"}[other]
    entry.kept = entry.truth | {"sex": other}
    entry.told.append(("sex", "sex_differs", True))


@_kind("sex unknown", _but("sex_marked"))
def _no_sex(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["sex"] = "khác"
    entry.kept = entry.truth | {"sex": "khác"}
    entry.told.append(("sex", "sex_unknown", False))


@_kind("both sexes marked", lambda shape, office: shape.name == "sex_marked")
def _both_sexes(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["sex"] = "x x"
    entry.kept = entry.truth | {"sex": ""}
    entry.told.append(("sex", "mark_unclear", True))


def _bad_name(entry: Entry, name: str, code: str) -> None:
    entry.cells["name"] = name
    entry.kept = entry.truth | {"name": name}
    entry.told.append(("name", code, True))


@_kind("name with question marks", _but("old_font"))
def _question_marks(entry: Entry, office: Office, chance: Random) -> None:
    words = entry.truth["name"].split()
    _bad_name(entry, " ".join(["Nguy?n", *words[1:]]), "forbidden_characters")


@_kind("name with a digit")
def _digit(entry: Entry, office: Office, chance: Random) -> None:
    _bad_name(entry, f"{entry.truth['name']} 2", "forbidden_characters")


@_kind("name of Unicode and an old font mixed", _but("old_font", "name_apart"))
def _mixed_fonts(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["name"] = "Nguyễn Vaên Đức"
    entry.told.append(("name", "old_font_unclear", True))


# --- birth -----------------------------------------------------------------------------------------------------

_simple("day of no calendar", "birth", "date_invalid", "31/02/1945", kept="31/02/1945")
_simple("day and month changed", "birth", "date_swapped", "03/25/1950", kept="03/25/1950")
_simple("birth is the number of a day", "birth", "date_serial", 18347, kept="18347")
_simple("birth absent", "birth", "missing", "", kept="", blocking=False)
_simple("birth in words", "birth", "date_unclear", "khoảng 1950", kept="khoảng 1950")


@_kind("birth in the future")
def _future(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["birth"] = "05/03/2027"
    entry.kept = entry.truth | {"birth": "2027-03-05"}
    entry.told += [("birth", "birth_in_future", True), ("birth", "birth_year_differs", True)]


@_kind("birth too long ago")
def _long_ago(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["birth"] = "05/03/1895"
    entry.kept = entry.truth | {"birth": "1895-03-05"}
    entry.told += [("birth", "birth_too_long_ago", True), ("birth", "birth_year_differs", True)]


# --- commune ---------------------------------------------------------------------------------------------------

_COMMUNE = _in_column("commune")
_simple("commune absent", "commune", "missing", "", kept="", at=_COMMUNE)
_simple("commune code of three digits", "commune", "commune_code_invalid", "123", kept="123", at=_COMMUNE)
_simple("commune code of nowhere", "commune", "commune_code_unknown", "99999", kept="99999", at=_COMMUNE)
_simple("commune name of nowhere", "commune", "commune_name_unknown", "Xã Không Có", kept="Xã Không Có", at=_COMMUNE)
_simple("name of two communes", "commune", "commune_name_unclear", "Xã Ba Chẽ", kept="Xã Ba Chẽ",
        at=lambda shape, office: _COMMUNE(shape, office) and office.province == "22")  # fmt: skip


def _has_wards(office: Office, divided: bool) -> bool:
    return bool(wards(office.province, divided=divided))


@_kind("ward of before July 2025, divided", lambda shape, office: _COMMUNE(shape, office) and _has_wards(office, True))
def _divided(entry: Entry, office: Office, chance: Random) -> None:
    code, _ = chance.choice(wards(office.province, divided=True))
    entry.cells["commune"] = code
    entry.kept = entry.truth | {"commune": code}
    entry.told.append(("commune", "commune_divided", True))


@_kind("ward of before July 2025, merged", lambda shape, office: _COMMUNE(shape, office) and _has_wards(office, False))
def _merged(entry: Entry, office: Office, chance: Random) -> None:
    code, today = chance.choice(wards(office.province, divided=False))
    entry.cells["commune"] = code
    entry.kept = entry.truth | {"commune": today}
    entry.told.append(("commune", "commune_merged", False))


@_kind("hamlet became a date", lambda shape, office: shape.is_workbook and "hamlet" not in shape.in_lines)
def _hamlet_date(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["hamlet"] = date(2026, 5, 3)
    entry.kept = entry.truth | {"hamlet": "2026-05-03"}
    entry.told.append(("hamlet", "text_became_date", True))


# --- entitlement, payee, account -------------------------------------------------------------------------------

_simple("month that is none", "from_month", "month_invalid", "01/26", kept="01/26")
_simple("number of children is none", "times", "times_invalid", "0", kept="0")
_simple("cut after 255 letters", "note", "text_cut", "a" * 255, kept="a" * 255, blocking=False)


@_kind("months reversed")
def _reversed(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"from_month": "05/2026", "until_month": "04/2026"}
    entry.kept = entry.truth | {"from_month": "2026-05", "until_month": "2026-04"}
    entry.told.append(("until_month", "ends_before_it_begins", True))


@_kind("somebody else receives, and nobody says why")
def _no_basis(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"payee_name": "Lê Thị Bình", "relation": ""}
    entry.kept = entry.truth | {"payee_name": "Lê Thị Bình", "relation": ""}
    entry.told.append(("relation", "payee_basis_missing", True))


@_kind("account with a power of ten")
def _account_lost(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"account": "1.23457E+11", "bank": "BIDV"}
    _without_account(entry)
    entry.told.append(("account", "digits_lost", True))


@_kind("account in a cell of a number", _in_workbooks)
def _account_number(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"account": 101200000000 + chance.randrange(10**6), "bank": "BIDV"}
    entry.kept = entry.truth | {"account": str(entry.cells["account"]), "bank": "BIDV"}
    entry.told.append(("account", "number_for_text", False))


@_kind("account of a wallet that is no telephone")
def _no_phone(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"account": "1012345", "bank": "MoMo"}
    _without_account(entry)
    entry.told.append(("account", "phone_invalid", False))


@_kind("account without a bank")
def _no_bank(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells |= {"account": "1012345678", "bank": ""}
    _without_account(entry)
    entry.told.append(("bank", "missing", False))


_unusable("bank unknown", "bank", "bank_unknown", "NH Tương Lai")
_unusable("account too long", "account", "account_invalid", "1" * 20)
_unusable("account with signs", "account", "account_invalid", "1012/34-5A#")


@_kind("line with too few columns", _in_csv)
def _short(entry: Entry, office: Office, chance: Random) -> None:
    entry.columns = 9
    entry.told.append(("", "fields_missing", True))


@_kind("line that is no row", _but("in_sections"))
def _no_row(entry: Entry, office: Office, chance: Random) -> None:
    entry.instead = [None, "xem lại với thôn"]
    entry.told.append(("", "line_unclear", True))


@_kind("row hidden", _in_workbooks)
def _hidden(entry: Entry, office: Office, chance: Random) -> None:
    entry.hidden = True
    entry.kept = dict(entry.truth)
    entry.told.append(("", "row_hidden", False))


@_kind("amount of perhaps a nought too few")
def _amount(entry: Entry, office: Office, chance: Random) -> None:
    entry.cells["amount"] = "540.00"
    entry.kept = dict(entry.truth)
    entry.told.append(("amount", "amount_unclear", True))


@_kind("name changed")
def _renamed(entry: Entry, office: Office, chance: Random) -> None:
    """The id belongs to another name in the roster, which the exam tells for everybody who was known."""
    entry.cells["name"] = "Đinh Thị Ngọc Hân"
    entry.kept = entry.truth | {"name": "Đinh Thị Ngọc Hân"}


WHOLE: Mapping[str, str] = {
    "absent": "absent_in_list",
    "resumed": "resumed_in_list",
    "twice with other values": "person_twice_in_list",
    "twice with the same values": "repeated_row",
    "in another commune's list": "in_two_communes",
    "two ids of one name and birth": "alike",
    "registry: another name": "registry_name_differs",
    "registry: another birth": "registry_birth_differs",
    "registry: deceased": "registry_deceased",
    "registry: moved": "registry_moved",
    "registry: unknown": "registry_unknown",
}
"""Kinds that only the whole list, the roster or the registry tells, with their codes (``exam.month`` plants them)."""
