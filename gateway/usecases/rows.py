"""One row of a batch file: every problem of it, or a line that can be paid."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from hashlib import sha256

from adapters.profile import Profile
from formats import text
from formats.tabular import Column, Row
from gateway.domain import identifiers, money
from gateway.ports import Vault
from gateway.usecases import wording
from gateway.usecases.context import Bank, Context

KINDS = ("regular", "arrears", "carry-over", "one-off")

COLUMNS = (
    Column("payment_ref", ("Mã chi trả", "Mã khoản chi", "Số chứng từ"), required=True),
    Column("beneficiary_id", ("Số định danh", "Số CCCD", "CCCD"), required=True, kind="digits"),
    Column("beneficiary_name", ("Họ và tên", "Họ tên", "Tên người thụ hưởng"), required=True),
    Column("date_of_birth", ("Ngày sinh",), required=False),
    Column("commune_code", ("Mã xã", "Mã xã phường"), required=False, kind="digits"),
    Column("benefit_month", ("Tháng hưởng",), required=False, kind="month"),
    Column("kind", ("Loại chi", "Loại"), required=False),
    Column("amount", ("Số tiền",), required=True),
    Column("entitled_amount", ("Mức được hưởng", "Mức hưởng"), required=False),
    Column("payee_name", ("Người nhận", "Tên người nhận", "Tên chủ tài khoản"), required=False),
    Column("payee_basis", ("Căn cứ nhận thay",), required=False),
    Column("account", ("Số tài khoản", "Tài khoản", "Số điện thoại ví"), required=True, kind="digits"),
    Column("bank", ("Ngân hàng", "Mã ngân hàng", "Ví điện tử"), required=True),
    Column("note", ("Nội dung", "Ghi chú"), required=False),
    Column("predecessor_ref", ("Mã chi trả trước", "Mã khoản chi trước"), required=False),
)
"""The columns of a batch file (docs/batch.md) with their Vietnamese headings."""
PERSONAL_TEXTS = ("beneficiary_name", "payee_name", "payee_basis", "note")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one field of one row; parameters never hold the value itself."""

    row: int
    field: str
    code: str
    params: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Line:
    """A row that can be paid, in canonical form: NFC, defaults filled in."""

    row: int
    payment_ref: str
    beneficiary_id: str
    beneficiary_name: str
    date_of_birth: str
    commune_code: str
    benefit_month: str
    kind: str
    amount: int
    payee_name: str
    payee_basis: str
    account: str
    bank: str
    note: str
    partner: str
    entitled_amount: int | None = None
    """What the person may have for the month in all, where the list says it; arrears need it."""
    predecessor_ref: str = ""
    """Of a carry-over: the reference of the payment that it pays again."""
    originals: Mapping[str, str] = dataclass_field(default_factory=dict)
    """What the list says in an old font, where a text was converted from it."""

    def canonical(self) -> str:
        """What makes two rows the same; order of the columns of ``docs/batch.md``, bank by its BIN.

        The entitled amount and the predecessor stand at the end, where there are any: rows without them are as they
        always were.
        """
        entitled = "" if self.entitled_amount is None else str(self.entitled_amount)
        behind = (entitled, self.predecessor_ref) if self.predecessor_ref else (entitled,) if entitled else ()
        return "\x1f".join(
            (
                self.payment_ref,
                self.beneficiary_id,
                self.beneficiary_name,
                self.date_of_birth,
                self.commune_code,
                self.benefit_month,
                self.kind,
                str(self.amount),
                self.payee_name,
                self.payee_basis,
                self.account,
                self.bank,
                self.note,
                *behind,
            )
        )


def content_salt(vault: Vault, content: str) -> bytes:
    """What keeps the canonical content of a line from being guessed; shown only with the line itself."""
    return vault.blind("content", content)


def content_blind(vault: Vault, line: Line) -> bytes:
    """Equal for equal lines, reveals nothing; whoever is shown content and salt can check it without our key."""
    content = line.canonical()
    return sha256(content_salt(vault, content) + content.encode()).digest()


Flaw = tuple[str, str, Mapping[str, str | int]]
"""(field, code, parameters)"""


class RowReader:
    """Checks rows of one file against the rules of its period and of the partners."""

    def __init__(self, context: Context, period: str) -> None:
        self._context = context
        self._period = period

    def check(self, row: Row) -> Line | list[RowProblem]:
        """The line, or every problem of the row, not only the first; damaged fields are reported already."""
        values = self.filled(row.values)
        bank = self._context.bank(values["bank"])
        flaws = [*_person(values), *_benefit(values, self._period), *_payee(values), *_account(values, bank)]
        if bank is not None:
            flaws += _partner(values, self._context.partner_for(bank.napas_bin).profile)
        if flaws or row.damaged:
            told = _told(row)
            return [RowProblem(row.number, *flaw) for flaw in flaws if flaw[0] not in told]
        assert bank is not None
        return self._line(row, values, bank)

    def filled(self, values: Mapping[str, str]) -> dict[str, str]:
        """Every column, in NFC and with the defaults of its row."""
        filled = {column.name: _tidy(values.get(column.name, "")) for column in COLUMNS}
        filled["benefit_month"] = filled["benefit_month"] or self._period
        filled["kind"] = filled["kind"] or "regular"
        filled["payee_name"] = filled["payee_name"] or filled["beneficiary_name"]
        return filled

    def _line(self, row: Row, values: Mapping[str, str], bank: Bank) -> Line:
        fields = {name: value for name, value in values.items() if name not in ("amount", "entitled_amount", "bank")}
        return Line(
            row=row.number,
            amount=int(values["amount"]),
            entitled_amount=int(values["entitled_amount"]) if values["entitled_amount"] else None,
            bank=bank.napas_bin,
            partner=self._context.partner_for(bank.napas_bin).code,
            originals={name: row.originals[name] for name in PERSONAL_TEXTS if name in row.originals},
            **fields,
        )


