"""Receiving: what is not believed is quarantined, what is believed is kept and archived."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.banks import Booking
from support.evidence import BANK, OTHER, booked, debit
from support.gateways import Gateway
from support.signatures import certificate_in

from gateway.store import blobs
from gateway.usecases.received import Received
from keys import certificates


def _state(gateway: Gateway, ref: str = "TC-0001") -> str:
    return gateway.states()[ref]


# --- files that are not believed -----------------------------------------------------------------------------------


def _quarantined(gateway: Gateway, received: Received) -> str:
    assert received.state == "quarantined"
    assert received.error is not None
    assert set(gateway.states().values()) == {"sent"}
    assert gateway.exceptions() == ["quarantined"]
    assert gateway.value("SELECT count(*) FROM entry") == 0
    return received.error.code


def test_t5_a_statement_of_an_account_that_is_not_ours_is_quarantined(sent: Gateway) -> None:
    assert _quarantined(sent, booked(sent, debit(sent), account="999999999999")) == "foreign_account"


def test_t1_an_answer_signed_by_somebody_else_is_quarantined(sent: Gateway) -> None:
    _quarantined(sent, sent.receive("camt.053", "1", OTHER.statement(debit(sent))))


def test_t1_an_answer_without_signature_is_quarantined(sent: Gateway) -> None:
    xml = BANK.statement(debit(sent))
    unsigned = xml[: xml.index(b"<Signature")] + xml[xml.index(b"</Signature>") + len(b"</Signature>") :]
    _quarantined(sent, sent.receive("camt.053", "1", unsigned))


def test_t2_a_changed_amount_is_quarantined(sent: Gateway) -> None:
    content = BANK.statement(Booking("EOTHER", -5, "X"))
    changed = content.replace(b'<Amt Ccy="VND">5<', b'<Amt Ccy="VND">6<')
    assert changed != content
    _quarantined(sent, sent.receive("camt.053", "1", changed))


def test_t5_a_statement_in_the_inbox_for_statuses_is_quarantined(sent: Gateway) -> None:
    received = sent.receive("pain.002", "1", BANK.statement(debit(sent)))
    assert _quarantined(sent, received) == "unexpected_message"


def test_t5_a_notification_in_the_inbox_for_statements_is_quarantined(sent: Gateway) -> None:
    received = sent.receive("camt.053", "1", BANK.statement(debit(sent), message="camt.054"))
    assert _quarantined(sent, received) == "unexpected_message"


def test_t5_our_own_file_reflected_is_quarantined(sent: Gateway) -> None:
    with sent.store.read() as tx:
        own = b"".join(blobs.parts(tx, sent.files()[0].sha256))
    _quarantined(sent, sent.receive("pain.002", "1", own))


@pytest.mark.parametrize("content", [b"", b"not XML", b"<Document", b"\xff\xfe<\x00", b"<!DOCTYPE a><a/>"])
def test_t7_a_poison_file_is_quarantined_and_the_next_one_goes_on(sent: Gateway, content: bytes) -> None:
    sent.put("camt.053", "1", content)
    sent.put("camt.053", "2", BANK.statement(debit(sent)))
    first, second = sent.collect()
    assert (first.state, first.bug) == ("quarantined", None)
    assert second.state == "processed"
    assert _state(sent) == "settled"


# --- storing -------------------------------------------------------------------------------------------------------


def test_t3_t4_bytes_are_kept_and_the_file_is_archived_under_its_name(sent: Gateway) -> None:
    content = BANK.statement(debit(sent))
    received = sent.receive("camt.053", "1", content)
    with sent.store.read() as tx:
        sha256 = tx.value("SELECT sha256 FROM file_in WHERE reference = :r", r=received.file)
        assert b"".join(blobs.parts(tx, sha256)) == content
    assert [path.name for path in (sent.place() / "out/statement/archive").iterdir()] == [received.name]


def test_t4_an_archive_name_that_is_taken_is_not_overwritten(sent: Gateway) -> None:
    taken = sent.place() / "out/statement/archive/STM_1.xml"
    taken.write_bytes(b"earlier")
    received = booked(sent, debit(sent))
    assert taken.read_bytes() == b"earlier"
    assert (taken.parent / f"STM_1.xml.{received.file}").exists()


def test_t6_a_file_above_the_cap_is_not_read_and_said_once(sent: Gateway) -> None:
    profile = sent.profiles["vietinbank"]
    inboxes = tuple(replace(inbox, size_bytes_max=100) for inbox in profile.inboxes)
    sent.profiles["vietinbank"] = replace(profile, inboxes=inboxes)
    sent.put("camt.053", "1", bytes(101))
    for opened in (1, 0):
        (received,) = sent.collect()
        assert received.error is not None
        assert (received.error.code, received.matched.exceptions) == ("file_too_large", opened)
    assert sent.exceptions() == ["file_too_large"]
    assert sent.value("SELECT count(*) FROM file_in") == 0


def test_a4_the_stored_bytes_of_an_answer_hold_the_certificate_that_proved_them(sent: Gateway) -> None:
    assert booked(sent, debit(sent)).state == "processed"
    (file,) = sent.rows("SELECT sha256, key_id FROM file_in WHERE state = 'processed'")
    with sent.store.read() as tx:
        certificate = certificate_in(b"".join(blobs.parts(tx, file.sha256)))
    assert certificates.key_id_of(certificate) == file.key_id
    assert certificate.not_valid_after_utc > sent.clock.now()
