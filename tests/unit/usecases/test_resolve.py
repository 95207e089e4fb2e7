"""Verdicts of two people: an unknown file was delivered or is absent; one brought by hand counts as sent."""

from __future__ import annotations

import io
from typing import Any

import pytest
from support.banks import Booking
from support.decisions import decision
from support.evidence import BANK, status
from support.gateways import Gateway, person

from gateway.domain.errors import NotAllowed, Refusal
from gateway.ports import Transport
from gateway.store import blobs, deliveries, files, moves, stops
from gateway.store.tables import Decision
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal

DAYS = ("2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05")
OPENING = 10_000_000


@pytest.fixture
def unknown(sent: Gateway) -> Gateway:
    """Four payments in a file of which nobody knows whether it arrived."""
    (file,) = sent.files()
    with sent.store.begin() as tx:
        moves.move(tx, "file_out", file.id, "unknown", "rename unanswered: timeout")
    return sent


def _proposed(gateway: Gateway, verb: str, evidence: bytes | None = b"letter", **params: str) -> Decision:
    document = io.BytesIO(evidence) if evidence is not None else None
    proposal = Proposal(gateway.files()[0].message_id, "the bank wrote", params, "letter.pdf", document)
    return decide.propose(gateway.context, ACTS[verb], proposal, "checker", person("checker"))


def _confirmed(gateway: Gateway, decision: Decision) -> str:
    return decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2")).state


def _statements(gateway: Gateway, days: tuple[str, ...] = DAYS, **bookings: Booking) -> None:
    """A tied statement for each day, each opening with what the one before closed with."""
    balance = OPENING
    for day in days:
        booked = [bookings[day]] if day in bookings else []
        document = BANK.statement(*booked, id_=f"S{day}", day=day, opening=balance)
        balance += sum(each.amount for each in booked)
        gateway.receive("camt.053", f"s{day}", document)


def _file_state(gateway: Gateway) -> str:
    return str(gateway.files()[0].state)


def test_m9_a_file_of_unknown_outcome_is_delivered_by_the_word_of_two_people(unknown: Gateway) -> None:
    decision = _proposed(unknown, "file resolve", verdict="delivered")
    assert _file_state(unknown) == "unknown"
    assert _confirmed(unknown, decision) == "executed"
    assert _file_state(unknown) == "sent"
    assert set(unknown.states().values()) == {"sent"}
    history = unknown.rows("SELECT evidence FROM history WHERE kind = 'file_out' ORDER BY id DESC LIMIT 1")
    assert history[0].evidence == f"decision {decision.reference}: delivered"


def test_m9_absence_is_believed_on_the_partners_word_and_a_complete_chain_of_statements(unknown: Gateway) -> None:
    _statements(unknown)
    unknown.clock.pass_(days=4)
    assert _confirmed(unknown, _proposed(unknown, "file resolve", verdict="absent")) == "executed"
    assert _file_state(unknown) == "rejected"
    assert set(unknown.states().values()) == {"rejected"}
    assert {row.holds_key for row in unknown.rows("SELECT holds_key FROM payment")} == {0}


def test_s3_s8_a_debit_after_absence_was_decided_settles_with_an_alarm(unknown: Gateway) -> None:
    _statements(unknown)
    unknown.clock.pass_(days=4)
    _confirmed(unknown, _proposed(unknown, "file resolve", verdict="absent"))
    booking = Booking(unknown.end_to_end_id(), -500_001, "R9", "2026-11-06")
    unknown.receive("camt.053", "late", BANK.statement(booking, id_="S9", day="2026-11-06"))
    assert unknown.states()["TC-0001"] == "settled"
    assert "booked_and_rejected" in unknown.exceptions()


