"""How exceptions end, on both databases: by one person, by two, by themselves; never by deleting."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from support.banks import Booking
from support.decisions import decision
from support.evidence import amount, bare, booked, credit, debit, status
from support.gateways import Gateway, person, row

from gateway.domain.errors import Busy, NotAllowed, NotFound, Refusal
from gateway.domain.resolutions import ALONE, HANDLING
from gateway.domain.states import FileState
from gateway.reports.tie import Question, daily_tie
from gateway.store import browse, evidence, moves, resolutions
from gateway.store.tables import Decision, Resolution
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.close import close
from gateway.usecases.exceptions import Finding, assign, resolve


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


def _found(
    gateway: Gateway, kind: str, resolution: str, payment: str | None = None, letter: bytes | None = b"letter"
) -> Finding:
    number = gateway.value("SELECT max(id) FROM exception WHERE kind = :k", k=kind)
    document = io.BytesIO(letter) if letter is not None else None
    return Finding(number, resolution, "the bank wrote", payment, "letter.pdf" if letter else None, document)


def _proposed(gateway: Gateway, finding: Finding) -> Decision:
    decision = resolve(gateway.context, finding, "checker", person("checker"))
    assert decision is not None
    return decision


def _confirmed(gateway: Gateway, decision: Decision) -> str:
    return decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2")).state


def _ended(gateway: Gateway, kind: str, resolution: str, payment: str | None = None) -> None:
    assert _confirmed(gateway, _proposed(gateway, _found(gateway, kind, resolution, payment))) == "executed"


def _open(gateway: Gateway) -> list[str]:
    return [each.kind for each in gateway.rows("SELECT kind FROM exception WHERE state = 'open' ORDER BY kind")]


def _entries(gateway: Gateway) -> list[tuple[str, str | None]]:
    return [(e.disposition, e.reason) for e in gateway.rows("SELECT disposition, reason FROM entry ORDER BY id")]


def _suspected(gateway: Gateway) -> None:
    """A debit of the first payment, then a credit of the same amount that names no payment."""
    booked(gateway, debit(gateway))
    credited = Booking(None, amount(gateway), "C-1", "2026-11-03", return_reason="AC04")
    booked(gateway, credited, name="2", day="2026-11-03")
    assert _open(gateway) == ["suspected_return"]


# --- the return of a payment -----------------------------------------------------------------------------------------


def test_s5_a_suspected_return_is_the_return_of_a_payment_by_the_word_of_two_people(sent: Gateway) -> None:
    _suspected(sent)
    proposed = _proposed(sent, _found(sent, "suspected_return", "return_of", sent.end_to_end_id()))
    assert sent.states()["TC-0001"] == "settled"
    assert _confirmed(sent, proposed) == "executed"
    assert sent.states() == {"TC-0001": "returned", "TC-0002": "sent"}
    assert _open(sent) == []
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
    _ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    before = sent.rows("SELECT state, returned_amount FROM payment ORDER BY id")
    credited = Booking(None, amount(sent), "C-1", "2026-11-03", return_reason="AC04")
    booked(sent, debit(sent), credited, name="3")
    assert sent.rows("SELECT state, returned_amount FROM payment ORDER BY id") == before
    assert _open(sent) == []
    assert _entries(sent)[2:] == [("ignored", "already_known")] * 2


def test_the_tie_of_the_day_knows_the_return_from_the_decision_on(sent: Gateway) -> None:
    def returned(known_at: datetime | None) -> int:
        books = {"vietinbank": "camt.053"}
        day, today = date(2026, 11, 3), sent.clock.value.date()
        question = Question(day, known_at, None, books, None, lambda each: each.weekday() < 5, today)
        return sum(each.returned for each in daily_tie(sent.store, question).payments)

    _suspected(sent)
    before = sent.clock.now()
    _ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    assert (returned(before), returned(None)) == (0, amount(sent))


def test_m1_a_second_return_of_the_payment_is_told_after_it(sent: Gateway) -> None:
    _suspected(sent)
    _ended(sent, "suspected_return", "return_of", sent.end_to_end_id())
    booked(sent, credit(sent, reference="C-2"), name="3")
    assert _open(sent) == ["second_return"]
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
        _proposed(sent, _found(sent, kind, "return_of", sent.end_to_end_id()))


def test_s1_what_was_not_debited_does_not_come_back(sent: Gateway) -> None:
    booked(sent, Booking(None, amount(sent), "C-1", return_reason="AC04"))
    with pytest.raises(Refusal, match="payment_not_debited"):
        _proposed(sent, _found(sent, "suspected_return", "return_of", sent.end_to_end_id()))


def test_an_entry_without_transactions_is_nobodys_return(sent: Gateway) -> None:
    booked(sent, debit(sent))
    booked(sent, bare(Booking(None, amount(sent), "C-1")), name="2")
    with pytest.raises(Refusal, match="return_without_detail"):
        _proposed(sent, _found(sent, "unknown_credit", "return_of", sent.end_to_end_id()))


def test_a_return_that_comes_by_itself_meanwhile_lets_the_decision_lapse(sent: Gateway) -> None:
    _suspected(sent)
    proposed = _proposed(sent, _found(sent, "suspected_return", "return_of", sent.end_to_end_id()))
    booked(sent, credit(sent, reference="C-2"), name="3")
    assert _confirmed(sent, proposed) == "lapsed"
    assert _open(sent) == ["suspected_return"]
    assert sent.value("SELECT count(*) FROM allocation WHERE kind = 'return'") == 1


def test_m1_a_third_debit_is_told_although_people_have_ended_the_second(sent: Gateway) -> None:
    booked(sent, debit(sent), debit(sent, reference="D-2"))
    _ended(sent, "second_debit", "cleared")
    booked(sent, credit(sent), name="2")
    assert _open(sent) == []
    booked(sent, debit(sent, reference="D-3"), name="3")
    assert _open(sent) == ["second_debit"]
    booked(sent, debit(sent, "TC-0002"), name="4")
    assert _open(sent) == ["second_debit"]
    assert sent.exceptions() == ["second_debit"] * 2


# --- an entry that is explained --------------------------------------------------------------------------------------


def test_s6_an_explained_entry_is_ignored_with_its_reason(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    _ended(sent, "unknown_debit", "explained")
    assert _entries(sent) == [("ignored", "explained")]
    assert _open(sent) == []


def test_s2_an_explained_entry_that_is_told_again_raises_no_alarm(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    _ended(sent, "unknown_debit", "explained")
    again = booked(sent, Booking("FEE", -11_000, "F-1"), debit(sent), name="2")
    assert again.error is None
    assert _entries(sent) == [("ignored", "explained"), ("ignored", "already_known"), ("allocated", None)]


def test_s2_an_explained_entry_that_is_told_again_without_details_raises_no_alarm(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    _ended(sent, "unknown_debit", "explained")
    booked(sent, bare(Booking("FEE", -11_000, "F-1")), name="2")
    assert _open(sent) == []


def test_s6_an_entry_of_several_exceptions_stays_one_until_the_last_has_ended(sent: Gateway) -> None:
    booked(sent, bare(Booking(None, 7_000, "U-1")))
    with sent.store.begin() as tx:
        entry = tx.run("SELECT * FROM entry").one()
        evidence.raise_exception(tx, "details_differ", "vietinbank", entry_id=entry.id)
    _ended(sent, "unknown_credit", "explained")
    assert _entries(sent) == [("exception", None)]
    _ended(sent, "details_differ", "explained")
    assert _entries(sent) == [("ignored", "explained")]


# --- who may end what ------------------------------------------------------------------------------------------------


def test_one_person_ends_what_moves_nothing_and_signs_it(sent: Gateway) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = _found(sent, "status_for_unknown_payment", "answered", letter=b"mail")
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
    finding = replace(_found(sent, "status_for_unknown_payment", "answered"), **change)
    with pytest.raises(error, match=code):
        resolve(sent.context, finding, "maker", person("maker"))
    assert _open(sent) == ["status_for_unknown_payment"]


@pytest.mark.parametrize(("operator", "code"), [("nobody", "operator_unknown"), ("checker", "key_not_enrolled")])
def test_only_people_with_their_own_key_end_anything(sent: Gateway, operator: str, code: str) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = _found(sent, "status_for_unknown_payment", "answered")
    with pytest.raises((NotAllowed, NotFound), match=code):
        resolve(sent.context, finding, operator, person("maker"))


def test_an_alarm_is_not_ended_without_a_document(sent: Gateway) -> None:
    booked(sent, Booking("FEE", -11_000, "F-1"))
    with pytest.raises(Refusal, match="evidence_missing"):
        _proposed(sent, _found(sent, "unknown_debit", "explained", letter=None))


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
        _confirmed(sent, proposed)
    assert _open(sent) == ["unknown_debit"]


def test_an_exception_ends_once(sent: Gateway) -> None:
    status(sent, transfers=(("EOTHER", "RJCT", "AC04"),))
    finding = _found(sent, "status_for_unknown_payment", "answered", letter=None)
    resolve(sent.context, finding, "maker", person("maker"))
    with pytest.raises(Refusal, match="exception_ended"):
        resolve(sent.context, finding, "maker", person("maker"))
    with pytest.raises(Refusal, match="exception_ended"):
        assign(sent.context, finding.exception, "maker", "user:lan")


def test_m2_what_still_waits_is_ended_by_nobody_and_then_by_itself(sent: Gateway) -> None:
    sent.clock.pass_(days=5)
    close(sent.context)
    assert _open(sent).count("no_final_answer") == 2
    finding = _found(sent, "no_final_answer", "answered")
    with pytest.raises(Refusal, match="exception_lasts"):
        resolve(sent.context, finding, "maker", person("maker"))
    booked(sent, debit(sent), debit(sent, "TC-0002"))
    close(sent.context)
    assert _open(sent) == []
    assert sent.value("SELECT count(*) FROM exception WHERE healed_at IS NULL") == 0
    assert sent.rows("SELECT * FROM resolution") == []


def test_m2_a_file_that_is_unknown_again_is_told_again(sent: Gateway) -> None:
    (file,) = sent.files()
    for state in (FileState.UNKNOWN, FileState.SENT, FileState.UNKNOWN):
        with sent.store.begin() as tx:
            moves.move(tx, "file_out", file.id, state, "test")
        close(sent.context)
        assert _open(sent).count("file_unknown") == (state == FileState.UNKNOWN)
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


# --- what the database itself refuses --------------------------------------------------------------------------------


def _write(gateway: Gateway, kind: str, resolution: str, by: str, number: Callable[[Any], int] | None = None) -> None:
    """A row like those that ``resolve`` writes, by whoever writes SQL."""
    with gateway.store.begin() as tx:
        evidence.raise_exception(tx, kind, "vietinbank")
        item = tx.value("SELECT max(id) FROM exception")
        own = number(tx) if number else None
        ending = Resolution(exception_id=item, resolution=resolution, reason="x", resolved_by=by, resolved_at="now")
        ending.decision_id = own
        resolutions.add(tx, ending)


@pytest.mark.parametrize("kind", sorted(HANDLING))
def test_m11_the_database_lets_one_person_end_only_what_the_table_says(sent: Gateway, kind: str) -> None:
    if kind in ALONE:
        _write(sent, kind, "answered", "maker")
        return
    with pytest.raises(IntegrityError, match="M11"):
        _write(sent, kind, "answered", "maker")


@pytest.mark.parametrize(
    ("resolution", "by", "verb"),
    [
        ("explained", "checker", None),
        ("explained", "system", None),
        ("explained", "checker", "start"),
    ],
)
def test_m11_a_resolution_over_money_needs_the_executed_decision(
    sent: Gateway, resolution: str, by: str, verb: str | None
) -> None:
    with pytest.raises(IntegrityError, match="M11"):
        _write(sent, "unknown_debit", resolution, by, (lambda tx: decision(tx, verb)) if verb else None)


def test_m11_the_decision_is_of_two_and_on_the_very_exception(sent: Gateway) -> None:
    def proposed(tx: Any) -> int:
        return decision(tx, "exception resolve", str(tx.value("SELECT max(id) FROM exception")), executed=False)

    def of_another(tx: Any) -> int:
        return decision(tx, "exception resolve", "0")

    def of_two(tx: Any) -> int:
        return decision(tx, "exception resolve", str(tx.value("SELECT max(id) FROM exception")))

    for number in (proposed, of_another):
        with pytest.raises(IntegrityError, match="M11"):
            _write(sent, "unknown_debit", "explained", "checker", number)
    _write(sent, "unknown_debit", "explained", "checker", of_two)


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        ("DELETE FROM exception", "never deleted"),
        ("UPDATE exception SET kind = 'unknown_debit'", "fixed"),
        ("UPDATE exception SET state = 'open'", "S6 an exception ends by"),
        ("UPDATE resolution SET reason = 'other'", "insert-only"),
        ("DELETE FROM resolution", "insert-only"),
    ],
)
def test_s6_nothing_is_resolved_by_deleting_or_changing(sent: Gateway, sql: str, promise: str) -> None:
    _write(sent, "overdue", "answered", "maker")
    with pytest.raises(IntegrityError, match=promise), sent.store.begin() as tx:
        tx.run(sql)


def test_s6_an_exception_without_a_resolution_stays_open(sent: Gateway) -> None:
    with sent.store.begin() as tx:
        evidence.raise_exception(tx, "overdue", "vietinbank")
    with pytest.raises(IntegrityError, match="S6 an exception ends by"), sent.store.begin() as tx:
        tx.run("UPDATE exception SET state = 'resolved'")


def test_d3_two_people_who_end_it_at_once_end_it_once(sent: Gateway) -> None:
    _write(sent, "overdue", "answered", "maker")
    with sent.store.begin() as tx:
        number = tx.value("SELECT max(exception_id) FROM resolution")
    ending = Resolution(exception_id=number, resolution="mended", reason="x", resolved_by="both", resolved_at="now")
    with pytest.raises((Busy, IntegrityError)), sent.store.begin() as tx:
        resolutions.add(tx, ending)


def test_s3_what_people_have_ended_does_not_heal_and_open_again(sent: Gateway) -> None:
    _write(sent, "overdue", "answered", "maker")
    sql = "UPDATE exception SET state = 'open', healed_at = NULL"
    with pytest.raises(IntegrityError, match="S6 an exception ends by"), sent.store.begin() as tx:
        tx.run(sql)
    with sent.store.begin() as tx:
        evidence.raise_exception(tx, "file_unread", "vietinbank")
        resolutions.heal(tx, "kind = :kind", kind="file_unread")
    assert _open(sent) == []
    with sent.store.begin() as tx:
        tx.run(f"{sql} WHERE kind = 'file_unread'")
    assert _open(sent) == ["file_unread"]
