"""Moving away at the partner: refused, taken names, other readers, lists that lie (faults 59-60, 63-65, 67, 70-74)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from support.evidence import BANK, OTHER, debit, unsigned
from support.gateways import Gateway, new_gateway
from support.inboxes import NOON, archive, folder, lay, names, round_, ruled, sightings, through, told
from support.stores import together

from gateway.ports import RemoteFile
from gateway.usecases import gravity


def _statement(gateway: Gateway, ref: str = "TC-0001", **options: str) -> bytes:
    return BANK.statement(debit(gateway, ref), **options)


def _denied(operation: str, _path: str) -> bool:
    return operation == "rename"


# --- moving away is denied -----------------------------------------------------------------------------------------


def test_73_a_file_that_may_not_be_moved_is_read_once_and_said_once(sent: Gateway) -> None:
    counts = through(sent, refuses=_denied)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    first, *later = [round_(sent)[0] for _ in range(4)]
    assert told(first) == ["processed"]
    assert [told(each) for each in later] == [["processed"], [], []]
    assert later[0][0].matched.kinds == sent.exceptions() == ["archive_denied"]
    assert [gravity.of_received(each) for each in (*first, *later[0])] == [1, 1]
    assert (counts["read"], counts["rename"]) == (1, 4)
    assert sent.value("SELECT count(*) FROM file_in") == 1
    assert sent.states()["TC-0001"] == "settled"


def test_73_moving_away_is_tried_again_until_it_is_allowed_and_the_exception_is_resolved(sent: Gateway) -> None:
    through(sent, refuses=_denied)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    for _ in range(3):
        round_(sent)
    through(sent)
    assert round_(sent) == ([], [])
    assert names(archive(sent)) == ["STM_1.xml"]
    assert sent.rows("SELECT kind, state FROM exception") == [("archive_denied", "resolved")]
    assert sent.value("SELECT count(*) FROM file_in WHERE archived_at IS NULL") == 0
    assert sightings(sent) == []


def test_m9_a_move_whose_answer_was_lost_is_said_each_time_and_tried_again(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    through(sent, breaks=_denied)
    for _ in range(3):
        ((received,), errors) = round_(sent)
        assert (received.state, gravity.of_received(received), errors) == ("processed", 4, [])
    through(sent)
    assert round_(sent) == ([], [])
    assert names(archive(sent)) == ["STM_1.xml"]


def test_73_a_copy_of_known_content_that_may_not_be_moved_is_one_arrival(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    through(sent, refuses=_denied)
    lay(folder(sent) / "STM_2.xml", _statement(sent))
    for _ in range(3):
        round_(sent)
    assert sent.rows("SELECT name, state FROM file_in ORDER BY id") == [
        ("STM_1.xml", "processed"),
        ("STM_2.xml", "duplicate"),
    ]


def test_73_many_files_that_may_not_be_moved_cost_a_few_requests_a_round_and_each_gets_its_turn(sent: Gateway) -> None:
    counts = through(sent, refuses=_denied)
    for number in range(8):
        lay(folder(sent) / f"STM_{number}.xml", b"<%d" % number)
    round_(sent)
    round_(sent)
    for _ in range(6):
        before = counts["rename"]
        round_(sent)
        assert counts["rename"] - before <= 3
    assert sent.value("SELECT min(tries) FROM sighting") >= 1
    assert sent.exceptions().count("archive_denied") == 1
    assert counts["read"] <= 16


def test_73_new_content_under_a_name_that_could_not_be_moved_is_read(sent: Gateway) -> None:
    through(sent, refuses=_denied)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    lay(folder(sent) / "STM_1.xml", _statement(sent, "TC-0002", id_="S2"), NOON + 60)
    assert told(round_(sent)[0]) == ["processed"]
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "settled"]
    through(sent)
    round_(sent)
    assert names(folder(sent)) == sightings(sent) == []


def test_63_where_the_server_tells_no_time_new_content_of_the_same_size_is_found_all_the_same(sent: Gateway) -> None:
    through(sent, refuses=_denied)
    first, second = _statement(sent), _statement(sent, "TC-0002")
    longest = max(len(first), len(second))
    lay(folder(sent) / "STM_1.xml", first.ljust(longest, b"\n"), 0)
    round_(sent)
    lay(folder(sent) / "STM_1.xml", second.ljust(longest, b"\n"), 0)
    round_(sent)
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "settled"]


def test_t6_a_server_that_lists_no_sizes_does_not_make_us_read_what_is_too_large(sent: Gateway) -> None:
    ruled(sent, size_bytes_max=100)
    lay(folder(sent) / "STM_1.xml", bytes(101))
    counts = through(sent, listed=_bare)
    assert [told(round_(sent)[0]) for _ in range(2)] == [["quarantined"], ["quarantined"]]
    assert sent.exceptions() == ["file_too_large"]
    assert counts["read"] == 0


def test_73_a_server_that_lists_no_sizes_does_not_make_us_read_what_we_have(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    counts = through(sent, refuses=_denied, listed=_bare)
    for _ in range(3):
        round_(sent)
    assert counts["read"] == 1
    through(sent, listed=_bare)
    round_(sent)
    assert names(archive(sent)) == ["STM_1.xml"]


def _bare(_folder: str, files: list[RemoteFile]) -> list[RemoteFile]:
    """Names without their attributes."""
    return [replace(each, size_bytes=0, modified=0) for each in files]


# --- names and contents that come again ----------------------------------------------------------------------------


def test_70_the_same_name_with_new_content_the_next_day_is_read_and_both_are_kept(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    sent.clock.pass_(days=1)
    lay(folder(sent) / "STM_1.xml", _statement(sent, "TC-0002", id_="S2"), NOON + 86_400)
    ((received,), _errors) = round_(sent)
    assert received.state == "processed"
    assert names(archive(sent)) == ["STM_1.xml", f"STM_1.xml.{received.file}"]
    assert [sent.states()[ref] for ref in ("TC-0001", "TC-0002")] == ["settled", "settled"]


def test_71_the_same_content_under_a_new_name_is_a_duplicate_and_moved_away(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    before = sent.value("SELECT count(*) FROM entry")
    lay(folder(sent) / "STM_2.xml", _statement(sent))
    assert told(round_(sent)[0]) == ["duplicate"]
    assert names(archive(sent)) == ["STM_1.xml", "STM_2.xml"]
    assert sent.value("SELECT count(*) FROM entry") == before


def test_72_a_name_that_is_taken_in_the_archive_is_not_replaced_by_a_server_that_would(sent: Gateway) -> None:
    """The server's rename replaces what is there, as POSIX does."""
    earlier = archive(sent) / "STM_1.xml"
    earlier.write_bytes(b"earlier")

    def replacing(transport: object) -> object:
        inner = type(transport)

        class Replacing(inner):  # type: ignore[misc, valid-type]
            def rename(self, source: str, target: str) -> None:
                os.replace(self._local(source), self._local(target))

        return Replacing(sent.place())

    sent.wrap = replacing  # type: ignore[assignment]
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    ((received,), _errors) = round_(sent)
    assert earlier.read_bytes() == b"earlier"
    assert names(archive(sent)) == ["STM_1.xml", f"STM_1.xml.{received.file}"]


