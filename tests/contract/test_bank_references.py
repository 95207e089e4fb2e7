"""The bank's own reference as the last key: believed on the bank's word alone, in whatever order it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from support.banks import Booking
from support.evidence import BANK, amount, bare, booked, debit
from support.gateways import Gateway, row

from gateway.store import succession


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    """Two payments of one amount in one file that the partner has."""
    gateway.approved(row(1, amount="500000"), row(2, amount="500000"))
    gateway.send()
    return gateway


def _told(gateway: Gateway, name: str = "1", status: str = "ACSP", **references: str) -> None:
    """A status report that names the bank's reference of each payment: ``TC_0001="F1"``."""
    (file,) = gateway.files()
    ids = {gateway.end_to_end_id(ref.replace("_", "-")): reference for ref, reference in references.items()}
    transfers = tuple((each, status, "AC04" if status == "RJCT" else "") for each in ids)
    content = BANK.status(file.message_id, transfers=transfers, references=ids, id_=f"P{name}")
    gateway.receive("pain.002", name, content)


def _unnamed(gateway: Gateway, reference: str = "F1", **changes: Any) -> Booking:
    """A debit with the bank's reference and nothing else."""
    return replace(debit(gateway, reference=reference), end_to_end_id=None, **changes)


def _kinds(gateway: Gateway) -> list[tuple[str, str, str]]:
    rows = gateway.rows(
        "SELECT p.payment_ref, a.kind, a.by FROM allocation a JOIN payment p ON p.id = a.payment_id ORDER BY 1, 2"
    )
    return [tuple(each) for each in rows]


@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.parametrize("wording", [lambda each: each, bare], ids=["a detail without keys", "no details"])
def test_s3_an_entry_with_the_reference_that_a_report_gave_settles_its_payment(
    sent: Gateway, told_first: bool, wording: Callable[[Booking], Any]
) -> None:
    if told_first:
        _told(sent, TC_0001="F1")
    booked(sent, wording(_unnamed(sent)))
    if not told_first:
        assert sent.open_exceptions() == ["unknown_debit"]
        _told(sent, TC_0001="F1")
    assert sent.states() == {"TC-0001": "settled", "TC-0002": "sent"}
    assert _kinds(sent) == [("TC-0001", "debit", "bank_reference")]
    assert sent.open_exceptions() == []
    assert sent.rows("SELECT disposition FROM entry") == [("allocated",)]


def test_s3_a_reversal_is_found_by_the_reference_and_a_return_never(sent: Gateway) -> None:
    _told(sent, TC_0001="F1")
    booked(sent, _unnamed(sent))
    booked(sent, _unnamed(sent, amount=amount(sent), return_reason="AC04"), name="2")
    assert sent.states()["TC-0001"] == "settled"
    booked(sent, _unnamed(sent, amount=amount(sent), reversal=True), name="3")
    assert sent.states()["TC-0001"] == "sent"
    assert sent.open_exceptions() == ["suspected_return"]


def test_s5_amount_and_currency_must_agree(sent: Gateway) -> None:
    _told(sent, TC_0001="F1", TC_0002="F2")
    booked(sent, _unnamed(sent, amount=-1), _unnamed(sent, "F2", currency="USD"))
    assert sent.open_exceptions() == ["amount_differs", "currency_differs"]
    assert _kinds(sent) == []


FOREIGN = {
    "another end-to-end id": {"end_to_end_id": "EOTHER"},
    "another UETR": {"uetr": "1f0e4b1c-2b57-4d6a-9c80-0a8f5f0f0a11"},
    "another instruction": {"instruction_id": "OTHER"},
}


@pytest.mark.parametrize("told_first", [True, False])
@pytest.mark.parametrize("name", FOREIGN)
def test_s5_a_reference_beside_a_stronger_key_of_somebody_else_is_an_exception(
    sent: Gateway, name: str, told_first: bool
) -> None:
    if told_first:
        _told(sent, TC_0001="F1")
    booked(sent, replace(_unnamed(sent), **FOREIGN[name]))
    if not told_first:
        _told(sent, TC_0001="F1")
    assert sent.open_exceptions() == ["keys_contradict"]
    assert _kinds(sent) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_s3_a_reference_of_two_payments_settles_neither_in_any_order(sent: Gateway, order: tuple[int, ...]) -> None:
    acts = (
        lambda: _told(sent, "1", TC_0001="F1"),
        lambda: _told(sent, "2", TC_0002="F1"),
        lambda: booked(sent, _unnamed(sent)),
    )
    for each in order:
        acts[each]()
    assert sent.open_exceptions() == ["key_ambiguous"]
    assert _kinds(sent) == []
    assert sent.states() == {"TC-0001": "accepted", "TC-0002": "accepted"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_s3_an_entry_that_another_message_names_is_that_one_in_any_order(sent: Gateway, order: tuple[int, ...]) -> None:
    acts = (
        lambda: _told(sent, "1", TC_0001="F1"),
        lambda: booked(sent, debit(sent, reference="F1"), message="camt.054", name="n"),
        lambda: booked(sent, _unnamed(sent), name="s"),
    )
    for each in order:
        acts[each]()
    assert _kinds(sent) == [("TC-0001", "debit", "end_to_end")]
    assert sent.open_exceptions() == []
    assert sent.states() == {"TC-0001": "settled", "TC-0002": "sent"}


@pytest.mark.parametrize("pending_first", [True, False])
def test_s3_a_pending_entry_of_the_same_identity_says_whose_it_is(sent: Gateway, pending_first: bool) -> None:
    acts = [
        lambda: booked(sent, debit(sent, reference="F1", status="PDNG"), message="camt.054", name="n"),
        lambda: booked(sent, _unnamed(sent), name="s"),
    ]
    for act in acts if pending_first else reversed(acts):
        act()
    assert _kinds(sent) == [("TC-0001", "debit", "bank_reference")]
    assert sent.open_exceptions() == []


def test_s7_what_was_booked_before_the_payment_is_another_ones_reference(sent: Gateway) -> None:
    _told(sent, TC_0001="F1")
    booked(sent, _unnamed(sent, day="2026-10-30"))
    assert sent.open_exceptions() == ["unknown_debit"]
    assert _kinds(sent) == []


def test_a_second_debit_under_the_reference_is_an_alarm(sent: Gateway) -> None:
    _told(sent, TC_0001="F1")
    booked(sent, _unnamed(sent), _unnamed(sent))
    assert sent.open_exceptions() == ["second_debit"]
    assert sent.states() == {"TC-0001": "settled", "TC-0002": "sent"}


def test_two_equal_entries_of_one_bulk_reference_are_two_whoever_tells_them(sent: Gateway) -> None:
    booked(sent, debit(sent, reference="F1"), message="camt.054", name="n")
    booked(sent, _unnamed(sent), _unnamed(sent), name="s")
    assert _kinds(sent) == [("TC-0001", "debit", "end_to_end")]
    assert sent.open_exceptions() == ["unknown_debit"]


def test_m10_a_rejected_payment_whose_reference_was_booked_is_spoken_of(sent: Gateway) -> None:
    _told(sent, status="RJCT", TC_0001="F1")
    booked(sent, _unnamed(sent, amount=-7))
    with sent.store.begin() as tx:
        succession.consider(tx, [tx.value("SELECT id FROM payment WHERE payment_ref = 'TC-0001'")])
        assert "reissue_spoken_of" in {code for _payment, code, _other in succession.refusals(tx)}
