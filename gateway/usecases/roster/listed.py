"""One row of a beneficiary list: who is entitled to what, and every finding about it.

A finding keeps the person from being paid by the roster until somebody judged it (``blocking``), or is only told.
What a value might have been is a suggestion for a person; nothing is corrected by it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from formats import text
from formats.lists import Layout, Row
from formats.text.names import comparable
from gateway.domain import identifiers
from gateway.ports import Vault
from gateway.usecases.context import Bank, Context
from gateway.usecases.roster.place import locate
from gateway.usecases.roster.remark import Remark

LAYOUT = Layout().with_headings({"times": ("Số suất", "Số con", "Số trẻ")})
"""The built-in layout; ``times``: how often the coefficient counts."""

NAMES = tuple(name for name in LAYOUT.fields if name not in ("ordinal", "amount"))
"""What is kept of a row (docs/roster.md); what is to be paid follows from the rates, not from the list."""

_BANK = NAMES.index("bank")
_SPELLED = frozenset({"name", "payee_name", "hamlet", "address", "relation", "note"})
"""Texts in which case and tone placement tell nothing, for old fonts have no capitals with a tone."""
_SEXES = {"nam": "male", "male": "male", "m": "male", "nữ": "female", "nu": "female", "female": "female", "f": "female"}
_BIRTH = re.compile("[0-9]{4}(-[0-9]{2}){0,2}")
_AGE_MAX = 125
_TIMES = re.compile("[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A row that tells who it is: values in canonical form, an account that cannot be one left out."""

    row: Row
    values: Mapping[str, str]
    """Of ``NAMES``."""
    times: int
    bank: str
    """NAPAS BIN; empty where no account can be used."""

    @property
    def person(self) -> str:
        return self.values["beneficiary_id"]

    @property
    def since(self) -> str:
        """First month; empty where the list does not tell."""
        return self.values["from_month"] if identifiers.is_month(self.values["from_month"]) else ""

    @property
    def until(self) -> str | None:
        until = self.values["until_month"]
        return until if identifiers.is_month(until) and until >= self.since else None

    def canonical(self) -> str:
        return canonical(self.values, self.bank)

    def personal(self) -> bytes:
        """The envelope's content."""
        return json.dumps(self.values, ensure_ascii=False, separators=(",", ":")).encode()


def likeness(values: Mapping[str, str]) -> str | None:
    """Name and whole day of birth, where both are told."""
    born = values["birth"]
    return f"{comparable(values['name'])}\x1f{born}" if identifiers.iso_date(born) else None


def canonical(values: Mapping[str, str], bank: str) -> str:
    """What makes two versions the same: every value, the bank by its BIN, and where somebody ended it."""
    told = [comparable(values[name]) if values[name] and name in _SPELLED else values[name] for name in NAMES]
    told[_BANK] = bank
    return "\x1f".join([*told, values["stopped"]] if "stopped" in values else told)


def content_blind(vault: Vault, canonical: str) -> bytes:
    """Equal for equal rows of lists."""
    return sha256(vault.blind("roster", canonical)).digest()


class ListReader:
    """Reads rows of one list; ``today`` bounds births and months."""

    def __init__(self, context: Context, today: date, commune: str, province: str) -> None:
        self._context, self._today, self._commune, self._province = context, today, commune, province

    def read(self, row: Row) -> tuple[ListedPerson | None, list[Remark]]:
        """The person, where the row tells who it is, and every finding, not only the first."""
        values = self._values(row)
        values["commune"], located = locate(self._context, values["commune"] or self._commune, self._province)
        bank = self._context.bank(values["bank"]) if values["bank"] else None
        found = [*self._identity(values), *_name(values), *located, *_entitlement(values), *_payee(values)]
        found = [each for each in (*found, *_account(values, bank)) if each.field not in row.damaged]
        if not _is_known(values, row.damaged):
            return None, found
        usable = bank is not None and not {"account", "bank"} & {*row.damaged, *(each.field for each in found)}
        if not usable:
            values |= {"account": "", "bank": ""}
        times = int(values["times"]) if _TIMES.fullmatch(values["times"]) else 1
        return ListedPerson(row, values, times, bank.napas_bin if bank is not None and usable else ""), found

    def _values(self, row: Row) -> dict[str, str]:
        values = {name: _tidy(row.values.get(name, "")) for name in NAMES}
        values["sex"] = _SEXES.get(values["sex"].casefold(), values["sex"])
        return values

    def _identity(self, values: Mapping[str, str]) -> Iterator[Remark]:
        given, born = values["beneficiary_id"], values["birth"]
        yield from self._birth(born)
        if not given:
            yield Remark("beneficiary_id", "missing")
        elif not identifiers.is_beneficiary_id(given):
            yield _no_identity(given)
        elif not identifiers.is_registered_place(given):
            yield Remark("beneficiary_id", "beneficiary_id_place_unknown", {"place": given[:3]})
        else:
            yield from _against_identity(given, born, values["sex"])

    def _birth(self, born: str) -> Iterator[Remark]:
        if not born:
            yield Remark("birth", "missing", blocking=False)
        elif not _BIRTH.fullmatch(born):
            return  # said by the reading of the list
        elif born > self._today.isoformat():
            yield Remark("birth", "birth_in_future")
        elif int(born[:4]) < self._today.year - _AGE_MAX:
            yield Remark("birth", "birth_too_long_ago", {"years": _AGE_MAX})


