"""The exam: 500,000 becomes 540,000 from July, in force on 5 October; arrears to the đồng, by the shipped rates."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from support.owed_apart import owed_apart

from adapters.places import province_of
from formats import tabular
from gateway.domain.months import months
from gateway.domain.owed import Entitlement, Listed, Person, arrears
from gateway.domain.rates import Rate, Rates, first_changed
from gateway.usecases import rate_rows
from gateway.usecases.rate_import import SHIPPED

BEFORE, NOW = date(2026, 10, 4), date(2026, 10, 30)
FIRST, LAST = "2026-07", "2026-10"
PEOPLE = 400
KINDS = ("stays", "moves", "enters", "dies", "changes", "in two regimes", "dies unheard", "moves unheard")
GROUPS = ("khuyet-tat-nang", "khuyet-tat-dac-biet-nang", "cao-tuoi-ngheo-khong-nguoi-nuoi", "don-than-ngheo-nuoi-con")


@pytest.fixture(scope="module")
def rates() -> list[Rate]:
    rows = tabular.read(SHIPPED, rate_rows.COLUMNS, "rates.csv")
    checked = [rate_rows.check(row, province_of) for row in rows if isinstance(row, tabular.Row)]
    return [row for row in checked if isinstance(row, Rate)]


def people(chance: random.Random) -> Iterator[tuple[str, Person, Person]]:
    """(kind, what the lists of July to October knew of the person, what is known now)."""
    for number in range(PEOPLE):
        kind = KINDS[number % len(KINDS)]
        month = chance.choice(("2026-07", "2026-08", "2026-09"))
        after = f"{month[:5]}{int(month[5:]) + 1:02d}"
        first = _right(chance, since=chance.choice(("2024-08", "2026-03")))
        born = date(chance.choice((1946, 1951, 1960, 1988)), chance.randint(1, 12), chance.randint(1, 28))
        died = date(2026, int(month[5:]), chance.randint(1, 28))
        rights, known_late = (first,), False
        if kind.startswith("moves"):
            rights = (_ended(first, month), _right(chance, since=after, commune="26734", province="79"))
            known_late = kind == "moves unheard"
        elif kind == "enters":
            rights = (_right(chance, since=month),)
        elif kind == "changes":
            rights = (_ended(first, month), _right(chance, since=after))
        elif kind == "in two regimes":
            rights = (first, Entitlement(programme="huu-tri-xa-hoi", commune="00004", province="01", since=month))
        now = Person(
            person=f"p{number}", born=born, died=died if kind.startswith("dies") else None, entitlements=rights
        )
        then = Person(person=now.person, born=born, entitlements=(first,))
        yield kind, then if known_late or kind == "dies unheard" else now, now


def _right(chance: random.Random, since: str, commune: str = "00004", province: str = "01") -> Entitlement:
    if chance.random() < 0.3:
        return Entitlement(programme="huu-tri-xa-hoi", commune=commune, province=province, since=since)
    group = chance.choice(GROUPS)
    times = chance.randint(1, 3) if group == "don-than-ngheo-nuoi-con" else 1
    return Entitlement(programme="btxh", group=group, commune=commune, province=province, since=since, times=times)


def _ended(right: Entitlement, until: str) -> Entitlement:
    return Entitlement(
        programme=right.programme, group=right.group, commune=right.commune, province=right.province,
        since=right.since, until=until, times=right.times,
    )  # fmt: skip


def test_the_rise_reaches_back_to_july(rates: list[Rate]) -> None:
    assert first_changed(Rates(rates, BEFORE), Rates(rates, NOW)) == FIRST


def test_arrears_of_the_rise_are_right_to_the_dong_for_everybody(rates: list[Rate]) -> None:
    late, excess = Counter[str](), Counter[str]()
    for kind, then, now in people(random.Random(5)):
        amounts = {month: owed_apart(month, then, rates, BEFORE) for month in months(FIRST, LAST)}
        listed = [Listed(programme="btxh", month=month, amount=each) for month, each in amounts.items() if each]
        lines, remarks = arrears(now, FIRST, LAST, Rates(rates, NOW), listed)
        got = {line.due.month: line.amount for line in lines}
        over = {each.month: each.amount for each in remarks if each.code == "overpaid"}
        unknown = {each.month for each in remarks if each.code == "coefficient_unknown"}
        for month, before in amounts.items():
            owed = owed_apart(month, now, rates, NOW)
            assert got.get(month, 0) == max(owed - before, 0), (kind, month)
            assert over.get(month, 0) == (0 if month in unknown else max(before - owed, 0)), (kind, month)
        late[kind] += sum(got.values())
        excess[kind] += sum(over.values())
    assert all(late[kind] for kind in KINDS)
    assert {kind for kind in KINDS if excess[kind]} == {"dies unheard", "moves unheard"}
