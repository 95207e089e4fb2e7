"""The increase and decrease list of a month, on both databases: who, how much, why, and that the sums tie."""

from __future__ import annotations

from support import population, roster
from support.gateways import PAYER, Gateway
from support.rates import LEVEL, RISE, confirmed, proposed

from gateway.domain.changes import Change, Sum
from gateway.usecases.roster.building import Request, build
from gateway.usecases.roster.changes import Changes, changes

LAST, THIS = "2026-09", "2026-10"


def man(number: int, **said: str) -> dict[str, str]:
    return roster.man(number, **({"group": ""} | said))


def listed(gateway: Gateway, *rows: dict[str, str]) -> None:
    roster.listed(gateway, *rows, programme="pension")


def built(gateway: Gateway, period: str) -> None:
    made = build(gateway.context, Request(PAYER, "pension", period, "maker"))
    assert made.imported is not None
    assert made.imported.problems == []


def told(gateway: Gateway) -> Changes:
    return changes(gateway.context, PAYER, "pension", THIS)


def test_who_is_new_and_who_is_gone_is_told_with_the_reason_and_the_sums_tie(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL))
    people = [man(number) for number in range(1, 6)]
    listed(gateway, *people)
    built(gateway, LAST)
    listed(
        gateway,
        *(people[0], people[1] | {"until_month": LAST}, people[2] | {"sex": "nữ"}),
        *(people[3], people[4] | {"account": "", "bank": ""}, man(6)),
    )
    answer = population.confirming(gateway, population.asked(gateway, "pension"))
    dead = next(each for each in answer if each["beneficiary_id"] == people[3]["beneficiary_id"])
    dead |= {"result": "03", "died_on": "2026-09-20"}
    population.told(gateway, answer)
    built(gateway, THIS)
    found = told(gateway)
    assert sorted((each.change, each.why, each.detail) for each in found.changed) == [
        ("gone", "account_missing", ""),
        ("gone", "deceased", ""),
        ("gone", "ended", LAST),
        ("gone", "work_items_open", "sex_differs"),
        ("new", "first", ""),
    ]
    assert (found.before, found.now) == (Sum(5, 2_500_000), Sum(2, 1_000_000))
    assert found.sum_of(Change.GONE) == Sum(4, 2_000_000)
    assert found.ties


def test_a_back_dated_rise_is_told_as_the_rate_and_its_arrears_stand_by_themselves(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL))
    listed(gateway, man(1), man(2))
    built(gateway, LAST)
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    built(gateway, THIS)
    found = told(gateway)
    assert [(each.change, each.before, each.now) for each in found.changed] == [("more", 500_000, 540_000)] * 2
    assert {(each.why, each.detail) for each in found.changed} == {("rate", "500000 - 540000")}
    assert found.beside == {"arrears": Sum(2, 80_000)}
    assert found.ties


def test_nothing_is_told_of_a_month_like_the_last_one(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL))
    listed(gateway, man(1))
    built(gateway, LAST)
    built(gateway, THIS)
    found = told(gateway)
    assert (found.changed, found.before, found.now, found.ties) == ([], Sum(1, 500_000), Sum(1, 500_000), True)
