"""The month's payment list made from roster and rates: who is owed what, what is still owed, and who is left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import roster
from support.gateways import Gateway, new_gateway, person
from support.rates import LEVEL, RISE, confirmed, proposed

from gateway.domain.errors import NotAllowed, Refusal
from gateway.store.roster import browse, owed
from gateway.store.roster.scope import Roster
from gateway.usecases import approve
from gateway.usecases.roster.building import Built, Request, build


def listed(gateway: Gateway, *rows: dict[str, str], **options: Any) -> None:
    roster.listed(gateway, *rows, programme="pension", **options)


def man(number: int, **changes: str) -> dict[str, str]:
    """In a programme without groups."""
    return roster.man(number, **({"group": ""} | changes))


@pytest.fixture
def rated(gateway: Gateway) -> Gateway:
    """With the level of July 2024 and its back-dated rise."""
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    return gateway


def built(gateway: Gateway, period: str = "2026-11", operator: str = "maker") -> Built:
    payer = next(iter(gateway.context.payers))
    return build(gateway.context, Request(payer, "pension", period, operator))


def payments(gateway: Gateway) -> list[tuple[Any, ...]]:
    """(kind, month, amount) of what is not cancelled"""
    rows = gateway.rows(
        "SELECT kind, benefit_month, amount FROM payment WHERE state <> 'cancelled' ORDER BY benefit_month, id"
    )
    return [(row.kind, row.benefit_month, row.amount) for row in rows]


def told(made: Built) -> list[tuple[str, str]]:
    return [(each.code, each.month) for each in made.left_out]


def test_everybody_of_the_roster_is_paid_the_level_of_the_month(rated: Gateway) -> None:
    listed(rated, man(1), man(2))
    made = built(rated)
    assert made.imported is not None
    assert (made.imported.problems, made.left_out) == ([], [])
    assert payments(rated) == [("regular", "2026-11", 540_000), ("regular", "2026-11", 540_000)]


def test_the_list_again_pays_nobody_twice(rated: Gateway) -> None:
    listed(rated, man(1))
    built(rated)
    again = built(rated)
    assert (again.imported, again.left_out) == (None, [])
    assert len(payments(rated)) == 1


def test_whoever_is_not_on_the_list_is_named_with_the_reason(rated: Gateway) -> None:
    listed(rated, man(1, sex="nữ"), man(2, account="", bank=""), man(3, until_month="2026-10"), man(4))
    made = built(rated)
    assert told(made) == [("work_items_open", "2026-11"), ("account_missing", "2026-11")]
    assert len(payments(rated)) == 1


def test_whom_items_keep_back_is_asked_once_and_not_for_each_person(tmp_path: Path) -> None:
    """Else a list of a large roster takes its square."""
    with closing(new_gateway(tmp_path)) as gateway, gateway.store.read() as tx:
        stream, plans = tx.stream, []

        def explained(sql: str, **params: Any) -> Iterator[Any]:
            plans.append([row.detail for row in stream(f"EXPLAIN QUERY PLAN {sql}", **params)])
            return iter(())

        tx.stream = explained  # type: ignore[method-assign]
        assert list(owed.lines(tx, Roster("xa", "pension"))) == list(browse.everybody(tx, "xa", "pension")) == []
    assert len(plans) == 2
    assert [step for plan in plans for step in plan if "CORRELATED" in step] == []


def test_without_a_level_nobody_is_paid_and_it_is_said(gateway: Gateway) -> None:
    listed(gateway, man(1))
    assert told(built(gateway)) == [("level_unknown", "2026-11")]
    assert payments(gateway) == []


def test_a_back_dated_rise_gives_one_arrears_line_for_each_month_that_was_listed_too_low(gateway: Gateway) -> None:
    confirmed(gateway, proposed(gateway, LEVEL))
    listed(gateway, man(1))
    for period in ("2026-08", "2026-09"):
        built(gateway, period)
    assert payments(gateway) == [("regular", "2026-08", 500_000), ("regular", "2026-09", 500_000)]
    confirmed(gateway, proposed(gateway, LEVEL, RISE))
    assert built(gateway, "2026-10").left_out == []
    assert payments(gateway) == [
        ("regular", "2026-08", 500_000),
        ("arrears", "2026-08", 40_000),
        ("regular", "2026-09", 500_000),
        ("arrears", "2026-09", 40_000),
        ("regular", "2026-10", 540_000),
    ]
    assert built(gateway, "2026-10").imported is None


def test_a_month_that_was_missed_is_paid_as_arrears_once_nothing_keeps_it_back(rated: Gateway) -> None:
    listed(rated, man(1), man(2, account="", bank=""))
    built(rated, "2026-10")
    listed(rated, man(1), man(2))
    built(rated)
    assert payments(rated) == [
        ("regular", "2026-10", 540_000),
        ("arrears", "2026-10", 540_000),
        ("regular", "2026-11", 540_000),
        ("regular", "2026-11", 540_000),
    ]


def test_a_cancelled_list_is_made_again(rated: Gateway) -> None:
    listed(rated, man(1))
    made = built(rated)
    assert made.imported is not None
    approve.cancel(rated.context, made.imported.batch.id, "maker", person("maker"))
    built(rated)
    assert payments(rated) == [("regular", "2026-11", 540_000)]


@pytest.mark.parametrize("end", ["rejected", "returned"])
def test_m10_a_payment_that_did_not_arrive_is_not_paid_again_by_the_list(rated: Gateway, end: str) -> None:
    """Only its successor pays it again, on the evidence that M10 demands."""
    listed(rated, man(1))
    built(rated, "2026-10")
    with rated.store.begin() as tx:
        tx.run(f"UPDATE payment SET state = '{end}', holds_key = false")
    made = built(rated)
    assert payments(rated)[1:] == [("regular", "2026-11", 540_000)]
    assert told(made) == []


def test_of_two_regimes_the_higher_is_paid_where_it_was_decided(rated: Gateway) -> None:
    other = "level,other,,,,,2024-07,,600000,2024-07-01,1/2024,gazette,high"
    confirmed(rated, proposed(rated, LEVEL, RISE, other))
    listed(rated, man(1), man(2))
    roster.listed(rated, man(1), programme="other")
    assert told(built(rated)) == [("other_regime", "2026-11")]
    assert len(payments(rated)) == 1


def test_a_roster_without_anybody_is_refused(rated: Gateway) -> None:
    with pytest.raises(Refusal) as refused:
        built(rated)
    assert refused.value.code == "roster_without_people"


def test_only_a_maker_makes_the_list(rated: Gateway) -> None:
    listed(rated, man(1))
    with pytest.raises(NotAllowed):
        built(rated, operator="checker")