def test_absence_is_not_said_before_the_statements_can_be_there(unknown: Gateway) -> None:
    _statements(unknown)
    with pytest.raises(Refusal, match="absence_too_early"):
        _proposed(unknown, "file resolve", verdict="absent")


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ((), "chain_begins_late"),
        (DAYS[1:], "chain_begins_late"),
        (DAYS[:-1], "chain_ends_early"),
    ],
)
def test_absence_is_not_said_while_statements_are_missing(unknown: Gateway, days: tuple[str, ...], why: str) -> None:
    _statements(unknown, days)
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="absence_unproven") as refusal:
        _proposed(unknown, "file resolve", verdict="absent")
    assert refusal.value.params["why"] == why


def test_s4_a_hole_between_two_statements_proves_nothing(unknown: Gateway) -> None:
    """The balances do not meet: something was booked in between that we have not seen."""
    _statements(unknown, DAYS[:2])
    for day in DAYS[2:]:
        unknown.receive("camt.053", f"s{day}", BANK.statement(id_=f"S{day}", day=day, opening=OPENING - 1))
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="absence_unproven") as refusal:
        _proposed(unknown, "file resolve", verdict="absent")
    assert refusal.value.params["why"] == "statement_missing"


def test_absence_is_not_said_of_a_file_of_which_a_payment_is_booked(unknown: Gateway) -> None:
    booking = Booking(unknown.end_to_end_id(), -500_001, "R1", "2026-11-03")
    _statements(unknown, **{"2026-11-03": booking})
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="file_not_unknown"):
        _proposed(unknown, "file resolve", verdict="absent")


def test_absence_is_not_said_while_a_debit_is_unexplained(unknown: Gateway) -> None:
    _statements(unknown, **{"2026-11-03": Booking("SOMEBODY-ELSE", -2_000_000, "R1", "2026-11-03")})
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="absence_contradicted"):
        _proposed(unknown, "file resolve", verdict="absent")


def test_a_verdict_lapses_when_the_bank_answered_meanwhile(unknown: Gateway) -> None:
    decision = _proposed(unknown, "file resolve", verdict="delivered")
    status(unknown, group=("ACCP", ""))
    assert _confirmed(unknown, decision) == "lapsed"
    assert _file_state(unknown) == "acknowledged"


def test_a_verdict_needs_a_document(unknown: Gateway) -> None:
    with pytest.raises(Refusal, match="evidence_missing"):
        _proposed(unknown, "file resolve", None, verdict="delivered")


def test_a_verdict_is_for_a_file_of_unknown_outcome_only(sealed: Gateway) -> None:
    with pytest.raises(Refusal, match="file_not_unknown"):
        _proposed(sealed, "file resolve", verdict="delivered")


def test_t3_the_document_is_kept(unknown: Gateway) -> None:
    decision = _proposed(unknown, "file resolve", b"%PDF the bank's word", verdict="delivered")
    with unknown.store.read() as tx:
        assert b"".join(blobs.parts(tx, decision.evidence_sha256 or "")) == b"%PDF the bank's word"


# --- by hand -------------------------------------------------------------------------------------------------------


def test_m1_a_file_brought_by_hand_is_never_sent_again(sealed: Gateway) -> None:
    assert _confirmed(sealed, _proposed(sealed, "file mark-delivered")) == "executed"
    assert _file_state(sealed) == "sent"
    assert set(sealed.states().values()) == {"sent"}
    assert sealed.send().deliveries == []
    assert sealed.outbox() == {}


def test_m1_a_sender_half_way_releases_nothing_after_the_file_was_marked(sealed: Gateway) -> None:
    class Marking:
        """Both people sign during the upload."""

        def __init__(self, inner: Transport) -> None:
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def open_exclusive(self, path: str) -> Any:
            assert _confirmed(sealed, _proposed(sealed, "file mark-delivered")) == "executed"
            return self._inner.open_exclusive(path)

    sealed.wrap = Marking
    sealed.send()
    assert [name for name in sealed.outbox() if not name.startswith(".")] == []
    assert _file_state(sealed) == "sent"


def test_only_a_file_that_waits_is_marked(sent: Gateway) -> None:
    with pytest.raises(Refusal, match="file_not_waiting"):
        _proposed(sent, "file mark-delivered")
    with sent.store.read() as tx:
        assert files.find(tx, sent.files()[0].message_id).state == "sent"


