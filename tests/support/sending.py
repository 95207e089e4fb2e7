"""L2: the send path of every delivery form with faults at its operations, and the judge of what came of them.

The judge is the bank: it keeps every file that it ever took for an order. Operations are numbered through the life of
a world, over all its processes, so that a second fault may lie in the same run as the first or in a later one.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import get_args

from support.banks import MARKER, SIGNATURE, TinyBank, WatchedTransport
from support.gateways import Gateway, new_gateway, row
from support.stores import CountedStore, Crashed, Points

from adapters.profile import Delivery, Signature
from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.store import audit, blobs, files
from gateway.transport.directory import DirectoryTransport
from gateway.usecases.allocate import allocate, waiting
from gateway.usecases.seal import seal

FORMS: tuple[Delivery, ...] = get_args(Delivery)
FAULTS = ("refused", "unknown before", "unknown after", "crash before", "crash after")
HABITS = ("waits", "takes", "archives")
"""What a bank does with a file: leaves it for a while, takes it before the server has answered, moves it away."""
PLACES = tuple((form, habit) for form in FORMS for habit in HABITS if (form, habit) != ("dropbox", "archives"))

_RUNS_MAX = 4
_ENDS = "SELECT 1 FROM file_out WHERE state IN ('sent', 'unknown')"


class Judged(AssertionError):
    """What the judge found; ``wrong`` is doubled, lost or corrupted."""

    def __init__(self, wrong: str, why: str) -> None:
        super().__init__(f"{wrong}: {why}")
        self.wrong = wrong


def fits(kind: str, operation: str) -> bool:
    """Commits can only die; every other fault is a server's."""
    return kind.startswith("crash") or operation != "commit"


def happen(kind: str | None, moment: str, operation: str) -> None:
    """Raise what goes wrong at ``moment`` (before or after) of an operation."""
    if kind == "refused" and moment == "before":
        raise RemoteRefused("failure", operation=operation)
    if kind == f"unknown {moment}":
        raise RemoteUnknown("timeout", operation=operation)
    if kind == f"crash {moment}":
        raise Crashed(operation)


