"""The keys by which a detail finds its payment, in strict order, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.evidence import amount, booked, credit, debit
from support.gateways import Gateway, person, row

from gateway.reports.batch import batch_report
from gateway.store import tie
from gateway.usecases import approve


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Two payments in one file that the partner has."""
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def _uetr(gateway: Gateway, ref: str = "TC-0001") -> str:
    return str(gateway.value("SELECT uetr FROM payment WHERE payment_ref = :r", r=ref))


def _instruction(gateway: Gateway, ref: str = "TC-0001") -> str:
    return f"I{gateway.end_to_end_id(ref)[1:]}"


def _by(gateway: Gateway) -> list[tuple[str, str, str]]:
    rows = gateway.rows(
        "SELECT p.payment_ref, a.kind, a.by FROM allocation a JOIN payment p ON p.id = a.payment_id ORDER BY a.id"
    )
    return [tuple(each) for each in rows]


def test_s5_a_payment_is_found_by_the_strongest_key_that_is_there(sent: Gateway) -> None:
    keys: dict[str, dict[str, Any]] = {
        "end_to_end": {"uetr": _uetr(sent), "instruction_id": _instruction(sent)},
        "uetr": {"end_to_end_id": "NOTPROVIDED", "uetr": _uetr(sent), "instruction_id": _instruction(sent)},
        "instruction": {"end_to_end_id": None, "instruction_id": _instruction(sent)},
    }
    for number, (key, fields) in enumerate(keys.items()):
        booked(sent, replace(debit(sent, reference=f"D{number}"), **fields), name=key)
    assert _by(sent) == [("TC-0001", "debit", key) for key in keys]


@pytest.mark.parametrize("key", ["uetr", "instruction"])
def test_a_return_and_a_reversal_are_found_by_weaker_keys_as_well(sent: Gateway, key: str) -> None:
    for ref in ("TC-0001", "TC-0002"):
        fields = {"uetr": _uetr(sent, ref)} if key == "uetr" else {"instruction_id": _instruction(sent, ref)}
        how: dict[str, Any] = {} if ref == "TC-0001" else {"return_reason": None, "reversal": True}
        booked(sent, replace(debit(sent, ref), end_to_end_id=None, **fields), name=f"d{ref}")
        booked(sent, replace(credit(sent, ref, **how), end_to_end_id=None, **fields), name=f"c{ref}")
    assert sent.states() == {"TC-0001": "returned", "TC-0002": "sent"}
    assert sent.exceptions() == []


