"""L2: the send protocol with a fault at every single operation; the judge is a list of what stood at the partner."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.banks import TinyBank, WatchedTransport
from support.gateways import Gateway
from support.stores import Crashed, Points

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.store import audit, blobs

FAULTS = ("refused", "unknown before", "unknown after", "crash before", "crash after")
BEFORE = ("none", "upload refused", "died before the rename", "died after the rename")


@dataclass
class Fault:
    """What goes wrong at operation ``number``; commits can only die."""

    number: int
    kind: str

    def fits(self, name: str) -> bool:
        return self.kind.startswith("crash") or name != "commit"

    def before(self, number: int, name: str) -> None:
        if number == self.number:
            if self.kind == "refused":
                raise RemoteRefused("failure", operation=name)
            if self.kind == "unknown before":
                raise RemoteUnknown("timeout", operation=name)
            if self.kind == "crash before":
                raise Crashed(name)

    def after(self, number: int, name: str) -> None:
        if number == self.number:
            if self.kind == "unknown after":
                raise RemoteUnknown("timeout", operation=name)
            if self.kind == "crash after":
                raise Crashed(name)


class World:
    """One home and one bank; every run of ``send`` is a process of its own."""

    def __init__(self, snapshot: Path, folder: Path, takes: bool) -> None:
        self.snapshot, self.folder = snapshot, folder
        shutil.copytree(snapshot, folder, dirs_exist_ok=True)
        self.bank = TinyBank(folder / "vietinbank", takes)
        self.done: list[str] = []

    def process(self, fault: Fault | None = None) -> list[str]:
        """One run of ``send``; returns the operations it reached."""
        points = Points()
        points.before = self._watching(fault.before if fault else lambda number, name: None)
        if fault:
            points.after = fault.after
        gateway = self._gateway(points)
        try:
            gateway.send()
        except Crashed:
            pass
        finally:
            gateway.close()
        self.done += points.names
        return points.names

    def _gateway(self, points: Points | None = None) -> Gateway:
        def watched(transport: object) -> WatchedTransport:
            assert points is not None
            return WatchedTransport(transport, points, self.bank)  # type: ignore[arg-type]

        gateway = Gateway(self.folder, f"sqlite:///{self.folder / 'chitra.db'}", points=points)
        if points:
            gateway.wrap = watched
        return gateway

    def _watching(self, then: Callable[[int, str], None]) -> Callable[[int, str], None]:
        def before(number: int, name: str) -> None:
            verb, *paths = name.split()
            if verb == "open":
                self._require_intent_to_upload(Path(paths[0]).name)
            elif verb == "rename":
                self._require_intent_to_release()
            then(number, name)

        return before

    def _committed(self, sql: str) -> list[tuple[object, ...]]:
        """What a power cut would leave, read past the gateway."""
        with sqlite3.connect(self.folder / "chitra.db") as connection:
            return connection.execute(sql).fetchall()

    def _require_intent_to_upload(self, temporary: str) -> None:
        """M8 for the upload; and nothing is uploaded once any attempt was released (M9)."""
        attempts = self._committed("SELECT temporary, releasing_at FROM attempt ORDER BY number")
        assert attempts[-1] == (temporary, None)
        assert all(released is None for _, released in attempts)

    def _require_intent_to_release(self) -> None:
        """M8 for the payment itself."""
        assert self._committed("SELECT state FROM file_out") == [("releasing",)]
        assert self._committed("SELECT DISTINCT state FROM payment") == [("sent",)]

    def settle(self) -> None:
        """Faults are over: run until the file has its end, then the bank works, then run again."""
        for _ in range(2):
            self.process()
            if self._committed("SELECT 1 FROM file_out WHERE state IN ('sent', 'unknown')"):
                break
        self.bank.take()
        self.process()

    def judge(self) -> str:
        gateway = self._gateway()
        try:
            return self._judged(gateway)
        finally:
            gateway.close()

    def _judged(self, gateway: Gateway) -> str:
        (file,) = gateway.files()
        released = gateway.value("SELECT count(*) FROM attempt WHERE releasing_at IS NOT NULL")
        with gateway.store.read() as tx:
            sealed = b"".join(blobs.parts(tx, file.sha256))
            assert audit.first_break(tx) is None
        assert len(self.bank.appeared) <= 1, "M1: two files for one message id"
        assert all(found == (file.name, sealed) for found in self.bank.appeared), "M5, M7: other bytes or another name"
        assert sum(name.startswith("rename") for name in self.done) <= 1, "M9: renamed again"
        assert released == 1, "M2: neither released nor lost"
        assert set(gateway.states().values()) == {"sent"}
        if file.state == "sent":
            assert len(self.bank.appeared) == 1, "M9: called sent without a file"
            assert not [name for name in gateway.outbox() if name.startswith(".")], "a temporary is left behind"
        else:
            assert file.state == "unknown"
        return str(file.state)


def _prepared(home: Path, folder: Path, takes: bool, before: str) -> World:
    """A world in which something has gone wrong already."""
    world = World(home, folder, takes)
    if before == "none":
        return world
    names = _operations(home, folder.with_name(f"{folder.name}-dry"))
    rename = next(index for index, name in enumerate(names) if name.startswith("rename"))
    fault = {
        "upload refused": Fault(names.index("close"), "refused"),
        "died before the rename": Fault(rename, "crash before"),
        "died after the rename": Fault(rename, "crash after"),
    }[before]
    world.process(fault)
    return world


def _operations(home: Path, folder: Path) -> list[str]:
    """Every operation of one run without faults."""
    return World(home, folder, takes=False).process()


def test_m8_the_operations_of_a_file_are_these(approved_home: Path, tmp_path: Path) -> None:
    world = World(approved_home, tmp_path / "home", takes=False)
    names = [name.replace("/in/", "") for name in world.process()]
    final = "CHITRA_20261102_000001.xml"
    assert names == [
        "commit",  # allocated
        "commit",  # sealed
        f"stat {final}",
        "commit",  # uploading
        f"open .{final}.1.part",
        "commit",  # from here on there may be bytes
        "write",
        "sync",
        "close",
        f"read .{final}.1.part",
        "commit",  # releasing
        f"rename .{final}.1.part {final}",
        "commit",  # sent
    ]
    assert world.judge() == "sent"


def _each_operation(home: Path, folder: Path, kind: str, takes: bool, done: World | None = None) -> int:
    """One world per operation of one run of ``send``, judged after a single fault there; returns how many."""
    for number in itertools.count():
        world = World(home, folder / str(number), takes)
        if done:
            world.bank.appeared, world.done = list(done.bank.appeared), list(done.done)
        reached = world.process(fault := Fault(number, kind))
        if number >= len(reached):
            return number
        if fault.fits(reached[number]):
            world.settle()
            try:
                world.judge()
            except AssertionError as error:
                raise AssertionError(f"{kind} at operation {number} ({reached[number]}): {error}") from error
        shutil.rmtree(world.folder)
    raise AssertionError("unreachable")


@pytest.mark.parametrize("takes", [False, True], ids=["bank waits", "bank takes at once"])
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("kind", FAULTS)
def test_m1_m5_m7_m8_m9_a_fault_at_any_operation_never_doubles_changes_or_loses_a_file(
    sealed_home: Path, tmp_path: Path, kind: str, before: str, takes: bool
) -> None:
    prepared = _prepared(sealed_home, tmp_path / "prepared", takes, before)
    operations = _each_operation(prepared.folder, tmp_path, kind, takes, prepared)
    assert operations >= (10 if before in ("none", "upload refused") else 2)


@pytest.mark.parametrize("kind", ["crash before", "crash after"])
def test_d1_dying_at_allocation_or_sealing_is_taken_up_again(approved_home: Path, tmp_path: Path, kind: str) -> None:
    for number in (0, 1):
        world = World(approved_home, tmp_path / str(number), takes=True)
        assert world.process(Fault(number, kind))[number] == "commit"
        world.settle()
        assert world.judge() == "sent"