def test_m1_a_file_that_waits_for_its_second_person_is_not_sent_meanwhile(sealed: Gateway) -> None:
    """It lies at the partner already, by hand: sending it would be the second copy."""
    decision = _proposed(sealed, "file mark-delivered")
    (delivery,) = sealed.send().deliveries
    assert delivery.error is not None
    assert delivery.error.code == "decision_open"
    assert sealed.outbox() == {}
    with pytest.raises(NotAllowed, match="withdrawal_of_another"):
        decide.withdraw(sealed.context, ACTS, decision.reference, "checker2", person("checker2"))
    assert sealed.outbox() == {}
    decide.withdraw(sealed.context, ACTS, decision.reference, "checker", person("checker"))
    assert sealed.send().deliveries[0].state == "sent"


# --- what speaks against it ------------------------------------------------------------------------------------------


def test_m9_an_accepting_word_speaks_against_absence_also_when_a_rejection_followed(unknown: Gateway) -> None:
    status(unknown, "1", group=("ACCP", ""), created="2026-11-02T10:00:00+07:00")
    status(unknown, "2", group=("RJCT", "AM05"), created="2026-11-02T11:00:00+07:00")
    _statements(unknown)
    unknown.clock.pass_(days=4)
    assert _file_state(unknown) == "unknown"
    with pytest.raises(Refusal, match="absence_contradicted"):
        _proposed(unknown, "file resolve", verdict="absent")


def test_m9_a_booking_that_is_only_announced_speaks_against_absence(unknown: Gateway) -> None:
    pending = Booking(unknown.end_to_end_id(), -500_001, "R1", "2026-11-03", status="PDNG")
    unknown.receive(
        "camt.053", "p", BANK.statement(pending, id_="S1", day="2026-11-02", opening=OPENING, closing=OPENING)
    )
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="absence_contradicted"):
        _proposed(unknown, "file resolve", verdict="absent")


def test_s4_a_working_day_without_statement_proves_nothing_though_the_balances_meet(unknown: Gateway) -> None:
    _statements(unknown, (DAYS[0], DAYS[1], DAYS[3]))
    unknown.clock.pass_(days=4)
    with pytest.raises(Refusal, match="absence_unproven") as refusal:
        _proposed(unknown, "file resolve", verdict="absent")
    assert refusal.value.params["why"] == "statement_missing"


def test_s8_an_accepting_word_after_absence_was_decided_is_a_contradiction(unknown: Gateway) -> None:
    _statements(unknown)
    unknown.clock.pass_(days=4)
    _confirmed(unknown, _proposed(unknown, "file resolve", verdict="absent"))
    status(unknown, group=("ACCP", ""), created="2026-11-02T10:00:00+07:00")
    assert "contradiction" in unknown.exceptions()


def test_a_file_that_becomes_unknown_again_gets_a_new_verdict(unknown: Gateway) -> None:
    _confirmed(unknown, _proposed(unknown, "file resolve", verdict="delivered"))
    status(unknown, group=("RJCT", "AM05"))
    assert _file_state(unknown) == "unknown"
    with unknown.store.begin() as tx:
        stops.lift(tx, stops.of_partner("vietinbank"), decision(tx, "start", "partner vietinbank"))
    assert _confirmed(unknown, _proposed(unknown, "file resolve", verdict="delivered")) == "executed"
    assert _file_state(unknown) == "sent"


def test_m1_a_file_that_may_have_been_taken_half_way_is_not_marked_before_it_was_looked_at(sealed: Gateway) -> None:
    (file,) = sealed.files()
    with sealed.store.begin() as tx:
        deliveries.begin_attempt(tx, files.get(tx, file.id), 1, f".{file.name}.1.part", "")
        deliveries.note(tx, files.get(tx, file.id), 1, "writing_at = :now")
    with pytest.raises(Refusal, match="file_perhaps_taken"):
        _proposed(sealed, "file mark-delivered")
