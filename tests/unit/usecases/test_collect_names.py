"""Fault 62: names and kinds that are never touched are never passed over in silence, and said once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.evidence import BANK, debit
from support.gateways import Gateway
from support.inboxes import archive, folder, lay, names, round_, ruled, sightings, through, told, withheld

from gateway.ports import RemoteFile
from gateway.usecases import gravity
from gateway.usecases.readiness import _STRANGE_MAX


def _params(gateway: Gateway) -> list[str]:
    return [row.params for row in gateway.rows("SELECT params FROM exception WHERE kind = 'name_withheld'")]


@pytest.mark.parametrize(
    "name",
    [
        b"STM_\n.xml",
        b"STM_\x1b[2J.xml",
        b"STM_\xe2\x80\xaelmx.xml",
        b"STM_\xff.xml",
        b"..\\STM_1.xml",
        b"x" * 256,
    ],
    ids=["newline", "escape", "right to left", "no UTF-8", "backslash", "too long"],
)
def test_62_a_name_that_must_not_be_repeated_is_said_once_by_its_hash(sent: Gateway, name: bytes) -> None:
    if len(name) > 255:
        listed = RemoteFile(withheld(name).removeprefix("sha256:"), 0, 0, is_regular=False, withheld=True)
        through(sent, listed=lambda path, files: [*files, listed] if path.endswith("statement") else files)
    else:
        (folder(sent) / os.fsdecode(name)).write_bytes(b"1")
    lay(folder(sent) / "STM_1.xml", BANK.statement(debit(sent)))
    first, _errors = round_(sent)
    assert told(first) == ["name_withheld", "processed"]
    assert (first[0].name, gravity.of_received(first[0])) == (withheld(name), 3)
    assert round_(sent) == ([], [])
    assert sent.exceptions() == ["name_withheld"]
    assert withheld(name) in _params(sent)[0]


@pytest.mark.parametrize("name", ["STM_1.XML", "stm_1.xml", "STM_a b.xml", "STM_ế.xml", f"STM_{'9' * 200}.xml"])
def test_62_a_name_that_is_ours_but_for_case_or_odd_characters_is_said_once_and_not_touched(
    sent: Gateway, name: str
) -> None:
    lay(folder(sent) / name, BANK.statement(debit(sent)))
    assert [told(round_(sent)[0]) for _ in range(2)] == [["name_withheld"], []]
    assert names(folder(sent)) == [name]
    assert sent.states()["TC-0001"] == "sent"


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, _link], ids=["folder", "pipe", "link"])
def test_62_what_is_no_file_under_the_name_of_one_is_said_once_and_not_touched(sent: Gateway, make: object) -> None:
    counts = through(sent)
    make(folder(sent) / "STM_1.xml")  # type: ignore[operator]
    assert [told(round_(sent)[0]) for _ in range(2)] == [["name_withheld"], []]
    assert (counts["read"], counts["rename"]) == (0, 0)


def test_62_a_file_that_becomes_a_link_after_the_list_is_not_read(sent: Gateway) -> None:
    place = folder(sent) / "STM_1.xml"
    lay(place, b"1")

    def swap(operation: str, path: str) -> None:
        if operation == "stat" and not place.is_symlink():
            place.unlink()
            _link(place)

    counts = through(sent, before=swap)
    assert round_(sent) == ([], [])
    assert counts["read"] == 0
    assert sent.value("SELECT count(*) FROM file_in") == 0


@pytest.mark.parametrize("name", ["README.txt", "ACK_1.xml", ".STM_1.xml", "STM_1.xml.part", "STM_1.xml.done"])
def test_names_that_have_nothing_to_do_with_the_inbox_are_passed_over(sent: Gateway, name: str) -> None:
    lay(folder(sent) / name, b"1")
    assert round_(sent) == ([], [])
    assert sent.exceptions() == sightings(sent) == []


def test_62_a_name_that_went_and_came_again_is_said_again(sent: Gateway) -> None:
    odd = folder(sent) / "STM_1.XML"
    for _ in range(2):
        lay(odd, b"1")
        assert told(round_(sent)[0]) == ["name_withheld"]
        odd.unlink()
        round_(sent)
    assert sightings(sent) == []


def test_62_a_folder_full_of_odd_names_fills_no_queue_at_once(sent: Gateway) -> None:
    for number in range(_STRANGE_MAX + 5):
        lay(folder(sent) / f"STM_{number}.XML", b"1")
    assert [len(round_(sent)[0]) for _ in range(3)] == [_STRANGE_MAX, 5, 0]


def test_two_inboxes_in_one_folder_do_not_forget_each_others_files(sent: Gateway) -> None:
    place = folder(sent)
    for message in ("camt.053", "camt.054"):
        ruled(sent, message, folder="/out/statement", archive="/out/statement/archive", ready="stable")
    lay(place / "STM_1.xml", BANK.statement(debit(sent)))
    lay(place / "NTF_1.xml", BANK.statement(debit(sent, "TC-0002"), message="camt.054"))
    assert [told(round_(sent)[0]) for _ in range(3)] == [[], ["processed", "processed"], []]
    assert names(archive(sent)) == ["NTF_1.xml", "STM_1.xml"]


@pytest.mark.parametrize("behaviour", ["refuses", "breaks"])
def test_t7_a_file_that_can_never_be_read_is_told_to_a_person_once(sent: Gateway, behaviour: str) -> None:
    through(sent, **{behaviour: lambda operation, path: operation == "read" and "STM_0" in path})
    lay(folder(sent) / "STM_0.xml", b"1")
    said = []
    for _ in range(8):
        ((received,), errors) = round_(sent)
        assert errors == []
        said.append(received.matched.kinds)
    assert said == [[], [], [], [], ["file_unread"], [], [], []]
    assert sent.exceptions() == ["file_unread"]
    through(sent)
    lay(folder(sent) / "STM_0.xml", BANK.statement(debit(sent)))
    assert told(round_(sent)[0]) == ["processed"]
