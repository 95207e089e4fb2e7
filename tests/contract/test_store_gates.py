"""Limits, money and funding on both databases, and two allocations at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from support.decisions import decision
from support.evidence import booked
from support.gateways import Gateway, row
from support.stores import together

from gateway.domain.errors import Held
from gateway.store import gates
from gateway.usecases.allocate import allocate

AMOUNT = 500_001


def _gated(gateway: Gateway, balance: int, **limits: int) -> Gateway:
    """Batches wait for their money, of which the statement of the day before shows ``balance``."""
    for code, profile in gateway.profiles.items():
        gateway.profiles[code] = replace(profile, limits=replace(profile.limits, **limits))
    gateway.__dict__.pop("context", None)
    gateway.__dict__["context"] = replace(gateway.context, funds_gate=True)
    booked(gateway, opening=balance, day="2026-11-02")
    gateway.clock.pass_(days=1)
    return gateway


@pytest.mark.parametrize(
    ("balance", "limits", "code"),
    [
        (AMOUNT - 1, {}, "funds_missing"),
        (AMOUNT, {"amount_per_day_max": AMOUNT - 1}, "limit_per_day"),
        (AMOUNT, {"amount_per_account_max": AMOUNT - 1}, "limit_per_account"),
        (AMOUNT, {"amount_per_person_max": AMOUNT - 1}, "limit_per_person"),
    ],
)
def test_m14_a_batch_is_held_and_told_once(gateway: Gateway, balance: int, limits: dict[str, int], code: str) -> None:
    batch = _gated(gateway, balance, **limits).approved(row(1))
    for _ in range(2):
        with pytest.raises(Held, match=code):
            allocate(gateway.context, batch)
    assert gateway.exceptions() == ["batch_held"]


def test_m14_a_batch_with_its_money_goes(gateway: Gateway) -> None:
    batch = _gated(gateway, AMOUNT).approved(row(1))
    assert len(allocate(gateway.context, batch)) == 1


def test_m14_of_two_statements_of_a_day_the_numbered_one_is_the_newer_on_both_databases(gateway: Gateway) -> None:
    gated = _gated(gateway, 7)
    booked(gated, opening=9, sequence="5", name="numbered", day="2026-11-02")
    with gated.store.read() as tx:
        balance = gates.last_balance(tx, "vietinbank", "110000000001", "camt.053")
    assert (balance.day, balance.amount) == ("2026-11-02", 9)


def test_m14_two_batches_at_once_do_not_spend_the_same_money(gateway: Gateway) -> None:
    """One worker after the other reserves, on PostgreSQL as on SQLite."""
    _gated(gateway, 2 * AMOUNT)
    first, second = gateway.approved(row(1)), gateway.approved(row(2))
    results = together(lambda: allocate(gateway.context, first), lambda: allocate(gateway.context, second))
    assert sorted(type(result).__name__ for result in results) == ["Held", "list"]
    assert gateway.value("SELECT sum(amount) FROM file_out") <= 2 * AMOUNT


_FUNDING = (
    "INSERT INTO funding (id, decision_id, partner, account, reference, amount, currency, value_date, confirmed_at)"
    " VALUES (1, :d, 'momo', '1', 'FT1', 1, 'VND', '2026-11-02', 'now')"
)


@pytest.mark.parametrize(
    ("verb", "subject", "executed", "allowed"),
    [
        ("funding confirm", "momo 1", True, True),
        ("funding confirm", "momo 1", False, False),
        ("funding confirm", "momo 2", True, False),
        ("start", "momo 1", True, False),
    ],
)
def test_m11_m14_funding_needs_the_executed_decision_on_its_account_and_stays(
    gateway: Gateway, verb: str, subject: str, executed: bool, allowed: bool
) -> None:
    with gateway.store.begin() as tx:
        number = decision(tx, verb, subject, executed=executed)
    if not allowed:
        with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
            tx.run(_FUNDING, d=number)
        return
    with gateway.store.begin() as tx:
        tx.run(_FUNDING, d=number)
    for sql in ("UPDATE funding SET amount = 2", "DELETE FROM funding"):
        with pytest.raises(DBAPIError, match="M14"), gateway.store.begin() as tx:
            tx.run(sql)
