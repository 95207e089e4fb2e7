"""When a file is complete: by the partner's rename, by its ``.done``, by not changing any more (faults 66, 68, 69)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway, copy_of
from support.inboxes import NOON, archive, folder, inbox, lay, names, round_, ruled, sightings, through, told

from adapters.profile import Inbox
from gateway.usecases.collect import MoreWaits, collect


@pytest.fixture
def stable(sent: Gateway) -> Gateway:
    ruled(sent, ready="stable", stable_polls=3)
    return sent


@pytest.fixture
def done(sent: Gateway) -> Gateway:
    ruled(sent, ready="done")
    return sent


def _statement(gateway: Gateway) -> bytes:
    return BANK.statement(debit(gateway))


# --- stable --------------------------------------------------------------------------------------------------------


def test_a_file_is_read_when_it_was_the_same_in_as_many_rounds_as_the_inbox_says(stable: Gateway) -> None:
    counts = through(stable)
    lay(folder(stable) / "STM_1.xml", _statement(stable))
    assert [told(round_(stable)[0]) for _ in range(3)] == [[], [], ["processed"]]
    assert counts["read"] == 1
    assert stable.states()["TC-0001"] == "settled"
    assert sightings(stable) == []


def test_rounds_are_counted_across_runs_of_the_command(stable: Gateway, tmp_path: Path) -> None:
    lay(folder(stable) / "STM_1.xml", _statement(stable))
    for number in range(2):
        assert round_(stable) == ([], [])
        home = stable.snapshot()
        stable = copy_of(home, tmp_path / str(number))
        ruled(stable, ready="stable", stable_polls=3)
    assert told(round_(stable)[0]) == ["processed"]
    stable.close()


def test_66_a_file_that_grows_between_rounds_begins_again(stable: Gateway) -> None:
    content = _statement(stable)
    place = folder(stable) / "STM_1.xml"
    for size in (100, 200, 300, len(content)):
        lay(place, content[:size])
        assert round_(stable) == ([], [])
    assert round_(stable) == ([], [])
    assert told(round_(stable)[0]) == ["processed"]


def test_66_a_file_of_the_same_size_with_another_time_begins_again(stable: Gateway) -> None:
    place = folder(stable) / "STM_1.xml"
    for second in range(4):
        lay(place, _statement(stable), NOON + second)
        assert round_(stable) == ([], [])


def test_66_a_file_that_never_comes_to_rest_is_said_once(stable: Gateway) -> None:
    place = folder(stable) / "STM_1.xml"
    said = []
    for second in range(6):
        lay(place, b"<", NOON + second)
        said += told(round_(stable)[0])
        stable.clock.pass_(minutes=20)
    assert said == ["file_unstable"]
    assert stable.exceptions() == ["file_unstable"]
    lay(place, _statement(stable), NOON + 60)
    assert [told(round_(stable)[0]) for _ in range(3)][-1] == ["processed"]


def test_66_a_file_that_changes_during_every_read_is_said_once(sent: Gateway) -> None:
    place = folder(sent) / "STM_1.xml"
    lay(place, b"<")

    def grow(operation: str, _path: str) -> None:
        if operation == "read":
            lay(place, place.read_bytes() + b"<")

    through(sent, before=grow)
    said = []
    for _ in range(6):
        said += told(round_(sent)[0])
        sent.clock.pass_(minutes=20)
    assert said == sent.exceptions() == ["file_unstable"]
    assert names(archive(sent)) == []


def test_what_went_away_before_it_was_complete_is_forgotten(stable: Gateway) -> None:
    place = folder(stable) / "STM_1.xml"
    lay(place, _statement(stable))
    round_(stable)
    assert sightings(stable) == ["STM_1.xml"]
    place.unlink()
    assert round_(stable) == ([], [])
    assert sightings(stable) == []


# --- done ----------------------------------------------------------------------------------------------------------


def test_a_file_is_read_when_its_done_lies_beside_it_and_both_are_moved_away(done: Gateway) -> None:
    lay(folder(done) / "STM_1.xml", _statement(done))
    assert round_(done) == ([], [])
    lay(folder(done) / "STM_1.xml.done", b"")
    assert told(round_(done)[0]) == ["processed"]
    assert names(archive(done)) == ["STM_1.xml", "STM_1.xml.done"]
    assert names(folder(done)) == sightings(done) == []


def test_68_a_file_without_its_done_is_not_read_and_said_once_after_the_declared_time(done: Gateway) -> None:
    counts = through(done)
    lay(folder(done) / "STM_1.xml", _statement(done))
    assert told(round_(done)[0]) == []
    done.clock.pass_(minutes=58)
    assert told(round_(done)[0]) == []
    done.clock.pass_(minutes=2)
    assert told(round_(done)[0]) == ["file_without_done"]
    done.clock.pass_(days=1)
    assert told(round_(done)[0]) == []
    assert done.exceptions() == ["file_without_done"]
    assert counts["read"] == 0
    lay(folder(done) / "STM_1.xml.done", b"")
    assert told(round_(done)[0]) == ["processed"]


def test_69_a_done_without_its_file_is_said_once_after_the_declared_time(done: Gateway) -> None:
    lay(folder(done) / "STM_1.xml.done", b"")
    assert told(round_(done)[0]) == []
    done.clock.pass_(minutes=61)
    assert [told(round_(done)[0]) for _ in range(2)] == [["done_without_file"], []]
    assert done.exceptions() == ["done_without_file"]
    lay(folder(done) / "STM_1.xml", _statement(done))
    assert told(round_(done)[0]) == ["processed"]


def test_69_a_done_that_was_left_behind_by_a_move_is_moved_as_well_and_not_said(done: Gateway) -> None:
    lay(folder(done) / "STM_1.xml", _statement(done))
    lay(folder(done) / "STM_1.xml.done", b"")
    through(done, breaks=lambda operation, path: operation == "rename" and path.endswith(".done"))
    (received,) = round_(done)[0]
    assert (received.state, received.error and received.error.code) == ("processed", "connection_lost")
    assert names(folder(done)) == ["STM_1.xml.done"]
    through(done)
    done.clock.pass_(days=1)
    assert round_(done) == ([], [])
    assert names(archive(done)) == ["STM_1.xml", "STM_1.xml.done"]
    assert sightings(done) == []
    assert done.exceptions() == []


def test_68_files_without_done_do_not_take_the_turn_of_those_with_one(done: Gateway) -> None:
    ruled(done, files_per_round_max=2)
    for number in range(5):
        lay(folder(done) / f"STM_{number}.xml", b"<")
    lay(folder(done) / "STM_9.xml", _statement(done))
    lay(folder(done) / "STM_9.xml.done", b"")
    assert told(round_(done)[0]) == ["processed"]


def test_a_done_is_no_file_of_its_own_whatever_the_pattern_says(done: Gateway) -> None:
    ruled(done, pattern="STM_*")
    lay(folder(done) / "STM_1", _statement(done))
    lay(folder(done) / "STM_1.done", b"")
    assert told(round_(done)[0]) == ["processed"]


# --- the declaration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ready", "name", "file"),
    [
        ("done", "STM_1.xml.done", "STM_1.xml"),
        ("done", "STM_1.xml", None),
        ("done", "OTHER.xml.done", None),
        ("done", ".done", None),
        ("rename", "STM_1.xml.done", None),
    ],
)
def test_a_companion_is_told_by_its_name(sent: Gateway, ready: str, name: str, file: str | None) -> None:
    ruled(sent, ready=ready)
    box: Inbox = inbox(sent)
    assert box.completed(name) == file


# --- the pace of rounds --------------------------------------------------------------------------------------------


def _hurried(gateway: Gateway) -> list[bool]:
    """One round: of each remark that more waits, whether the next round may follow at once."""
    _received, remarks = collect(gateway.context, gateway.context.partners["vietinbank"])
    assert {error.code for error in remarks} <= {"more_waits"}
    return [isinstance(error, MoreWaits) for error in remarks]


def test_66_rounds_that_count_do_not_follow_each_other_at_once_whichever_inbox_has_more(sent: Gateway) -> None:
    ruled(sent, "camt.054", files_per_round_max=1)
    ruled(sent, ready="stable", stable_polls=3)
    for number in range(3):
        content = BANK.statement(debit(sent, f"TC-000{number + 1}"), message="camt.054", id_=f"S{number}")
        lay(folder(sent, "camt.054") / f"NTF_{number}.xml", content)
    assert [_hurried(sent), _hurried(sent), _hurried(sent)] == [[False], [False], []]


def test_66_half_a_file_is_not_read_a_second_time_at_once(sent: Gateway) -> None:
    ruled(sent, files_per_round_max=1)
    lay(folder(sent) / "STM_0.xml", _statement(sent)[:1000])
    for number in (1, 2, 3):
        lay(folder(sent) / f"STM_{number}.xml", BANK.statement(debit(sent, f"TC-000{number}"), id_=f"S{number}"))
    assert [_hurried(sent), _hurried(sent)] == [[False], [True]]
