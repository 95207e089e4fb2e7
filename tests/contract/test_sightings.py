"""What is remembered of partners' folders, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.gateways import Gateway
from support.inboxes import folder, lay, names, round_, ruled, through, told

from gateway.store import evidence, sightings
from gateway.store.sightings import Memory, Seen, mark
from gateway.store.store import Store

PLACE = ("bank", "/out")
SIX = tuple(Seen(f"STM_{number}.xml", 100 + number, 5) for number in range(6))


@pytest.fixture
def store(gateway: Gateway) -> Store:
    return gateway.store


def _memory(store: Store, due_max: int = 10) -> Memory:
    with store.read() as tx:
        return sightings.memory(tx, *PLACE, due_max)


def _note(store: Store, *seen: Seen) -> None:
    with store.begin() as tx:
        sightings.note(tx, *PLACE, seen)


def _received(store: Store, seen: Seen, state: str = "processed") -> Seen:
    with store.begin() as tx:
        file = evidence.receive(tx, *PLACE, seen.name, seen.name.ljust(64, "0"), seen.size_bytes)
        tx.run("UPDATE file_in SET state = :state WHERE id = :id", state=state, id=file.id)
        found = replace(seen, file_in_id=file.id)
        sightings.note(tx, *PLACE, [found])
    return found


def test_what_is_pending_is_remembered_with_the_time_at_which_it_was_first_seen(store: Store) -> None:
    _note(store, *SIX)
    first = _memory(store).pending["STM_0.xml"]
    _note(store, replace(SIX[0], polls=2, size_bytes=7, said="file_unstable"))
    again = _memory(store).pending["STM_0.xml"]
    assert first.first_seen_at == again.first_seen_at != ""
    assert (again.polls, again.size_bytes, again.said) == (2, 7, "file_unstable")
    assert set(_memory(store).pending) == {seen.name for seen in SIX}


def test_what_is_received_is_known_by_its_mark_and_due_when_it_was_understood(store: Store) -> None:
    one, two = _received(store, SIX[0]), _received(store, SIX[1], "received")
    memory = _memory(store)
    assert memory.marks == {mark(one), mark(two)}
    assert mark(replace(one, modified=6)) not in memory.marks
    assert [(seen.name, seen.state) for seen in memory.due] == [("STM_0.xml", "processed")]
    assert memory.pending == {}


def test_what_failed_least_is_due_first_and_no_more_than_asked_for(store: Store) -> None:
    for seen in SIX:
        _received(store, seen)
    with store.begin() as tx:
        for seen in SIX[:4]:
            sightings.failed(tx, *PLACE, seen)
    assert [seen.name for seen in _memory(store, 3).due] == ["STM_4.xml", "STM_5.xml", "STM_0.xml"]


def test_a_failure_of_something_new_is_remembered_and_loses_nothing_of_something_known(store: Store) -> None:
    known = _received(store, SIX[0])
    with store.begin() as tx:
        for seen in (SIX[0], SIX[1], SIX[1]):
            sightings.failed(tx, *PLACE, seen)
    with store.read() as tx:
        found = [sightings.find(tx, *PLACE, name) for name in ("STM_0.xml", "STM_1.xml", "STM_2.xml")]
    assert [each and (each.tries, each.file_in_id) for each in found] == [(1, known.file_in_id), (2, None), None]


def test_bytes_found_the_same_are_counted_under_what_the_server_shows_now(store: Store) -> None:
    known = _received(store, SIX[0])
    with store.begin() as tx:
        sightings.confirm(tx, *PLACE, replace(known, modified=9))
        sightings.confirm(tx, *PLACE, replace(SIX[1], file_in_id=known.file_in_id))
    with store.read() as tx:
        found = [sightings.find(tx, *PLACE, name) for name in ("STM_0.xml", "STM_1.xml")]
    assert [each and (each.polls, each.modified) for each in found] == [(2, 9), (1, 5)]


def test_what_is_forgotten_is_gone_and_other_folders_are_not_touched(store: Store) -> None:
    _note(store, *SIX)
    with store.begin() as tx:
        sightings.note(tx, "bank", "/elsewhere", SIX)
        sightings.forget(tx, *PLACE, [seen.name for seen in SIX])
        sightings.forget(tx, *PLACE, [])
    assert _memory(store) == Memory()
    with store.read() as tx:
        assert len(sightings.memory(tx, "bank", "/elsewhere", 1).pending) == 6


@pytest.mark.parametrize("state", ["received", "processed"])
def test_only_what_is_stored_and_not_understood_is_unread(store: Store, state: str) -> None:
    _received(store, SIX[0], state)
    with store.read() as tx:
        assert [file.name for file in evidence.unread(tx, "bank")] == (["STM_0.xml"] if state == "received" else [])
        assert evidence.unread(tx, "other") == []


@pytest.mark.parametrize("ready", ["rename", "done", "stable"])
def test_a_file_that_may_not_be_moved_is_read_once_by_every_rule(gateway: Gateway, ready: str) -> None:
    """From the first sight to the archive, and a person is told on the way."""
    ruled(gateway, ready=ready, proof="channel")
    counts = through(gateway, refuses=lambda operation, _path: operation == "rename")
    lay(folder(gateway) / "STM_1.xml", b"<nothing")
    lay(folder(gateway) / "STM_1.xml.done", b"")
    assert "quarantined" in [state for _ in range(6) for state in told(round_(gateway)[0])]
    assert counts["read"] == 2
    assert gateway.exceptions() == ["archive_denied", "quarantined"]
    through(gateway)
    round_(gateway)
    assert names(folder(gateway)) == ([] if ready == "done" else ["STM_1.xml.done"])
    assert gateway.value("SELECT count(*) FROM sighting") == 0
