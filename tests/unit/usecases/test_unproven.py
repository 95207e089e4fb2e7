"""Files that a person brings: what they prove, and that they never stand in the way of the partner's own."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from support.evidence import BANK, booked, credit, debit, unsigned
from support.gateways import Gateway

from gateway.usecases.received import Received
from gateway.usecases.statement_import import import_statement


def _brought(gateway: Gateway, document: bytes) -> Received:
    return import_statement(gateway.context, io.BytesIO(document), "brought.xml", "vietinbank")


@pytest.fixture
def by_channel(sent: Gateway) -> Gateway:
    """The partner's inboxes take the channel for a proof."""
    profile = sent.profiles["vietinbank"]
    inboxes = tuple(replace(inbox, proof="channel") for inbox in profile.inboxes)
    sent.profiles["vietinbank"] = replace(profile, inboxes=inboxes)
    return sent


def test_t1_t9_a_file_brought_by_hand_is_not_proven_by_the_channel(by_channel: Gateway) -> None:
    forged = unsigned(BANK.statement(debit(by_channel), credit(by_channel)))
    assert _brought(by_channel, forged).state == "processed"
    assert set(by_channel.states().values()) == {"sent"}
    assert by_channel.value("SELECT min(holds_key) FROM payment") == 1
    assert by_channel.exceptions() == ["unproven_statement"]


def test_the_same_bytes_over_the_channel_count_after_they_were_brought_by_hand(by_channel: Gateway) -> None:
    document = unsigned(BANK.statement(debit(by_channel)))
    _brought(by_channel, document)
    assert by_channel.receive("camt.053", "1", document).state == "processed"
    assert by_channel.states()["TC-0001"] == "settled"
    assert by_channel.receive("camt.053", "2", document).state == "duplicate"


def test_the_same_bytes_count_once_the_partner_is_configured(sent: Gateway) -> None:
    document = BANK.statement(debit(sent))
    own = sent.context.partners
    object.__setattr__(sent.context, "partners", {"momo": own["momo"]})
    assert _brought(sent, document).state == "processed"
    object.__setattr__(sent.context, "partners", own)
    assert sent.receive("camt.053", "1", document).state == "processed"
    assert sent.states()["TC-0001"] == "settled"


def test_a_signed_file_brought_by_hand_counts_and_its_later_arrival_is_a_copy(sent: Gateway) -> None:
    document = BANK.statement(debit(sent))
    assert _brought(sent, document).state == "processed"
    assert sent.states()["TC-0001"] == "settled"
    assert sent.receive("camt.053", "1", document).state == "duplicate"


def test_a_statement_brought_twice_is_kept_as_a_copy(sent: Gateway) -> None:
    document = BANK.statement(debit(sent))
    booked(sent, debit(sent, "TC-0002"), name="2")
    _brought(sent, document)
    assert _brought(sent, document).state == "duplicate"
