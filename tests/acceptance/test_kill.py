"""kill -9 of ``chitra send`` at many moments, over OpenSSH: nothing is debited twice, nothing gets lost."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from support.command import start
from support.homes import Home, sample, served

PAYMENTS = 150
PAYMENTS_PER_FILE = 6
KILLS = 7
_SECONDS_MAX = 20.0


@pytest.fixture
def many_files_home(home: Home, tmp_path: Path) -> Home:
    """An approved batch that becomes some 30 files."""
    for code in home.configuration["partners"]:
        home.append(f"\n[partners.{code}.limits]\npayments_per_file_max = {PAYMENTS_PER_FILE}\n")
    home.batch = home.approved(sample(tmp_path / "many.csv", PAYMENTS))
    return home


def test_m1_killed_senders_never_pay_twice_and_lose_nothing(many_files_home: Home) -> None:
    with served(many_files_home) as home:
        chance = random.Random(1)
        for number in range(KILLS):
            kill_after(home, new_names=number, delay_seconds=chance.uniform(0, 0.06))
            if number % 3 == 2:
                home.work()  # the partners take files between two runs of ours
        finished = home.send()
        home.work()
        home.poll()
        books = home.ledger()
        files = home.chitra("file", "list", "--direction", "out", "--limit", "1000").done()["files"]
        payments = home.chitra("payment", "list", "--limit", "1000").done()["payments"]
        again = home.send()

    assert len(payments) == PAYMENTS
    assert {judged.accepted + judged.rejected for judged in books.values()} == {1}
    states = Counter(file["state"] for file in files)
    assert set(states) <= {"acknowledged", "closed", "unknown"}
    doubtful = {payment["end_to_end_id"] for payment in payments if payment["delivery"] == "unknown"}
    assert books.keys() == {payment["end_to_end_id"] for payment in payments} - doubtful
    assert finished.code == (4 if any(file["state"] == "unknown" for file in finished.json["files"]) else 0)
    assert again.code == (4 if states["unknown"] else 0)
    assert max(file["attempts"] for file in files) > 1, "no kill came between an attempt's start and its end"


def kill_after(home: Home, new_names: int, delay_seconds: float) -> None:
    """SIGKILL a sender some time after so many new names appeared in the order folders."""
    before = names(home)
    sender = start(home.path, "send")
    deadline = time.monotonic() + _SECONDS_MAX
    while len(names(home) - before) < new_names and sender.poll() is None and time.monotonic() < deadline:
        time.sleep(0.001)
    try:
        sender.wait(delay_seconds)
    except subprocess.TimeoutExpired:
        sender.kill()
        sender.wait()


def names(home: Home) -> set[str]:
    """Every name in the order folders, uploads in progress too."""
    return {f"{code}/{path.name}" for code in home.banks for path in home.folder(code, "in").iterdir()}
