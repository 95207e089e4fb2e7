"""A new account waits before money goes there, and an account that many people share is put before a person."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from support import roster
from support.gateways import PAYER, Gateway, person
from support.rates import LEVEL, confirmed, proposed

from gateway.domain.errors import Refusal
from gateway.store.roster.scope import Roster
from gateway.usecases import integrity
from gateway.usecases.accounts.cooling import waiting
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal, confirm, propose
from gateway.usecases.roster.building import Request, build


def listed(gateway: Gateway, *rows: dict[str, str]) -> None:
    roster.listed(gateway, *rows, programme="pension")


def man(number: int, **changes: str) -> dict[str, str]:
    return roster.man(number, **({"group": ""} | changes))


def left_out(gateway: Gateway) -> list[str]:
    made = build(gateway.context, Request(PAYER, "pension", "2026-11", "maker"))
    return [each.code for each in made.left_out]


def later(gateway: Gateway, **time: int) -> None:
    gateway.clock.value += timedelta(**time)


def changing(gateway: Gateway) -> int:
    """Two people with new accounts, of whom the second had none; the roster line of the first."""
    confirmed(gateway, proposed(gateway, LEVEL))
    listed(gateway, man(1), man(2, account="", bank=""))
    later(gateway, days=30)
    listed(gateway, man(1, account="990000000001"), man(2))
    return int(gateway.value("SELECT max(id) FROM roster_line WHERE ended_by IS NULL AND row = 2"))


def released(gateway: Gateway, line: int) -> str:
    proposal = Proposal(str(line), "seen the card")
    made = propose(gateway.context, ACTS["account release"], proposal, "checker", person("checker"))
    return confirm(gateway.context, ACTS, made.reference, "checker2", person("checker2")).state


def test_a_new_account_is_not_paid_to_for_some_days_and_then_is(gateway: Gateway) -> None:
    changing(gateway)
    assert left_out(gateway) == ["account_cooling"]
    later(gateway, days=6, hours=23)
    assert left_out(gateway) == ["account_cooling"]
    later(gateway, hours=2)
    assert left_out(gateway) == []
    assert gateway.value("SELECT count(*) FROM payment WHERE state <> 'cancelled'") == 2
    assert list(integrity.check(gateway.context)) == []


def test_two_people_may_release_a_new_account_and_a_list_that_keeps_it_does_not_undo_that(gateway: Gateway) -> None:
    line = changing(gateway)
    assert released(gateway, line) == "executed"
    listed(gateway, man(1, account="990000000001", birth="1945-01-09"), man(2))
    assert left_out(gateway) == []
    assert list(integrity.check(gateway.context)) == []


def test_m11_a_release_counts_for_no_other_account(gateway: Gateway) -> None:
    line = changing(gateway)
    released(gateway, line)
    listed(gateway, man(1, account="990000000002"), man(2))
    assert left_out(gateway) == ["account_cooling"]


def test_m11_a_release_lapses_when_the_account_changes_before_the_second_person_signs(gateway: Gateway) -> None:
    line = changing(gateway)
    proposal = Proposal(str(line), "seen the card")
    made = propose(gateway.context, ACTS["account release"], proposal, "checker", person("checker"))
    listed(gateway, man(1, account="990000000002"), man(2))
    assert confirm(gateway.context, ACTS, made.reference, "checker2", person("checker2")).lapse == "account_not_cooling"
    assert left_out(gateway) == ["account_cooling"]


def test_an_account_that_comes_back_is_new_again_and_one_without_a_change_is_not(gateway: Gateway) -> None:
    changing(gateway)
    listed(gateway, man(1), man(2))
    later(gateway, days=1)
    listed(gateway, man(1, birth="1945-01-09"), man(2, birth="1945-01-09"))
    assert left_out(gateway) == ["account_cooling"]
    with gateway.store.read() as tx:
        assert len(waiting(gateway.context, tx, Roster(PAYER, "pension"))) == 1
        assert waiting(replace(gateway.context, account_cooling_days=0), tx, Roster(PAYER, "pension")) == []


def test_what_does_not_wait_cannot_be_released(gateway: Gateway) -> None:
    changing(gateway)
    for line in ("1", "999999", "x"):
        with pytest.raises(Refusal) as refusal:
            propose(gateway.context, ACTS["account release"], Proposal(line, "why"), "checker", person("checker"))
        assert refusal.value.code == "account_not_cooling"


def shared(gateway: Gateway) -> list[tuple[int, str]]:
    rows = gateway.rows("SELECT id, params, personal FROM work_item WHERE code = 'account_shared' AND state = 'open'")
    told = []
    for row in rows:
        content = json.loads(gateway.context.vault().open(bytes(row.personal), f"work_item:{row.id}"))
        told.append((json.loads(row.params)["people"], content["suggestion"]))
    return told


def test_an_account_that_serves_too_many_people_is_put_before_a_person_who_sees_them_all(gateway: Gateway) -> None:
    listed(gateway, *(man(number, account="770000000001") for number in range(1, 4)), man(4))
    assert shared(gateway) == []
    listed(gateway, *(man(number, account="770000000001") for number in range(1, 5)))
    ((people, named),) = shared(gateway)
    assert (people, [each.split()[0] for each in named.split("; ")]) == (
        4,
        ["001045000001", "001045000002", "001045000003", "001045000004"],
    )
    assert gateway.value("SELECT count(*) FROM work_item WHERE blocking") == 0
    roster.listed(gateway, *(man(number, account="770000000001", group="80") for number in range(1, 5)))
    assert [people for people, _ in shared(gateway)] == [4, 4]
    listed(gateway, *(man(number, account="770000000001") for number in range(1, 4)), man(4))
    assert list(integrity.check(gateway.context)) == []
