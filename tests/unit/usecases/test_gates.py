"""M14: limits per day, account and person, and the money of the account, hold a batch before it is allocated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.banks import Booking
from support.evidence import BANK, booked, debit
from support.gateways import ACCOUNTS, Gateway, new_gateway, person, row

from gateway.domain.errors import Held, Refusal
from gateway.store import deliveries, files
from gateway.usecases import approve, decide
from gateway.usecases.acts import ACTS
from gateway.usecases.allocate import allocate
from gateway.usecases.decide import Proposal

AMOUNT = 500_001
"""What the first row comes to."""
ACCOUNT = ACCOUNTS["vietinbank"]


def _limited(gateway: Gateway, **limits: int) -> Gateway:
    for code, profile in gateway.profiles.items():
        gateway.profiles[code] = replace(profile, limits=replace(profile.limits, **limits))
    gateway.__dict__.pop("context", None)
    return gateway


def _held(gateway: Gateway, batch: str, code: str) -> Held:
    with pytest.raises(Held, match=code) as held:
        allocate(gateway.context, batch)
    return held.value


# --- limits ----------------------------------------------------------------------------------------------------


def test_m14_more_than_the_limit_of_a_day_is_held_and_goes_another_day(gateway: Gateway) -> None:
    _limited(gateway, amount_per_day_max=2 * AMOUNT)
    gateway.approved(row(1))
    gateway.send()
    second = gateway.approved(row(2))
    held = _held(gateway, second, "limit_per_day")
    assert (held.params["amount"], held.params["max"]) == (2 * AMOUNT + 1, 2 * AMOUNT)
    assert gateway.states()["TC-0002"] == "approved"
    gateway.clock.pass_(days=1)
    assert len(allocate(gateway.context, second)) == 1


def test_m14_exactly_the_limit_goes(gateway: Gateway) -> None:
    _limited(gateway, amount_per_day_max=AMOUNT, amount_per_account_max=AMOUNT, amount_per_person_max=AMOUNT)
    assert len(allocate(gateway.context, gateway.approved(row(1)))) == 1


@pytest.mark.parametrize(
    ("limit", "second", "code"),
    [
        ("amount_per_account_max", {"account": row(1)["account"]}, "limit_per_account"),
        (
            "amount_per_person_max",
            {"beneficiary_id": row(1)["beneficiary_id"], "benefit_month": "2026-10", "bank": "momo",
             "account": "0912345678"},
            "limit_per_person",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("together", [True, False])
def test_m14_an_account_or_a_person_gets_no_more_than_its_limit_on_a_day(
    gateway: Gateway, limit: str, second: dict[str, str], code: str, together: bool
) -> None:
    _limited(gateway, **{limit: 2 * AMOUNT})
    rows = [row(1), row(2, **second)]
    if together:
        batch = gateway.approved(*rows)
    else:
        allocate(gateway.context, gateway.approved(rows[0]))
        batch = gateway.approved(rows[1])
    held = _held(gateway, batch, code)
    assert held.params["count"] == 1


def test_m14_what_a_voided_file_held_is_free_again(gateway: Gateway) -> None:
    _limited(gateway, amount_per_day_max=AMOUNT, amount_per_account_max=AMOUNT, amount_per_person_max=AMOUNT)
    batch = gateway.approved(row(1))
    (file,) = allocate(gateway.context, batch)
    with gateway.store.begin() as tx:
        deliveries.void(tx, files.find(tx, file), "made anew")
    assert len(allocate(gateway.context, batch)) == 1


def test_m14_what_somebody_else_got_beyond_the_limit_holds_nobody(gateway: Gateway) -> None:
    allocate(gateway.context, gateway.approved(row(1)))
    _limited(gateway, amount_per_account_max=AMOUNT - 1, amount_per_person_max=AMOUNT - 1)
    assert len(allocate(gateway.context, gateway.approved(row(2, amount="1")))) == 1


def test_m2_a_held_batch_is_told_once_and_let_go_by_itself(gateway: Gateway) -> None:
    _limited(gateway, amount_per_day_max=1)
    gateway.approved(row(1))
    for _ in range(3):
        assert [error.code for error in gateway.send().errors] == ["limit_per_day"]
    assert gateway.exceptions() == ["batch_held"]
    _limited(gateway, amount_per_day_max=AMOUNT)
    assert gateway.send().deliveries[0].state == "sent"
    assert gateway.value("SELECT state FROM exception") == "resolved"


def test_m14_a_held_batch_keeps_no_other_from_its_turn(gateway: Gateway) -> None:
    _limited(gateway, amount_per_person_max=AMOUNT)
    gateway.approved(row(2, amount="600000"))
    gateway.approved(row(1))
    sent = gateway.send()
    assert [error.code for error in sent.errors] == ["limit_per_person"]
    assert [delivery.amount for delivery in sent.deliveries] == [AMOUNT]


def test_a_held_batch_may_be_cancelled(gateway: Gateway) -> None:
    _limited(gateway, amount_per_day_max=1)
    batch = gateway.approved(row(1))
    gateway.send()
    approve.cancel(gateway.context, batch, "maker", person("maker"))
    assert gateway.send().errors == []
    assert gateway.value("SELECT state FROM exception") == "resolved"


# --- money -----------------------------------------------------------------------------------------------------


@pytest.fixture
def gated(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway whose batches wait for their money; four days have statements, the last of Thursday 5 November."""
    gateway = new_gateway(tmp_path)
    gateway.__dict__["context"] = replace(gateway.context, funds_gate=True)
    gateway.clock.pass_(days=4)
    yield gateway
    gateway.close()


