"""Signals of fraud in a batch, on both databases: each with its rows, acknowledged by name before anybody approves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from support import population, roster
from support.gateways import Gateway, person, row
from support.tampering import edit

from gateway.domain.errors import NotAllowed, Refusal
from gateway.domain.signals import Rules, Signal, SignalKind
from gateway.store.tables import Batch
from gateway.usecases import approve, integrity, signals
from gateway.usecases.context import Context

LAST = "2026-10"


def earlier(number: int, **changes: str) -> dict[str, str]:
    """The same person's row of the month before."""
    return row(number, **({"payment_ref": f"TB-{number:04d}", "benefit_month": LAST} | changes))


def listed(gateway: Gateway, *rows: dict[str, str], **told: Any) -> Batch:
    imported = gateway.import_(rows, **told)
    assert imported.problems == []
    return imported.batch


def looking(gateway: Gateway) -> Context:
    return replace(gateway.context, signals=Rules())


def found(gateway: Gateway, batch: Batch) -> list[Signal]:
    with gateway.store.read() as tx:
        return list(signals.look(looking(gateway), tx, batch))


def told(gateway: Gateway, batch: Batch) -> list[tuple[str, str]]:
    """(signal, payment_ref)"""
    return [(each.kind, each.payment_ref) for each in found(gateway, batch)]


def in_the_roster(gateway: Gateway, *people: dict[str, str]) -> None:
    roster.listed(gateway, *({"group": ""} | each for each in people), programme="pension")


def paid_as(man: dict[str, str], number: int) -> dict[str, str]:
    """A payment to somebody of the roster."""
    return row(number, **{name: man[name] for name in ("beneficiary_id", "account", "bank")})


def test_a_list_like_the_last_one_has_no_signals(gateway: Gateway) -> None:
    listed(gateway, earlier(1), earlier(2), period=LAST)
    assert told(gateway, listed(gateway, row(1), row(2))) == []


def test_nobody_is_new_in_the_first_month_of_a_programme(gateway: Gateway) -> None:
    assert told(gateway, listed(gateway, row(1), row(2))) == []


def test_who_was_never_paid_before_and_who_was_paid_elsewhere_are_told_apart(gateway: Gateway) -> None:
    listed(gateway, earlier(1), earlier(2), period=LAST)
    batch = listed(gateway, row(1), row(2, account="1099999999"), row(3))
    assert told(gateway, batch) == [("account_changed", "TC-0002"), ("person_new", "TC-0003")]
    changed, _new = found(gateway, batch)
    assert (changed.other, changed.detail) == (gateway.end_to_end_id("TB-0002"), LAST)


def test_an_account_of_more_people_than_usual_is_a_signal_on_each_of_their_lines(gateway: Gateway) -> None:
    shared = {"account": "1012345678"}
    three = listed(gateway, *(row(number, **shared) for number in (1, 2, 3)), row(4))
    assert told(gateway, three) == []
    four = listed(gateway, *(row(number, **shared, benefit_month="2026-12") for number in (5, 6, 7, 8)))
    assert told(gateway, four) == [("account_shared", f"TC-000{number}") for number in (5, 6, 7, 8)]
    assert {(each.figure, each.against) for each in found(gateway, four)} == {(4, 3)}


def test_an_amount_is_held_against_the_persons_own_months_and_against_the_list(gateway: Gateway) -> None:
    listed(gateway, earlier(1, amount="400000"), earlier(2, amount="400000"), period=LAST)
    ordinary = [row(number, amount="600000", account=f"10{number:08d}") for number in range(1, 10)]
    most = row(2, amount="600001")
    batch = listed(gateway, *(most if each == ordinary[1] else each for each in ordinary), row(10, amount="9000000"))
    own, over = (each for each in found(gateway, batch) if each.kind.startswith("amount"))
    assert (own.kind, own.payment_ref, own.figure, own.against) == ("amount_over_own", "TC-0002", 600_001, 400_000)
    assert (over.kind, over.payment_ref, over.against) == ("amount_over_list", "TC-0010", 1_440_000)


