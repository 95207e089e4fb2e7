"""What a stored reason means: official codes by their set, a partner's own by its profile's table."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

import pytest
from support.evidence import booked, credit, debit, status
from support.gateways import Gateway

from formats.iso20022 import reasons
from gateway.store import browse
from gateway.usecases.context import Context
from gateway.usecases.reasons import reason_of


def never() -> NoReturn:
    pytest.fail("an official code needs no configuration")


def _with(gateway: Gateway, **changes: object) -> Context:
    """The same gateway with another profile of its bank."""
    context = gateway.context
    partner = context.partners["vietinbank"]
    changed = replace(partner, profile=replace(partner.profile, **changes))  # type: ignore[arg-type]
    return replace(context, partners={"vietinbank": changed})


def test_the_state_of_the_payment_decides_which_set_speaks() -> None:
    assert reason_of(never, "vietinbank", "AC16", "returned") == reasons.reason("AC16", "return_reason")
    assert reason_of(never, "vietinbank", "AC16", "rejected") == reasons.reason("AC16")
    assert reason_of(never, "vietinbank", "AC16") == reasons.reason("AC16")


def test_a_code_that_the_profile_maps_by_now_is_the_iso_code(sent: Gateway) -> None:
    context = _with(sent, reasons={"X1": "MD07"})
    assert reason_of(lambda: context, "vietinbank", "X1", "returned").action == "suspend_person"


@pytest.mark.parametrize("partner", ["vietinbank", "gone"])
def test_a_code_that_nobody_maps_is_asked_about(sent: Gateway, partner: str) -> None:
    assert reason_of(lambda: sent.context, partner, "X9", "rejected") == reasons.unknown("X9")


def test_m10_a_partners_own_duplicate_code_is_a_duplicate(sent: Gateway) -> None:
    context = _with(sent, duplicate_codes=frozenset({"X5"}))
    found = reason_of(lambda: context, "vietinbank", "X5")
    assert (found.code, found.action) == ("X5", "check_duplicate")


def test_a_file_tells_why_payments_were_refused_or_came_back(sent: Gateway) -> None:
    first, second = sent.end_to_end_id("TC-0001"), sent.end_to_end_id("TC-0002")
    transfers = ((first, "RJCT", "AC04"), (second, "ACSP", ""))
    assert status(sent, transfers=transfers).matched.causes == [("rejected", "AC04", 1)]
    assert status(sent, name="2", transfers=transfers).matched.causes == []
    returned = booked(sent, debit(sent, "TC-0002"), credit(sent, "TC-0002", return_reason="MD07"))
    assert returned.matched.causes == [("returned", "MD07", 1)]


def test_a_payment_has_every_answer_to_itself_its_block_and_its_file(sent: Gateway) -> None:
    (file,) = sent.files()
    ours, other = sent.end_to_end_id("TC-0001"), sent.end_to_end_id("TC-0002")
    status(sent, group=("PART", ""), transfers=((ours, "PDNG", ""), (other, "RJCT", "AC04")))
    status(sent, name="2", block=(file.payment_information_id, "RJCT", "AM04"), message_id="SOMETHING-ELSE")
    with sent.store.read() as tx:
        answers = browse.answers(tx, browse.payment(tx, ours))
    assert sorted((each.level, each.status, each.reason) for each in answers) == [
        ("block", "RJCT", "AM04"),
        ("group", "PART", None),
        ("transfer", "PDNG", None),
    ]


@pytest.mark.parametrize(
    ("said", "code", "state"),
    [({"group": ("RJCT", "DU01")}, "DU01", None), ({"group": ("ACSP", ""), "message_id": "NOT-OURS"}, None, None)],
)
def test_an_exception_has_the_reason_of_what_it_is_about(
    sent: Gateway, said: dict[str, object], code: str | None, state: str | None
) -> None:
    status(sent, **said)
    with sent.store.read() as tx:
        (row,) = browse.exceptions(tx, 10)
        found = browse.exception_reason(tx, row.id)
    assert (tuple(found) if found else (None, None)) == (code, state)


def test_an_exception_about_a_return_has_its_return_reason(sent: Gateway) -> None:
    booked(sent, debit(sent, return_reason="AC04"))
    with sent.store.read() as tx:
        (row,) = browse.exceptions(tx, 10)
        assert (row.kind, tuple(browse.exception_reason(tx, row.id))) == ("return_of_other", ("AC04", "returned"))
