"""What the gateway said and did, held against the truth of the exam."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from support.owed_apart import owed_apart
from support.rates import rates_of

from exam.defects import WHOLE
from exam.month import MONTH, Paper
from exam.people import FIELDS, Entry, Office, Values, communes
from exam.play import Played, opened
from formats.text import comparable
from gateway.domain.identifiers import is_month, iso_date
from gateway.domain.owed import Entitlement, Person
from gateway.usecases import integrity

Said = tuple[str, int, str, str, bool]
"""Sheet, row, field, code, whether it blocks."""
_TODAY = date(2026, 11, 2)
_OF_ANY_AGE = "don-than-ngheo-nuoi-con"


@dataclass
class Verdict:
    """Empty lists mean that all is as it should be."""

    found: Counter[str] = field(default_factory=Counter)
    """By kind of defect, of those that were planted."""
    missed: list[str] = field(default_factory=list)
    false_alarms: Counter[str] = field(default_factory=Counter)
    """By code, of those that block somebody without a defect."""
    remarks: Counter[str] = field(default_factory=Counter)
    """By code, of those that block nobody."""
    wrong_people: list[str] = field(default_factory=list)
    wrong_payments: list[str] = field(default_factory=list)
    people: int = 0
    payments: int = 0
    amount: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    unsound: list[str] = field(default_factory=list)


def judged(played: Played) -> Verdict:
    verdict = Verdict()
    for paper in played.exam.papers.values():
        _Judge(played, paper, verdict).judge()
    verdict.unsound = [each.where for each in integrity.check(played.gateway.context)]
    return verdict


class _Judge:
    """Of one office."""

    def __init__(self, played: Played, paper: Paper, verdict: Verdict) -> None:
        self._played, self._paper, self._verdict = played, paper, verdict
        self._gateway = played.gateway
        self._office = paper.office

    def judge(self) -> None:
        self._items()
        self._planted()
        self._absent()
        self._people()
        self._payments()

    @cached_property
    def _said(self) -> Counter[Said]:
        """About rows of the list."""
        change = self._played.lists[self._office].file.change_id
        rows = self._gateway.rows(
            'SELECT sheet, "row", field, code, blocking FROM work_item WHERE opened_by = :c AND "row" > 0', c=change
        )
        return Counter((row.sheet, row.row, row.field, row.code, bool(row.blocking)) for row in rows)

    @cached_property
    def _wanted(self) -> Counter[Said]:
        return Counter((each.sheet, each.row, *told) for each in self._paper.entries for told in each.told)

    @cached_property
    def _doubtful(self) -> frozenset[tuple[str, int]]:
        """Rows with a text in an old font that could be another one: whatever else is said of them follows."""
        return frozenset(each[:2] for each in self._said - self._wanted if each[3] == "old_font_unclear")

    def _is_doubtful(self, entry: Entry) -> bool:
        return (entry.sheet, entry.row) in self._doubtful

    def _items(self) -> None:
        for said, count in (self._said - self._wanted).items():
            alarms = self._verdict.false_alarms if said[4] else self._verdict.remarks
            if said[:2] not in self._doubtful or said[3] == "old_font_unclear":
                alarms[said[3]] += count
        for said in self._wanted - self._said:
            if said[:2] not in self._doubtful:
                self._miss(*said)

    def _miss(self, *what: object) -> None:
        self._verdict.missed.append(f"{self._office.payer}: {what}")

    def _planted(self) -> None:
        """By kind, those of which everything was said."""
        for entry in self._paper.entries:
            told = [(entry.sheet, entry.row, *each) for each in entry.told]
            if entry.defect and entry.person not in self._paper.registry and all(each in self._said for each in told):
                self._verdict.found[entry.defect] += 1
        for row in self._of_registry():
            kind = self._paper.registry.get(opened(self._gateway, row, "work_item")["values"]["beneficiary_id"])  # type: ignore[index]
            if kind is None or row.code != WHOLE[kind]:
                self._verdict.false_alarms[row.code] += 1
            else:
                self._verdict.found[kind] += 1

    def _of_registry(self) -> list[Any]:
        return self._gateway.rows(
            "SELECT w.id, w.code, w.personal FROM work_item w JOIN roster_change c ON c.id = w.opened_by"
            " WHERE c.reference = :r",
            r=self._played.answers[self._office],
        )

    def _absent(self) -> None:
        """By person: whom no row names, planted or because their row does not tell who it is."""
        vault = self._gateway.context.vault()
        rows = self._gateway.rows(
            "SELECT person_blind FROM work_item WHERE code = 'absent_in_list' AND state = 'open' AND payer = :o",
            o=self._office.payer,
        )
        said = {bytes(row.person_blind) for row in rows}
        wanted = {vault.blind("person", each): each for each in self._paper.absent()}
        unread = {vault.blind("person", each.person) for each in self._paper.entries if self._is_doubtful(each)}
        for blind in wanted.keys() - said:
            self._miss("absent_in_list", wanted[blind])
        self._verdict.false_alarms["absent_in_list"] += len(said - wanted.keys() - unread)
        self._verdict.found["absent"] += sum(vault.blind("person", each.person) in said for each in self._paper.removed)

    # --- people ------------------------------------------------------------------------------------------------

    @cached_property
    def _held(self) -> dict[str, Values]:
        rows = self._gateway.rows(
            "SELECT id, personal FROM roster_line WHERE ended_by IS NULL AND payer = :o", o=self._office.payer
        )
        people = [opened(self._gateway, row, "roster_line") for row in rows]
        held = {each["beneficiary_id"]: each for each in people}
        if len(held) < len(people):
            self._verdict.wrong_people.append(f"{self._office.payer}: somebody is held twice")
        return held

    @cached_property
    def _unsure(self) -> set[str]:
        """People of rows that a person was asked about for their old font."""
        return {each.person for each in self._paper.entries if self._is_doubtful(each)}

    def _people(self) -> None:
        wanted = self._paper.live()
        self._verdict.people += len(self._held)
        for person in (wanted.keys() ^ self._held.keys()) - self._unsure:
            self._verdict.wrong_people.append(f"{self._office.payer}: {person} is held or wanted, not both")
        for person in (wanted.keys() & self._held.keys()) - self._unsure:
            told = _differences(wanted[person], self._held[person])
            if told:
                self._verdict.wrong_people.append(f"{self._office.payer}: {person}: {told}")

    # --- payments ----------------------------------------------------------------------------------------------

    def _payments(self) -> None:
        made = self._played.built[self._office]
        self._verdict.left_out.update(each.code for each in made.left_out)
        if made.imported is not None and made.imported.problems:
            self._verdict.wrong_payments.append(f"{self._office.payer}: {made.imported.problems[:3]}")
        paid, wanted = self._paid(), dict(self._owed())
        self._verdict.payments += len(paid)
        self._verdict.amount += sum(amount for amount, _ in paid.values())
        for person in (paid.keys() | wanted.keys()) - self._unsure:
            if paid.get(person) != wanted.get(person):
                told = f"{self._office.payer}: {person}: paid {paid.get(person)}, owed {wanted.get(person)}"
                self._verdict.wrong_payments.append(told)
        for person in paid.keys() & self._unsure:
            self._verdict.wrong_payments.append(f"{self._office.payer}: {person} was asked about, and is paid")

    def _paid(self) -> dict[str, tuple[int, str]]:
        rows = self._gateway.rows(
            "SELECT id, amount, personal FROM payment WHERE payer = :o AND benefit_month = :m AND kind = 'regular'",
            o=self._office.payer,
            m=MONTH,
        )
        found = {}
        for row in rows:
            values = opened(self._gateway, row, "payment")
            found[values["beneficiary_id"]] = (row.amount, values["account"])
        assert len(found) == len(rows), "somebody is paid twice"
        return found

    def _owed(self) -> Iterator[tuple[str, tuple[int, str]]]:
        """By another reckoning: everybody whom nothing keeps back and who has an account, not a changed one."""
        blocked, known = self._paper.blocked(), self._paper.known
        for person, values in self._paper.live().items():
            before = known[person]["account"] if person in known else ""
            if person in blocked or not values["account"] or before not in ("", values["account"]):
                continue
            amount = _reckoned(self._office, values, self._rates)
            if amount:
                yield person, (amount, values["account"])

    @cached_property
    def _rates(self) -> list[Any]:
        return rates_of(self._gateway)


def _differences(wanted: Mapping[str, str], held: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    pairs = {name: (wanted[name], held[name]) for name in FIELDS}
    return {name: pair for name, pair in pairs.items() if comparable(pair[0]) != comparable(pair[1])}


_reckonings: dict[tuple[object, ...], int] = {}


def _reckoned(office: Office, values: Values, rates: list[Any]) -> int:
    """Nothing where the amount depends on a birth that nobody knows well enough."""
    amounts = {_reckoned_for(born, office, values, rates) for born in _births(values)}
    return amounts.pop() if len(amounts) == 1 else 0


def _births(values: Values) -> list[date]:
    birth = values["birth"]
    if day := iso_date(birth):
        return [day.replace(day=1)]  # the day of a birth tells nothing
    if len(birth) == len("YYYY"):
        return [date(int(birth), month, 1) for month in range(1, 13)]
    return [date(1980, 1, 1)] if values["group"] in ("", _OF_ANY_AGE) else []


def _reckoned_for(born: date, office: Office, values: Values, rates: list[Any]) -> int:
    about = (born, office, *(values[name] for name in ("group", "times", "from_month", "until_month")))
    if about not in _reckonings:
        right = Entitlement(
            programme=office.programme,
            group=values["group"],
            commune=next(iter(communes(office.province))),
            province=office.province,
            since=values["from_month"] if is_month(values["from_month"]) else "2026-10",
            until=values["until_month"] or None,
            times=int(values["times"] or 1),
        )
        _reckonings[about] = owed_apart(MONTH, Person(person="", born=born, entitlements=(right,)), rates, _TODAY)
    return _reckonings[about]
