"""The small pure helpers of a profile."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.profile import Inbox, Outbox

INBOX = Inbox(folder="/out/status", archive="/out/status/archive", pattern="ACK_*.xml", message="pain.002")
OUTBOX = Outbox(folder="/in", filename="PAY_{date:%Y%m%d}_{sequence:06d}_{message_id}.xml")


def test_a_file_name_is_made_from_date_sequence_and_message_id() -> None:
    assert OUTBOX.name(date(2026, 11, 5), 42, "CT01") == "PAY_20261105_000042_CT01.xml"


def test_two_attempts_never_share_a_temporary_name() -> None:
    names = {OUTBOX.temporary_name("a.xml", attempt) for attempt in range(1, 20)}
    assert len(names) == 19
    assert all(name.startswith(".") for name in names)


def test_the_name_a_partner_gives_is_accepted() -> None:
    assert INBOX.accepts(INBOX.name("20261105-1"))


@pytest.mark.parametrize(
    "name",
    [
        "STM_1.xml",
        "ack_1.xml",
        "ACK_1.xml.part",
        "ACK_../../etc/passwd.xml",
        "ACK_a/b.xml",
        "ACK_a\\b.xml",
        "ACK_a\n.xml",
        "ACK_a\x1b.xml",
        ".ACK_1.xml",
        "ACK_" + "x" * 200 + ".xml",
        "ACK_ế.xml",
        "",
    ],
)
def test_other_hidden_odd_and_travelling_names_are_refused(name: str) -> None:
    assert not INBOX.accepts(name)
