"""Kills at named crash points: workers die one after another over one exchange, each the recovery of the one before.

Every so often nobody is killed any more until all is quiet; then the bank's ledger judges.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from support import workers
from support.exchanges import LARGE, SMALL, Exchange, Worker
from support.workers import NOWHERE, End, Point

from gateway.domain.errors import ChitraError
from gateway.signals import until_signalled

_BATCH = {SMALL: 4, LARGE: 100}
_KILLS_PER_BATCH = 4
_OCCURRENCE_MAX = 6
_ANYWHERE = 0.5
"""Share of points that are counted over all places."""
_HAS_LOOKED = 0.8
"""Share of workers that do not look at every partner first, since a look is a connection to each."""
_LATER_SECONDS_MAX = 0.004
_FROZEN_SECONDS = 0.2
Place = tuple[str, str]
"""(stage, name of the crash point)"""

_STAGES: dict[str, Callable[[Worker, str], Any]] = {
    "prepare": lambda worker, partner: worker.prepare(_BATCH[partner], partner),
    "send": lambda worker, partner: worker.release(partner),
    "poll": lambda worker, partner: worker.fetch(partner),
}


@dataclass
class Tally:
    """What was done to workers so far."""

    deeds: Counter[str] = field(default_factory=Counter)
    """Deed -> how often a worker came to its point."""
    missed: int = 0
    """Workers that ended before they came to their point."""
    places: Counter[Place] = field(default_factory=Counter)
    """Where SIGKILL struck."""

    @property
    def kills(self) -> int:
        return self.deeds["SIGKILL"]


@dataclass
class Campaign:
    """Kills over one exchange, drawn from a seed."""

    exchange: Exchange
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    known: dict[Place, int] = field(default_factory=dict)
    """Place -> most often that one worker came there."""
    _aimed: Counter[Place] = field(default_factory=Counter)
    _to_send: int = 0

    def rehearse(self) -> None:
        """Some payments of each partner all the way, so that the places are known."""
        for partner in (SMALL, LARGE):
            for stage in ("prepare", "send"):
                self._live(stage, partner)
            self.exchange.until_orders_are_taken()
            for _ in range(2):
                self._live("poll", partner)

    # --- one worker's fate -------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """SIGKILL at a point, or within some milliseconds after it."""
        place, point, partner = self._drawn(workers.die)
        later = self.chance.random() < 0.2
        worker = workers.start(self._act(place[0], partner), replace(point, deed=workers.nothing) if later else point)
        if later and worker.waited_for():
            worker.killed_after(self.chance.uniform(0, _LATER_SECONDS_MAX))
        end = self._ended(place[0], worker.wait())
        if self._counted("SIGKILL", end.signal == signal.SIGKILL):
            self.tally.places[place[0], end.place] += 1

    def tell_to_end(self) -> None:
        """SIGTERM at a point: the worker finishes the step at hand and no other (D5)."""
        place, point, partner = self._drawn(workers.be_told_to_end)
        end = workers.run(lambda: self._until_told(place[0], partner), point)
        assert not end.trace, end.trace
        assert end.signal == 0, "SIGTERM ended a worker in the middle of a step"
        self._counted("SIGTERM", bool(end.place))

    def break_(self) -> None:
        """An exception that nobody foresaw, at a point."""
        place, point, partner = self._drawn(workers.break_)
        end = self._ended(place[0], workers.run(self._act(place[0], partner), point))
        self._counted("exception", end.broken)

    def freeze(self) -> None:
        """SIGSTOP at a point; others work on, with its lock taken away where a server can do that; then SIGCONT."""
        place, point, partner = self._drawn(workers.freeze)
        worker = workers.start(self._act(place[0], partner), point)
        frozen = worker.frozen()
        if frozen:
            self._cut_off(everything=self.chance.random() < 0.5)
            other = workers.start(lambda: self._until_told("send", partner))
            time.sleep(_FROZEN_SECONDS)
            workers.send(worker.pid, signal.SIGCONT)
            self._ended("", other.wait())
        self._ended(place[0], worker.wait())
        self._counted("SIGSTOP", frozen)

    def _counted(self, deed: str, done: bool) -> bool:
        self.tally.deeds[deed] += done
        self.tally.missed += not done
        if not done:
            self._to_send = 0  # it may have sent everything
        return done

    def _cut_off(self, everything: bool) -> None:
        """The server gives up connections, those that hold locks or all. SQLite's locks die with their holder only."""
        if self.exchange.url.startswith("sqlite"):
            return
        which = "" if everything else " AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
        with psycopg.connect(self.exchange.url.replace("+psycopg", ""), autocommit=True) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                f" AND pid <> pg_backend_pid(){which}".encode()
            )

    # --- workers -----------------------------------------------------------------------------------------------------

    def _drawn(self, deed: Callable[[], None]) -> tuple[Place, Point, str]:
        """The place that was aimed at least so far, among those that work is there for."""
        partner = LARGE if self.chance.random() < 0.04 else SMALL
        answers = self.exchange.waits_in_an_inbox(partner)
        places = [place for place in sorted(self.known) if answers or place[0] != "poll"]
        self.chance.shuffle(places)
        place = min(places, key=lambda place: self._aimed[place])
        self._aimed[place] += 1
        if place[0] == "send":
            self._give_work(partner)
        if self.chance.random() < _ANYWHERE:
            return place, Point("", self.chance.randint(1, self._usual(place[0])), deed), partner
        occurrence = (
            1 if self.chance.random() < 0.7 else self.chance.randint(1, min(self.known[place], _OCCURRENCE_MAX))
        )
        return place, Point(place[1], occurrence, deed), partner

    def _usual(self, stage: str) -> int:
        """About how many points a worker comes to: a part of what the busiest ones came to."""
        return sum(times for (each, _), times in self.known.items() if each == stage) // 4 or 1

    def _give_work(self, partner: str) -> None:
        self._to_send -= 1
        if self._to_send < 0 or partner == LARGE:
            self._live("prepare", partner)
            self._to_send = _KILLS_PER_BATCH

    def _act(self, stage: str, partner: str) -> Callable[[], object]:
        has_looked = self.chance.random() < _HAS_LOOKED
        return lambda: self._step(stage, partner, has_looked)

    def _step(self, stage: str, partner: str, has_looked: bool) -> object:
        """Inside the worker; what it refuses in words is tried again by others."""
        with suppress(ChitraError), closing(self.exchange.worker(has_looked)) as worker:
            return _STAGES[stage](worker, partner)
        return None

    def _until_told(self, stage: str, partner: str) -> bool:
        """Inside the worker: the daemon's way, one step after another until a signal; whether it came."""
        with until_signalled() as stop, closing(self.exchange.worker()) as worker:
            for each in (stage, "send", "poll"):
                with suppress(ChitraError):
                    if not stop.requested:
                        _STAGES[each](worker, partner)
            return stop.requested

    def _live(self, stage: str, partner: str) -> End:
        """A worker that nothing happens to."""
        return self._ended(stage, workers.run(self._act(stage, partner), NOWHERE))

    def _ended(self, stage: str, end: End) -> End:
        """A worker that died of a fault of ours fails the campaign; places it came to are known from now on."""
        assert not end.trace, end.trace
        for place, times in end.reached.items() if stage else ():
            self.known[stage, place] = max(times, self.known.get((stage, place), 0))
        return end
