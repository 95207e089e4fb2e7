"""What came before its time, what no standard knows, and what the statement of its day does not have."""

from __future__ import annotations

import io
from typing import Any

import pytest
from support.banks import SumBooking
from support.decisions import decision
from support.evidence import BANK, booked, debit
from support.gateways import Gateway, person, row

from gateway.store import stops
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.close import close
from gateway.usecases.decide import Proposal


def _lift(gateway: Gateway) -> None:
    with gateway.store.begin() as tx:
        stops.lift(tx, stops.of_partner("vietinbank"), decision(tx, "start", "partner vietinbank"))


def _released(gateway: Gateway) -> None:
    """Somebody had brought the file to the partner by hand, as two people say."""
    _lift(gateway)
    gateway.send()
    (file,) = [each for each in gateway.files() if each.state == "sealed"]
    proposal = Proposal(file.message_id, "brought by hand", {}, "note.pdf", io.BytesIO(b"note"))
    act = ACTS["file mark-delivered"]
    proposed = decide.propose(gateway.context, act, proposal, "checker", person("checker"))
    decide.confirm(gateway.context, ACTS, proposed.reference, "checker2", person("checker2"))
    close(gateway.context)


def test_s3_a_booking_from_before_the_release_is_matched_once_that_is_known(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2))
    booked(gateway, debit(gateway))
    assert gateway.exceptions() == ["evidence_for_unsent"]
    _released(gateway)
    assert gateway.states() == {"TC-0001": "settled", "TC-0002": "sent"}
    assert gateway.rows("SELECT disposition FROM entry") == [("allocated",)]
    assert gateway.open_exceptions() == ["evidence_for_unsent"]
    close(gateway.context)
    assert gateway.value("SELECT count(*) FROM allocation") == 1


def test_s3_one_detail_of_two_that_came_too_early_is_matched_later(gateway: Gateway) -> None:
    """The other one of the same entry has its payment already."""
    gateway.approved(row(1))
    gateway.send()
    gateway.approved(row(2))
    both = _together(debit(gateway, "TC-0001").xml(), debit(gateway, "TC-0002").xml())
    booked(gateway, both)
    assert gateway.states()["TC-0001"] == "settled"
    _released(gateway)
    assert gateway.states() == {"TC-0001": "settled", "TC-0002": "settled"}
    assert gateway.rows("SELECT disposition FROM entry") == [("allocated",)]


def _together(first: str, second: str) -> Any:
    """One entry with the transactions of both."""

    class Both:
        amount = -1_000_003

        def xml(self) -> str:
            start, end = second.index("<TxDtls>"), second.index("</TxDtls>") + len("</TxDtls>")
            head, tail = first.split("<NtryDtls>")
            total = head.replace('<Amt Ccy="VND">500001</Amt>', '<Amt Ccy="VND">1000003</Amt>')
            return f"{total}<NtryDtls>{second[start:end]}{tail}"

    return Both()


def test_s3_a_rejection_from_before_the_release_is_concluded_once_that_is_known(gateway: Gateway) -> None:
    gateway.approved(row(1))
    content = BANK.status("MOTHER", transfers=((gateway.end_to_end_id(), "RJCT", "AC04"),))
    gateway.receive("pain.002", "1", content)
    assert gateway.states() == {"TC-0001": "approved"}
    _lift(gateway)
    gateway.send()
    assert gateway.states() == {"TC-0001": "sent"}
    close(gateway.context)
    assert gateway.states() == {"TC-0001": "rejected"}


def test_m1_a_sum_for_a_file_that_is_not_sent_is_an_alarm_and_is_matched_when_it_is(gateway: Gateway) -> None:
    gateway.approved(row(1), row(2))
    gateway.approved(row(3))
    gateway.send()
    (file, other) = gateway.files()
    with gateway.store.begin() as tx:
        tx.run("UPDATE payment SET state = 'allocated' WHERE payment_ref <> 'TC-0003'")
        tx.run("UPDATE file_out SET state = 'allocated' WHERE id = :id", id=file.id)
    booked(gateway, SumBooking(-1_000_003, file.message_id))
    assert gateway.exceptions() == ["evidence_for_unsent"]
    with gateway.store.begin() as tx:
        tx.run("UPDATE payment SET state = 'sent' WHERE payment_ref <> 'TC-0003'")
        tx.run("UPDATE file_out SET state = 'sent' WHERE id = :id", id=file.id)
    close(gateway.context)
    assert gateway.states() == {"TC-0001": "settled", "TC-0002": "settled", "TC-0003": "sent"}
    assert other.state == "sent"


# --- codes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(gateway: Gateway) -> Gateway:
    gateway.approved(row(1), row(2))
    gateway.send()
    return gateway


@pytest.mark.parametrize("code", ["WHAT", "rjct", "RJCTED-BY-SOMEBODY"])
def test_fault_97_a_status_of_no_standard_decides_nothing_and_is_told(sent: Gateway, code: str) -> None:
    (file,) = sent.files()
    transfers = tuple((sent.end_to_end_id(f"TC-000{number}"), code, "") for number in (1, 2))
    sent.receive("pain.002", "1", BANK.status(file.message_id, transfers=transfers))
    assert set(sent.states().values()) == {"sent"}
    assert sent.exceptions() == ["unknown_status"]
    assert sent.value("SELECT params FROM exception") == f'{{"count": 2, "status": "{code[:10]}"}}'


@pytest.mark.parametrize("code", ["PART", "PDNG", "RCVD", "PATC", "CANC"])
def test_a_status_of_the_standard_that_decides_nothing_is_silent(sent: Gateway, code: str) -> None:
    (file,) = sent.files()
    sent.receive("pain.002", "1", BANK.status(file.message_id, group=(code, "")))
    assert set(sent.states().values()) == {"sent"}
    assert sent.exceptions() == []


# --- the book of record ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["D1", None])
def test_s3_a_notified_booking_that_its_statement_does_not_have_is_told_in_any_order(
    sent: Gateway, reference: str | None
) -> None:
    announced = debit(sent, reference=reference)
    for name in ("before", "after"):
        if name == "before":
            booked(sent, announced, message="camt.054", name="n1")
            assert sent.open_exceptions() == []
            booked(sent, name="s1")
        else:
            booked(sent, debit(sent, "TC-0002", reference=reference), message="camt.054", name="n2")
    assert sent.open_exceptions() == ["missing_in_statement"] * 2
    assert set(sent.states().values()) == {"settled"}


@pytest.mark.parametrize("reference", ["D1", None])
def test_s3_what_the_statement_has_after_all_heals(sent: Gateway, reference: str | None) -> None:
    booked(sent, debit(sent, reference=reference), message="camt.054", name="n1")
    booked(sent, name="s1")
    assert sent.open_exceptions() == ["missing_in_statement"]
    booked(sent, debit(sent, reference=reference), name="s2")
    assert sent.open_exceptions() == []
    assert sent.states()["TC-0001"] == "settled"


def test_a_statement_of_another_day_says_nothing_of_a_notification(sent: Gateway) -> None:
    booked(sent, debit(sent), message="camt.054", name="n1")
    booked(sent, name="s1", day="2026-11-03")
    assert sent.open_exceptions() == []
