"""The month's payment list from the roster: who is owed what by the rates, and what is still owed for earlier months.

The list is made as a batch file and imported like every other, so that all that guards an import guards it. Whoever
is not on it is named with the reason. Months before the first list of the gateway are not looked at: nobody knows here
what was paid for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any, BinaryIO

from formats import tabular
from formats.text.names import comparable
from gateway.domain import identifiers, owed
from gateway.domain.errors import Refusal
from gateway.domain.owed import Entitlement, Listed, Person
from gateway.domain.rates import Rates
from gateway.ports import Vault
from gateway.store import rates
from gateway.store.accounts import openings
from gateway.store.roster import owed as rows
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.usecases import people
from gateway.usecases.accounts import cooling
from gateway.usecases.accounts.owner import opened as opened_account
from gateway.usecases.context import Context
from gateway.usecases.intake import Imported, import_batch
from gateway.usecases.intake import Request as Import

_COLUMNS = (
    *("payment_ref", "beneficiary_id", "beneficiary_name", "date_of_birth", "commune_code", "benefit_month", "kind"),
    *("amount", "entitled_amount", "payee_name", "payee_basis", "account", "bank"),
)


@dataclass(frozen=True, slots=True)
class Request:
    payer: str
    programme: str
    period: str
    operator: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who is not on the list, or about whom something must be looked at; a stable code.

    work_items_open     the roster has open items about the person
    account_missing     owed, but there is no account, or none that is certain
    account_cooling     the account took the place of another one a short time ago, and nobody released it
    other_regime        another entitlement of the person is higher, and is paid there
    and the remarks of ``gateway.domain.owed``
    """

    line: int
    """Of the roster."""
    code: str
    month: str
    programme: str
    amount: int = 0

    @property
    def params(self) -> dict[str, str | int]:
        """For the words of the code."""
        return {"month": self.month, "programme": self.programme, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class Built:
    """``imported`` is None when nobody is owed anything."""

    imported: Imported | None
    left_out: list[LeftOut]


def build(context: Context, request: Request) -> Built:
    """Raises ``Refusal`` for a month that is none, or a roster without anybody."""
    programme = identifiers.programme(request.programme)
    if programme is None:
        raise Refusal("programme_invalid")
    if not identifiers.is_month(request.period):
        raise Refusal("period_invalid", period=request.period)
    roster = Roster(context.payer(request.payer).code, programme)
    with closing(context.spool.create()) as source:
        with context.store.read() as tx:
            people.require(context, tx, request.operator, {"maker"})
            made = _List(context, tx, roster, request.period)
            count = _write(source, made.rows())
        left_out = sorted(made.left_out, key=lambda each: (each.line, each.month))
        if not made.people:
            raise Refusal("roster_without_people", payer=roster.payer, programme=programme)
        if not count:
            return Built(None, left_out)
        source.seek(0)
        name = f"{programme}-{request.period}.roster.csv"
        asked = Import(source, name, programme, request.period, request.operator, roster.payer)
        return Built(import_batch(context, asked, {}), left_out)


def _write(sink: BinaryIO, found: Iterator[Mapping[str, str | int]]) -> int:
    count = 0

    def counted() -> Iterator[list[str | int]]:
        nonlocal count
        for each in found:
            count += 1
            yield [each.get(column, "") for column in _COLUMNS]

    tabular.write_csv(sink, _COLUMNS, counted())
    return count


class _List:
    """The rows of one month's list, person after person."""

    def __init__(self, context: Context, tx: Transaction, roster: Roster, period: str) -> None:
        self._context, self._tx, self._roster, self._period = context, tx, roster, period
        self._rates = Rates(rates.confirmed(tx), context.today())
        self._first = min(rows.first_month(tx, roster) or period, period)
        self._spare = _spare(tx, roster)
        self._cooling = {row.id for row in cooling.waiting(context, tx, roster)}
        self._new_since = cooling.since(context)
        self._before = _Before(rows.listed(tx, roster, self._first, period))
        self.people = 0
        self.left_out: list[LeftOut] = []

    def rows(self) -> Iterator[Mapping[str, str | int]]:
        for blind, versions in groupby(rows.lines(self._tx, self._roster), key=lambda row: bytes(row.person_blind)):
            self.people += 1
            yield from self._of(blind, list(versions))

    def _of(self, blind: bytes, versions: list[Any]) -> Iterator[Mapping[str, str | int]]:
        (own,) = (each for each in versions if Roster(each.payer, each.programme) == self._roster)
        values, listed = opened(self._tx.vault, own), self._before.of(blind)
        account = _account(self._tx.vault, own, values, self._spare.get(own.id, ()))
        person = person_of(self._context, own, values, versions)
        lines, remarks = owed.arrears(person, self._first, self._period, self._rates, listed)
        for remark in remarks:
            self.left_out.append(LeftOut(own.id, remark.code, remark.month, remark.programme, remark.amount))
        for line in lines:
            if kept_back := self._kept_back(own, line, account):
                self.left_out.append(kept_back)
            else:
                yield self._row(own, values, line, account)

    def _kept_back(self, own: Any, line: owed.Arrears, account: _Account | None) -> LeftOut | None:
        about = (line.due.month, self._roster.programme, line.amount)
        if line.due.entitlement.reference != str(own.id):
            return LeftOut(own.id, "other_regime", *about)
        if own.blocked:
            return LeftOut(own.id, "work_items_open", *about)
        if account is None:
            return LeftOut(own.id, "account_missing", *about)
        is_new = own.id in self._cooling or account.since >= self._new_since
        return LeftOut(own.id, "account_cooling", *about) if is_new else None

    def _row(
        self, own: Any, values: Mapping[str, str], line: owed.Arrears, account: _Account | None
    ) -> Mapping[str, str | int]:
        """The month itself is paid as a regular line; what it lacks, and earlier months, as arrears."""
        month = line.due.month
        is_regular = month == self._period and not line.listed
        return {
            "payment_ref": f"{self._period.replace('-', '')}-{own.id}" + ("" if is_regular else f"-{month}"),
            "beneficiary_id": values["beneficiary_id"],
            "beneficiary_name": values["name"],
            "date_of_birth": values["birth"] if identifiers.iso_date(values["birth"]) else "",
            "commune_code": own.commune_code,
            "benefit_month": month,
            "kind": "regular" if is_regular else "arrears",
            "amount": line.amount,
            "entitled_amount": line.due.amount,
            "payee_name": values["payee_name"],
            "payee_basis": values["relation"] if values["payee_name"] else "",
            "account": account.number if account else "",
            "bank": account.bank if account else "",
        }


@dataclass(frozen=True, slots=True)
class _Account:
    """Where somebody is paid."""

    bank: str
    number: str
    since: str = ""
    """When it took the place of another one of the roster; empty where there was none."""


def _spare(tx: Transaction, roster: Roster) -> dict[int, list[Any]]:
    """Of people of whom the roster has no account, what a bank opened or confirmed, by the roster's line."""
    return {line: list(found) for line, found in groupby(openings.spare(tx, roster), key=lambda row: int(row.line))}


def _account(vault: Vault, own: Any, values: Mapping[str, str], spare: Sequence[Any]) -> _Account | None:
    """The roster's; where it has none, the one account that is certain and whoever receives owns it."""
    if own.bank:
        return _Account(own.bank, values["account"])
    owner = vault.blind("name", comparable(values["payee_name"] or values["name"]))
    found = [each for each in spare if bytes(each.owner_blind) == owner]
    if len(found) != 1:
        return None
    (row,) = found
    since = max(row.told_at, row.listed_at) if row.had_other else ""
    return _Account(row.bank, opened_account(vault, row.personal, row.id).account, since)


class _Before:
    """What lists had before, read beside the people, who come in the same order."""

    def __init__(self, found: Iterator[Any]) -> None:
        self._rest = groupby(found, key=lambda row: bytes(row.person_blind))
        self._next = next(self._rest, None)

    def of(self, person: bytes) -> list[Listed]:
        while self._next is not None and self._next[0] < person:
            self._next = next(self._rest, None)
        if self._next is None or self._next[0] != person:
            return []
        return [Listed(programme=row.programme, month=row.month, amount=row.amount) for row in self._next[1]]


def opened(vault: Vault, row: Any) -> dict[str, str]:
    """What a version of the roster says of its person."""
    found: dict[str, str] = json.loads(vault.open(bytes(row.personal), f"roster_line:{row.id}"))
    return found


def person_of(context: Context, own: Any, values: Mapping[str, str], versions: list[Any]) -> Person:
    """The person of a version, with the entitlements of all versions."""
    return Person(
        person=str(own.id),
        born=identifiers.iso_date(values["birth"]),
        births=identifiers.possible_births(values["birth"]),
        entitlements=tuple(
            Entitlement(
                programme=each.programme,
                group=each.grouping,
                commune=each.commune_code,
                province=context.province(each.commune_code) or "",
                since=each.since,
                until=each.until,
                times=each.times,
                reference=str(each.id),
            )
            for each in versions
        ),
    )
