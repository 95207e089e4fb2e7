"""Faults 36 to 54 on the line, while orders go out: the real server, a proxy that strikes, and a bank that counts.

The same faults meet the naive sender (put, rename, once more), who pays twice and delivers corrupt files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sftp_acts import before_it, held_until
from support.sftp_cases import RENAMED, Case
from support.sftp_line import LedgerBank, Line, NaiveSender, line, sealed_snapshot, served, struck
from support.sftp_proxy import EXTENDED, LSTAT, OPEN, READ, RENAME, WRITE, Exchange, Rule

from gateway.domain.errors import RemoteUnknown

PAYMENTS = 250
NAIVE_ANSWER_SECONDS = 3.0
RUNS = 2


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_snapshot(tmp_path_factory.mktemp("sealed"), PAYMENTS)


@pytest.fixture
def ours(sealed: Path, tmp_path: Path) -> Iterator[Line]:
    with line(sealed, tmp_path) as mine:
        yield mine


def requires_once(bank: LedgerBank, sealed_bytes: bytes) -> None:
    """M1 and M7, by the bank's own count."""
    assert bank.doubled() == 0
    assert bank.corrupt(sealed_bytes) == 0


@pytest.mark.parametrize(
    ("case", "takes"),
    [
        *(pytest.param(case, False, id=str(case)) for case in RENAMED),
        *(pytest.param(case, True, id=f"{case}, and taken") for case in RENAMED if case.first == "unknown"),
    ],
)
def test_m1_m7_m9_each_fault_of_the_line_leaves_one_whole_order_or_a_question(
    ours: Line, case: Case, takes: bool
) -> None:
    content = ours.sealed()
    rules = case.rules(ours.bank, ours.final_name)
    ours.proxy.rules += rules
    said = ours.send()
    assert ours.state == case.first
    assert isinstance(said, RemoteUnknown) or case.first != "unknown"
    assert struck(rules) > 0
    ours.proxy.rules.clear()
    for _ in range(RUNS):
        if takes:
            ours.bank.take()
        ours.send()
    assert ours.state == (case.last_taken if takes else case.last)
    assert ours.state == "unknown" or ours.temporaries() == []
    ours.bank.take()
    requires_once(ours.bank, content)


def test_m1_a_rename_that_arrives_when_nobody_waits_for_it_is_found_and_not_repeated(ours: Line) -> None:
    """37: stuck on its way while we look twice; then it is done after all."""
    arrives = threading.Event()
    ours.proxy.rules.append(Rule(RENAME, held_until(arrives)))
    assert isinstance(ours.send(), RemoteUnknown)
    assert isinstance(ours.send(), RemoteUnknown)
    assert ours.state == "unknown"
    arrives.set()
    _wait_for(ours.bank.inbox / ours.final_name)
    assert ours.send() is None
    assert ours.state == "sent"
    ours.bank.take()
    requires_once(ours.bank, ours.sealed())


def test_m1_the_same_bytes_under_the_final_name_before_we_sent_them_are_a_question(ours: Line) -> None:
    """46: whoever put them there, they are not sent a second time."""
    content = ours.sealed()
    (ours.bank.inbox / ours.final_name).write_bytes(content)
    assert isinstance(ours.send(), RemoteUnknown)
    ours.send()
    ours.bank.take()
    ours.send()
    ours.bank.take()
    assert ours.state == "sent"
    assert [name for name, _ in ours.bank.taken] == [ours.final_name]
    requires_once(ours.bank, content)


def test_m9_other_bytes_under_the_final_name_stop_the_partner(ours: Line) -> None:
    """46: nothing is uploaded beside them, and nothing more is sent there before a person has looked."""
    (ours.bank.inbox / ours.final_name).write_bytes(b"of somebody else")
    said = ours.send()
    assert said is not None
    assert (said.code, said.exit_code) == ("final_name_taken", 5)
    again = ours.send()
    assert again is not None
    assert again.code == "partner_frozen"
    ours.bank.take()
    assert ours.bank.taken == [(ours.final_name, b"of somebody else")]
    assert ours.temporaries() == []


def test_m1_other_bytes_that_appear_at_the_rename_are_not_overwritten(ours: Line) -> None:
    """46, at the last moment: OpenSSH refuses, and the difference is an alarm."""
    final = ours.bank.inbox / ours.final_name
    ours.proxy.rules.append(Rule(RENAME, before_it(lambda: final.write_bytes(b"of somebody else"), Exchange.forward)))
    said = ours.send()
    assert said is not None
    assert (said.code, said.exit_code, ours.state) == ("final_name_differs", 5, "unknown")
    assert final.read_bytes() == b"of somebody else"


@pytest.mark.parametrize(
    ("sftp", "state"),
    [("internal-sftp -R", "uploading"), ("internal-sftp -P rename", "unknown")],
    ids=["42 read-only server", "43 rename denied by OpenSSH"],
)
def test_m9_what_openssh_forbids_is_never_taken_for_done(sealed: Path, tmp_path: Path, sftp: str, state: str) -> None:
    with line(sealed, tmp_path, sftp=sftp) as ours:
        for _ in range(RUNS):
            assert ours.send() is not None
            assert ours.state == state
        ours.bank.take()
        assert ours.bank.taken == []


def test_an_order_costs_few_round_trips(ours: Line) -> None:
    """Looked for, created, written and made durable, closed, read back and renamed; nothing is asked twice."""
    assert ours.send() is None
    asked = ours.proxy.requests
    assert [asked[kind] for kind in (LSTAT, OPEN, EXTENDED, RENAME)] == [1, 2, 1, 1]
    size_bytes = len(ours.sealed())
    assert asked[WRITE] <= size_bytes // 32_640 + 1
    assert asked[READ] <= size_bytes // 131_072 + 2


def test_the_naive_sender_doubles_and_corrupts_where_ours_does_not(sealed: Path, tmp_path: Path) -> None:
    """The judges can condemn: the same faults (up to 50, at which nobody waits), the same bank, the same bytes."""
    with line(sealed, tmp_path / "ours") as ours:
        content, name = ours.sealed(), ours.final_name
    doubled = corrupt = 0
    with served(tmp_path / "bank", tmp_path / "identity") as (_, proxy):
        inbox = tmp_path / "bank" / "in"
        inbox.mkdir()
        sender = NaiveSender(proxy.port, tmp_path / "identity", NAIVE_ANSWER_SECONDS)
        for case in (each for each in RENAMED if each.number <= 50):
            bank = LedgerBank(inbox)
            proxy.rules[:] = case.rules(bank, name)
            sender.send(content, name, between=bank.take)
            bank.take()
            doubled += bank.doubled()
            corrupt += bank.corrupt(content)
            for left in inbox.iterdir():
                left.unlink()
    assert doubled >= PAYMENTS
    assert corrupt >= 1


def _wait_for(path: Path) -> None:
    """The other side is another process; what is waited for must come."""
    pause = threading.Event()
    while not path.exists():
        pause.wait(0.01)