def _balance(gateway: Gateway, amount: int, day: str = "2026-11-05", *bookings: Any) -> None:
    opening = amount - sum(each.amount for each in bookings)
    booked(gateway, *bookings, name=f"b{day}", day=day, opening=opening)


def test_m14_a_batch_waits_for_the_first_statement(gated: Gateway) -> None:
    batch = gated.approved(row(1))
    _held(gated, batch, "balance_unknown")
    _balance(gated, AMOUNT)
    assert len(allocate(gated.context, batch)) == 1


def test_m14_a_batch_waits_for_its_money(gated: Gateway) -> None:
    _balance(gated, AMOUNT - 1)
    held = _held(gated, gated.approved(row(1)), "funds_missing")
    assert (held.params["amount"], held.params["available"]) == (AMOUNT, AMOUNT - 1)


def test_m14_a_balance_older_than_a_business_day_holds(gated: Gateway) -> None:
    _balance(gated, 10 * AMOUNT, "2026-11-04")
    assert _held(gated, gated.approved(row(1)), "balance_too_old").params["date"] == "2026-11-04"


def test_m14_fridays_balance_serves_on_monday(gated: Gateway) -> None:
    _balance(gated, AMOUNT, "2026-11-06")
    gated.clock.pass_(days=3)
    assert len(allocate(gated.context, gated.approved(row(1)))) == 1


def test_m14_a_balance_that_does_not_tie_is_none(gated: Gateway) -> None:
    booked(gated, name="x", day="2026-11-05", opening=10 * AMOUNT, closing=11 * AMOUNT)
    _held(gated, gated.approved(row(1)), "balance_unknown")


def test_m14_what_other_batches_reserved_or_released_is_not_free(gated: Gateway) -> None:
    _balance(gated, 2 * AMOUNT)
    first = gated.approved(row(1))
    second = gated.approved(row(2, amount=str(AMOUNT + 1)))
    allocate(gated.context, first)
    assert _held(gated, second, "funds_missing").params["available"] == AMOUNT
    gated.send()
    assert gated.states()["TC-0001"] == "sent"
    assert _held(gated, second, "funds_missing").params["available"] == AMOUNT


def test_m14_a_debit_that_the_balance_contains_is_not_counted_twice(gated: Gateway) -> None:
    _balance(gated, 2 * AMOUNT)
    gated.approved(row(1))
    gated.send()
    _balance(gated, AMOUNT, "2026-11-06", debit(gated, day="2026-11-06"))
    gated.clock.pass_(days=3)
    assert len(allocate(gated.context, gated.approved(row(2, amount=str(AMOUNT))))) == 1


def test_m14_a_debit_after_the_balance_is_counted(gated: Gateway) -> None:
    _balance(gated, 2 * AMOUNT)
    gated.approved(row(1))
    gated.send()
    notified = BANK.statement(debit(gated, day="2026-11-06"), message="camt.054", id_="N1", day="2026-11-06")
    gated.receive("camt.054", "n", notified)
    assert gated.states()["TC-0001"] == "settled"
    second = gated.approved(row(2, amount=str(AMOUNT + 1)))
    assert _held(gated, second, "funds_missing").params["available"] == AMOUNT


def test_m14_a_rejected_payment_gives_its_money_back(gated: Gateway) -> None:
    _balance(gated, AMOUNT)
    gated.approved(row(1))
    gated.send()
    (file,) = gated.files()
    gated.receive("pain.002", "p", BANK.status(file.message_id, group=("RJCT", "AC04")))
    assert len(allocate(gated.context, gated.approved(row(2, amount=str(AMOUNT))))) == 1


# --- funding ---------------------------------------------------------------------------------------------------


def _confirmed(gateway: Gateway, amount: int = AMOUNT, account: str = ACCOUNT, **params: str) -> str:
    told = {"amount": str(amount), "date": "2026-11-06", "reference": "FT1"} | params
    proposal = Proposal(f"vietinbank {account}", "treasury", told)
    decision = decide.propose(gateway.context, ACTS["funding confirm"], proposal, "checker", person("checker"))
    confirmed = decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2"))
    return confirmed.state


def test_m14_money_that_two_people_confirm_counts_until_the_statement_shows_it(gated: Gateway) -> None:
    _balance(gated, 0)
    batch = gated.approved(row(1))
    _held(gated, batch, "funds_missing")
    assert _confirmed(gated) == "executed"
    assert len(allocate(gated.context, batch)) == 1
    _balance(gated, AMOUNT, "2026-11-06", Booking(None, AMOUNT, "FT1", "2026-11-06"))
    gated.clock.pass_(days=3)
    second = gated.approved(row(2, amount="1"))
    assert _held(gated, second, "funds_missing").params["available"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 0}, "funding_unreadable"),
        ({"reference": ""}, "funding_unreadable"),
        ({"date": "2026-11-07"}, "funding_not_yet"),
        ({"date": "soon"}, "funding_not_yet"),
        ({"date": "2026-11-05"}, "funding_in_balance"),
        ({"account": "999"}, "account_not_ours"),
    ],
)
def test_funding_that_cannot_be_is_refused(gated: Gateway, changes: dict[str, Any], code: str) -> None:
    _balance(gated, 0)
    with pytest.raises(Refusal, match=code):
        _confirmed(gated, **changes)


def test_m14_one_transfer_counts_once(gated: Gateway) -> None:
    assert _confirmed(gated) == "executed"
    with pytest.raises(Refusal, match="funding_known"):
        _confirmed(gated)
