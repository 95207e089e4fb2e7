"""Awaited statements on both databases: here, late, awaited; what is late is told once and heals."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time

import pytest
from support.evidence import BANK
from support.gateways import Gateway, row

from gateway.usecases import awaited
from gateway.usecases.chain import rows_of
from gateway.usecases.close import close

DAYS = {day: f"2026-11-0{day}" for day in range(2, 7)}


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Monday morning; statements are agreed by ten of the next working day."""
    profile = gateway.profiles["vietinbank"]
    gateway.profiles["vietinbank"] = replace(
        profile, statement_by=time(10), acknowledgement_hours=None, person_hours=None
    )
    gateway.approved(row(1))
    gateway.send()
    return gateway


def states(gateway: Gateway) -> dict[int, str]:
    """Day of November -> state."""
    partner = gateway.context.partners["vietinbank"]
    with gateway.store.read() as tx:
        found = list(awaited.expected(gateway.context, tx, partner, date(2026, 1, 1)))
    assert {each.account for each in found} <= {"110000000001"}
    return {each.day.day: each.state for each in found}


def late(gateway: Gateway) -> list[str]:
    close(gateway.context)
    found = gateway.rows("SELECT params FROM exception WHERE kind = 'statement_late' AND state = 'open'")
    return [json.loads(each.params)["first"] for each in found]


def statement(gateway: Gateway, day: int, sequence: str = "", opening: int = 5) -> None:
    written = BANK.statement(id_=f"S{day}", day=DAYS[day], opening=opening, sequence=sequence)
    gateway.receive("camt.053", str(day), written)


def test_a_statement_is_awaited_until_its_hour_and_late_from_then_on(sent: Gateway) -> None:
    assert states(sent) == {2: "awaited"}
    sent.clock.pass_(days=1)
    assert (states(sent), late(sent)) == ({2: "awaited", 3: "awaited"}, [])
    sent.clock.pass_(hours=2)
    assert states(sent) == {2: "late", 3: "awaited"}
    statement(sent, 2)
    assert states(sent) == {2: "here", 3: "awaited"}


def test_what_is_late_is_told_once_and_heals_when_it_arrives(sent: Gateway) -> None:
    sent.clock.pass_(days=1, hours=2)
    assert late(sent) == late(sent) == ["2026-11-02"]
    sent.clock.pass_(days=2)
    assert late(sent) == ["2026-11-02"]
    assert sent.value("SELECT count(*) FROM exception WHERE kind = 'statement_late'") == 1
    statement(sent, 2)
    assert late(sent) == ["2026-11-03"]
    for day in (3, 4):
        statement(sent, day)
    assert sent.open_exceptions() == []
    assert (states(sent)[4], late(sent)) == ("here", [])


def test_over_a_weekend_the_next_working_day_counts(sent: Gateway) -> None:
    for day in (2, 3, 4, 5):
        statement(sent, day)
    sent.clock.pass_(days=6, hours=2)  # Sunday
    assert (states(sent)[6], late(sent)) == ("awaited", [])
    sent.clock.pass_(days=1)
    assert late(sent) == ["2026-11-06"]


def test_a_hole_between_two_statements_is_late_and_told_by_the_chain(sent: Gateway) -> None:
    statement(sent, 2)
    statement(sent, 4)
    sent.clock.pass_(days=3)
    assert states(sent)[3] == "late"
    assert (late(sent), sent.open_exceptions()) == ([], ["day_missing"])
    partner = sent.context.partners["vietinbank"]
    with sent.store.read() as tx:
        rows = rows_of(sent.context, tx, partner, "110000000001")
    assert [(each.first, each.opening, each.closing, each.difference, each.wrong) for each in rows] == [
        ("2026-11-02", 5, 5, 0, ()),
        ("2026-11-04", 5, 5, 0, ("day_missing",)),
    ]


def test_a_day_without_statement_between_consecutive_numbers_needs_none(sent: Gateway) -> None:
    statement(sent, 2, sequence="7")
    statement(sent, 4, sequence="8")
    assert sent.open_exceptions() == []
    sent.clock.pass_(days=3)
    assert states(sent)[3] == "here"


def test_where_nothing_is_agreed_nothing_is_late(gateway: Gateway) -> None:
    gateway.approved(row(1))
    gateway.send()
    gateway.clock.pass_(days=9)
    assert (states(gateway), late(gateway)) == ({}, [])
