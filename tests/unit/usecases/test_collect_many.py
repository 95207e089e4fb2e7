"""Folders of 100,000 files, and files, folders and partners that would delay the others (faults 51, 61; T6, T7)."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway
from support.inboxes import NOON, folder, inbox, lay, names, round_, ruled, statements, through, told

from gateway.domain.errors import RemoteRefused
from gateway.ports import RemoteFile
from gateway.store import bulk
from gateway.usecases import gravity
from gateway.usecases.collect import collect
from gateway.usecases.poll import poll

MANY = 100_000


def _remote(number: int) -> RemoteFile:
    return RemoteFile(f"STM_{number:06d}.xml", 1, NOON, True)


def _streamed(gateway: Gateway, files: int, **behaviour: Any) -> Counter[str]:
    """The folder of statements shows so many files more than lie there, one after another."""
    counts = through(gateway, **behaviour)
    inner = gateway.wrap

    def wrap(transport: Any) -> Any:
        server = inner(transport)
        real, path = server.listing, inbox(gateway).folder

        def listing(asked: str) -> Iterator[RemoteFile]:
            if asked != path:
                return iter(real(asked))
            return chain(map(_remote, range(files)), real(asked))

        server.listing = listing
        return server

    gateway.wrap = wrap
    return counts


def _remember(gateway: Gateway, files: int) -> None:
    """So many were received in earlier rounds and may not be moved away."""
    code, path = "vietinbank", inbox(gateway).folder
    with gateway.store.begin() as tx:
        keys = ("id", "reference", "partner", "folder", "name", "sha256", "size_bytes", "state", "params", "proof")
        rows = (
            (10_000 + n, f"R{n}", code, path, _remote(n).name, f"{n:064x}", 1, "processed", "{}", "channel")
            for n in range(files)
        )
        bulk.insert(tx, "file_in", (*keys, "received_at"), ((*row, tx.now()) for row in rows))
        columns = ("partner", "folder", "name", "size_bytes", "modified", "polls", "tries", "first_seen_at")
        seen = (
            (code, path, _remote(n).name, 1, NOON, 1, 2, tx.now(), "archive_denied", 10_000 + n) for n in range(files)
        )
        bulk.insert(tx, "sighting", (*columns, "said", "file_in_id"), seen)


def _lying(gateway: Gateway, numbers: range) -> None:
    """Some of those that are shown lie there: the ones that are looked at."""
    for number in numbers:
        lay(folder(gateway) / _remote(number).name, b"1")


def _denied(operation: str, _path: str) -> bool:
    return operation == "rename"


# --- 100,000 files -------------------------------------------------------------------------------------------------


def test_61_a_round_over_files_received_before_costs_the_same_requests_and_statements_for_ten_and_for_100_000(
    sent: Gateway,
) -> None:
    costs = []
    for known in (10, MANY):
        with sent.store.begin() as tx:
            tx.run("DELETE FROM sighting")
            tx.run("DELETE FROM file_in")
        _remember(sent, known)
        _lying(sent, range(10))
        counts = _streamed(sent, known, refuses=_denied)
        with statements(sent) as sql:
            assert round_(sent) == ([], [])
        costs.append((dict(counts), dict(sql)))
    assert costs[0] == costs[1]
    requests, _sql = costs[1]
    assert "read" not in requests
    assert sum(requests.values()) < 20


def test_61_new_files_among_100_000_known_ones_cost_what_they_cost_alone(sent: Gateway) -> None:
    costs = []
    for known in (10, MANY):
        with sent.store.begin() as tx:
            tx.run("DELETE FROM sighting")
            tx.run("DELETE FROM file_in WHERE id >= 10000")
        _remember(sent, known)
        _lying(sent, range(10))
        for number in range(5):
            lay(folder(sent) / f"STM_new_{known}_{number}.xml", b"<%d" % (known + number))
        counts = _streamed(sent, known, refuses=_denied)
        with statements(sent) as sql:
            assert told(round_(sent)[0]) == ["quarantined"] * 5
        costs.append((dict(counts), dict(sql)))
        for number in range(5):
            (folder(sent) / f"STM_new_{known}_{number}.xml").unlink()
    assert costs[0] == costs[1]
    assert costs[0][0]["read"] == 5


@pytest.mark.parametrize("ready", ["rename", "stable"])
def test_61_a_list_of_100_000_new_files_is_never_held_as_a_whole(sent: Gateway, ready: str) -> None:
    peaks = []
    for files in (2_000, MANY):
        ruled(sent, ready=ready, files_per_round_max=50)
        counts = _streamed(sent, files)
        tracemalloc.start()
        with statements(sent) as sql:
            _received, remarks = round_(sent)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert remarks == ["more_waits"]
        assert counts["stat"] <= 2 * 50
        assert sum(sql.values()) < 50 * 20
    assert peaks[1] < peaks[0] + 2_000_000


def test_61_what_is_known_of_100_000_received_files_takes_bounded_memory(sent: Gateway) -> None:
    _remember(sent, MANY)
    _lying(sent, range(10))
    ruled(sent, files_per_round_max=50)
    _streamed(sent, MANY, refuses=_denied)
    tracemalloc.start()
    round_(sent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200 * MANY


def test_61_100_000_odd_names_are_not_held_either(sent: Gateway) -> None:
    peaks = []
    for odd in (1_000, MANY):
        files = [RemoteFile(f"{number:064x}", 0, 0, is_regular=False, withheld=True) for number in range(odd)]
        through(sent, listed=lambda path, found, files=files: files if path.endswith("statement") else found)
        tracemalloc.start()
        round_(sent)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 2_000_000


# --- turns ---------------------------------------------------------------------------------------------------------


def test_t7_a_full_folder_leaves_the_others_their_turn_and_is_emptied_in_the_rounds_after(sent: Gateway) -> None:
    ruled(sent, "camt.054", files_per_round_max=2)
    for number in range(5):
        lay(folder(sent, "camt.054") / f"NTF_{number}.xml", b"<%d" % number)
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    received, remarks = round_(sent)
    assert [each.name for each in received] == ["NTF_0.xml", "NTF_1.xml", "STM_1.xml"]
    assert sent.states()["TC-0001"] == "settled"
    assert remarks == ["more_waits"]
    for _ in range(6):
        round_(sent)
    assert names(folder(sent, "camt.054")) == []
    assert sent.value("SELECT count(*) FROM file_in") == 6


def test_t7_more_than_one_round_takes_is_said_and_is_no_failure(sent: Gateway) -> None:
    ruled(sent, files_per_round_max=1)
    for number in (1, 2, 3):
        lay(folder(sent) / f"STM_{number}.xml", BANK.statement(debit(sent, f"TC-000{number}"), id_=f"S{number}"))
    polled = poll(sent.context)
    ((partner, remark),) = polled.errors
    assert (partner, remark.code, remark.params["files"]) == ("vietinbank", "more_waits", 2)
    assert gravity.of_polled(polled) == 0


def test_t7_files_that_fail_in_every_round_do_not_take_the_turn_of_the_others(sent: Gateway) -> None:
    """A server that does not let us read some of its files, as many as a round takes."""
    ruled(sent, files_per_round_max=2)
    through(sent, refuses=lambda operation, path: operation == "read" and "bad" in path)
    for number in range(4):
        lay(folder(sent) / f"STM_0_bad_{number}.xml", b"1")
    lay(folder(sent) / "STM_9.xml", BANK.statement(debit(sent)))
    seen = [told(round_(sent)[0]) for _ in range(3)]
    assert seen[2] == ["processed", "permission_denied"]


def test_t7_a_file_that_is_too_large_does_not_take_the_turn_of_the_others(sent: Gateway) -> None:
    ruled(sent, files_per_round_max=1, size_bytes_max=100_000)
    lay(folder(sent) / "STM_0.xml", bytes(100_001))
    lay(folder(sent) / "STM_9.xml", BANK.statement(debit(sent)))
    seen = [told(round_(sent)[0]) for _ in range(2)]
    assert seen == [["quarantined"], ["processed"]]


def test_t7_a_file_whose_reading_breaks_the_connection_delays_no_other(sent: Gateway) -> None:
    """Also a transfer that does not come to its end in time breaks the connection (51)."""
    counts = through(sent, breaks=lambda operation, path: operation == "read" and "STM_0" in path)
    lay(folder(sent) / "STM_0.xml", b"1")
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    received, errors = round_(sent)
    assert told(received) == ["connection_lost", "processed"]
    assert errors == []
    assert sent.states()["TC-0001"] == "settled"
    assert counts["listing"] == 3


def test_t7_a_folder_whose_listing_breaks_the_connection_delays_no_other(sent: Gateway) -> None:
    through(sent, breaks=lambda operation, path: operation == "listing" and path.endswith("status"))
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    received, errors = round_(sent)
    assert (told(received), errors) == (["processed"], ["connection_lost"])


def test_t7_a_partner_that_breaks_every_connection_is_left_alone_until_the_next_round(sent: Gateway) -> None:
    counts = through(sent, breaks=lambda operation, _path: operation == "read")
    for number in range(9):
        lay(folder(sent) / f"STM_{number}.xml", b"1")
    received, _errors = round_(sent)
    assert told(received) == ["connection_lost"] * 3
    assert counts["read"] == 3


def test_t7_a_partner_that_cannot_be_reached_is_asked_once_a_round(sent: Gateway) -> None:
    tries = []

    def unreachable(_transport: Any) -> Any:
        tries.append(1)
        raise RemoteRefused("unreachable", host="bank", port=22)

    sent.wrap = unreachable
    assert round_(sent) == ([], ["unreachable"])
    assert len(tries) == 1


def test_t7_a_fault_of_ours_over_a_file_that_is_too_large_delays_no_other(
    sent: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_parts: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("gateway.usecases.take.Taker.too_large", faulty)
    ruled(sent, size_bytes_max=100_000)
    lay(folder(sent) / "STM_0.xml", bytes(100_001))
    lay(folder(sent) / "STM_9.xml", BANK.statement(debit(sent)))
    first, second = collect(sent.context, sent.context.partners["vietinbank"])[0]
    assert (type(first.bug), second.state) == (ZeroDivisionError, "processed")


def test_t7_files_that_break_the_connection_in_one_inbox_do_not_keep_the_others_from_their_turn(sent: Gateway) -> None:
    through(sent, breaks=lambda operation, path: operation == "read" and "NTF" in path)
    for number in range(9):
        lay(folder(sent, "camt.054") / f"NTF_{number}.xml", b"1")
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    received, errors = round_(sent)
    assert (sorted(told(received)), errors) == (["connection_lost"] * 3 + ["processed"], [])


@pytest.mark.parametrize("ready", ["rename", "stable"])
def test_t7_names_received_before_that_are_listed_otherwise_do_not_keep_new_ones_from_their_turn(
    sent: Gateway, ready: str
) -> None:
    """As many as a round takes, which may not be moved away, at a server that lists another time at every look."""
    ruled(sent, ready=ready, stable_polls=1, files_per_round_max=2)
    looks = iter(range(NOON + 1, NOON + 100))

    def listed(_path: str, found: list[RemoteFile]) -> list[RemoteFile]:
        return [replace(each, modified=next(looks)) if "STM_0" in each.name else each for each in found]

    for number in range(2):
        lay(folder(sent) / f"STM_0_{number}.xml", b"<%d" % number)
    through(sent, refuses=_denied)
    for _ in range(3):
        round_(sent)
    through(sent, refuses=_denied, listed=listed)
    round_(sent)
    for number in (1, 2):
        lay(folder(sent) / f"STM_{number}.xml", BANK.statement(debit(sent, f"TC-000{number}"), id_=f"S{number}"))
    round_(sent)
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "settled"]


def test_t7_names_that_were_replaced_and_cannot_be_read_do_not_keep_new_ones_from_their_turn(sent: Gateway) -> None:
    ruled(sent, files_per_round_max=2)
    for number in range(2):
        lay(folder(sent) / f"STM_0_{number}.xml", b"<%d" % number)
    through(sent, refuses=_denied)
    round_(sent)
    through(sent, refuses=lambda operation, path: operation == "rename" or (operation == "read" and "STM_0" in path))
    for number in range(2):
        lay(folder(sent) / f"STM_0_{number}.xml", b"<more %d" % number, NOON + 60)
    assert told(round_(sent)[0]) == ["permission_denied"] * 2
    pending = "SELECT name FROM sighting WHERE file_in_id IS NULL AND tries > 0 ORDER BY name"
    assert [row.name for row in sent.rows(pending)] == ["STM_0_0.xml", "STM_0_1.xml"]
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    assert told(round_(sent)[0])[0] == "processed"
