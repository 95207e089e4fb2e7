"""What the registry says of somebody who died or moved is acted on by two people, and by nobody alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.gateways import PAYER, Gateway, person
from support.population import asked, confirming, told
from support.roster import listed, man
from support.tampering import edit

from gateway.domain.errors import NotAllowed, Refusal
from gateway.store.roster.scope import Roster
from gateway.store.tables import Decision
from gateway.usecases import decide, integrity
from gateway.usecases.acts import ACTS
from gateway.usecases.population.settle import draft
from gateway.usecases.roster.settle import Settlement, settle

ROSTER = Roster(PAYER, "btxh")


@pytest.fixture
def answered(gateway: Gateway) -> Gateway:
    """The second of three people died, the third has moved."""
    listed(gateway, man(1), man(2), man(3))
    answer(gateway)
    return gateway


def answer(gateway: Gateway, died_on: str = "2026-01-04") -> None:
    rows = confirming(gateway, asked(gateway))
    rows[1] |= {"result": "03", "died_on": died_on}
    rows[2] |= {"result": "04", "new_commune": "00007"}
    told(gateway, rows)


def proposed(gateway: Gateway, *items: int, by: str = "maker") -> Decision:
    proposal, _ = draft(gateway.context, ROSTER, "answer of January", items)
    return decide.propose(gateway.context, ACTS["population settle"], proposal, by, person(by))


def confirmed(gateway: Gateway, decision: Decision, by: str = "checker") -> Decision:
    return decide.confirm(gateway.context, ACTS, decision.reference, by, person(by))


def open_items(gateway: Gateway) -> dict[str, int]:
    return {row.code: row.id for row in gateway.rows("SELECT code, id FROM work_item WHERE state = 'open'")}


def lives(gateway: Gateway) -> list[Any]:
    rows = gateway.rows("SELECT until FROM roster_line WHERE ended_by IS NULL ORDER BY person_blind")
    return sorted((row.until or "-") for row in rows)


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def test_m11_two_people_end_the_entitlements_of_who_died_and_who_moved(answered: Gateway) -> None:
    decision = proposed(answered)
    assert lives(answered) == ["-", "-", "-"]
    assert confirmed(answered, decision).state == "executed"
    month = answered.context.today().isoformat()[:7]
    assert lives(answered) == sorted(["-", "2026-01", month])
    assert open_items(answered) == {}
    assert answered.value("SELECT count(*) FROM roster_line") == 5
    sound(answered)


def test_chosen_items_are_settled_and_the_others_wait(answered: Gateway) -> None:
    items = open_items(answered)
    decision = confirmed(answered, proposed(answered, items["registry_moved"]))
    assert json.loads(decision.params)["people"] == "registry_deceased 0, registry_moved 1"
    assert open_items(answered) == {"registry_deceased": items["registry_deceased"]}
    sound(answered)


@pytest.mark.parametrize("code", ["registry_deceased", "registry_moved"])
def test_m11_nobody_settles_these_alone(answered: Gateway, code: str) -> None:
    with pytest.raises(Refusal, match="work_item_needs_two"):
        settle(answered.context, Settlement(open_items(answered)[code], "maker", "died", last_month="2026-01"))
    decision = proposed(answered, by="both")
    with pytest.raises(NotAllowed, match="second_person_needed"):
        confirmed(answered, decision, by="both")
    with pytest.raises(NotAllowed, match="role_missing"):
        proposed(answered, by="checker")


CHANGES: list[tuple[str, Callable[[Gateway], object]]] = [
    ("population_line_changed", lambda g: listed(g, man(1), man(2, account="110099999999"), man(3))),
    ("population_answer_changed", answer),
    ("population_item_ended", lambda g: told(g, confirming(g, asked(g)))),
]


@pytest.mark.parametrize(("why", "change"), CHANGES)
def test_a_proposal_lapses_and_says_what_changed(
    answered: Gateway, why: str, change: Callable[[Gateway], object]
) -> None:
    decision = proposed(answered)
    answered.clock.pass_(days=1)
    change(answered)
    ended = confirmed(answered, decision)
    assert (ended.state, ended.lapse, lives(answered)) == ("lapsed", why, ["-", "-", "-"])
    sound(answered)


def test_nothing_else_is_settled_so(answered: Gateway) -> None:
    confirmed(answered, proposed(answered))
    with pytest.raises(Refusal, match="population_nothing_to_settle"):
        proposed(answered)
    number = answered.value("SELECT max(id) FROM work_item")
    with pytest.raises(Refusal, match="population_item_ended"):
        proposed(answered, number)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE roster_line SET until = '2026-02' WHERE until = '2026-01'",
        "UPDATE work_item SET state = 'accepted' WHERE code = 'registry_deceased'",
        "UPDATE decision SET state = 'lapsed' WHERE verb = 'population settle'",
        "UPDATE decision SET reason = 'another' WHERE verb = 'population settle'",
    ],
)
def test_a2_an_edit_of_what_two_people_settled_is_found(answered: Gateway, statement: str) -> None:
    confirmed(answered, proposed(answered))
    assert edit(answered, statement, ())
    assert list(integrity.check(answered.context)) != []
