"""S8 on both databases: a batch closes after its return windows with a report; what comes later makes a supplement."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import DBAPIError
from support.evidence import booked, credit, debit
from support.gateways import Gateway, row

from gateway.reports.batch import Issued, batch_report
from gateway.store import audit
from gateway.usecases.close import close

LATE = "2026-11-10"


@pytest.fixture
def closed(gateway: Gateway) -> Gateway:
    """Two debited payments whose return window is over."""
    gateway.approved(row(1), row(2))
    gateway.send()
    booked(gateway, debit(gateway), debit(gateway, "TC-0002"))
    assert close(gateway.context) == []
    assert reports(gateway) == ()
    gateway.clock.pass_(days=8)
    assert len(close(gateway.context)) == 1
    return gateway


def reports(gateway: Gateway) -> tuple[Issued, ...]:
    return batch_report(gateway.store, gateway.value("SELECT id FROM batch")).reports


def test_a_closed_batch_has_its_original_report(closed: Gateway) -> None:
    (original,) = reports(closed)
    assert (original.number, original.charges, original.changes) == (1, 0, [])
    assert original.sums == {
        "payments": 2, "approved": 1_000_003, "debited": 1_000_003, "returned": 0, "rejected": 0, "cancelled": 0,
        "held": 0, "open": 0,
    }  # fmt: skip
    assert original.outcomes == [{"partner": "vietinbank", "state": "settled", "payments": 2, "amount": 1_000_003}]
    assert close(closed.context) == []
    assert len(reports(closed)) == 1


def test_a_late_return_makes_a_supplement_with_what_changed(closed: Gateway) -> None:
    booked(closed, credit(closed, day=LATE), name="2", day=LATE)
    assert closed.value("SELECT state FROM batch") == "closing"
    assert len(close(closed.context)) == 1
    original, supplement = reports(closed)
    assert (supplement.number, supplement.sums["debited"], supplement.sums["returned"]) == (2, 500_002, 500_001)
    assert supplement.changes == [
        {
            "payment": closed.end_to_end_id(), "payment_ref": "TC-0001", "from": "settled", "to": "returned",
            "amount": 500_001, "currency": "VND", "returned": 500_001, "reason": "AC04",
        }
    ]  # fmt: skip
    assert original.sums["returned"] == 0
    assert supplement.made_at > original.made_at
    with closed.store.read() as tx:
        assert audit.first_break(tx) is None
    assert closed.value("SELECT count(*) FROM audit WHERE verb = 'batch report'") == 2


def test_what_is_undone_and_done_again_has_not_changed(closed: Gateway) -> None:
    undone = credit(closed, day=LATE, return_reason=None, reversal=True)
    booked(closed, undone, name="2", day=LATE)
    assert close(closed.context) == []
    booked(closed, debit(closed, reference="D-NEW", day=LATE), name="3", day=LATE)
    closed.clock.pass_(days=20)
    assert len(close(closed.context)) == 1
    assert [(each.number, each.changes) for each in reports(closed)] == [(1, []), (2, [])]


def test_a_report_is_never_changed_and_holds_nobodys_data(closed: Gateway) -> None:
    for sql in ("UPDATE batch_report SET content = '{}'", "DELETE FROM batch_report"):
        with pytest.raises(DBAPIError, match="insert-only"), closed.store.begin() as tx:
            tx.run(sql)
    written = closed.value("SELECT content FROM batch_report")
    assert set(json.loads(written)) == {"sums", "charges", "outcomes", "changes"}


def test_a_debited_payment_without_a_window_keeps_its_batch_open(closed: Gateway) -> None:
    booked(closed, credit(closed, day=LATE), name="2", day=LATE)
    with closed.store.begin() as tx:
        tx.run("UPDATE payment SET return_window_until = NULL WHERE payment_ref = 'TC-0002'")
    assert close(closed.context) == []