CONTRADICTIONS = {
    "the UETR of another payment": lambda sent: {"uetr": _uetr(sent, "TC-0002")},
    "the instruction of another payment": lambda sent: {"instruction_id": _instruction(sent, "TC-0002")},
    "our UETR under an end-to-end id that is not ours": lambda sent: {"end_to_end_id": "EOTHER", "uetr": _uetr(sent)},
    "our UETR under an end-to-end id in lower case": lambda sent: {
        "end_to_end_id": sent.end_to_end_id().lower(),
        "uetr": _uetr(sent),
    },
    "our instruction under another UETR": lambda sent: {
        "end_to_end_id": None,
        "uetr": "1f0e4b1c-2b57-4d6a-9c80-0a8f5f0f0a11",
        "instruction_id": _instruction(sent),
    },
    "two payments by the weaker keys": lambda sent: {
        "end_to_end_id": "NOTPROVIDED",
        "uetr": _uetr(sent),
        "instruction_id": _instruction(sent, "TC-0002"),
    },
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_s5_a_key_that_contradicts_a_stronger_one_is_an_exception_and_no_match(sent: Gateway, name: str) -> None:
    booked(sent, replace(debit(sent), **CONTRADICTIONS[name](sent)))
    assert sent.exceptions() == ["keys_contradict"]
    assert set(sent.states().values()) == {"sent"}
    assert sent.rows("SELECT disposition FROM entry") == [("exception",)]


def test_a_weaker_key_of_the_bank_itself_contradicts_nothing(sent: Gateway) -> None:
    own = {"uetr": "1f0e4b1c-2b57-4d6a-9c80-0a8f5f0f0a11", "instruction_id": "INSTR-OF-THE-BANK"}
    booked(sent, replace(debit(sent), **own))
    assert _by(sent) == [("TC-0001", "debit", "end_to_end")]


def test_a_key_of_two_payments_is_an_exception(sent: Gateway) -> None:
    uetr = _uetr(sent)
    with sent.store.begin() as tx:
        tx.run("DROP TRIGGER payment_content_fixed" + (" ON payment" if tx.dialect.name == "postgresql" else ""))
        tx.run("UPDATE payment SET uetr = :u", u=uetr)
    booked(sent, replace(debit(sent), end_to_end_id=None, uetr=_uetr(sent)))
    assert sent.exceptions() == ["key_ambiguous"]
    assert set(sent.states().values()) == {"sent"}


SPELLINGS = {
    "uetr cut": lambda sent: {"uetr": _uetr(sent)[:-1]},
    "instruction": lambda sent: {"instruction_id": _instruction(sent).lower()},
    "instruction cut": lambda sent: {"instruction_id": _instruction(sent)[:-1]},
    "the instruction as the end-to-end id": lambda sent: {"end_to_end_id": _instruction(sent)},
    "the end-to-end id as the instruction": lambda sent: {"instruction_id": sent.end_to_end_id()},
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_fault_95_a_key_counts_letter_by_letter_and_in_its_own_place(sent: Gateway, name: str) -> None:
    booked(sent, replace(debit(sent), **({"end_to_end_id": None} | SPELLINGS[name](sent))))
    assert sent.exceptions() == ["unknown_debit"]
    assert set(sent.states().values()) == {"sent"}


def test_the_amount_must_agree_whatever_the_key(sent: Gateway) -> None:
    booked(sent, replace(debit(sent), end_to_end_id=None, uetr=_uetr(sent), amount=-1))
    assert sent.exceptions() == ["amount_differs"]


# --- returns less charges ------------------------------------------------------------------------------------------


def test_a_return_less_its_stated_charges_is_a_return_of_the_whole(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, amount=amount(sent) - 3_300, charges=3_300), name="2")
    (payment, _) = sent.rows("SELECT state, returned_amount, return_charges, reason FROM payment ORDER BY payment_ref")
    assert tuple(payment) == ("returned", amount(sent), 3_300, "AC04")
    (_, allocation) = sent.rows("SELECT amount, charges FROM allocation ORDER BY id")
    assert tuple(allocation) == (amount(sent) - 3_300, 3_300)
    assert sent.exceptions() == []


def test_m10_a_return_less_charges_does_not_free_the_benefit(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, amount=amount(sent) - 3_300, charges=3_300), name="2")
    again = sent.import_([row(1, payment_ref="AGAIN")])
    assert [each.code for each in again.problems] == ["benefit_already_paid"]


def test_a_full_return_with_charges_beside_it_keeps_nothing(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, charges=3_300), name="2")
    assert sent.value("SELECT return_charges FROM payment WHERE payment_ref = 'TC-0001'") == 0
    assert sent.states()["TC-0001"] == "returned"


@pytest.mark.parametrize("charges", [None, 3_299, 3_301])
def test_a_return_of_less_without_the_exact_charges_is_a_partial_return(sent: Gateway, charges: int | None) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, amount=amount(sent) - 3_300, charges=charges), name="2")
    assert sent.states()["TC-0001"] == "settled"
    assert sent.exceptions() == ["partial_return"]


def test_a_plain_credit_less_charges_stays_a_matter_for_a_person(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, credit(sent, amount=amount(sent) - 3_300, charges=3_300, return_reason=None), name="2")
    assert sent.states()["TC-0001"] == "settled"
    assert sent.exceptions() == ["amount_differs"]


def test_s8_a_return_less_charges_is_undone_by_a_reversal_of_what_came_back(sent: Gateway) -> None:
    booked(sent, debit(sent))
    kept = {"amount": amount(sent) - 3_300, "charges": 3_300}
    booked(sent, credit(sent, **kept), name="2")
    booked(sent, debit(sent, reference="U1", reversal=True, amount=3_300 - amount(sent), charges=3_300), name="3")
    (payment, _) = sent.rows("SELECT state, returned_amount, return_charges FROM payment ORDER BY payment_ref")
    assert tuple(payment) == ("settled", 0, 0)
    assert sent.exceptions() == ["return_reversed"]


