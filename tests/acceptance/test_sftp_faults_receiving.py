"""Faults on the line while answers are fetched: each is booked once, kept, and archived only after our commit."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from support.evidence import BANK, debit
from support.sftp_acts import (
    Entry,
    StaleListing,
    before_it,
    cut_after,
    cut_before,
    dripping,
    edited,
    half_renamed,
    lost,
    one_byte_each,
    only_to,
    refused,
    silent,
)
from support.sftp_line import Line, line, sent_snapshot, struck
from support.sftp_proxy import (
    FOR_EVER,
    LSTAT,
    OPEN,
    OPENDIR,
    PERMISSION_DENIED,
    READ,
    READDIR,
    RENAME,
    Exchange,
    Rule,
)

FOLDER = b"/out/statement"
XML = b".xml"


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sent_snapshot(tmp_path_factory.mktemp("sent"))


@pytest.fixture
def ours(sent: Path, tmp_path: Path) -> Iterator[Line]:
    """A partner that has booked the first payment and put the statement into its folder."""
    with line(sent, tmp_path) as mine:
        mine.gateway.put("camt.053", "1", BANK.statement(debit(mine.gateway)))
        yield mine


def state(ours: Line) -> str:
    return ours.gateway.states()["TC-0001"]


def requires_booked_once(ours: Line) -> None:
    """S2, T3: one entry, one kept file, nothing left in the inbox."""
    assert state(ours) == "settled"
    assert ours.gateway.value("SELECT count(*) FROM entry") == 1
    assert ours.gateway.value("SELECT count(*) FROM file_in WHERE state = 'processed'") == 1
    assert [each.name for each in statements(ours).iterdir() if each.is_file()] == []


def statements(ours: Line) -> Path:
    """The partner's folder of statements on its own disk."""
    (inbox,) = (each for each in ours.gateway.profiles["vietinbank"].inboxes if each.message == "camt.053")
    return ours.gateway.place() / inbox.folder.strip("/")


def opened_for(act: Callable[[Exchange], bytes | None]) -> Rule:
    return Rule(OPEN, only_to("read", act), ending=XML)


BEFORE_THE_COMMIT = {
    "36 reset at the listing": lambda: [Rule(READDIR, cut_before, ending=FOLDER)],
    "36 reset at the open": lambda: [opened_for(cut_after)],
    "36 reset in the middle of the file": lambda: [Rule(READ, cut_before, ending=XML)],
    "41 permission to read denied": lambda: [opened_for(refused(PERMISSION_DENIED))],
    "51 the listing a byte at a time": lambda: [Rule(READDIR, dripping, ending=FOLDER)],
    "51 the answer to a read a byte at a time": lambda: [Rule(READ, dripping, ending=XML)],
    "51 one byte with every answer": lambda: [Rule(READ, one_byte_each, 1, FOR_EVER, XML)],
    "54 no answer after the open": lambda: [Rule(READ, silent, ending=XML)],
    "54 the answer to a stat lost": lambda: [Rule(LSTAT, lost, ending=XML)],
}


@pytest.mark.parametrize("fault", BEFORE_THE_COMMIT)
def test_t3_t4_what_did_not_arrive_whole_stays_there_and_is_fetched_by_the_next_round(ours: Line, fault: str) -> None:
    ours.proxy.rules += (rules := BEFORE_THE_COMMIT[fault]())
    round_ = ours.poll()
    assert round_.errors or any(each.error for each in round_.received)
    assert struck(rules) > 0
    assert state(ours) == "sent"
    assert [each.name for each in statements(ours).iterdir() if each.is_file()] != []
    ours.proxy.rules.clear()
    ours.poll()
    requires_booked_once(ours)


