"""L2 of receiving: scenarios of one file, a fault at any operation, and the end that must be as if nothing had been."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.banks import Booking, TinyBank, WatchedTransport
from support.evidence import BANK, OTHER, amount
from support.gateways import Gateway, bank_key, copy_of, payments_key
from support.inboxes import archive, folder, lay, names, ruled
from support.signatures import TemporarySpool
from support.stores import Crashed, Points

from gateway.domain.errors import ChitraError, RemoteRefused, RemoteUnknown
from gateway.proof import PartnerVerifier
from gateway.store import audit, blobs
from gateway.usecases.collect import collect
from gateway.usecases.reprocess import reprocess

KINDS = ("refused before", "unknown before", "unknown after", "crash before", "crash after")
"""What may go wrong at an operation: the server says no, or nothing; the process dies."""
ROUNDS_OF_RECOVERY = 3

Act = Callable[[Gateway], object]


@dataclass(frozen=True)
class Fault:
    """At the n-th operation of a run."""

    number: int
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} operation {self.number}"


@dataclass(frozen=True)
class Scenario:
    """One file on its way in: what lies there, by which rules, and what is done about it."""

    name: str
    content: Callable[[Gateway], bytes]
    rules: dict[str, Any]
    acts: tuple[Act, ...]
    beside: tuple[str, ...] = ()
    """What else lies in the inbox."""
    archived: bool = False
    """Whether the archive has a file of this name already."""
    pinned: bool = False
    """Whether the file was set aside before, and its certificate is pinned now."""

    def prepare(self, gateway: Gateway) -> Path:
        """The home before the first act."""
        lay(folder(gateway) / "STM_1.xml", self.content(gateway))
        for name in self.beside:
            lay(folder(gateway) / name, b"")
        if self.archived:
            lay(archive(gateway) / "STM_1.xml", b"earlier")
        if self.pinned:
            _round(gateway)
        return gateway.snapshot()

    def open(self, home: Path, place: Path) -> Gateway:
        gateway = copy_of(home, place)
        ruled(gateway, **self.rules)
        if self.pinned:
            _pin(gateway)
        return gateway


def _round(gateway: Gateway) -> object:
    return collect(gateway.context, gateway.context.partners["vietinbank"])


def _pin(gateway: Gateway) -> None:
    """The stranger's certificate is trusted from now on."""
    certificates = [bank_key().pem, bank_key("STRANGER").pem]
    verifier = PartnerVerifier(certificates, [payments_key().certificate_pem], TemporarySpool(), gateway.clock)
    partners: Any = gateway.context.partners
    partners["vietinbank"] = replace(partners["vietinbank"], verifier=lambda: verifier)


def _again(gateway: Gateway) -> object:
    references = [row.reference for row in gateway.rows("SELECT reference FROM file_in WHERE state = 'quarantined'")]
    return reprocess(gateway.context, references, "checker")


def _good(gateway: Gateway) -> bytes:
    return BANK.statement(Booking(gateway.end_to_end_id(), -amount(gateway), "D1"), Booking(None, 700))


def _strange(gateway: Gateway) -> bytes:
    return OTHER.statement(Booking(gateway.end_to_end_id(), -amount(gateway), "D1"), Booking(None, 700))


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("rename", _good, {}, (_round,)),
        Scenario("done", _good, {"ready": "done"}, (_round,), beside=("STM_1.xml.done",)),
        Scenario("stable", _good, {"ready": "stable"}, (_round, _round)),
        Scenario("archive name taken", _good, {}, (_round,), archived=True),
        Scenario("set aside", _strange, {}, (_round, _round)),
        Scenario("reprocess", _strange, {}, (_again, _round), pinned=True),
    )
}


# --- running -------------------------------------------------------------------------------------------------------


def run(gateway: Gateway, scenario: Scenario, faults: Sequence[Fault], recover: bool = True) -> list[str]:
    """All acts with these faults, then without any until all is quiet; the operations by name, recovery included."""
    points = _points(faults)
    _watched(gateway, points)
    for act in (*scenario.acts, *(scenario.acts if recover and faults else ())):
        with suppress(Crashed, ChitraError):
            act(gateway)
    gateway.store.points = None
    gateway.wrap = lambda transport: transport
    for _ in range(ROUNDS_OF_RECOVERY if recover else 0):
        for act in scenario.acts:
            act(gateway)
    return points.names


