"""M13: one payment is cancelled by two people before anything of it is released, and never afterwards."""

from __future__ import annotations

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway, person, row
from support.successors import approved, reissued, returned, successor

from gateway.domain.errors import Refusal
from gateway.store import deliveries, files
from gateway.usecases import approve, decide
from gateway.usecases.acts import ACTS
from gateway.usecases.allocate import allocate
from gateway.usecases.decide import Proposal
from gateway.usecases.seal import seal


def _proposed(gateway: Gateway, ref: str = "TC-0001") -> str:
    proposal = Proposal(gateway.end_to_end_id(ref), "paid in cash")
    return decide.propose(gateway.context, ACTS["payment cancel"], proposal, "checker", person("checker")).reference


def _cancelled(gateway: Gateway, ref: str = "TC-0001") -> str:
    return decide.confirm(gateway.context, ACTS, _proposed(gateway, ref), "checker2", person("checker2")).state


def test_m13_what_waits_is_cancelled_by_two_people(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2))
    assert _cancelled(gateway) == "executed"
    assert gateway.states() == {"TC-0001": "cancelled", "TC-0002": "approved"}
    (delivery,) = gateway.send().deliveries
    assert delivery.payments == 1
    assert gateway.import_([row(1, payment_ref="TC-0009")]).problems == []


@pytest.mark.parametrize("verb", ["reject", "cancel"])
def test_a_batch_of_which_a_payment_was_cancelled_ends_like_any(gateway: Gateway, verb: str) -> None:
    batch = gateway.import_([row(1), row(2)]).batch.id
    approve.submit(gateway.context, batch, "maker", person("maker"))
    _cancelled(gateway)
    getattr(approve, verb)(gateway.context, batch, "checker", person("checker"))
    assert set(gateway.states().values()) == {"cancelled"}


def test_m13_what_stands_in_a_file_or_is_out_is_not_cancelled(gateway: Gateway) -> None:
    allocate(gateway.context, gateway.approved(row(1)))
    with pytest.raises(Refusal, match="cancel_too_late"):
        _proposed(gateway)
    gateway.send()
    with pytest.raises(Refusal, match="cancel_too_late"):
        _proposed(gateway)


def test_m13_a_proposal_lapses_when_the_payment_goes_out_meanwhile(gateway: Gateway) -> None:
    gateway.approved(row(1))
    proposal = _proposed(gateway)
    gateway.send()
    assert decide.confirm(gateway.context, ACTS, proposal, "checker2", person("checker2")).state == "lapsed"
    assert gateway.states()["TC-0001"] == "sent"


def _held_in_file(gateway: Gateway) -> str:
    """A successor held in its sealed file, since the return of its predecessor was undone."""
    returned(gateway)
    (file,) = allocate(gateway.context, approved(gateway, reissued(gateway)))
    seal(gateway.context, file)
    undone = debit(gateway, reference="U1", reversal=True, day="2026-11-06")
    gateway.receive("camt.053", "late", BANK.statement(undone, id_="SL", day="2026-11-06"))
    return file


def test_m10_a_held_successor_ends_when_its_file_has_let_it_go(sent: Gateway) -> None:
    _held_in_file(sent)
    with pytest.raises(Refusal, match="cancel_in_file"):
        _proposed(sent, "TC-0001.R1")
    sent.send()
    assert _cancelled(sent, "TC-0001.R1") == "executed"
    assert successor(sent).state == "cancelled"


def test_m9_a_held_payment_whose_file_may_be_at_the_partner_counts_as_sent_with_an_alarm(sent: Gateway) -> None:
    message_id = _held_in_file(sent)
    with sent.store.begin() as tx:
        deliveries.count_as_released(tx, files.find(tx, message_id), "swept")
    assert successor(sent).state == "sent"
    assert "held_payment_out" in sent.exceptions()