AFTER_THE_COMMIT = {
    "37 the archiving lost before it arrives": lambda root: [Rule(RENAME, cut_before)],
    "37 the answer to the archiving lost": lambda root: [Rule(RENAME, cut_after)],
    "44 both names stand": lambda root: [Rule(RENAME, half_renamed(root))],
    "54 no answer to the archiving": lambda root: [Rule(RENAME, silent)],
    "73 moving denied": lambda root: [Rule(RENAME, refused(PERMISSION_DENIED), 1, FOR_EVER)],
}


@pytest.mark.parametrize("fault", AFTER_THE_COMMIT)
def test_s2_t4_what_is_booked_stays_booked_whatever_becomes_of_the_archiving(ours: Line, fault: str) -> None:
    ours.proxy.rules += (rules := AFTER_THE_COMMIT[fault](ours.gateway.place()))
    for _ in range(2):
        ours.poll()
        assert state(ours) == "settled"
    assert struck(rules) > 0
    ours.proxy.rules.clear()
    ours.poll()
    requires_booked_once(ours)


def test_s2_a_stale_listing_shows_what_is_gone_and_changes_nothing(ours: Line) -> None:
    """59: the folder looks for three rounds as it did at first."""
    stale = StaleListing(FOLDER)
    ours.proxy.rules += stale.rules
    for _ in range(3):
        ours.poll()
        requires_booked_once(ours)
    assert struck(stale.rules) > 4
    stale.fresh = True
    assert ours.poll().received == []


def test_t6_t7_a_folder_of_100_000_other_files_costs_its_listing_and_no_more(ours: Line) -> None:
    """61: the requests beside the listing are as many as without them."""
    ours.proxy.rules.append(Rule(RENAME, refused(PERMISSION_DENIED)))  # so that the next round has the same to do
    ours.poll()
    alone = without_listing(ours.proxy.requests)
    folder = statements(ours)
    for number in range(100_000):
        os.close(os.open(folder / f"other-{number:06d}.txt", os.O_CREAT | os.O_WRONLY))
    ours.proxy.requests.clear()
    ours.poll()
    assert without_listing(ours.proxy.requests) <= alone
    assert ours.proxy.requests[READDIR] < 2_000
    assert state(ours) == "settled"


def without_listing(requests: Counter[int]) -> int:
    return requests.total() - requests[READDIR]


def test_m2_a_name_that_a_listing_left_out_is_fetched_when_it_shows(ours: Line) -> None:
    """60"""

    def without(entries: Sequence[Entry]) -> Sequence[Entry]:
        return [entry for entry in entries if not entry[0].endswith(XML)]

    ours.proxy.rules.append(Rule(READDIR, edited(without), 1, FOR_EVER))
    ours.poll()
    assert state(ours) == "sent"
    ours.proxy.rules.clear()
    ours.poll()
    requires_booked_once(ours)


def test_s2_a_name_that_a_listing_repeats_is_booked_once(ours: Line) -> None:
    """60"""
    ours.proxy.rules.append(Rule(READDIR, edited(lambda entries: [*entries, *entries]), 1, FOR_EVER, FOLDER))
    ours.poll()
    requires_booked_once(ours)


def test_t7_a_folder_that_cannot_be_listed_does_not_close_the_others(ours: Line) -> None:
    """41, at the folder of reports: the statement is booked."""
    ours.proxy.rules.append(Rule(OPENDIR, refused(PERMISSION_DENIED)))
    assert ours.poll().errors
    requires_booked_once(ours)


def test_s2_a_file_that_another_gateway_archives_under_our_hands_is_booked_once(ours: Line) -> None:
    """74: it has fetched the same file, and moved it away before we do."""
    inbox = statements(ours)

    def archived_by_the_other() -> None:
        for path in [each for each in inbox.iterdir() if each.is_file()]:
            path.rename(inbox / "archive" / path.name)

    ours.proxy.rules += (rules := [Rule(RENAME, before_it(archived_by_the_other, Exchange.forward))])
    ours.poll()
    assert struck(rules) == 1
    ours.poll()
    requires_booked_once(ours)