def _points(faults: Sequence[Fault]) -> Points:
    due = {fault.number: fault.kind for fault in faults}

    def strike(when: str, number: int, name: str) -> None:
        kind, _, moment = due.get(number, "").partition(" ")
        if moment != when:
            return
        if kind == "crash":
            raise Crashed(name)
        if name != "commit":
            raise {"refused": RemoteRefused, "unknown": RemoteUnknown}[kind]("failure", operation=name)

    return Points(
        before=lambda number, name: strike("before", number, name),
        after=lambda number, name: strike("after", number, name),
    )


def _watched(gateway: Gateway, points: Points) -> None:
    gateway.store.points = points
    bank = TinyBank(gateway.place(), takes=False)
    gateway.wrap = lambda transport: WatchedTransport(transport, points, bank)


# --- judging -------------------------------------------------------------------------------------------------------

_COUNTED = ("file_in", "statement", "entry", "detail", "allocation", "blob", "history")


@dataclass(frozen=True)
class End:
    """What stands in the store and lies at the partner when all is quiet."""

    states: dict[str, str]
    rows: dict[str, int]
    files: list[tuple[str, str]]
    exceptions: list[tuple[str, str]]
    """Without those of moves that were refused, which are resolved by then."""
    denied: int
    """Of those the open ones."""
    inbox: list[str]
    archive: list[str]
    sightings: int
    whole: bool
    """The audit chain, and every file's bytes as they were sent."""


def end(gateway: Gateway) -> End:
    reference = gateway.value("SELECT min(reference) FROM file_in") or "-"
    return End(
        states=gateway.states(),
        rows={table: gateway.value(f"SELECT count(*) FROM {table}") for table in _COUNTED},
        files=[tuple(row) for row in gateway.rows("SELECT name, state FROM file_in ORDER BY id")],
        exceptions=[
            tuple(row)
            for row in gateway.rows("SELECT kind, state FROM exception WHERE kind <> 'archive_denied' ORDER BY kind")
        ],
        denied=gateway.value("SELECT count(*) FROM exception WHERE kind = 'archive_denied' AND state = 'open'"),
        inbox=names(folder(gateway)),
        archive=[name.replace(reference, "R") for name in names(archive(gateway))],
        sightings=gateway.value("SELECT count(*) FROM sighting"),
        whole=_whole(gateway),
    )


def _whole(gateway: Gateway) -> bool:
    with gateway.store.read() as tx:
        stored = [b"".join(blobs.parts(tx, row.sha256)) for row in tx.rows("SELECT sha256 FROM file_in")]
        moved = [path.read_bytes() for path in archive(gateway).iterdir() if path.is_file()]
        return audit.first_break(tx) is None and all(content in moved for content in stored)


@dataclass(frozen=True)
class Judged:
    """One run against the run without faults."""

    doubled: bool = False
    lost: bool = False
    corrupted: bool = False
    other: bool = False

    @property
    def bad(self) -> bool:
        return self.doubled or self.lost or self.corrupted or self.other


def judge(found: End, expected: End) -> Judged:
    """More rows than without faults is double, fewer is lost; whatever else differs is told as well."""
    more = any(found.rows[table] > expected.rows[table] for table in _COUNTED)
    fewer = any(found.rows[table] < expected.rows[table] for table in _COUNTED)
    stuck = found.states != expected.states or found.files != expected.files
    return Judged(more, fewer or stuck, not found.whole, found != expected)


def struck(home: Path, place: Path, scenario: Scenario, faults: Sequence[Fault]) -> tuple[End, list[str]]:
    """The end of a run in a copy of the home, and its operations."""
    gateway = scenario.open(home, place)
    try:
        operations = run(gateway, scenario, faults)
        return end(gateway), operations
    finally:
        gateway.close()
        shutil.rmtree(place)
