"""M10: what was rejected or returned is paid again once, on evidence, by two people, and approved like any other."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from support.banks import Booking
from support.evidence import BANK, OTHER, credit, debit, status
from support.gateways import Gateway, person, row
from support.inboxes import ruled
from support.stores import VAULT
from support.successors import (
    CORRECTED,
    DAYS,
    approved,
    confirmed,
    proposed,
    reissued,
    rejected,
    returned,
    statements,
    successor,
)

from gateway.domain.errors import NotAllowed, Refusal
from gateway.store import moves
from gateway.usecases import approve, decide
from gateway.usecases.acts import ACTS


def _refused(gateway: Gateway, code: str) -> Refusal:
    with pytest.raises(Refusal, match=code) as refusal:
        proposed(gateway)
    return refusal.value


GROUNDS: dict[str, Callable[[Gateway], None]] = {"rejected": rejected, "returned": returned}


@pytest.mark.parametrize("ground", GROUNDS)
def test_m10_a_successor_is_a_new_payment_to_the_corrected_account_linked_and_approved_again(
    sent: Gateway, ground: str
) -> None:
    GROUNDS[ground](sent)
    batch = reissued(sent)
    before, after = sent.rows("SELECT * FROM payment WHERE payment_ref LIKE 'TC-0001%' ORDER BY id")
    assert (after.payment_ref, after.predecessor_id, after.state) == ("TC-0001.R1", before.id, "ready")
    assert after.end_to_end_id != before.end_to_end_id
    assert after.uetr != before.uetr
    assert (after.amount, after.kind, after.benefit_month) == (before.amount, before.kind, before.benefit_month)
    assert (before.state, before.holds_key, after.holds_key) == (ground, 0, 1)
    personal = json.loads(VAULT.open(bytes(after.personal), f"payment:{after.id}"))
    assert (personal["account"], personal["payee_name"]) == (CORRECTED["account"], "Nguyễn Văn An")
    assert sent.value("SELECT state FROM batch WHERE id = :b", b=batch) == "ready"
    assert sent.send().deliveries == []
    approved(sent, batch)
    (delivery,) = sent.send().deliveries
    assert (delivery.state, delivery.payments, delivery.amount) == ("sent", 1, after.amount)
    assert CORRECTED["account"].encode() in sent.outbox()[delivery.name]


def test_m10_a_successor_is_made_once(sent: Gateway) -> None:
    returned(sent)
    reissued(sent)
    refusal = _refused(sent, "reissue_exists")
    assert refusal.params["other"] == successor(sent).end_to_end_id


def test_m10_two_proposals_of_the_same_matter_make_one_successor(sent: Gateway) -> None:
    returned(sent)
    first = proposed(sent)
    with pytest.raises(Refusal, match="decision_open"):
        proposed(sent)
    assert confirmed(sent, first) == "executed"


def test_m11_a_reissue_takes_a_maker_and_another_person_who_may_decide(sent: Gateway) -> None:
    returned(sent)
    with pytest.raises(NotAllowed, match="role_missing"):
        proposed(sent, operator="checker")
    decision = proposed(sent, operator="both")
    with pytest.raises(NotAllowed, match="second_person_needed"):
        confirmed(sent, decision, "both")
    with pytest.raises(NotAllowed, match="role_missing"):
        confirmed(sent, decision, "maker")
    assert confirmed(sent, decision, "checker") == "executed"


def test_a3_the_account_stands_in_no_row_in_clear(sent: Gateway) -> None:
    returned(sent)
    decision = proposed(sent)
    assert CORRECTED["account"] not in decision.params
    assert CORRECTED["account"].encode() not in (sent.folder / "chitra.db").read_bytes()


# --- evidence of a rejection -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "why"),
    [((), "chain_begins_late"), (DAYS[1:], "chain_begins_late"), (DAYS[:-1], "chain_ends_early")],
)
def test_m10_a_rejected_payment_needs_every_statement_through_the_days_after_it(
    sent: Gateway, days: tuple[str, ...], why: str
) -> None:
    rejected(sent, days=days)
    assert _refused(sent, "reissue_debit_possible").params["why"] == why


def test_m10_a_rejected_payment_is_not_paid_again_before_those_days_have_passed(sent: Gateway) -> None:
    status(sent, transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    statements(sent)
    assert _refused(sent, "reissue_too_early").params["until"] == "2026-11-05"


def test_m10_a_rejection_that_only_the_channel_proves_is_not_enough(sent: Gateway) -> None:
    ruled(sent, message="pain.002", proof="channel")
    rejected(sent)
    _refused(sent, "reissue_proof_too_weak")


@pytest.mark.parametrize("level", ["group", "block"])
def test_m10_a_rejection_counts_at_any_level(sent: Gateway, level: str) -> None:
    (file,) = sent.files()
    said = {"group": {"group": ("RJCT", "AG01")}, "block": {"block": (file.payment_information_id, "RJCT", "AG01")}}
    status(sent, **said[level])
    statements(sent)
    sent.clock.pass_(days=4)
    reissued(sent)


def test_m10_a_debit_that_nothing_explains_may_be_this_payment(sent: Gateway) -> None:
    stranger = Booking("SOMEBODY-ELSE", -2_000_000, "R1", "2026-11-03")
    status(sent, transfers=((sent.end_to_end_id(), "RJCT", "AC04"),))
    statements(sent, bookings={"2026-11-03": stranger})
    sent.clock.pass_(days=4)
    _refused(sent, "reissue_debit_unexplained")


def test_m10_a_booking_that_is_only_announced_speaks_against_it(sent: Gateway) -> None:
    pending = Booking(sent.end_to_end_id(), -500_001, "R1", "2026-11-03", status="PDNG")
    sent.receive("camt.053", "p", BANK.statement(pending, id_="S0", day="2026-11-02"))
    rejected(sent)
    _refused(sent, "reissue_spoken_of")


def test_m10_a_later_accepting_word_speaks_against_it(sent: Gateway) -> None:
    rejected(sent)
    accepted = ((sent.end_to_end_id(), "ACSP", ""),)
    status(sent, "2", transfers=accepted, created="2026-11-02T12:00:00+07:00")
    _refused(sent, "reissue_contradicted")


def test_m10_nothing_is_paid_again_while_its_file_is_unknown(sent: Gateway) -> None:
    rejected(sent)
    with sent.store.begin() as tx:
        moves.move(tx, "file_out", sent.files()[0].id, "unknown", "duplicate-class answer")
    _refused(sent, "reissue_file_unknown")


# --- evidence of a return --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "settled"])
def test_m10_what_has_not_ended_is_not_paid_again(sent: Gateway, state: str) -> None:
    if state == "settled":
        sent.receive("camt.053", "d", BANK.statement(debit(sent), id_="SD"))
    assert _refused(sent, "reissue_not_ended").params["other"] == state


def test_m10_a_return_less_charges_is_for_a_person(sent: Gateway) -> None:
    returned(sent)
    with sent.store.begin() as tx:
        tx.run("UPDATE payment SET returned_amount = returned_amount - 1 WHERE payment_ref = 'TC-0001'")
    _refused(sent, "reissue_not_whole")


def test_m10_a_payment_debited_twice_and_returned_once_is_not_paid_again(sent: Gateway) -> None:
    returned(sent)
    sent.receive("camt.053", "d2", BANK.statement(debit(sent, reference="D2"), id_="SD2"))
    assert sent.states()["TC-0001"] == "returned"
    _refused(sent, "reissue_contradicted")


def test_m10_a_benefit_that_was_paid_otherwise_is_not_paid_again(sent: Gateway) -> None:
    returned(sent)
    again = sent.approved(row(1, payment_ref="TC-0099"))
    assert _refused(sent, "benefit_already_paid").params["other"] == again


def test_m10_a_benefit_that_is_paid_again_is_not_imported_beside_it(sent: Gateway) -> None:
    returned(sent)
    reissued(sent)
    problems = sent.import_([row(1, payment_ref="TC-0099")]).problems
    assert [problem.code for problem in problems] == ["benefit_already_paid"]


# --- between the two signatures --------------------------------------------------------------------------------


def test_m10_the_evidence_is_examined_again_when_the_second_person_signs(sent: Gateway) -> None:
    returned(sent)
    decision = proposed(sent)
    undone = debit(sent, reference="U1", reversal=True)
    sent.receive("camt.053", "u", BANK.statement(undone, id_="SU"))
    assert confirmed(sent, decision) == "lapsed"
    assert sent.value("SELECT count(*) FROM batch") == 1


def test_a_maker_takes_a_proposal_back(sent: Gateway) -> None:
    returned(sent)
    decision = proposed(sent)
    decide.withdraw(sent.context, ACTS, decision.reference, "maker", person("maker"))
    reissued(sent)


@pytest.mark.parametrize(("field", "value", "code"), [("bank", "nobank", "bank_unknown"), ("account", "", "missing")])
def test_a_corrected_account_is_checked_like_any(sent: Gateway, field: str, value: str, code: str) -> None:
    returned(sent)
    with pytest.raises(Refusal, match=code):
        proposed(sent, **{field: value})


def test_m10_a_successor_that_was_cancelled_has_a_successor_of_its_own(sent: Gateway) -> None:
    """Its batch was refused: nothing of it was ever sent."""
    returned(sent)
    batch = reissued(sent, account="1055500002")
    approve.cancel(sent.context, batch, "maker", person("maker"))
    assert reissued(sent, "TC-0001.R1") != batch
    assert successor(sent, "TC-0001.R2").state == "ready"


def test_a_cancelled_payment_that_succeeds_nothing_is_imported_anew(gateway: Gateway) -> None:
    batch = gateway.import_([row(1)]).batch.id
    approve.cancel(gateway.context, batch, "maker", person("maker"))
    _refused(gateway, "reissue_not_ended")


def test_m10_a_returned_successor_is_paid_again_in_its_turn(sent: Gateway) -> None:
    returned(sent)
    approved(sent, reissued(sent))
    sent.send()
    for number, booking in enumerate((debit(sent, "TC-0001.R1"), credit(sent, "TC-0001.R1", day="2026-11-03"))):
        sent.receive("camt.053", f"r{number}", BANK.statement(booking, id_=f"SR{number}"))
    approved(sent, reissued(sent, "TC-0001.R1"))
    assert successor(sent, "TC-0001.R2").state == "approved"


def test_t1_a_rejection_in_a_file_of_somebody_else_moves_nothing(sent: Gateway) -> None:
    (file,) = sent.files()
    sent.receive("pain.002", "x", OTHER.status(file.message_id, group=("RJCT", "AC04")))
    assert _refused(sent, "reissue_not_ended").params["other"] == "sent"
