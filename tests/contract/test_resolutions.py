"""How exceptions end, on both databases: by one person, by two, by themselves; never by deleting."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from support.banks import Booking
from support.endings import confirmed, ended, found, open_kinds, propose_end
from support.evidence import amount, bare, booked, credit, debit, status
from support.gateways import Gateway, person, row
from support.tampering import edit

from gateway.domain.errors import NotAllowed, NotFound, Refusal
from gateway.domain.states import FileState
from gateway.reports.tie import Question, daily_tie
from gateway.store import browse, evidence, moves, resolutions
from gateway.usecases import decide, integrity
from gateway.usecases.acts import ACTS
from gateway.usecases.close import close
from gateway.usecases.exceptions import assign, resolve


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def _entries(gateway: Gateway) -> list[tuple[str, str | None]]:
    return [(e.disposition, e.reason) for e in gateway.rows("SELECT disposition, reason FROM entry ORDER BY id")]


def _suspected(gateway: Gateway) -> None:
    """A debit of the first payment, then a credit of the same amount that names no payment."""
    booked(gateway, debit(gateway))
    credited = Booking(None, amount(gateway), "C-1", "2026-11-03", return_reason="AC04")
    booked(gateway, credited, name="2", day="2026-11-03")
    assert open_kinds(gateway) == ["suspected_return"]


# --- the return of a payment -----------------------------------------------------------------------------------------


def test_s5_a_suspected_return_is_the_return_of_a_payment_by_the_word_of_two_people(sent: Gateway) -> None:
    _suspected(sent)
    proposed = propose_end(sent, found(sent, "suspected_return", "return_of", sent.end_to_end_id()))
    assert sent.states()["TC-0001"] == "settled"
    assert confirmed(sent, proposed) == "executed"
    assert sent.states() == {"TC-0001": "returned", "TC-0002": "sent"}
    assert open_kinds(sent) == []
    assert _entries(sent) == [("allocated", None), ("allocated", "explained")]
    (allocation,) = sent.rows("SELECT * FROM allocation WHERE kind = 'return'")
    assert (allocation.amount, allocation.booked_on) == (amount(sent), "2026-11-03")
    (payment,) = sent.rows("SELECT * FROM payment WHERE payment_ref = 'TC-0001'")
    assert (payment.returned_amount, payment.reason, bool(payment.holds_key)) == (payment.amount, "AC04", False)
    last = sent.rows("SELECT evidence FROM history WHERE kind = 'payment' ORDER BY id DESC LIMIT 1")[0].evidence
    assert last.startswith(f"decision {proposed.reference}: return_of in R")
    (ending,) = sent.rows("SELECT * FROM resolution")
    assert (ending.resolution, ending.payment_id, ending.decision_id) == ("return_of", payment.id, proposed.id)
    assert (ending.resolved_by, ending.reason, ending.evidence_name) == ("checker2", "the bank wrote", "letter.pdf")


def test_s2_s3_the_same_credit_told_again_changes_nothing_after_it(sent: Gateway) -> None:
    _suspected(sent)
    ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    before = sent.rows("SELECT state, returned_amount FROM payment ORDER BY id")
    credited = Booking(None, amount(sent), "C-1", "2026-11-03", return_reason="AC04")
    booked(sent, debit(sent), credited, name="3")
    assert sent.rows("SELECT state, returned_amount FROM payment ORDER BY id") == before
    assert open_kinds(sent) == []
    assert _entries(sent)[2:] == [("ignored", "already_known")] * 2


def test_the_tie_of_the_day_knows_the_return_from_the_decision_on(sent: Gateway) -> None:
    def returned(known_at: datetime | None) -> int:
        books = {"vietinbank": "camt.053"}
        day, today = date(2026, 11, 3), sent.clock.value.date()
        question = Question(day, known_at, None, books, None, lambda each: each.weekday() < 5, today)
        return sum(each.returned for each in daily_tie(sent.store, question).payments)

    _suspected(sent)
    before = sent.clock.now()
    ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    assert (returned(before), returned(None)) == (0, amount(sent))


def test_m1_a_second_return_of_the_payment_is_told_after_it(sent: Gateway) -> None:
    _suspected(sent)
    ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    booked(sent, credit(sent, reference="C-2"), name="3")
    assert open_kinds(sent) == ["second_return"]
    assert sent.states()["TC-0001"] == "returned"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 1}, "return_of_other_amount"),
        ({"currency": "USD"}, "return_of_other_amount"),
    ],
)
def test_s5_nothing_else_than_the_exact_amount_returns_a_payment(
    sent: Gateway, change: dict[str, Any], code: str
) -> None:
    booked(sent, debit(sent))
    booked(sent, replace(Booking(None, amount(sent), "C-1", return_reason="AC04"), **change), name="2")
    kind = "suspected_return"
    with pytest.raises(Refusal, match=code):
        propose_end(sent, found(sent, kind, "return_of", sent.end_to_end_id()))


def test_s1_what_was_not_debited_does_not_come_back(sent: Gateway) -> None:
    booked(sent, Booking(None, amount(sent), "C-1", return_reason="AC04"))
    with pytest.raises(Refusal, match="payment_not_debited"):
        propose_end(sent, found(sent, "suspected_return", "return_of", sent.end_to_end_id()))


def test_an_entry_without_transactions_is_nobodys_return(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, bare(Booking(None, amount(sent), "C-1")), name="2")
    with pytest.raises(Refusal, match="return_without_detail"):
        propose_end(sent, found(sent, "unknown_credit", "return_of", sent.end_to_end_id()))


def test_a_return_that_comes_by_itself_meanwhile_lets_the_decision_lapse(sent: Gateway) -> None:
    _suspected(sent)
    proposed = propose_end(sent, found(sent, "suspected_return", "return_of", sent.end_to_end_id()))
    booked(sent, credit(sent, reference="C-2"), name="3")
    assert confirmed(sent, proposed) == "lapsed"
    assert open_kinds(sent) == ["suspected_return"]
    assert sent.value("SELECT count(*) FROM allocation WHERE kind = 'return'") == 1


def test_m1_a_third_debit_is_told_although_people_have_ended_the_second(sent: Gateway) -> None:
    booked(sent, debit(sent), debit(sent, reference="D-2"))
    ended(sent, "second_debit", "cleared")
    booked(sent, credit(sent), name="2")
    assert open_kinds(sent) == []
    booked(sent, debit(sent, reference="D-3"), name="3")
    assert open_kinds(sent) == ["second_debit"]
    booked(sent, debit(sent, "TC-0002"), name="4")
    assert open_kinds(sent) == ["second_debit"]
    assert sent.exceptions() == ["second_debit"] * 2


# --- an entry that is explained --------------------------------------------------------------------------------------


def test_s6_an_explained_entry_is_ignored_with_its_reason(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    ended(sent, "unknown_debit", "explained")
    assert _entries(sent) == [("ignored", "explained")]
    assert open_kinds(sent) == []


def test_s2_an_explained_entry_that_is_told_again_raises_no_alarm(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    ended(sent, "unknown_debit", "explained")
    again = booked(sent, Booking("FEE", -11_000, "F-1"), debit(sent), name="2")
    assert again.error is None
    assert _entries(sent) == [("ignored", "explained"), ("ignored", "already_known"), ("allocated", None)]


def test_s2_an_explained_entry_that_is_told_again_without_details_raises_no_alarm(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    ended(sent, "unknown_debit", "explained")
    booked(sent, bare(Booking("FEE", -11_000, "F-1")), name="2")
    assert open_kinds(sent) == []


def test_s6_an_entry_of_several_exceptions_stays_one_until_the_last_has_ended(sent: Gateway) -> None:
    booked(sent, bare(Booking(None, 7_000, "U-1")))
    with sent.store.begin() as tx:
        entry = tx.run("SELECT * FROM entry").one()
        evidence.raise_exception(tx, "details_differ", "vietinbank", entry_id=entry.id)
    ended(sent, "unknown_credit", "explained")
    assert _entries(sent) == [("exception", None)]
    ended(sent, "details_differ", "explained")
    assert _entries(sent) == [("ignored", "explained")]


# --- who may end what ------------------------------------------------------------------------------------------------


def test_one_person_ends_what_moves_nothing_and_signs_it(sent: Gateway) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = found(sent, "status_for_unknown_payment", "answered", letter=b"mail")
    assert resolve(sent.context, finding, "maker", person("maker")) is None
    (ending,) = sent.rows("SELECT * FROM resolution")
    assert (ending.resolution, ending.resolved_by, ending.decision_id) == ("answered", "maker", None)
    assert ending.evidence_sha256 is not None
    details = sent.rows("SELECT details FROM audit WHERE verb = 'exception resolve'")
    assert len(details) == 1
    assert "signature" in details[0].details


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"resolution": "mended"}, Refusal, "resolution_unfit"),
        ({"resolution": "cleared"}, Refusal, "resolution_unfit"),
        ({"payment": "E1"}, Refusal, "payment_of_return"),
        ({"reason": " "}, Refusal, "reason_missing"),
        ({"exception": 999}, NotFound, "exception_unknown"),
    ],
)
def test_what_does_not_fit_is_refused(sent: Gateway, change: dict[str, Any], error: type[Exception], code: str) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = replace(found(sent, "status_for_unknown_payment", "answered"), **change)
    with pytest.raises(error, match=code):
        resolve(sent.context, finding, "maker", person("maker"))
    assert open_kinds(sent) == ["status_for_unknown_payment"]


@pytest.mark.parametrize(("operator", "code"), [("nobody", "operator_unknown"), ("checker", "key_not_enrolled")])
def test_only_people_with_their_own_key_end_anything(sent: Gateway, operator: str, code: str) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = found(sent, "status_for_unknown_payment", "answered")
    with pytest.raises((NotAllowed, NotFound), match=code):
        resolve(sent.context, finding, operator, person("maker"))


def test_an_alarm_is_not_ended_without_a_document(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    with pytest.raises(Refusal, match="evidence_missing"):
        propose_end(sent, found(sent, "unknown_debit", "explained", letter=None))


def test_m11_a_proposal_that_went_round_the_command_is_held_to_the_same(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    number = sent.value("SELECT id FROM exception")
    act = ACTS["exception resolve"]
    proposal = decide.Proposal(str(number), "x", {"resolution": "answered"})
    with pytest.raises(Refusal, match="resolution_unfit"):
        decide.propose(sent.context, act, proposal, "checker", person("checker"))
    proposal = decide.Proposal(str(number), "x", {"resolution": "explained"})
    proposed = decide.propose(sent.context, act, proposal, "checker", person("checker"))
    with pytest.raises(Refusal, match="evidence_missing"):
        confirmed(sent, proposed)
    assert open_kinds(sent) == ["unknown_debit"]


def test_an_exception_ends_once(sent: Gateway) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = found(sent, "status_for_unknown_payment", "answered", letter=None)
    resolve(sent.context, finding, "maker", person("maker"))
    with pytest.raises(Refusal, match="exception_ended"):
        resolve(sent.context, finding, "maker", person("maker"))
    with pytest.raises(Refusal, match="exception_ended"):
        assign(sent.context, finding.exception, "maker", "user:lan")


def test_m2_what_still_waits_is_ended_by_nobody_and_then_by_itself(sent: Gateway) -> None:
    sent.clock.pass_(days=5)
    close(sent.context)
    assert open_kinds(sent).count("no_final_answer") == 2
    finding = found(sent, "no_final_answer", "answered")
    with pytest.raises(Refusal, match="exception_lasts"):
        resolve(sent.context, finding, "maker", person("maker"))
    booked(sent, debit(sent), debit(sent, "TC-0002"))
    close(sent.context)
    assert open_kinds(sent) == []
    assert sent.value("SELECT count(*) FROM exception WHERE healed_at IS NULL") == 0
    assert sent.rows("SELECT * FROM resolution") == []


def test_m2_a_file_that_is_unknown_again_is_told_again(sent: Gateway) -> None:
    (file,) = sent.files()
    for state in (FileState.UNKNOWN, FileState.SENT, FileState.UNKNOWN):
        with sent.store.begin() as tx:
            moves.move(tx, "file_out", file.id, state, "test")
        close(sent.context)
        assert open_kinds(sent).count("file_unknown") == (state == FileState.UNKNOWN)
    assert sent.exceptions().count("file_unknown") == 2


# --- who looks after it, and what comes first ------------------------------------------------------------------------


def test_somebody_looks_after_an_exception(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    number = sent.value("SELECT id FROM exception")
    assign(sent.context, number, "maker", "user:lan")
    assign(sent.context, number, "checker", "user:lan")
    with sent.store.read() as tx:
        assert [each.owner for each in browse.exceptions(tx, 5, owner="checker")] == ["checker"]
        assert browse.exceptions(tx, 5, owner="maker") == []
    with pytest.raises(NotFound, match="operator_unknown"):
        assign(sent.context, number, "nobody", "user:lan")


def test_the_most_urgent_comes_first_then_the_oldest(sent: Gateway) -> None:
    for kind in ("archive_denied", "unknown_credit", "unknown_debit", "suspected_return", "overdue"):
        sent.clock.value += timedelta(seconds=1)
        with sent.store.begin() as tx:
            evidence.raise_exception(tx, kind, "vietinbank")
    with sent.store.read() as tx:
        found = [each.kind for each in browse.exceptions(tx, 9)]
    assert found == ["unknown_debit", "unknown_credit", "suspected_return", "overdue", "archive_denied"]


def test_what_is_not_dealt_with_in_time_is_counted(sent: Gateway) -> None:
    for kind in ("unknown_debit", "unknown_credit", "overdue"):
        with sent.store.begin() as tx:
            evidence.raise_exception(tx, kind, "vietinbank")
    for hours, late in ((3, []), (2, ["unknown_debit"]), (20, ["unknown_credit", "unknown_debit"])):
        sent.clock.value += timedelta(hours=hours)
        with sent.store.read() as tx:
            assert [(each.kind, each.n) for each in resolutions.overdue(tx)] == [(kind, 1) for kind in late]


def test_a2_an_exception_that_people_ended_and_that_seems_to_have_healed_is_found(sent: Gateway) -> None:
    _suspected(sent)
    confirmed(sent, propose_end(sent, found(sent, "suspected_return", "return_of", sent.end_to_end_id())))
    assert list(integrity.check(sent.context)) == []
    edit(sent, "UPDATE exception SET healed_at = '2026-01-01' WHERE state = 'resolved'")
    assert {each.code for each in integrity.check(sent.context)} == {"rows_differ"}
