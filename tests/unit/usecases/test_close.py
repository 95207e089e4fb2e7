"""What time brings: overdue answers, return windows, the ends of files and batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key, copy_of, row

from gateway.reports.batch import batch_report
from gateway.store import moves
from gateway.usecases.close import close, deadlines
from gateway.usecases.poll import poll

BANK = Answerer(bank_key())


@pytest.fixture
def booked(sent_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    """All four payments debited on Monday 2 November; the partner's window is five working days."""
    gateway = copy_of(sent_home, tmp_path)
    gateway.receive("camt.053", "1", BANK.statement(*_debits(gateway), id_="S1"))
    yield gateway
    gateway.close()


def _debits(gateway: Gateway) -> list[Booking]:
    rows = gateway.rows("SELECT end_to_end_id, amount, payment_ref FROM payment ORDER BY id")
    return [Booking(each.end_to_end_id, -each.amount, f"D-{each.payment_ref}") for each in rows]


def _return(gateway: Gateway, day: str) -> bytes:
    amount = gateway.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    booking = Booking(gateway.end_to_end_id(), amount, "R1", day, return_reason="AC04")
    return BANK.statement(booking, id_=f"R{day}", day=day)


def _batch(gateway: Gateway) -> str:
    return str(gateway.value("SELECT state FROM batch"))


def test_a_batch_is_closed_only_after_the_return_window_of_its_last_payment(booked: Gateway) -> None:
    assert booked.value("SELECT DISTINCT return_window_until FROM payment") == "2026-11-09"
    for _ in range(8):
        assert close(booked.context) == []
        assert _batch(booked) == "closing"
        booked.clock.pass_(days=1)
    assert booked.context.today().isoformat() == "2026-11-10"
    assert len(close(booked.context)) == 1
    assert _batch(booked) == "closed"
    assert close(booked.context) == []


def test_a_window_counts_working_days_only(sent: Gateway) -> None:
    bookings = [Booking(each.end_to_end_id, each.amount, each.reference, "2026-11-20") for each in _debits(sent)]
    sent.receive("camt.053", "1", BANK.statement(*bookings, day="2026-11-20"))
    assert sent.value("SELECT DISTINCT return_window_until FROM payment") == "2026-11-30"  # 24 November is a holiday


def test_a_file_is_closed_when_every_payment_has_its_end(booked: Gateway) -> None:
    (file,) = booked.files()
    assert file.state == "acknowledged"
    close(booked.context)
    assert booked.files()[0].state == "closed"


def test_m2_a_batch_with_an_open_payment_is_never_closed(sent: Gateway) -> None:
    sent.receive("camt.053", "1", BANK.statement(*_debits(sent)[1:]))
    for _ in range(40):
        sent.clock.pass_(days=1)
        assert close(sent.context) == []
    assert _batch(sent) == "closing"
    assert sent.files()[0].state == "acknowledged"


def test_m2_a_batch_with_a_held_payment_is_still_sending(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2))
    with gateway.store.begin() as tx:
        moves.move(tx, "payment", tx.value("SELECT max(id) FROM payment"), "held", "a person looks")
    gateway.send()
    close(gateway.context)
    assert _batch(gateway) == "sending"


def test_a_batch_of_rejected_payments_needs_no_window(sent: Gateway) -> None:
    sent.receive("pain.002", "1", BANK.status(sent.files()[0].message_id, group=("RJCT", "AC04")))
    assert len(close(sent.context)) == 1


def test_s8_a_return_after_the_window_opens_the_closed_batch_again(booked: Gateway) -> None:
    booked.clock.pass_(days=8)
    close(booked.context)
    booked.receive("camt.053", "2", _return(booked, "2026-11-10"))
    assert _batch(booked) == "closing"
    assert booked.states()["TC-0001"] == "returned"
    assert len(close(booked.context)) == 1


def test_s8_a_reversal_after_the_end_opens_batch_and_file_again(booked: Gateway) -> None:
    booked.clock.pass_(days=8)
    close(booked.context)
    amount = booked.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    undone = Booking(booked.end_to_end_id(), amount, "V1", "2026-11-10", reversal=True)
    booked.receive("camt.053", "2", BANK.statement(undone, id_="V"))
    assert booked.states()["TC-0001"] == "sent"
    assert _batch(booked) == "closing"
    assert booked.files()[0].state == "acknowledged"
    assert close(booked.context) == []


