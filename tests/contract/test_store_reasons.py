"""Reasons and answers are told alike by both databases."""

from __future__ import annotations

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key, row

from gateway.reports import actions
from gateway.reports.actions import Total, totals, unpaid_lines
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


def _action(_partner: str, reason: str | None, _state: str) -> str:
    return {"AC04": "ask_new_account", "MD07": "suspend_person"}.get(reason or "", actions.NO_REASON)


def _unpaid(gateway: Gateway, **only: str) -> list[actions.Unpaid]:
    return list(unpaid_lines(gateway.store, _action, False, **only))


def test_each_payment_that_ended_unpaid_has_its_action_masked(answered: Gateway) -> None:
    found = _unpaid(answered)
    assert [(each.payment_ref, each.reason, each.action) for each in found] == [
        ("TC-0001", "AC04", "ask_new_account"),
        ("TC-0002", "MD07", "suspend_person"),
    ]
    assert all("Nguyễn Văn An" not in each.person.beneficiary_name for each in found)
    whole = list(unpaid_lines(answered.store, _action, True))
    assert whole[0].person.beneficiary_name == "Nguyễn Văn An"


def test_the_sums_are_those_of_the_lines(answered: Gateway) -> None:
    assert totals(_unpaid(answered)) == [
        Total("", "ask_new_account", "VND", 1, 500_001),
        Total("", "suspend_person", "VND", 1, 500_002),
    ]
    assert totals([]) == []


def test_actions_are_narrowed_to_a_commune_and_a_batch(gateway: Gateway) -> None:
    rows = [row(number, commune_code=code) for number, code in ((1, "10162"), (2, "10165"), (3, "10162"))]
    first, second = gateway.approved(*rows), gateway.approved(row(4, commune_code="10162"))
    gateway.send()
    files = {each.batch_id: each.message_id for each in gateway.files()}
    for number, batch in enumerate((first, second)):
        gateway.receive("pain.002", f"{number}", BANK.status(files[batch], group=("RJCT", "AC01"), id_=f"P{number}"))
    lines = [(each.commune_code, each.payment_ref) for each in _unpaid(gateway)]
    assert lines == [("10162", "TC-0001"), ("10162", "TC-0003"), ("10162", "TC-0004"), ("10165", "TC-0002")]
    assert [each.payment_ref for each in _unpaid(gateway, commune="10165")] == ["TC-0002"]
    assert [each.payment_ref for each in _unpaid(gateway, commune="10162", batch=second)] == ["TC-0004"]
    assert _unpaid(gateway, batch="NONE") == []
