"""Paying again on both databases: the evidence, the successors, and the predecessor that is booked after all."""

from __future__ import annotations

from support.evidence import BANK, debit
from support.gateways import Gateway, row
from support.stores import together
from support.successors import approved, confirmed, corrected, proposed, repaid, returned, successor
from support.successors import rejected as _rejected

from gateway.store.tables import Decision


def _sent(gateway: Gateway) -> None:
    gateway.approved(*(row(number) for number in (1, 2, 3, 4)))
    gateway.send()
    for name in gateway.outbox():
        (gateway.place() / "in" / name).unlink()


def test_m10_a_run_of_a_rejected_and_a_returned_payment(gateway: Gateway) -> None:
    _sent(gateway)
    _rejected(gateway, days=("2026-11-02",))
    returned(gateway, "TC-0002")
    for day in ("2026-11-04", "2026-11-05"):
        gateway.receive("camt.053", day, BANK.statement(id_=f"S{day}", day=day))
    refused = [corrected("TC-0001"), corrected("TC-0002"), corrected("TC-0003")]
    assert repaid(gateway, *refused)
    assert successor(gateway, "TC-0002.R1").state == "ready"


def test_m10_a_rejected_payment_is_paid_again_and_held_when_it_is_booked_after_all(gateway: Gateway) -> None:
    _sent(gateway)
    _rejected(gateway)
    assert confirmed(gateway, proposed(gateway)) == "executed"
    approved(gateway, successor(gateway).batch_id)
    late = debit(gateway, day="2026-11-06")
    gateway.receive("camt.053", "late", BANK.statement(late, id_="SL", day="2026-11-06"))
    assert (successor(gateway).state, successor(gateway).held_from) == ("held", "approved")
    assert gateway.states()["TC-0001"] == "settled"
    assert {"booked_and_rejected", "successor_held"} <= set(gateway.exceptions())


def test_m10_of_two_confirmations_at_once_one_makes_the_successor(gateway: Gateway) -> None:
    _sent(gateway)
    returned(gateway)
    decision: Decision = proposed(gateway)
    results = together(lambda: confirmed(gateway, decision, "checker"), lambda: confirmed(gateway, decision, "both"))
    assert sorted(str(result) for result in results if result == "executed") == ["executed"]
    assert gateway.value("SELECT count(*) FROM payment WHERE predecessor_id IS NOT NULL") == 1


def test_m10_a_second_line_of_a_month_is_a_problem_of_its_row(gateway: Gateway) -> None:
    same = {"beneficiary_id": row(1)["beneficiary_id"]}
    gateway.import_([row(1)])
    beside = [
        row(2, **same, kind="one-off"),
        row(3, **same, kind="arrears"),
        row(4, **same, kind="arrears", amount="1", entitled_amount="500001"),
    ]
    found = gateway.import_(beside).problems
    assert sorted((each.row, each.code) for each in found) == [
        (2, "benefit_already_paid"),
        (3, "entitled_amount_missing"),
        (4, "entitled_amount_exceeded"),
    ]
    within = row(5, **same, kind="arrears", amount="9", entitled_amount="500010")
    assert gateway.import_([within]).problems == []
