"""One entry for a whole file settles all its lines, or all but the rejected ones, and in any order of arrival (S3)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from support.banks import SumBooking
from support.evidence import BANK, booked, credit, debit, status
from support.gateways import Gateway, row

AMOUNTS = (500_001, 500_002, 500_003)
ALL = sum(AMOUNTS)


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Three payments in one file that the partner has."""
    gateway.approved(row(1), row(2), row(3))
    gateway.send()
    assert [gateway.value("SELECT amount FROM payment WHERE line = :n", n=n + 2) for n in range(3)] == list(AMOUNTS)
    return gateway


def _block(gateway: Gateway) -> str:
    return str(gateway.files()[0].payment_information_id)


def _rejection(gateway: Gateway, number: int, hour: int = 10) -> bytes:
    (file,) = gateway.files()
    transfers = ((gateway.end_to_end_id(f"TC-000{number}"), "RJCT", "AC04"),)
    created = f"2026-11-02T{hour}:00:00+07:00"
    return BANK.status(file.message_id, id_=f"P{number}{hour}", transfers=transfers, created=created)


def _open(gateway: Gateway) -> list[str]:
    return sorted(each.kind for each in gateway.rows("SELECT kind FROM exception WHERE state = 'open'"))


def _states(gateway: Gateway) -> str:
    return " ".join(gateway.states().values())


@pytest.mark.parametrize("named", ["message", "block", "both", "detail"])
def test_one_entry_of_the_whole_amount_settles_every_line(sent: Gateway, named: str) -> None:
    (file,) = sent.files()
    ids: dict[str, Any] = {
        "message": {"message_id": file.message_id},
        "block": {"block_id": file.payment_information_id},
        "both": {"message_id": file.message_id, "block_id": file.payment_information_id},
        "detail": {"block_id": file.payment_information_id, "as_detail": True},
    }[named]
    booked(sent, SumBooking(-ALL, **ids))
    assert _states(sent) == "settled settled settled"
    assert sent.exceptions() == []
    assert sent.rows("SELECT disposition FROM entry") == [("allocated",)]
    found = sent.rows("SELECT kind, by, amount, detail_id FROM allocation ORDER BY payment_id")
    by = "message" if named in ("message", "both") else "block"
    assert [tuple(each) for each in found] == [("debit", by, amount, None) for amount in AMOUNTS]
    assert sent.files()[0].state == "acknowledged"


@pytest.mark.parametrize("off", [-1, 1, AMOUNTS[0]])
def test_s5_any_other_amount_is_an_exception_and_no_line_moves(sent: Gateway, off: int) -> None:
    booked(sent, SumBooking(-ALL + off, block_id=_block(sent)))
    assert _states(sent) == "sent sent sent"
    assert sent.exceptions() == ["sum_entry"]
    assert sent.rows("SELECT disposition FROM entry") == [("exception",)]


def test_a_credit_of_the_sum_that_is_no_reversal_moves_nothing(sent: Gateway) -> None:
    booked(sent, SumBooking(ALL, block_id=_block(sent)))
    assert _states(sent) == "sent sent sent"
    assert sent.exceptions() == ["sum_entry"]


def test_the_id_of_another_block_or_of_two_settles_nothing(sent: Gateway) -> None:
    sent.approved(row(4))
    sent.send()
    first, second = sent.files()
    booked(sent, SumBooking(-ALL, first.message_id, second.payment_information_id))
    booked(sent, SumBooking(-ALL, block_id=_block_of_nobody(), reference="OTHER"), name="2")
    assert set(sent.states().values()) == {"sent"}
    assert sent.exceptions() == ["keys_contradict", "unknown_debit"]


def _block_of_nobody() -> str:
    return "BOTHER0100000001"


@pytest.mark.parametrize("order", list(permutations(("rejection", "sum"))))
def test_s3_all_but_the_rejected_lines_whatever_comes_first(sent: Gateway, order: tuple[str, ...]) -> None:
    said = {
        "rejection": ("pain.002", _rejection(sent, 2)),
        "sum": ("camt.053", BANK.statement(SumBooking(-ALL + AMOUNTS[1], block_id=_block(sent)))),
    }
    for name in order:
        sent.receive(said[name][0], name, said[name][1])
    assert _states(sent) == "settled rejected settled"
    assert _open(sent) == []
    assert sent.rows("SELECT disposition FROM entry") == [("allocated",)]