def _told(row: Row) -> frozenset[str]:
    """Fields whose problem was said already; a payee who is the beneficiary has the same."""
    same = "beneficiary_name" in row.damaged and not row.values.get("payee_name")
    return row.damaged | {"payee_name"} if same else row.damaged


def _tidy(value: str) -> str:
    """NFC without spaces around; nothing else is repaired."""
    return unicodedata.normalize("NFC", value.strip())


def _person(values: Mapping[str, str]) -> Iterator[Flaw]:
    if not identifiers.is_payment_ref(values["payment_ref"]):
        yield "payment_ref", "payment_ref_invalid" if values["payment_ref"] else "missing", {}
    yield from _identity(values["beneficiary_id"], values["date_of_birth"])
    if not values["beneficiary_name"]:
        yield "beneficiary_name", "missing", {}
    if values["commune_code"] and not identifiers.is_commune(values["commune_code"]):
        yield "commune_code", "commune_code_invalid", {}


def _identity(beneficiary_id: str, date_of_birth: str) -> Iterator[Flaw]:
    known = identifiers.is_beneficiary_id(beneficiary_id)
    if not known:
        yield (
            "beneficiary_id",
            "beneficiary_id_invalid" if beneficiary_id else "missing",
            {"length": len(beneficiary_id)},
        )
    elif not identifiers.is_registered_place(beneficiary_id):
        yield "beneficiary_id", "beneficiary_id_place_unknown", {"place": beneficiary_id[:3]}
    born = identifiers.iso_date(date_of_birth)
    if date_of_birth and born is None:
        yield "date_of_birth", "date_invalid", {}
    elif born and known and born.year != identifiers.born_by_id(beneficiary_id):
        yield "date_of_birth", "birth_year_differs", {}


def _benefit(values: Mapping[str, str], period: str) -> Iterator[Flaw]:
    if not identifiers.is_month(values["benefit_month"]):
        yield "benefit_month", "month_invalid", {}
    elif values["kind"] == "arrears" and values["benefit_month"] > period:
        yield "benefit_month", "arrears_in_future", {"period": period}
    if values["kind"] not in KINDS:
        yield "kind", "kind_unknown", {"known": ", ".join(KINDS)}
    if not money.is_whole(values["amount"]):
        yield "amount", "amount_not_integer" if values["amount"] else "missing", {}
    yield from _entitlement(values)
    if values["predecessor_ref"] and values["kind"] != "carry-over":
        yield "predecessor_ref", "predecessor_of_other_kind", {}


def _entitlement(values: Mapping[str, str]) -> Iterator[Flaw]:
    entitled = values["entitled_amount"]
    if entitled and not money.is_whole(entitled):
        yield "entitled_amount", "amount_not_integer", {}
    elif entitled and money.is_whole(values["amount"]) and int(values["amount"]) > int(entitled):
        yield "amount", "amount_over_entitled", {"entitled": int(entitled)}


def _payee(values: Mapping[str, str]) -> Iterator[Flaw]:
    if values["payee_name"] != values["beneficiary_name"] and not values["payee_basis"]:
        yield "payee_basis", "payee_basis_missing", {}
    for field in PERSONAL_TEXTS:
        odd = text.unspellable(values[field])
        if "?" in values[field] and field.endswith("_name"):
            odd.append("?")  # what a spreadsheet writes for letters that an older character set does not have
        if odd:
            yield field, "forbidden_characters", {"characters": _named(odd)}
    if wording.sensitive(values["note"]):
        yield "note", "note_sensitive", {}


def _account(values: Mapping[str, str], bank: Bank | None) -> Iterator[Flaw]:
    if bank is None:
        yield "bank", "bank_unknown" if values["bank"] else "missing", {}
    account = values["account"]
    if not account:
        yield "account", "missing", {}
    elif not identifiers.is_account(account):
        yield "account", "account_invalid", {"length": len(account)}
    elif bank is not None and bank.kind == "wallet" and not identifiers.is_phone(account):
        yield "account", "phone_invalid", {}


def _names_travelling(values: Mapping[str, str]) -> tuple[str, ...]:
    """The payee; and the beneficiary, when somebody else receives the money."""
    both = values["payee_name"] != values["beneficiary_name"]
    return ("payee_name", "beneficiary_name") if both else ("payee_name",)


def _partner(values: Mapping[str, str], profile: Profile) -> Iterator[Flaw]:
    travelling = {field: wording.name_for(profile, values[field]) for field in _names_travelling(values)}
    for field, name in travelling.items():
        if len(name) > profile.limits.name_chars_max:
            yield field, "name_too_long", {"max": profile.limits.name_chars_max, "length": len(name)}
    note = wording.remittance_for(profile, values["note"], values["benefit_month"])
    if len(note) > profile.limits.remittance_chars_max:
        yield "note", "note_too_long", {"max": profile.limits.remittance_chars_max, "length": len(note)}
    for field, wanted in (travelling | {"note": note}).items():
        odd = text.outside(wanted, profile.charset)
        if odd and not text.unspellable(values[field]):
            yield field, "characters_not_accepted", {"characters": _named(odd), "partner": profile.code}
    if money.is_whole(values["amount"]) and int(values["amount"]) > profile.limits.amount_per_payment_max:
        yield "amount", "amount_over_limit", {"max": profile.limits.amount_per_payment_max}


def _named(characters: Iterable[str]) -> str:
    """Characters by code point, so that control characters can be shown."""
    return " ".join(f"U+{ord(character):04X}" for character in characters)