def test_an_account_that_the_roster_changed_shortly_before_is_a_signal_and_an_old_change_is_none(
    gateway: Gateway,
) -> None:
    first, second = roster.man(1), roster.man(2)
    in_the_roster(gateway, first, second)
    in_the_roster(gateway, changed := first | {"account": "110099999999"}, second)
    batch = listed(gateway, paid_as(changed, 1), paid_as(second, 2))
    assert told(gateway, batch) == [("account_recent", "TC-0001")]
    with gateway.store.read() as tx:
        rules = replace(looking(gateway), signals=Rules(account_change_days=0))
        assert list(signals.look(rules, tx, batch)) == []


def test_whom_the_registry_knows_as_dead_or_not_at_all_is_a_signal_until_it_says_otherwise(gateway: Gateway) -> None:
    people = [roster.man(number) for number in (1, 2, 3)]
    in_the_roster(gateway, *people)
    batch = listed(gateway, *(paid_as(man, number) for number, man in enumerate(people, 1)))
    request = population.asked(gateway, "pension")
    answer = population.confirming(gateway, request)
    answer[0] |= {"result": "03", "died_on": "2026-10-20"}
    answer[1] |= {"result": "05"}
    population.told(gateway, answer)
    assert told(gateway, batch) == [("person_deceased", "TC-0001"), ("person_unknown", "TC-0002")]


def test_somebody_older_than_people_become_is_a_signal_also_by_the_id_alone(gateway: Gateway) -> None:
    batch = listed(
        gateway,
        row(1, beneficiary_id="001016000001", date_of_birth="1916-11-01"),
        row(2, beneficiary_id="001015000002", date_of_birth="1915-11-01"),
        row(3, beneficiary_id="001014000003"),
    )
    assert [(each.kind, each.payment_ref, each.figure) for each in found(gateway, batch)] == [
        ("person_old", "TC-0002", 111),
        ("person_old", "TC-0003", 111),
    ]


def test_one_person_in_two_communes_in_one_month_is_a_signal_also_across_programmes(gateway: Gateway) -> None:
    listed(gateway, row(1, commune_code="00004"), programme="other")
    batch = listed(gateway, row(1, commune_code="00006"), row(2, commune_code="00006"))
    assert told(gateway, batch) == [("two_places", "TC-0001")]
    assert found(gateway, batch)[0].detail.endswith("00004")


# --- acknowledged before anybody approves ----------------------------------------------------------------------


@pytest.fixture
def with_signals(gateway: Gateway) -> tuple[Gateway, Batch]:
    """A submitted batch with somebody new and somebody with another account."""
    listed(gateway, earlier(1), earlier(2), period=LAST)
    batch = listed(gateway, row(1), row(2, account="1099999999"), row(3))
    approve.submit(looking(gateway), batch.id, "maker", person("maker"))
    return gateway, batch


def acknowledge(gateway: Gateway, batch: Batch, name: str, *kinds: SignalKind, reason: str = "papers seen") -> None:
    signals.acknowledge(looking(gateway), batch.id, kinds, reason, name, person(name))


def signed(gateway: Gateway, batch: Batch, name: str) -> str:
    return approve.approve(looking(gateway), batch.id, name, person(name)).batch.state


BOTH = (SignalKind.ACCOUNT_CHANGED, SignalKind.PERSON_NEW)


def test_m11_each_checker_acknowledges_every_signal_before_signing(with_signals: tuple[Gateway, Batch]) -> None:
    gateway, batch = with_signals
    with pytest.raises(Refusal, match="signals_unacknowledged") as refused:
        signed(gateway, batch, "checker")
    assert refused.value.params["signals"] == "account_changed, person_new"
    acknowledge(gateway, batch, "checker", BOTH[0])
    with pytest.raises(Refusal, match="signals_unacknowledged"):
        signed(gateway, batch, "checker")
    acknowledge(gateway, batch, "checker", *BOTH)
    assert signed(gateway, batch, "checker") == "submitted"
    with pytest.raises(Refusal, match="signals_unacknowledged"):
        signed(gateway, batch, "checker2")
    acknowledge(gateway, batch, "checker2", *BOTH)
    assert signed(gateway, batch, "checker2") == "approved"
    assert list(integrity.check(gateway.context)) == []


