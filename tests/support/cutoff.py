"""Two daemons on two machines over one PostgreSQL; one is cut off in the middle of a send."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import psycopg
from support import workers
from support.exchanges import SMALL, Exchange, Verdict, Worker, exchange
from support.namespaces import NETWORK, Machine, machine
from support.postgres import Cluster, cluster
from support.stores import PostgresTemplate
from support.workers import NOWHERE, Point

from gateway import daemon
from gateway.app import App
from gateway.config import DaemonSection

FILES = 3
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Story:
    """The first daemon stands at ``place`` when its lines ``cut`` are cut."""

    place: str
    cut: tuple[str, ...]
    """Of ``database`` and ``bank``."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What happened."""

    story: Story
    taken_over_seconds: float | None
    """Until the second daemon had done what there was to do, after the cut; None when it never did."""
    states_when_cut: dict[str, int]
    """File state -> files, as the second daemon left them."""
    at_bank_when_cut: int
    """Files at the bank by then."""
    verdict: Verdict
    """When the line was mended, both had gone on and all was quiet."""


@contextmanager
def machines() -> Iterator[tuple[Cluster, list[Machine]]]:
    """Two machines and a PostgreSQL that lets them in."""
    with ExitStack() as stack:
        running = stack.enter_context(cluster(listen_addresses="*"))
        rules = Path(os.readlink(f"/proc/{running.pid}/cwd")) / "pg_hba.conf"
        with rules.open("a") as file:
            file.write(f"host all all {NETWORK} trust\n")
        os.kill(running.pid, signal.SIGHUP)
        yield running, [stack.enter_context(machine(number)) for number in (0, 1)]


def told(running: Cluster, both: list[Machine], story: Story, give_up: Callable[[Exchange], bool]) -> Ending:
    """Play one story; ``give_up`` is asked between looks and may end the sessions of the machine that is cut off.

    It says whether the second daemon may still be waited for.
    """
    with ExitStack() as stack:
        template = PostgresTemplate(stack.enter_context(running.database()))
        url = stack.enter_context(template.copy())
        place = stack.enter_context(exchange(url, ListenAddress="0.0.0.0"))
        place.lived(lambda worker: worker.prepare(FILES, SMALL))
        return _played(place, both, story, give_up)


def _played(place: Exchange, both: list[Machine], story: Story, give_up: Callable[[Exchange], bool]) -> Ending:
    first = workers.start(lambda: _serve(place, both[0]), Point(story.place, 1, workers.freeze))
    assert first.frozen(), f"the first daemon never came to {story.place!r}"
    lines = [both[0].to_database if each == "database" else both[0].to_bank for each in story.cut]
    for line in lines:
        line.cut()
    began = time.monotonic()
    workers.send(first.pid, signal.SIGCONT)
    second = workers.start(lambda: _serve(place, both[1]), NOWHERE)
    try:
        over = _over(place, give_up)
        seconds = time.monotonic() - began if over else None
        states, arrived = _states(place), len(place.judge.booked())
    finally:
        for line in lines:
            line.mend()
        for worker in (first, second):
            workers.send(worker.pid, signal.SIGTERM)
        ends = [worker.wait() for worker in (first, second)]
    assert not any(end.trace for end in ends), [end.trace for end in ends]
    return Ending(story, seconds, states, arrived, place.settle())


def _over(place: Exchange, give_up: Callable[[Exchange], bool]) -> bool:
    """Whether every file came to an end that the second daemon can give it."""
    while not set(_states(place)) <= {"sent", "acknowledged", "closed", "unknown"}:
        if not give_up(place):
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _states(place: Exchange) -> dict[str, int]:
    with psycopg.connect(place.url.replace("+psycopg", "")) as own:
        rows = own.execute("SELECT state, count(*) FROM file_out GROUP BY state").fetchall()
    return {str(state): int(count) for state, count in rows} or {"none": 0}


@dataclass
class _Home:
    """What the daemon needs of a home, around one worker."""

    worker: Worker

    def __post_init__(self) -> None:
        self.store, self.clock, self.context = self.worker.store, self.worker.clock, self.worker.context
        pace = DaemonSection(poll_seconds=1, quiet_poll_seconds=1, backoff_seconds_max=1)
        self.config = SimpleNamespace(daemon=pace, partners={})
        self.keyring = SimpleNamespace(list=list)

    def open_keys(self) -> None:
        """They are open."""


def _serve(place: Exchange, on: Machine) -> int:
    """Inside a worker: the daemon on its machine, until SIGTERM."""
    on.enter()
    here = replace(place, host=on.to_bank.host, url=place.url.replace("127.0.0.1", on.to_database.host))
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere), closing(here.worker()) as worker:
        return daemon.run(cast(App, _Home(worker)), once=False)


def sessions_ended_after(looks: int) -> Callable[[Exchange], bool]:
    """The server gives the machine that is cut off up after so many looks, as it does by itself after a minute."""
    left = [looks]

    def give_up(place: Exchange) -> bool:
        left[0] -= 1
        if left[0] == 0:
            with psycopg.connect(place.url.replace("+psycopg", ""), autocommit=True) as own:
                own.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND client_addr = '10.77.0.2'"
                )
        return left[0] > -20 * looks - 1000

    return give_up


def sessions_ended_by_the_server(seconds_max: float) -> Callable[[Exchange], bool]:
    """Nobody helps: PostgreSQL gives a silent machine up by itself."""
    began = time.monotonic()
    return lambda _place: time.monotonic() - began < seconds_max
