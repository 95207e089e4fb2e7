"""An approved batch is amended before it is released: who the registry doubts leaves it, the rest goes on and ties."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import DBAPIError
from support import rates, roster
from support.gateways import PAYER, PERIOD, Gateway, person, row
from support.population import asked, confirming, told
from support.tampering import edit

from gateway.domain.errors import ApprovalVoid, NotAllowed, Refusal
from gateway.reports.batch import batch_report
from gateway.reports.tie import Question, daily_tie
from gateway.store import batches
from gateway.store.roster.scope import Roster
from gateway.store.tables import Decision
from gateway.usecases import amend, approve, decide, integrity
from gateway.usecases.acts import ACTS
from gateway.usecases.allocate import allocate
from gateway.usecases.approve import require_approved
from gateway.usecases.population.settle import draft
from gateway.usecases.roster.building import Built, Request, build
from gateway.usecases.seal import seal

PEOPLE = 3


def _pays(number: int) -> dict[str, str]:
    """The payment of a man of the roster."""
    return row(number, beneficiary_id=f"00104500{number:04d}")


@pytest.fixture
def batch(gateway: Gateway) -> str:
    """Approved, of three people whom the roster holds."""
    roster.listed(gateway, *(roster.man(n, group="") for n in range(1, PEOPLE + 1)), programme="pension")
    return gateway.approved(*(_pays(n) for n in range(1, PEOPLE + 1)))


def died(gateway: Gateway, *numbers: int) -> int:
    """A new answer; returns how many payments it held."""
    rows = confirming(gateway, asked(gateway, "pension"))
    for number in numbers:
        rows[number - 1] |= {"result": "03", "died_on": "2026-01-05"}
    return told(gateway, rows).held


def proposed(gateway: Gateway, batch: str, *payments: str, by: str = "maker") -> Decision:
    made = amend.draft(gateway.context, batch, "deceased", payments)
    return decide.propose(gateway.context, ACTS["batch amend"], made.proposal, by, person(by))


def confirmed(gateway: Gateway, decision: Decision, by: str = "checker") -> Decision:
    return decide.confirm(gateway.context, ACTS, decision.reference, by, person(by))


def sound(gateway: Gateway) -> None:
    assert list(integrity.check(gateway.context)) == []


def file_states(gateway: Gateway) -> list[tuple[str, int]]:
    return [(each.state, each.payments) for each in gateway.files()]


def test_m12_who_died_after_the_approval_leaves_the_batch_and_the_rest_is_sent(gateway: Gateway, batch: str) -> None:
    assert died(gateway, 2) == 1
    decision = confirmed(gateway, proposed(gateway, batch))
    assert decision.state == "executed"
    assert gateway.states() == {"TC-0001": "approved", "TC-0002": "cancelled", "TC-0003": "approved"}
    assert json.loads(decision.params)["change"] == "3 / 1500006 - 1 / 500002 = 2 / 1000004"
    (delivery,) = gateway.send().deliveries
    assert (delivery.payments, delivery.amount, delivery.error) == (2, 1_000_004, None)
    found = batch_report(gateway.store, batch)
    assert (found.approved, found.cancelled, found.open, found.ties) == (1_500_006, 500_002, 1_000_004, True)
    assert gateway.open_exceptions() == []
    sound(gateway)


def test_m2_what_the_registry_doubts_is_held_by_name_and_never_sent(gateway: Gateway, batch: str) -> None:
    assert died(gateway, 2) == 1
    assert gateway.states()["TC-0002"] == "held"
    assert gateway.open_exceptions() == ["registry_held"]
    (delivery,) = gateway.send().deliveries
    assert delivery.payments == 2
    assert gateway.states() == {"TC-0001": "sent", "TC-0002": "held", "TC-0003": "sent"}
    assert batch_report(gateway.store, batch).held == 500_002
    sound(gateway)


def test_m2_a_list_that_is_approved_after_the_answer_is_held_at_allocation(gateway: Gateway) -> None:
    roster.listed(gateway, *(roster.man(n, group="") for n in (1, 2)), programme="pension")
    assert died(gateway, 2) == 0
    batch = gateway.approved(_pays(1), _pays(2))
    (delivery,) = gateway.send().deliveries
    assert (delivery.payments, gateway.states()["TC-0002"]) == (1, "held")
    confirmed(gateway, proposed(gateway, batch))
    assert gateway.states()["TC-0002"] == "cancelled"


@pytest.mark.parametrize("sealed", [False, True])
def test_m13_a_file_that_was_not_begun_is_void_and_the_rest_goes_in_another(
    gateway: Gateway, batch: str, sealed: bool
) -> None:
    (message_id,) = allocate(gateway.context, batch)
    if sealed:
        seal(gateway.context, message_id)
    died(gateway, 2)
    confirmed(gateway, proposed(gateway, batch))
    assert file_states(gateway) == [("void", 3)]
    gateway.send()
    assert file_states(gateway) == [("void", 3), ("sent", 2)]
    sound(gateway)


def test_m2_a_sealed_file_with_somebody_who_died_is_not_released(gateway: Gateway, batch: str) -> None:
    (message_id,) = allocate(gateway.context, batch)
    seal(gateway.context, message_id)
    died(gateway, 2)
    gateway.send()
    assert file_states(gateway) == [("void", 3)]
    gateway.send()
    assert file_states(gateway) == [("void", 3), ("sent", 2)]


def test_m2_a_file_is_not_released_over_an_open_item_even_where_nothing_was_held(gateway: Gateway, batch: str) -> None:
    """As when the answer comes between the approval and the allocation on another worker."""
    (message_id,) = allocate(gateway.context, batch)
    seal(gateway.context, message_id)
    died(gateway, 2)
    edit(gateway, "UPDATE payment SET state = 'allocated', held_from = NULL WHERE state = 'held'", ())
    gateway.send()
    assert file_states(gateway) == [("void", 3)]


def test_m13_what_was_sent_is_named_and_left_alone(gateway: Gateway, batch: str) -> None:
    gateway.send()
    assert died(gateway, 2) == 0
    with pytest.raises(Refusal, match="amendment_of_nothing"):
        amend.draft(gateway.context, batch, "deceased")
    with pytest.raises(Refusal, match="cancel_too_late"):
        amend.draft(gateway.context, batch, "deceased", [gateway.end_to_end_id("TC-0002")])
    assert set(gateway.states().values()) == {"sent"}


def test_m13_a_proposal_lapses_when_its_payments_go_out_meanwhile(gateway: Gateway, batch: str) -> None:
    decision = proposed(gateway, batch, gateway.end_to_end_id("TC-0001"))
    gateway.send()
    assert (confirmed(gateway, decision).state, gateway.states()["TC-0001"]) == ("lapsed", "sent")


def test_m13_a_proposal_lapses_when_a_later_answer_says_otherwise(gateway: Gateway, batch: str) -> None:
    died(gateway, 2)
    decision = proposed(gateway, batch)
    died(gateway)
    ended = confirmed(gateway, decision)
    assert (ended.state, ended.lapse) == ("lapsed", "state_changed")


def test_m12_a_proposal_lapses_when_the_totals_are_others(gateway: Gateway, batch: str) -> None:
    first, second, _ = (gateway.end_to_end_id(f"TC-000{n}") for n in (1, 2, 3))
    decision = proposed(gateway, batch, first)
    gateway.by_two("payment cancel", second)
    assert (confirmed(gateway, decision).state, gateway.states()["TC-0001"]) == ("lapsed", "approved")


def test_m11_neither_the_first_person_nor_the_maker_of_the_batch_confirms(gateway: Gateway, batch: str) -> None:
    first = gateway.end_to_end_id("TC-0001")
    decision = proposed(gateway, batch, first, by="both")
    with pytest.raises(NotAllowed, match="second_person_needed"):
        confirmed(gateway, decision, by="both")
    gateway.give_roles("maker", "maker", "checker")
    with pytest.raises(NotAllowed, match="maker_cannot_amend"):
        confirmed(gateway, decision, by="maker")
    with pytest.raises(DBAPIError, match="M11"), gateway.store.begin() as tx:
        tx.run(
            "UPDATE decision SET state = 'executed', confirmed_by = 'maker', confirmed_key = 'x',"
            " confirmation = proposal WHERE reference = :r",
            r=decision.reference,
        )
    with pytest.raises(NotAllowed, match="role_missing"):
        proposed(gateway, batch, first, by="checker")


def test_nothing_but_an_approved_batch_is_amended_and_never_to_nothing(gateway: Gateway, batch: str) -> None:
    everything = [gateway.end_to_end_id(f"TC-000{n}") for n in (1, 2, 3)]
    with pytest.raises(Refusal, match="amendment_of_everything"):
        proposed(gateway, batch, *everything)
    with pytest.raises(Refusal, match="amendment_foreign"):
        proposed(gateway, batch, "E0000")
    approve.cancel(gateway.context, batch, "maker", person("maker"))
    with pytest.raises(Refusal, match="amendment_not_approved"):
        proposed(gateway, batch, everything[0])


TAMPERED = [
    "UPDATE payment SET state = 'approved' WHERE state = 'cancelled'",
    "UPDATE payment SET state = 'cancelled' WHERE payment_ref = 'TC-0001'",
    "UPDATE decision SET params = replace(params, '3 / 1500006', '4 / 1500006') WHERE verb = 'batch amend'",
    "UPDATE decision SET confirmation = proposal WHERE verb = 'batch amend'",
    "UPDATE decision SET verb = 'payment cancel' WHERE verb = 'batch amend'",
]


@pytest.mark.parametrize("statement", TAMPERED)
def test_m12_the_approval_stands_with_the_amendments_as_signed_and_nothing_else(
    gateway: Gateway, batch: str, statement: str
) -> None:
    died(gateway, 2)
    confirmed(gateway, proposed(gateway, batch))
    edit(gateway, statement, ())
    with pytest.raises(ApprovalVoid), gateway.store.read() as tx:
        require_approved(gateway.context, tx, batches.find(tx, batch))
    assert gateway.send().deliveries == []
    assert list(integrity.check(gateway.context)) != []


@pytest.fixture
def built(gateway: Gateway) -> str:
    """The same from the roster."""
    rates.confirmed(gateway, rates.proposed(gateway, rates.LEVEL, rates.RISE))
    roster.listed(gateway, *(roster.man(n, group="") for n in (1, 2, 3)), programme="pension")
    made = _build(gateway)
    assert made.imported is not None
    batch = made.imported.batch.id
    approve.submit(gateway.context, batch, "maker", person("maker"))
    for name in ("checker", "checker2"):
        approve.approve(gateway.context, batch, name, person(name))
    return batch


def _build(gateway: Gateway) -> Built:
    return build(gateway.context, Request(PAYER, "pension", PERIOD, "maker"))


def test_whose_entitlement_ended_is_not_listed_again_after_the_amendment(gateway: Gateway, built: str) -> None:
    died(gateway, 2)
    confirmed(gateway, proposed(gateway, built))
    assert [each.code for each in _build(gateway).left_out] == ["work_items_open"]
    proposal, _ = draft(gateway.context, Roster(PAYER, "pension"), "deceased")
    act = ACTS["population settle"]
    confirmed(gateway, decide.propose(gateway.context, act, proposal, "maker", person("maker")))
    again = _build(gateway)
    assert (again.imported, again.left_out) == (None, [])
    sound(gateway)


def test_what_left_and_is_owed_still_is_listed_again(gateway: Gateway, built: str) -> None:
    (first, *_) = gateway.rows("SELECT end_to_end_id, amount FROM payment ORDER BY id")
    confirmed(gateway, proposed(gateway, built, first.end_to_end_id))
    again = _build(gateway).imported
    assert again is not None
    assert (again.problems, again.batch.payments, again.batch.amount) == ([], 1, first.amount)


def test_s4_the_day_ties_after_the_amendment(gateway: Gateway, batch: str) -> None:
    died(gateway, 2)
    confirmed(gateway, proposed(gateway, batch))
    gateway.send()
    question = Question(
        gateway.context.today(), None, None, {}, None, gateway.context.is_working, gateway.context.today()
    )
    tied = daily_tie(gateway.store, question)
    (part,) = tied.payments
    assert (part.approved, part.cancelled, part.open) == (1_500_006, 500_002, 1_000_004)
