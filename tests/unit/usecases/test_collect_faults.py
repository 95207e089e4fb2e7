"""L2 for receiving: a fault at every operation of one file; the end is as if nothing had happened."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.banks import Answerer, Booking, TinyBank, WatchedTransport
from support.gateways import Gateway, bank_key, copy_of
from support.stores import Crashed, Points

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.store import audit
from gateway.usecases.collect import collect

BANK = Answerer(bank_key())


def _raise(kind: str, name: str) -> None:
    raise {"refused": RemoteRefused, "unknown": RemoteUnknown}[kind]("failure", operation=name)


def _points(number: int, kind: str) -> Points:
    """``kind``: refused before, unknown before, unknown after, crash before, crash after."""
    what, when = kind.split()

    def strike(at: int, name: str) -> None:
        if at == number:
            if what == "crash":
                raise Crashed(name)
            if name != "commit":
                _raise(what, name)

    return Points(**{when: strike})


def _collect(gateway: Gateway, points: Points) -> None:
    gateway.store.points = points
    bank = TinyBank(gateway.place(), takes=False)
    gateway.wrap = lambda transport: WatchedTransport(transport, points, bank)
    with suppress(Crashed):
        collect(gateway.context, gateway.context.partners["vietinbank"])
    gateway.store.points = None
    gateway.wrap = lambda transport: transport


def _end(gateway: Gateway) -> dict[str, Any]:
    with gateway.store.read() as tx:
        assert audit.first_break(tx) is None
    tables = ("file_in", "statement", "entry", "detail", "allocation", "exception", "blob")
    return {
        "states": gateway.states(),
        "file": [tuple(row) for row in gateway.rows("SELECT name, state FROM file_in ORDER BY id")],
        "rows": [gateway.value(f"SELECT count(*) FROM {table}") for table in tables],
        "history": gateway.value("SELECT count(*) FROM history"),
        "inbox": sorted(path.name for path in (gateway.place() / "out/statement").glob("*.xml")),
        "archive": sorted(
            path.name[: len("STM_1.xml")] for path in (gateway.place() / "out/statement/archive").iterdir()
        ),
    }


@pytest.mark.parametrize("kind", ["refused before", "unknown before", "unknown after", "crash before", "crash after"])
def test_s2_t3_t4_d2_a_fault_at_any_operation_of_receiving_ends_as_if_it_had_not_been(
    sent: Gateway, tmp_path: Path, kind: str
) -> None:
    amount = sent.value("SELECT amount FROM payment WHERE payment_ref = 'TC-0001'")
    content = BANK.statement(Booking(sent.end_to_end_id(), -amount, "D1"), Booking(None, 700))
    sent.put("camt.053", "1", content)
    home = sent.snapshot()
    good = copy_of(home, tmp_path / "good")
    _collect(good, points := Points())
    expected, operations = _end(good), points.names
    assert expected["states"]["TC-0001"] == "settled"
    assert operations.count("commit") == 3
    good.close()
    for number, name in enumerate(operations):
        world = copy_of(home, tmp_path / "world")
        _collect(world, _points(number, kind))
        for _ in range(2):
            _collect(world, Points())
        assert _end(world) == expected, f"{kind} at operation {number} ({name})"
        world.close()
        shutil.rmtree(tmp_path / "world")
