"""Reasons and answers are told alike by both databases."""

from __future__ import annotations

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key, row

from gateway.reports.batch import Unpaid, batch_report
from gateway.store import browse

BANK = Answerer(bank_key())


@pytest.fixture
def answered(gateway: Gateway) -> Gateway:
    """Two payments: one rejected by the bank's own code, one booked and returned; and a return of somebody else's."""
    gateway.approved(row(1), row(2))
    gateway.send()
    (file,) = gateway.files()
    first, second = (each.end_to_end_id for each in gateway.rows("SELECT end_to_end_id FROM payment ORDER BY id"))
    statuses = ((first, "RJCT", "E017"), (second, "PDNG", ""))
    said = gateway.receive("pain.002", "1", BANK.status(file.message_id, group=("PART", ""), transfers=statuses))
    assert said.matched.causes == [("rejected", "AC04", 1)]
    booked = Booking(second, -500_002, "D"), Booking(second, 500_002, "R", return_reason="MD07")
    stranger = Booking(None, -7, "X", return_reason="BE08")
    moved = gateway.receive("camt.053", "1", BANK.statement(*booked, stranger))
    assert moved.matched.causes == [("returned", "MD07", 1)]
    return gateway


def test_answers_of_a_payment_are_those_of_all_levels(answered: Gateway) -> None:
    first, second = (each.end_to_end_id for each in answered.rows("SELECT end_to_end_id FROM payment ORDER BY id"))
    with answered.store.read() as tx:
        told = [browse.answers(tx, browse.payment(tx, each)) for each in (first, second)]
    assert [[(a.level, a.status, a.reason) for a in answers] for answers in told] == [
        [("group", "PART", None), ("transfer", "RJCT", "AC04")],
        [("group", "PART", None), ("transfer", "PDNG", None)],
    ]


def test_a_report_sums_by_reason(answered: Gateway) -> None:
    report = batch_report(answered.store, answered.value("SELECT id FROM batch"))
    assert report.reasons == (
        Unpaid("vietinbank", "rejected", "AC04", 1, 500_001),
        Unpaid("vietinbank", "returned", "MD07", 1, 500_002),
    )


def test_an_exception_has_the_reason_of_its_entry(answered: Gateway) -> None:
    with answered.store.read() as tx:
        (found,) = browse.exceptions(tx, 10, kind="return_of_other")
        assert tuple(browse.exception_reason(tx, found.id)) == ("BE08", "returned")
