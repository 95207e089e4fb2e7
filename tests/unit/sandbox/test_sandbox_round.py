from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from unit.sandbox.payer import Line, Time, World

from adapters.registry import PROFILES
from gateway.sandbox import clock
from gateway.sandbox.sandbox import Sandbox

START = datetime(2026, 11, 2, 9, 0, tzinfo=clock.ZONE)


def near(left: datetime, right: datetime) -> bool:
    return abs(left - right) < timedelta(minutes=5)


def test_without_a_clock_file_time_is_real(tmp_path: Path) -> None:
    assert near(clock.now(tmp_path), datetime.now(clock.ZONE))


def test_a_started_clock_runs_on_from_its_start(tmp_path: Path) -> None:
    clock.start(tmp_path, START)
    assert near(clock.now(tmp_path), START)


def test_the_next_day_begins_at_eight(tmp_path: Path) -> None:
    clock.start(tmp_path, START)
    assert near(clock.next_day(tmp_path), datetime(2026, 11, 3, 8, 0, tzinfo=clock.ZONE))
    assert near(clock.next_day(tmp_path), datetime(2026, 11, 4, 8, 0, tzinfo=clock.ZONE))


def test_the_clock_never_goes_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.advance(tmp_path, timedelta(seconds=-1))


def test_every_adapter_has_a_partner_with_its_own_certificate(tmp_path: Path) -> None:
    sandbox = Sandbox.create(tmp_path, PROFILES.values(), Time(), [])
    assert set(sandbox.banks) == set(PROFILES)
    assert len({bank.certificate for bank in sandbox.banks.values()}) == len(PROFILES)
    assert sandbox.work() == []
    sandbox.close()


def test_a_partner_is_not_created_twice(tmp_path: Path) -> None:
    Sandbox.create(tmp_path, [PROFILES["momo"]], Time(), []).close()
    with pytest.raises(FileExistsError):
        Sandbox.create(tmp_path, [PROFILES["momo"]], Time(), [])


def test_the_loop_works_until_it_is_stopped(tmp_path: Path) -> None:
    sandbox = Sandbox.create(tmp_path, [PROFILES["momo"]], Time(), [])
    order = sandbox.banks["momo"].home / "in" / "payout-20261102-000001.xml"
    order.write_bytes(b"not xml")
    stop = Event()
    thread = Thread(target=sandbox.run, args=(stop, 0.01))
    thread.start()
    try:
        for _ in range(500):
            if any((sandbox.banks["momo"].home / "out" / "status").glob("*.xml")):
                break
            stop.wait(0.01)
    finally:
        stop.set()
        thread.join()
    assert not order.exists()
    assert list((sandbox.banks["momo"].home / "out" / "status").glob("status-*.xml"))


def test_a_companion_follows_an_answer_where_the_profile_wants_one(world: World) -> None:
    profile = world.bank.profile
    world.bank.profile = replace(profile, inboxes=tuple(replace(box, ready="done") for box in profile.inboxes))
    world.send(Line("E1", "100000000001"))
    world.bank.work()
    names = {path.name for path in world.files()}
    companions = {path.name for path in (world.bank.home / "out").rglob("*.done")}
    assert companions == {f"{name}.done" for name in names} != set()