def _is_known(values: Mapping[str, str], damaged: frozenset[str]) -> bool:
    """Whether the row tells who it is."""
    is_named = values["name"] and identifiers.is_beneficiary_id(values["beneficiary_id"])
    return bool(is_named) and not damaged & {"beneficiary_id", "name"}


def _tidy(value: str) -> str:
    """NFC, single spaces, none around."""
    return " ".join(unicodedata.normalize("NFC", value).split()) if value else value


def _no_identity(given: str) -> Remark:
    if given.isdecimal() and len(given) == 9:
        return Remark("beneficiary_id", "beneficiary_id_nine_digits")
    return Remark("beneficiary_id", "beneficiary_id_invalid", {"length": len(given)})


def _against_identity(given: str, born: str, sex: str) -> Iterator[Remark]:
    """The id states sex and year of birth (never the residence)."""
    if _BIRTH.fullmatch(born) and int(born[:4]) != identifiers.born_by_id(given):
        yield Remark("birth", "birth_year_differs")
    if sex and sex not in ("male", "female"):
        yield Remark("sex", "sex_unknown", blocking=False)
    elif sex and sex != identifiers.sex_by_id(given):
        yield Remark("sex", "sex_differs")


def _name(values: Mapping[str, str]) -> Iterator[Remark]:
    if not values["name"]:
        yield Remark("name", "missing")
    for field in ("name", "payee_name"):
        if odd := _odd(values[field]):
            yield Remark(field, "forbidden_characters", {"characters": odd})


def _odd(name: str) -> str:
    """Characters that no name has, by code point; ``?`` is what an older character set left behind."""
    found = [*text.unspellable(name), *(each for each in name if each == "?" or each.isdecimal())]
    return " ".join(f"U+{ord(character):04X}" for character in dict.fromkeys(found))


def _entitlement(values: Mapping[str, str]) -> Iterator[Remark]:
    for field in ("from_month", "until_month"):
        if values[field] and not identifiers.is_month(values[field]):
            yield Remark(field, "month_invalid", {})
    if values["from_month"] and values["until_month"] and values["until_month"] < values["from_month"]:
        yield Remark("until_month", "ends_before_it_begins")
    if values["times"] and not _TIMES.fullmatch(values["times"]):
        yield Remark("times", "times_invalid")


def _payee(values: Mapping[str, str]) -> Iterator[Remark]:
    """Without one the person receives; with one somebody says why."""
    payee = values["payee_name"]
    if payee and comparable(payee) != comparable(values["name"]) and not values["relation"]:
        yield Remark("relation", "payee_basis_missing")


def _account(values: Mapping[str, str], bank: Bank | None) -> Iterator[Remark]:
    """An account that cannot be used keeps nobody from being entitled; the person needs another."""
    account = values["account"]
    if not account and not values["bank"]:
        return
    if bank is None:
        yield Remark("bank", "bank_unknown" if values["bank"] else "missing", blocking=False)
    if not account:
        yield Remark("account", "missing", blocking=False)
    elif not identifiers.is_account(account):
        yield Remark("account", "account_invalid", {"length": len(account)}, blocking=False)
    elif bank is not None and bank.kind == "wallet" and not identifiers.is_phone(account):
        yield Remark("account", "phone_invalid", blocking=False)
