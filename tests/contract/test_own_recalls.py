"""M10, M13: a successor that is out is recalled by the gateway itself when its predecessor is booked after all."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy.exc import DBAPIError
from support.decisions import decision
from support.evidence import BANK, credit, debit
from support.gateways import Gateway, person, row
from support.successors import approved, reissued, returned, successor

from gateway.store import evidence, recalls
from gateway.usecases import decide
from gateway.usecases.acts import ACTS


@pytest.fixture
def released(gateway: Gateway) -> Gateway:
    """A payment that came back, and its successor, which the partner has."""
    gateway.approved(row(1), row(2))
    gateway.send()
    return _paid_again(gateway)


def _paid_again(gateway: Gateway) -> Gateway:
    returned(gateway)
    approved(gateway, reissued(gateway))
    gateway.send()
    return gateway


def _late(gateway: Gateway, name: str) -> None:
    """One more word about the predecessor, or the successor's own booking."""
    bookings = {
        "undone": debit(gateway, reference="U1", reversal=True, day="2026-11-06"),
        "again": debit(gateway, reference="D2", day="2026-11-06"),
        "booked": debit(gateway, "TC-0001.R1", day="2026-11-06"),
    }
    document = BANK.statement(bookings[name], id_=f"S{name}", day="2026-11-06", message="camt.054")
    gateway.receive("camt.054", name, document)


def _recalls(gateway: Gateway) -> list[tuple[str, str, str]]:
    rows = gateway.rows(
        "SELECT p.payment_ref, r.reason, f.state FROM recall r JOIN payment p ON p.id = r.payment_id"
        " JOIN file_out f ON f.id = r.file_id ORDER BY r.id"
    )
    return [tuple(each) for each in rows]


def test_m10_m13_a_successor_that_is_out_is_recalled_with_the_next_round(released: Gateway) -> None:
    before = set(released.outbox())
    _late(released, "undone")
    assert _recalls(released) == [("TC-0001.R1", "DUPL", "allocated")]
    (alarm,) = released.rows("SELECT params FROM exception WHERE kind = 'predecessor_booked'")
    request = released.files()[-1]
    assert (request.message_id in alarm.params, request.message) == (True, "camt.055.001.12")
    (delivery,) = released.send().deliveries
    assert (delivery.file, delivery.state) == (request.message_id, "sent")
    (name,) = set(released.outbox()) - before
    content = released.outbox()[name]
    assert released.end_to_end_id("TC-0001.R1").encode() in content
    assert b"<Cd>DUPL</Cd>" in content
    assert successor(released).state == "sent"


@pytest.mark.parametrize("order", list(permutations(("undone", "again", "undone"))))
def test_s3_m13_it_is_recalled_once_whatever_comes_and_in_whatever_order(
    released: Gateway, order: tuple[str, ...]
) -> None:
    for name in dict.fromkeys(order):
        _late(released, name)
        released.send()
    assert _recalls(released) == [("TC-0001.R1", "DUPL", "sent")]
    assert released.open_exceptions().count("predecessor_booked") == 1


def test_m13_a_successor_that_is_booked_is_an_alarm_without_a_recall(released: Gateway) -> None:
    _late(released, "booked")
    _late(released, "undone")
    assert _recalls(released) == []
    assert "recall" not in released.value("SELECT params FROM exception WHERE kind = 'predecessor_booked'")


def test_m13_a_partner_that_takes_no_recalls_gets_none(gateway: Gateway) -> None:
    gateway.profiles["vietinbank"] = replace(gateway.profiles["vietinbank"], recall=None)
    gateway.approved(row(1), row(2))
    gateway.send()
    _paid_again(gateway)
    _late(gateway, "undone")
    assert _recalls(gateway) == []
    assert gateway.open_exceptions().count("predecessor_booked") == 1


def test_m13_what_people_have_recalled_is_not_recalled_once_more(released: Gateway) -> None:
    proposal = decide.Proposal(successor(released).end_to_end_id, "paid in error", {"code": "CUST"})
    found = decide.propose(released.context, ACTS["payment recall"], proposal, "checker", person("checker"))
    decide.confirm(released.context, ACTS, found.reference, "checker2", person("checker2"))
    _late(released, "undone")
    assert [reason for _ref, reason, _state in _recalls(released)] == ["CUST"]


def test_m10_the_successors_of_a_successor_are_recalled_as_well(released: Gateway) -> None:
    for number, booking in enumerate((debit(released, "TC-0001.R1"), credit(released, "TC-0001.R1", day="2026-11-03"))):
        released.receive("camt.053", f"r{number}", BANK.statement(booking, id_=f"SR{number}"))
    approved(released, reissued(released, "TC-0001.R1"))
    released.send()
    _late(released, "undone")
    assert [ref for ref, _reason, _state in _recalls(released)] == ["TC-0001.R2"]


# --- the database --------------------------------------------------------------------------------------------------


def test_m11_m13_only_a_payment_with_the_alarm_is_recalled_without_people(released: Gateway) -> None:
    number, file = successor(released).id, released.files()[0].id
    with pytest.raises(DBAPIError, match="M11"), released.store.begin() as tx:
        recalls.add(tx, number, file, None, "DUPL")
    with released.store.begin() as tx:
        evidence.raise_exception(tx, "predecessor_booked", "vietinbank", payment_id=1)
    with pytest.raises(DBAPIError, match="M11"), released.store.begin() as tx:
        recalls.add(tx, 1, file, None, "DUPL")


def test_m13_the_gateways_own_recall_is_one_and_peoples_may_follow(released: Gateway) -> None:
    _late(released, "undone")
    number, file = successor(released).id, released.files()[0].id
    with pytest.raises(DBAPIError, match=r"uq_recall_own|recall\.payment_id"), released.store.begin() as tx:
        recalls.add(tx, number, file, None, "DUPL")
    with released.store.begin() as tx:
        made = decision(tx, "payment recall", successor(released).end_to_end_id)
    with released.store.begin() as tx:
        recalls.add(tx, number, file, made, "CUST")