@pytest.mark.parametrize("order", list(permutations(("early", "late", "sum"))))
def test_s3_s8_a_line_rejected_after_the_sum_was_booked_is_an_alarm_in_every_order(
    sent: Gateway, order: tuple[str, ...]
) -> None:
    """By the times inside the messages: first the partner left out one line, and in the evening it refused another."""
    said = {
        "early": ("pain.002", _rejection(sent, 1, 10)),
        "late": ("pain.002", _rejection(sent, 2, 18)),
        "sum": ("camt.053", BANK.statement(SumBooking(-ALL + AMOUNTS[0], block_id=_block(sent)))),
    }
    for name in order:
        sent.receive(said[name][0], name, said[name][1])
    assert _states(sent) == "rejected settled settled"
    assert _open(sent) == ["booked_and_rejected"]


@pytest.mark.parametrize("order", list(permutations(("one", "other", "sum"))))
def test_s3_a_sum_that_left_out_only_the_later_rejection_settles_nothing(sent: Gateway, order: tuple[str, ...]) -> None:
    """The one that was refused first is in the sum: what was left out cannot be told."""
    said = {
        "one": ("pain.002", _rejection(sent, 1, 10)),
        "other": ("pain.002", _rejection(sent, 2, 18)),
        "sum": ("camt.053", BANK.statement(SumBooking(-ALL + AMOUNTS[1], block_id=_block(sent)))),
    }
    for name in order:
        sent.receive(said[name][0], name, said[name][1])
    assert _states(sent) == "rejected rejected sent"
    assert _open(sent) == ["sum_entry"]
    assert sent.value("SELECT count(*) FROM allocation") == 0
    assert sent.rows("SELECT disposition FROM entry") == [("exception",)]


@pytest.mark.parametrize("order", list(permutations(("sum", "reversal"))))
def test_the_reversal_of_a_sum_undoes_every_line(sent: Gateway, order: tuple[str, ...]) -> None:
    bookings = {
        "sum": SumBooking(-ALL, block_id=_block(sent)),
        "reversal": SumBooking(ALL, block_id=_block(sent), reference="UNDONE", reversal=True),
    }
    for name in order:
        booked(sent, bookings[name], name=name)
    assert _states(sent) == "sent sent sent"
    assert _open(sent) == []
    assert sent.value("SELECT min(CASE WHEN holds_key THEN 1 ELSE 0 END) FROM payment") == 1


def test_a_line_of_a_sum_comes_back_by_itself(sent: Gateway) -> None:
    booked(sent, SumBooking(-ALL, block_id=_block(sent)), credit(sent, "TC-0003"))
    assert _states(sent) == "settled settled returned"
    assert _open(sent) == []


def test_m1_a_line_of_a_sum_that_is_booked_alone_as_well_is_an_alarm(sent: Gateway) -> None:
    booked(sent, SumBooking(-ALL, block_id=_block(sent)), debit(sent))
    assert _open(sent) == ["second_debit"]


@pytest.mark.parametrize("amount", [ALL, ALL - AMOUNTS[0]])
def test_a_partner_that_books_rejected_lines_as_well_settles_by_the_whole_only(sent: Gateway, amount: int) -> None:
    sent.profiles["vietinbank"] = replace(sent.profiles["vietinbank"], sum_booking="all")
    sent.__dict__.pop("context")
    sent.receive("pain.002", "1", _rejection(sent, 1))
    booked(sent, SumBooking(-amount, block_id=_block(sent)))
    if amount == ALL:
        assert _states(sent) == "settled settled settled"
        assert _open(sent) == ["booked_and_rejected"]
    else:
        assert _states(sent) == "rejected sent sent"
        assert _open(sent) == ["sum_entry"]


def test_s2_the_same_sum_in_another_message_changes_nothing(sent: Gateway) -> None:
    booked(sent, SumBooking(-ALL, block_id=_block(sent)), message="camt.054")
    booked(sent, SumBooking(-ALL, block_id=_block(sent)), name="2")
    status(sent, group=("ACSC", ""))
    assert _states(sent) == "settled settled settled"
    assert sent.value("SELECT count(*) FROM allocation") == 3
    assert _open(sent) == []
