"""A small month on both databases: the sets of SQL that match, close and report give the same on each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from support.banks import Answerer, Booking
from support.gateways import Gateway, bank_key, row

from gateway.reports.batch import batch_report
from gateway.store import audit
from gateway.usecases.close import close

BANK = Answerer(bank_key())


@pytest.fixture
def month(gateway: Gateway) -> Gateway:
    """One payment each that is settled, returned, rejected, reversed, open; and a stranger's debit."""
    gateway.approved(*(row(number) for number in range(1, 6)))
    gateway.send()
    (file,) = gateway.files()
    e2e = [each.end_to_end_id for each in gateway.rows("SELECT end_to_end_id FROM payment ORDER BY id")]
    statuses = (*((each, "ACSP", "") for each in e2e[:2]), (e2e[2], "RJCT", "E017"))
    gateway.receive("pain.002", "1", BANK.status(file.message_id, group=("PART", ""), transfers=statuses))
    debits = [Booking(e2e[index], -500_001 - index, f"D{index}") for index in (0, 1, 3)]
    strange = Booking("EOTHER", -7, "X")
    gateway.receive("camt.054", "1", BANK.statement(debits[0], message="camt.054", id_="N1"))
    gateway.receive("camt.053", "1", BANK.statement(*debits, strange, id_="S1", sequence="1", opening=9_000_000))
    back = Booking(e2e[1], 500_002, "R1", "2026-11-03", return_reason="AC04")
    undone = Booking(e2e[3], 500_004, "V3", "2026-11-03", reversal=True)
    gateway.receive("camt.053", "2", BANK.statement(back, undone, id_="S2", sequence="2", opening=5, day="2026-11-03"))
    return gateway


def _plain(rows: list[Any]) -> list[tuple[Any, ...]]:
    return [tuple(each) for each in rows]


def test_every_kind_of_evidence_ends_alike(month: Gateway) -> None:
    assert list(month.states().values()) == ["settled", "returned", "rejected", "sent", "sent"]
    assert month.exceptions() == ["chain_broken", "unknown_debit"]
    facts = month.rows("SELECT reason, returned_amount, debited_at, return_window_until FROM payment ORDER BY id")
    assert _plain(facts) == [
        (None, 0, "2026-11-02", "2026-11-09"),
        ("AC04", 500_002, "2026-11-02", "2026-11-09"),
        ("AC04", 0, None, None),
        (None, 0, None, None),
        (None, 0, None, None),
    ]


def test_a5_reports_are_whole_numbers_that_tie(month: Gateway) -> None:
    report = batch_report(month.store, month.value("SELECT id FROM batch"))
    amounts = (report.approved, report.debited, report.returned, report.charges, report.rejected, report.open)
    assert amounts == (2_500_015, 500_001, 500_002, 0, 500_003, 1_000_009)
    assert {type(amount) for amount in (*amounts, *(outcome.amount for outcome in report.outcomes))} == {int}


def test_a2_the_whole_month_stands_in_one_unbroken_chain(month: Gateway) -> None:
    close(month.context)
    with month.store.read() as tx:
        assert audit.first_break(tx) is None
    assert month.value("SELECT count(*) FROM audit") >= 15


def test_m3_the_history_of_every_payment_is_a_chain_of_its_states(month: Gateway) -> None:
    rows = month.rows("SELECT subject, source, target FROM history WHERE kind = 'payment' ORDER BY subject, id")
    for before, after in pairwise(rows):
        assert before.subject != after.subject or before.target == after.source
    last = {each.subject: each.target for each in rows}
    assert last == {each.end_to_end_id: each.state for each in month.rows("SELECT end_to_end_id, state FROM payment")}


@pytest.mark.parametrize("sequence", ["2611020001", "9" * 18, "9" * 30])
def test_t7_a_sequence_number_of_any_length_is_read(gateway: Gateway, sequence: str) -> None:
    received = gateway.receive("camt.053", "1", BANK.statement(Booking(None, 7), sequence=sequence, opening=1))
    assert received.state == "processed"
    again = BANK.statement(Booking(None, 8), id_="S2", sequence=sequence, opening=8)
    assert gateway.receive("camt.053", "2", again).state == "processed"