# --- M10: a return that is undone ----------------------------------------------------------------------------------


def _undone(gateway: Gateway, name: str = "undone") -> Any:
    return booked(gateway, debit(gateway, reference="U1", reversal=True), name=name)


def _returned(gateway: Gateway) -> None:
    booked(gateway, debit(gateway), name="debit")
    booked(gateway, credit(gateway), name="credit")


def _keys(gateway: Gateway) -> dict[str, bool]:
    return {
        each.payment_ref: bool(each.holds_key) for each in gateway.rows("SELECT payment_ref, holds_key FROM payment")
    }


def test_m10_a_return_that_is_undone_takes_the_benefit_back(sent: Gateway) -> None:
    _returned(sent)
    assert not _keys(sent)["TC-0001"]
    _undone(sent)
    assert sent.states()["TC-0001"] == "settled"
    assert _keys(sent)["TC-0001"]
    assert "benefit_twice" not in sent.exceptions()
    again = sent.import_([row(1, payment_ref="AGAIN")])
    assert [each.code for each in again.problems] == ["benefit_already_paid"]


@pytest.mark.parametrize("station", ["ready", "approved"])
def test_m10_the_same_benefit_ordered_meanwhile_is_held_with_an_alarm(sent: Gateway, station: str) -> None:
    _returned(sent)
    again = row(1, payment_ref="AGAIN")
    if station == "ready":
        sent.import_([again])
    else:
        sent.approved(again)
    received = _undone(sent)
    assert sent.states()["AGAIN"] == "held"
    assert sent.value("SELECT held_from FROM payment WHERE payment_ref = 'AGAIN'") == station
    assert _keys(sent) == {"TC-0001": False, "TC-0002": True, "AGAIN": True}
    assert sent.exceptions().count("benefit_twice") == 2
    assert received.error is not None
    assert received.error.exit_code == 5
    assert sent.send().deliveries == []


def test_m10_the_same_benefit_sent_meanwhile_is_an_alarm_for_both(sent: Gateway) -> None:
    _returned(sent)
    sent.approved(row(1, payment_ref="AGAIN"))
    sent.send()
    _undone(sent)
    assert sent.states()["AGAIN"] == "sent"
    assert sent.exceptions().count("benefit_twice") == 2
    booked(sent, name="later")
    assert sent.exceptions().count("benefit_twice") == 2


def test_m10_the_benefit_goes_back_when_the_other_payment_is_returned(sent: Gateway) -> None:
    _returned(sent)
    sent.approved(row(1, payment_ref="AGAIN"))
    sent.send()
    _undone(sent)
    booked(sent, debit(sent, "AGAIN"), credit(sent, "AGAIN"), name="again")
    assert sent.states()["AGAIN"] == "returned"
    assert _keys(sent) == {"TC-0001": True, "TC-0002": True, "AGAIN": False}


def test_m10_a_held_line_is_not_approved_with_its_batch(sent: Gateway) -> None:
    _returned(sent)
    batch = sent.import_([row(1, payment_ref="AGAIN"), row(3)]).batch.id
    _undone(sent)
    approve.submit(sent.context, batch, "maker", person("maker"))
    for name in ("checker", "checker2"):
        approve.approve(sent.context, batch, name, person(name))
    assert sent.states()["AGAIN"] == "held"
    assert sent.states()["TC-0003"] == "approved"
    assert sent.value("SELECT held_from FROM payment WHERE payment_ref = 'AGAIN'") == "approved"


def test_a_return_less_charges_costs_what_was_kept_and_the_day_ties(sent: Gateway) -> None:
    booked(sent, debit(sent), credit(sent, amount=amount(sent) - 3_300, charges=3_300))
    sums = batch_report(sent.store, sent.files()[0].batch_id)
    assert (sums.returned, sums.charges, sums.ties) == (amount(sent), 3_300, True)
    with sent.store.read() as tx:
        assert tie.wrongly_booked(tx, "2026-11-02", "2027", tie.EVER, None) == []