def test_an_unanswered_file_is_overdue_once_after_the_hours_of_its_partner(sent: Gateway) -> None:
    sent.clock.pass_(hours=3, minutes=50)
    close(sent.context)
    assert sent.exceptions() == []
    sent.clock.pass_(minutes=20)
    for _ in range(3):
        close(sent.context)
    assert sent.exceptions() == ["overdue"]
    assert sent.files()[0].overdue == 1
    assert sent.files()[0].state == "sent"


def test_an_answer_ends_being_overdue(sent: Gateway) -> None:
    sent.clock.pass_(hours=5)
    close(sent.context)
    sent.receive("pain.002", "1", BANK.status(sent.files()[0].message_id, group=("ACSP", "")))
    assert sent.files()[0].overdue == 0


def test_m9_an_overdue_file_is_never_sent_again(sent: Gateway) -> None:
    for _ in range(3):
        sent.clock.pass_(days=1)
        close(sent.context)
        assert sent.send().deliveries == []
    assert sent.outbox() == {}
    assert set(sent.states().values()) == {"sent"}


def test_m2_a_file_without_any_answer_goes_to_a_person_once_after_the_second_time(sent: Gateway) -> None:
    sent.clock.pass_(hours=23, minutes=50)
    close(sent.context)
    assert sent.exceptions() == ["overdue"]
    sent.clock.pass_(minutes=20)
    for _ in range(3):
        close(sent.context)
    assert [kind for kind in sent.exceptions() if kind.startswith("file_")] == ["file_unanswered"]


def test_m2_where_no_status_reports_are_sent_a_file_is_never_unanswered(sent: Gateway) -> None:
    sent.profiles["vietinbank"] = replace(sent.profiles["vietinbank"], acknowledgement_hours=None)
    sent.clock.pass_(days=10)
    close(sent.context)
    assert set(sent.exceptions()) == {"no_final_answer"}


def test_m2_an_unknown_file_is_told_once(sent: Gateway) -> None:
    (file,) = sent.files()
    sent.receive("pain.002", "1", BANK.status(file.message_id, group=("RJCT", "AM05")))
    for _ in range(3):
        close(sent.context)
    assert sent.exceptions() == ["duplicate_rejection", "file_unknown"]


def test_the_times_by_which_a_file_must_be_answered_are_those_of_the_profile(sent: Gateway) -> None:
    (file,) = sent.files()
    due = deadlines(sent.profiles["vietinbank"], file)
    assert due.overdue_at is not None
    assert due.person_at is not None
    assert due.person_at - due.overdue_at == timedelta(hours=20)
    assert due.overdue_at.isoformat() > file.sent_at


def test_the_report_of_a_batch_ties_at_every_station(sent: Gateway) -> None:
    batch = sent.value("SELECT id FROM batch")
    total = 4 * 500_000 + 10
    report = batch_report(sent.store, batch)
    assert (report.ties, report.approved, report.open) == (True, total, total)
    sent.receive("pain.002", "1", BANK.status(sent.files()[0].message_id, transfers=_rejected(sent)))
    sent.receive("camt.053", "1", BANK.statement(*_debits(sent)[:3]))
    sent.receive("camt.053", "2", _return(sent, "2026-11-03"))
    report = batch_report(sent.store, batch)
    assert report.ties
    assert (report.debited, report.returned, report.rejected, report.open) == (1_000_005, 500_001, 500_004, 0)


def _rejected(gateway: Gateway) -> tuple[tuple[str, str, str], ...]:
    return ((gateway.end_to_end_id("TC-0004"), "RJCT", "AC04"),)


def test_t7_a_partner_that_cannot_be_asked_delays_no_other_and_no_closing(booked: Gateway) -> None:
    booked.clock.pass_(days=8)
    close(booked.context)
    for path in (booked.place("momo") / "out/status").iterdir():
        path.rmdir()
    (booked.place("momo") / "out/status").rmdir()
    booked.put("camt.053", "2", _return(booked, "2026-11-10"))
    polled = poll(booked.context)
    assert [code for code, _ in polled.errors] == ["momo"]
    assert [received.state for received in polled.received] == ["processed"]
    assert len(polled.closed) == 1
