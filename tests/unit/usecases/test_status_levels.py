"""Who says what at which level of a pain.002, of which file, and when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.evidence import BANK, booked, debit, resigned, status
from support.gateways import Gateway, copy_of

from gateway.store import stops

ONE = ("<Cd>NARR</Cd></Rsn></StsRsnInf>", "<StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf>")


def _frozen(gateway: Gateway) -> bool:
    with gateway.store.read() as tx:
        return bool(stops.of_partner_active(tx, "vietinbank"))


def _nothing_is_rejected(gateway: Gateway) -> None:
    assert set(gateway.states().values()) == {"sent"}
    assert gateway.exceptions() == ["duplicate_rejection"]
    assert _frozen(gateway)


def test_m10_a_duplicate_reason_behind_another_one_rejects_nothing(sent: Gateway) -> None:
    (file,) = sent.files()
    document = BANK.status(file.message_id, transfers=((sent.end_to_end_id(), "RJCT", "NARR"),))
    sent.receive("pain.002", "1", resigned(document, ONE[0], "".join(ONE)))
    _nothing_is_rejected(sent)


@pytest.mark.parametrize("below", ["transfer", "block"])
def test_m10_a_rejection_without_reason_below_a_duplicate_group_rejects_nothing(sent: Gateway, below: str) -> None:
    (file,) = sent.files()
    lines: dict[str, Any] = {
        "transfer": {"transfers": ((sent.end_to_end_id(), "RJCT", ""),)},
        "block": {"block": (file.payment_information_id, "RJCT", "")},
    }
    status(sent, group=("RJCT", "DUPL"), **lines[below])
    _nothing_is_rejected(sent)


def test_m10_a_rejection_without_reason_below_a_duplicate_block_rejects_nothing(sent: Gateway) -> None:
    (file,) = sent.files()
    block = (file.payment_information_id, "RJCT", "AM05")
    status(sent, block=block, transfers=((sent.end_to_end_id(), "RJCT", ""),))
    _nothing_is_rejected(sent)


def test_a_file_that_is_rejected_after_its_receipt_was_confirmed_is_rejected(sent: Gateway) -> None:
    status(sent, "1", group=("ACTC", ""), created="2026-11-02T10:00:00+07:00")
    status(sent, "2", group=("RJCT", "FF01"), created="2026-11-02T11:00:00+07:00")
    assert [file.state for file in sent.files()] == ["rejected"]
    assert set(sent.states().values()) == {"rejected"}


# --- files that were voided ----------------------------------------------------------------------------------------


@pytest.fixture
def sent_again(sealed_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    """A payment whose first file was voided and whose second one is sent."""
    gateway = copy_of(sealed_home, tmp_path)
    gateway.clock.pass_(days=3)
    gateway.send()
    gateway.send()
    assert [file.state for file in gateway.files()] == ["void", "sent"]
    yield gateway
    gateway.close()


@pytest.mark.parametrize("level", ["group", "block", "transfer"])
def test_m1_a_word_about_a_voided_file_says_nothing_of_the_payment_sent_again(sent_again: Gateway, level: str) -> None:
    void, _ = sent_again.files()
    levels: dict[str, Any] = {
        "group": {"group": ("RJCT", "FF01")},
        "block": {"block": (void.payment_information_id, "RJCT", "AC04")},
        "transfer": {"transfers": ((sent_again.end_to_end_id(), "RJCT", "AC04"),)},
    }
    received = sent_again.receive("pain.002", "1", BANK.status(void.message_id, **levels[level]))
    assert sent_again.states() == {"TC-0001": "sent"}
    assert received.error is not None
    assert received.error.exit_code == 5
    booked(sent_again, debit(sent_again))
    assert sent_again.states() == {"TC-0001": "settled"}
    assert sent_again.exceptions() == ["status_for_unsent_message"]


# --- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
def test_s3_a_time_without_offset_is_the_partners_whatever_zone_the_machine_is_in(
    sent: Gateway, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        status(sent, transfers=((sent.end_to_end_id(), "ACSP", ""),), created="2026-11-02T10:00:00")
    time.tzset()
    told = datetime.fromisoformat(sent.value("SELECT created_at FROM status_report"))
    assert told == datetime(2026, 11, 2, 3, tzinfo=UTC)