# --- files that are not what they were -----------------------------------------------------------------------------


def test_65_a_file_replaced_by_one_of_the_same_size_while_it_is_read_is_read_again(sent: Gateway) -> None:
    first, second = _statement(sent), _statement(sent, "TC-0002")
    longest = max(len(first), len(second))
    place = folder(sent) / "STM_1.xml"
    lay(place, first.ljust(longest, b"\n"))
    through(sent, before=_once("stat", 2, lambda: lay(place, second.ljust(longest, b"\n"), NOON + 1)))
    assert round_(sent) == ([], [])
    through(sent)
    assert told(round_(sent)[0]) == ["processed"]
    assert sent.states()["TC-0002"] == "settled"
    assert sent.value("SELECT count(*) FROM file_in") == 1


def test_65_a_mixture_of_two_files_with_one_time_is_set_aside_and_the_whole_one_is_read_in_the_next_round(
    sent: Gateway,
) -> None:
    """Within one second the time does not tell: what is not believed stays until the same bytes were read twice."""
    good = _statement(sent)
    place = folder(sent) / "STM_1.xml"
    lay(place, good.replace(b"VND", b"XXX"))
    assert told(round_(sent)[0]) == ["quarantined"]
    lay(place, good)
    assert told(round_(sent)[0]) == ["processed"]
    assert names(archive(sent)) == ["STM_1.xml"]
    assert (archive(sent) / "STM_1.xml").read_bytes() == good


@pytest.mark.parametrize("content", [OTHER.statement(), unsigned(BANK.statement()), b"<nothing/>", b""])
def test_t4_what_is_not_believed_is_moved_away_when_the_same_bytes_were_read_twice(
    sent: Gateway, content: bytes
) -> None:
    counts = through(sent)
    lay(folder(sent) / "STM_1.xml", content)
    rounds = [told(round_(sent)[0]) for _ in range(3)]
    assert rounds == [["quarantined"], [], []]
    assert counts["read"] == 2
    assert names(archive(sent)) == ["STM_1.xml"]
    assert sent.exceptions() == ["quarantined"]
    assert sightings(sent) == []


def test_67_an_empty_file_is_set_aside_and_the_whole_one_under_its_name_is_read(sent: Gateway) -> None:
    place = folder(sent) / "STM_1.xml"
    lay(place, b"")
    assert told(round_(sent)[0]) == ["quarantined"]
    lay(place, _statement(sent))
    assert told(round_(sent)[0]) == ["processed"]
    assert sent.states()["TC-0001"] == "settled"