@dataclass
class World:
    """One home and one bank, prepared anew for each scenario; every run of ``send`` is a process of its own."""

    snapshot: Path
    """A home with one file, sealed or still to be made."""
    folder: Path
    form: Delivery = "rename"
    habit: str = "waits"
    done: list[str] = field(default_factory=list)
    """Every operation so far."""
    plan: Mapping[int, str] = field(default_factory=dict)
    """Faults by the number of their operation."""
    store: CountedStore | None = None
    signature: Signature = "enveloped"

    def begin(self, plan: Mapping[int, str] | None = None, after: World | None = None) -> None:
        """A fresh world, or one that goes on from another; statements that were compiled once stay compiled."""
        if self.store:
            self.store.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(after.folder if after else self.snapshot, self.folder)
        (self.folder / "vietinbank" / "in" / "archive").mkdir(exist_ok=True)
        self.plan, self.done = plan or {}, list(after.done) if after else []
        self.bank = TinyBank(self.folder / "vietinbank", self.habit != "waits", self.form, self.habit == "archives")
        self.bank.appeared = list(after.bank.appeared) if after else []
        self.bank.signatures = dict(after.bank.signatures) if after else {}

    def process(self) -> list[str]:
        """One run of ``send``; returns the operations it reached."""
        points = Points()
        points.before = lambda number, name: self._before(begun + number, name)
        points.after = lambda number, name: happen(self.plan.get(begun + number), "after", name)
        begun = len(self.done)
        gateway = self._gateway(points)
        gateway.wrap = lambda transport: WatchedTransport(transport, points, self.bank)
        try:
            gateway.send()
        except Crashed:
            pass
        finally:
            gateway.store.points = None
        self.done += points.names
        return points.names

    def _gateway(self, points: Points | None = None) -> Gateway:
        gateway = Gateway(self.folder, f"sqlite:///{self.folder / 'chitra.db'}", points=points)
        outbox = gateway.profiles["vietinbank"].outbox
        outbox = replace(outbox, delivery=self.form, archives=("/in/archive",), signature=self.signature)
        gateway.profiles["vietinbank"] = replace(gateway.profiles["vietinbank"], outbox=outbox)
        if self.store is None:
            self.store = gateway.store
        self.store.points = points
        gateway.__dict__["store"] = self.store
        return gateway

    def close(self) -> None:
        if self.store:
            self.store.close()

    # --- intent before effect -----------------------------------------------------------------------------------

    def _before(self, number: int, name: str) -> None:
        if self.is_release(name):
            self._require_intent_to_release()
        elif name.startswith("open"):
            self._require_intent_to_upload(Path(name.split()[1]).name)
        happen(self.plan.get(number), "before", name)

    def is_release(self, operation: str) -> bool:
        """The packet that may be the payment."""
        verb, *paths = operation.split()
        if self.form == "rename":
            return verb == "rename"
        data_or_marker = verb == "open" and not paths[0].endswith(SIGNATURE)
        return data_or_marker and (self.form != "marker" or paths[0].endswith(MARKER))

    def committed(self, sql: str) -> list[tuple[object, ...]]:
        """What a power cut would leave, read past the gateway."""
        connection = sqlite3.connect(self.folder / "chitra.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def _require_intent_to_upload(self, temporary: str) -> None:
        """M8 for the upload; and nothing is uploaded once any attempt was released (M9)."""
        attempts = self.committed("SELECT temporary, releasing_at FROM attempt ORDER BY number")
        assert attempts[-1][1] is None, "M8: uploaded without a committed attempt"
        assert temporary.endswith(SIGNATURE) or attempts[-1][0] == temporary, "M8: uploaded under another name"
        assert all(released is None for _, released in attempts), "M9: uploaded after a release"

    def _require_intent_to_release(self) -> None:
        """M8 for the payment itself."""
        assert self.committed("SELECT state FROM file_out") == [("releasing",)], "M8: released without intent"
        assert self.committed("SELECT DISTINCT state FROM payment") == [("sent",)], "M8: released without intent"

    # --- the end ------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Run until the file has its end and every fault has had its chance; the bank works; run again."""
        for _ in range(_RUNS_MAX):
            self.process()
            if self.committed(_ENDS) and max(self.plan, default=-1) < len(self.done):
                break
        self.bank.take()
        self.process()

    def judge(self) -> str:
        """The state of the file at the end; raises ``Judged``."""
        gateway = self._gateway()
        (file,) = gateway.files()
        released = gateway.value("SELECT count(*) FROM attempt WHERE releasing_at IS NOT NULL")
        with gateway.store.read() as tx:
            sealed = b"".join(blobs.parts(tx, file.sha256))
            _require(audit.first_break(tx) is None, "corrupted", "A2: the audit chain is broken")
        judge_bank(self.bank, file.name, sealed)
        if self.signature == "cms":
            self._require_signed(gateway, file.id)
        _require(sum(map(self.is_release, self.done)) <= 1, "doubled", "M9: released again")
        _require(released == 1, "lost", "M2: neither released nor in a queue")
        _require(set(gateway.states().values()) == {"sent"}, "lost", "M2: payments stand nowhere")
        _require(file.state in ("sent", "unknown"), "lost", f"M2: the file is {file.state}")
        if file.state == "sent":
            _require(len(self.bank.appeared) == 1, "lost", "M9: called sent without a file")
            left = [name for name in _names(self.bank) if name.startswith(".")]
            _require(not left, "doubled", "a temporary is left behind")
        return str(file.state)

    def _require_signed(self, gateway: Gateway, file_id: int) -> None:
        """M7 and T9: whatever the bank took for an order had its whole signature beside it at that moment."""
        with gateway.store.read() as tx:
            _, beside = files.wire_objects(tx, file_id)
            sealed = b"".join(blobs.parts(tx, beside.sha256))
        _require(set(self.bank.signatures.values()) <= {sealed}, "corrupted", "T9: an order without its signature")


def judge_bank(bank: TinyBank, name: str, sealed: bytes) -> None:
    """M1, M5, M7 by what the bank has: the same for every sender."""
    _require(len(bank.appeared) <= 1, "doubled", "M1: two files for one message id")
    _require(all(found == (name, sealed) for found in bank.appeared), "corrupted", "M5, M7: other bytes or name")


def _names(bank: TinyBank) -> list[str]:
    return [path.name for path in (bank.place / "in").iterdir()]


def _require(holds: bool, wrong: str, why: str) -> None:
    if not holds:
        raise Judged(wrong, why)


def singles(world: World, kind: str, after: World | None = None) -> Iterator[tuple[int, str, str]]:
    """One scenario per operation of the first run with a single fault there: (number, operation, state at the end)."""
    begun = len(after.done) if after else 0
    for number in count(begun):
        world.begin({number: kind}, after)
        reached = world.process()
        if number - begun >= len(reached):
            return
        operation = reached[number - begun]
        if fits(kind, operation):
            yield number, operation, ended(world, f"{kind} at operation {number} ({operation})")


def ended(world: World, scenario: str) -> str:
    """The state at the end; what the judge says names the scenario."""
    try:
        world.settle()
        return world.judge()
    except AssertionError as error:
        wrong = error.wrong if isinstance(error, Judged) else "corrupted"
        raise Judged(wrong, f"{world.form}, bank {world.habit}, {scenario}: {error}") from error


def sealed_home(folder: Path, signature: Signature = "enveloped") -> Path:
    """One payment to one partner in a sealed file, nothing at the partner."""
    folder.mkdir()
    gateway = new_gateway(folder)
    profile = gateway.profiles["vietinbank"]
    gateway.profiles["vietinbank"] = replace(profile, outbox=replace(profile.outbox, signature=signature))
    gateway.approved(row(1))
    (batch,) = waiting(gateway.context)
    (file,) = allocate(gateway.context, batch)
    seal(gateway.context, file)
    return gateway.snapshot()


# --- the sender that everybody writes first ------------------------------------------------------------------------


def naive_failures(new_world: Callable[[], World]) -> tuple[int, list[tuple[str, str]]]:
    """The naive sender with every single fault: how many scenarios, and (fault, what was wrong) where it failed."""
    wrong, scenarios = [], 0
    for kind in FAULTS:
        for number in count():
            world = new_world()
            world.begin()
            if number >= len(NaiveSender(world, "PAY.xml", b"order").run({number: kind})):
                break
            scenarios += 1
            try:
                judge_bank(world.bank, "PAY.xml", b"order")
            except Judged as error:
                wrong.append((kind, error.wrong))
    return scenarios, wrong


@dataclass
class NaiveSender:
    """``put``, rename, and again after any error: what this gateway exists to replace."""

    world: World
    name: str
    content: bytes
    tries_max: int = 3

    def run(self, plan: Mapping[int, str]) -> list[str]:
        """Processes until one says that it has sent; returns the operations reached."""
        points = Points()
        points.before = lambda number, name: happen(plan.get(number), "before", name)
        points.after = lambda number, name: happen(plan.get(number), "after", name)
        for _ in range(_RUNS_MAX):
            try:
                if self._send(points):
                    break
            except Crashed:
                continue
        self.world.bank.take()
        return points.names

    def _send(self, points: Points) -> bool:
        transport = WatchedTransport(DirectoryTransport(self.world.bank.place), points, self.world.bank)
        for _ in range(self.tries_max):
            try:
                self._put_and_rename(transport)
            except (RemoteRefused, RemoteUnknown):
                continue
            return True
        return False

    def _put_and_rename(self, transport: WatchedTransport) -> None:
        temporary = f"/in/.{self.name}.part"
        transport.remove(temporary)
        with transport.open_exclusive(temporary) as remote:
            remote.write(self.content)
            remote.close()
        transport.rename(temporary, f"/in/{self.name}")