def test_m11_one_line_more_with_the_same_signal_is_asked_about_again(gateway: Gateway) -> None:
    people = [roster.man(number) for number in (1, 2)]
    in_the_roster(gateway, *people)
    batch = listed(gateway, *(paid_as(man, number) for number, man in enumerate(people, 1)))
    approve.submit(looking(gateway), batch.id, "maker", person("maker"))
    dead = {"result": "03", "died_on": "2026-10-20"}
    first = population.confirming(gateway, population.asked(gateway, "pension"))
    population.told(gateway, [first[0] | dead, first[1]])
    acknowledge(gateway, batch, "checker", SignalKind.PERSON_DECEASED)
    second = population.confirming(gateway, population.asked(gateway, "pension"))
    population.told(gateway, [each | dead for each in second])
    with pytest.raises(Refusal, match="person_deceased"):
        signed(gateway, batch, "checker")
    acknowledge(gateway, batch, "checker", SignalKind.PERSON_DECEASED)
    assert signed(gateway, batch, "checker") == "submitted"
    assert list(integrity.check(gateway.context)) == []


def test_m11_the_maker_acknowledges_nothing_nor_does_anybody_without_a_reason_or_a_signal(
    with_signals: tuple[Gateway, Batch],
) -> None:
    gateway, batch = with_signals
    with pytest.raises(NotAllowed, match="role_missing"):
        acknowledge(gateway, batch, "maker", *BOTH)
    with pytest.raises(Refusal, match="reason_missing"):
        acknowledge(gateway, batch, "checker", *BOTH, reason=" ")
    with pytest.raises(Refusal, match="signal_absent"):
        acknowledge(gateway, batch, "checker", SignalKind.PERSON_OLD)
    gateway.give_roles("maker", "maker", "checker")
    with pytest.raises(NotAllowed, match="maker_cannot_acknowledge"):
        acknowledge(gateway, batch, "maker", *BOTH)
    assert gateway.value("SELECT count(*) FROM acknowledgement") == 0


def test_m11_the_database_keeps_acknowledgements_as_they_are_and_takes_none_of_the_maker(
    with_signals: tuple[Gateway, Batch],
) -> None:
    gateway, batch = with_signals
    acknowledge(gateway, batch, "checker", *BOTH)
    copied = "INSERT INTO acknowledgement SELECT batch_id, maker, signal, signals_sha256, maker, lines, reason, key_id,"
    for statement in (
        "UPDATE acknowledgement SET reason = 'other'",
        "DELETE FROM acknowledgement",
        f"{copied} signature, made_at FROM acknowledgement",
    ):
        with pytest.raises(DBAPIError), gateway.store.begin() as tx:
            tx.run(statement)


EDITS = {
    "another digest": "UPDATE acknowledgement SET signals_sha256 = X'00' WHERE signal = 'person_new'",
    "taken away": "DELETE FROM acknowledgement WHERE signal = 'person_new'",
}


@pytest.mark.parametrize("name", EDITS)
def test_a2_db_check_finds_an_acknowledgement_that_was_changed(
    with_signals: tuple[Gateway, Batch], name: str, hexed: Callable[[str], str]
) -> None:
    gateway, batch = with_signals
    acknowledge(gateway, batch, "checker", *BOTH)
    assert list(integrity.check(gateway.context)) == []
    edit(gateway, hexed(EDITS[name]))
    codes = {each.code for each in integrity.check(gateway.context)}
    assert codes & {"signature_differs", "record_differs", "rows_missing"}


@pytest.fixture
def hexed(gateway: Gateway) -> Callable[[str], str]:
    """Bytes as the database at hand writes them."""
    return lambda sql: sql if gateway.store.dialect.name == "sqlite" else sql.replace("X'00'", "'\\x00'")