@pytest.mark.parametrize("modified", [0, 1, NOON + 7200, NOON - 7200, 2**31 - 1, 4_000_000_000])
def test_63_64_a_time_that_is_zero_skewed_or_in_the_future_decides_nothing(sent: Gateway, modified: int) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent), modified)
    assert told(round_(sent)[0]) == ["processed"]
    assert names(archive(sent)) == ["STM_1.xml"]


# --- lists that lie, and other readers -----------------------------------------------------------------------------


def test_59_a_list_that_still_shows_what_was_moved_away_changes_nothing(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    stale = list(_listing(sent))
    round_(sent)
    through(sent, listed=lambda folder, files: stale if folder.endswith("statement") else files)
    assert [round_(sent) for _ in range(2)] == [([], []), ([], [])]
    assert sent.value("SELECT count(*) FROM file_in") == 1


def test_59_a_list_that_shows_the_old_size_of_a_file_does_not_hide_its_new_content(sent: Gateway) -> None:
    through(sent, refuses=_denied)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    stale = list(_listing(sent))
    lay(folder(sent) / "STM_1.xml", _statement(sent, "TC-0002", id_="S2"), NOON + 60)
    through(sent, listed=lambda folder, files: stale if folder.endswith("statement") else files)
    round_(sent)
    assert names(archive(sent)) == []
    through(sent)
    assert told(round_(sent)[0]) == ["processed"]
    assert sent.states()["TC-0002"] == "settled"


def test_60_a_name_that_is_listed_twice_is_read_once(sent: Gateway) -> None:
    counts = through(sent, listed=lambda _folder, files: files * 3)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    assert told(round_(sent)[0]) == ["processed"]
    assert counts["read"] == 1


def test_60_a_file_that_a_list_leaves_out_is_read_when_it_is_shown(sent: Gateway) -> None:
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    through(sent, listed=lambda _folder, files: [])
    assert round_(sent) == ([], [])
    through(sent)
    assert told(round_(sent)[0]) == ["processed"]


def test_60_a_received_file_that_a_list_leaves_out_is_not_received_again(sent: Gateway) -> None:
    through(sent, refuses=_denied)
    lay(folder(sent) / "STM_1.xml", _statement(sent))
    round_(sent)
    counts = through(sent, refuses=_denied, listed=lambda _folder, files: [])
    round_(sent)
    counts += through(sent, refuses=_denied)
    round_(sent)
    assert counts["read"] == 0
    assert sent.value("SELECT count(*) FROM file_in") == 1


@pytest.mark.parametrize(("operation", "number"), [("stat", 1), ("read", 1), ("stat", 2), ("stat", 3), ("rename", 1)])
def test_74_another_gateway_that_takes_the_file_at_any_moment_is_no_error(
    sent: Gateway, operation: str, number: int
) -> None:
    place = folder(sent) / "STM_1.xml"
    lay(place, _statement(sent))
    through(sent, before=_once(operation, number, lambda: place.rename(archive(sent) / "STM_1.xml")))
    received, errors = round_(sent)
    assert errors == []
    assert [each.error for each in received if each.error] == []
    through(sent)
    assert round_(sent) == ([], [])
    assert names(archive(sent)) == ["STM_1.xml"]
    assert sent.value("SELECT count(*) FROM file_in WHERE archived_at IS NULL") == 0
    assert sightings(sent) == []


def test_74_two_gateways_that_empty_one_folder_at_once_lose_nothing_and_move_everything_away(
    sent: Gateway, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = new_gateway(tmp_path / "other")
    other.place = sent.place  # type: ignore[method-assign]
    contents = {f"STM_{number}.xml": BANK.statement(id_=f"S{number}") for number in range(12)}
    for name, content in contents.items():
        lay(folder(sent) / name, content)
    together(lambda: round_(sent), lambda: round_(other))
    for each in (sent, other, sent, other):
        round_(each)
    assert names(folder(sent)) == []
    moved = [path.read_bytes() for path in archive(sent).iterdir()]
    assert all(content in moved for content in contents.values())
    received = {row.name for each in (sent, other) for row in each.rows("SELECT name FROM file_in")}
    assert received == contents.keys()
    assert [*sightings(sent), *sightings(other)] == []
    other.close()


def _listing(gateway: Gateway) -> list[RemoteFile]:
    """What a list shows now."""
    files = (path for path in folder(gateway).iterdir() if path.is_file())
    return [RemoteFile(path.name, path.stat().st_size, int(path.stat().st_mtime), True) for path in files]


def _once(operation: str, number: int, act: object) -> object:
    """Before the n-th request of a kind, once."""
    seen = 0

    def before(asked: str, path: str) -> None:
        nonlocal seen
        if asked == operation and path.endswith("STM_1.xml"):
            seen += 1
            if seen == number:
                act()  # type: ignore[operator]

    return before
