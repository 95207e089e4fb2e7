"""Exceptions that are opened for payments in one statement, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.evidence import booked, debit, status
from support.gateways import Gateway, row

from gateway.usecases.close import close


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def test_m1_a_second_debit_is_told(sent: Gateway) -> None:
    booked(sent, debit(sent), replace(debit(sent), reference="D-again"))
    assert "second_debit" in sent.exceptions()


def test_s8_a_booking_of_a_rejected_payment_is_told(sent: Gateway) -> None:
    status(sent, transfers=[(sent.end_to_end_id(), "RJCT", "AC04")])
    booked(sent, debit(sent))
    assert "booked_and_rejected" in sent.exceptions()


def test_m2_payments_without_an_end_are_told_when_their_day_is_over(sent: Gateway) -> None:
    sent.clock.pass_(days=5)
    close(sent.context)
    assert sent.exceptions().count("no_final_answer") == 2
