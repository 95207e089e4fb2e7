"""L2: the send protocol with a fault at every single operation, in every delivery form; the judge is the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.sending import FAULTS, FORMS, PLACES, World, naive_failures, singles

from adapters.profile import Delivery

BEFORE = ("upload refused", "died before the release", "died after the release")
NewWorld = Callable[[str, Delivery, str], World]


@pytest.fixture
def new_world(sealed_home: Path, tmp_path: Path) -> Iterator[NewWorld]:
    made: list[World] = []

    def make(name: str, form: Delivery = "rename", habit: str = "waits", home: Path = sealed_home) -> World:
        made.append(World(home, tmp_path / name, form, habit))
        made[-1].begin()
        return made[-1]

    yield make  # type: ignore[misc]
    for world in made:
        world.close()


FINAL = "CHITRA_20261102_000001.xml"
UPLOADED = ["commit", "write", "sync", "close"]
OPERATIONS = {
    "rename": [
        *(f"stat {FINAL}", f"stat archive/{FINAL}", "commit", f"open .{FINAL}.1.part", *UPLOADED),
        *(f"read .{FINAL}.1.part", "commit", f"rename .{FINAL}.1.part {FINAL}", "commit"),
    ],
    "marker": [
        *(f"stat {FINAL}.done", f"stat {FINAL}.done", f"stat {FINAL}", f"stat archive/{FINAL}"),
        *("commit", f"open {FINAL}", *UPLOADED),
        *(f"read {FINAL}", "commit", f"open {FINAL}.done", "close", "commit"),
    ],
    "direct": [
        *(f"stat {FINAL}", f"stat archive/{FINAL}", "commit", "commit"),
        *(f"open {FINAL}", "write", "sync", "close", f"stat {FINAL}", f"read {FINAL}", "commit"),
    ],
    "dropbox": ["commit", "commit", f"open {FINAL}", "write", "sync", "close", "commit"],
}
"""Of one sealed file, in their order; commits are: uploading, bytes may be there, releasing, sent."""


@pytest.mark.parametrize("form", FORMS)
def test_m8_the_operations_of_a_file_are_these(new_world: NewWorld, form: Delivery) -> None:
    world = new_world("home", form, "waits")
    names = [name.replace("/in/", "") for name in world.process()]
    assert [name for name in names if name != "listing"] == OPERATIONS[form]
    assert world.judge() == "sent"


@pytest.mark.parametrize(("form", "habit"), PLACES)
@pytest.mark.parametrize("kind", FAULTS)
def test_m1_m5_m7_m8_m9_a_fault_at_any_operation_never_doubles_changes_or_loses_a_file(
    new_world: NewWorld, kind: str, form: Delivery, habit: str
) -> None:
    world, operations = new_world("home", form, habit), 0
    intent = _release_of(world) - 1  # its commit
    for number, operation, state in singles(world, kind):
        operations += 1
        committed = number > intent or (number == intent and kind == "crash after")
        assert state == "sent" or committed, f"M2: {operation} came before the intent, and yet it is {state}"
    assert operations >= 4


def _release_of(world: World) -> int:
    """The number of the packet that is the payment, in a run without faults."""
    return next(number for number, name in enumerate(world.process()) if world.is_release(name))


def _prepared(new_world: NewWorld, form: Delivery, habit: str, before: str) -> World:
    """A world in which something has gone wrong already."""
    release = _release_of(dry := new_world("dry", form, habit))
    world = new_world("prepared", form, habit)
    world.plan = {
        "upload refused": {dry.done.index("close"): "refused"},
        "died before the release": {release: "crash before"},
        "died after the release": {release: "crash after"},
    }[before]
    world.process()
    return world


@pytest.mark.parametrize(
    ("form", "habit"), [("rename", "waits"), *((form, "takes") for form in FORMS)], ids=lambda word: word
)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("kind", FAULTS)
def test_d2_a_second_fault_in_the_recovery_never_doubles_changes_or_loses_a_file(
    new_world: NewWorld, kind: str, before: str, form: Delivery, habit: str
) -> None:
    prepared = _prepared(new_world, form, habit, before)
    assert list(singles(new_world("home", form, habit), kind, prepared)) or form == "dropbox"


@pytest.mark.parametrize("kind", ["crash before", "crash after"])
def test_d1_dying_at_allocation_or_sealing_is_taken_up_again(approved_home: Path, tmp_path: Path, kind: str) -> None:
    world = World(approved_home, tmp_path / "home", habit="takes")
    world.begin()
    commits = [number for number, name in enumerate(world.process()) if name == "commit"]
    for number in commits[:2]:
        world.begin({number: kind})
        world.process()
        world.settle()
        assert world.judge() == "sent"
    world.close()


def test_m1_the_naive_sender_fails_before_the_same_judge(new_world: NewWorld) -> None:
    _, wrong = naive_failures(lambda: new_world("naive", "rename", "takes"))
    assert ("unknown after", "doubled") in wrong
    assert ("crash after", "doubled") in wrong
