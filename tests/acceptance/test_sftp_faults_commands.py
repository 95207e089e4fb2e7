"""The installed commands over a bad line: exit codes tell, and the partner's books hold each payment once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.homes import Home
from support.sftp_acts import cut_after, cut_before, refused
from support.sftp_line import served
from support.sftp_proxy import READ, RENAME, WRITE, FaultProxy, Rule

PARTNER = "agribank"


@pytest.fixture
def proxy(approved_sqlite_home: Home, tmp_path: Path) -> Iterator[FaultProxy]:
    """In front of one partner; the others are reached directly."""
    home = approved_sqlite_home
    with served(home.folder(PARTNER, ""), tmp_path / "identity") as (_, standing):
        home.configure_partner(PARTNER, port=standing.port, host_keys=[standing.pinned])
        yield standing


def test_m1_m9_orders_and_answers_over_a_bad_line_are_booked_once(
    approved_sqlite_home: Home, proxy: FaultProxy
) -> None:
    """38, 37 and 36 in turn."""
    home = approved_sqlite_home
    proxy.rules[:] = [Rule(WRITE, refused())]
    assert (home.send().code, file_state(home)) == (1, "uploading")
    proxy.rules[:] = [Rule(RENAME, cut_after)]
    assert (home.send().code, file_state(home)) == (4, "unknown")
    proxy.rules.clear()
    (found,) = home.send().done()["files"]
    assert (found["partner"], found["state"]) == (PARTNER, "sent")

    home.work()
    proxy.rules[:] = [Rule(READ, cut_before)]
    assert home.poll().code in (1, 4)
    proxy.rules.clear()
    home.poll().done()
    assert file_state(home) in ("acknowledged", "closed")
    payments = home.chitra("payment", "list", "--limit", "1000").done()["payments"]
    books = home.ledger()
    assert books.keys() == {payment["end_to_end_id"] for payment in payments}
    assert {judged.accepted + judged.rejected for judged in books.values()} == {1}


def file_state(home: Home) -> str:
    files = home.chitra("file", "list", "--direction", "out").done()["files"]
    (state,) = (file["state"] for file in files if file["partner"] == PARTNER)
    return str(state)
