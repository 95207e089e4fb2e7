"""kill -9 of ``chitra send`` at many moments, over OpenSSH: nothing is debited twice, nothing gets lost."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.command import start
from support.homes import Home, sample, served

PAYMENTS = 150
PAYMENTS_PER_FILE = 6
_SECONDS_MAX = 20.0


@dataclass(frozen=True)
class Moment:
    """Some time after so many uploads, or releases, of this run have been seen in the order folders."""

    kind: str
    count: int
    delay_seconds: float = 0.0


MOMENTS = (
    Moment("upload", 0, 1.2),  # files are being made
    Moment("upload", 1),
    Moment("release", 1),
    Moment("upload", 4, 0.01),
    Moment("release", 1),
    Moment("upload", 2, 0.03),
    Moment("release", 3, 0.004),
)


@pytest.fixture
def many_files_home(home: Home, tmp_path: Path) -> Home:
    """An approved batch that becomes some 30 files."""
    for code in home.configuration["partners"]:
        home.append(f"\n[partners.{code}.limits]\npayments_per_file_max = {PAYMENTS_PER_FILE}\n")
    home.batch = home.submitted(sample(tmp_path / "many.csv", PAYMENTS))
    home.approve(home.batch)
    return home


def test_m1_killed_senders_never_pay_twice_and_lose_nothing(many_files_home: Home) -> None:
    with served(many_files_home) as home:
        for number, moment in enumerate(MOMENTS):
            kill_at(home, moment)
            if number % 2:
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
    assert max(file["attempts"] for file in files) > 1, "no kill came between the begin of an upload and its release"


def kill_at(home: Home, moment: Moment) -> None:
    """SIGKILL a sender at this moment, unless it has ended before."""
    before, seen = names(home), set[str]()
    sender = start(home.path, "send")
    deadline = time.monotonic() + _SECONDS_MAX
    while _count(seen, moment.kind) < moment.count and sender.poll() is None and time.monotonic() < deadline:
        time.sleep(0.0005)
        seen |= names(home) - before
    try:
        sender.wait(moment.delay_seconds)
    except subprocess.TimeoutExpired:
        sender.kill()
        sender.wait()


def names(home: Home) -> set[str]:
    """Every name in the order folders, uploads in progress too."""
    return {f"{code}/{path.name}" for code in home.banks for path in home.folder(code, "in").iterdir()}


def _count(seen: set[str], kind: str) -> int:
    """Uploads in progress have hidden names."""
    return sum(("/." in name) == (kind == "upload") for name in seen)
