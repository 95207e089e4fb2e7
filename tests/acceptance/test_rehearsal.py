"""Rehearsal by the command line alone: partners, clock and books are commands too, OpenSSH serves the folders."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from support.command import start
from support.homes import Home

_POLLS_MAX = 10


def test_m1_partners_at_work_in_their_own_process_answer_and_the_books_agree(approved_sqlite_home: Home) -> None:
    home = approved_sqlite_home
    with partners_at_work(home):
        home.send().done()
        poll_until(home, {"rejected": 5, "settled": 35})
        before, after = (home.chitra("sandbox", "clock", *move).done()["now"] for move in ((), ("--next-day",)))
        assert before[:10] < after[:10]
        assert "T08:00" in after
        poll_until(home, {"rejected": 5, "returned": 3, "settled": 32})
    books = home.chitra("sandbox", "ledger").done()["payments"]
    payments = home.chitra("payment", "list", "--limit", "100").done()["payments"]
    assert {end_to_end_id: booked["debited"] for end_to_end_id, booked in books.items()} == {
        payment["end_to_end_id"]: int(payment["state"] != "rejected") for payment in payments
    }


@contextmanager
def partners_at_work(home: Home) -> Iterator[None]:
    partners = start(home.path, "sandbox", "run", "--no-server")
    try:
        yield
        partners.send_signal(signal.SIGTERM)
        assert partners.wait(10) == 0
    finally:
        partners.kill()
        partners.wait()


def poll_until(home: Home, states: dict[str, int]) -> None:
    """The partners answer in their own time."""
    for _ in range(_POLLS_MAX):
        home.poll().done()
        if (now := home.states(home.batch)) == states:
            return
        time.sleep(0.3)
    raise AssertionError(f"payments remain {now}")
