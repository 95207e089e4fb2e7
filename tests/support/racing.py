"""Workers that race over one PostgreSQL while everything around them fails: killed, frozen, cut off, servers restarted.

In the middle somebody says stop; from its commit on no file may appear at the bank that was not releasing already.
"""

from __future__ import annotations

import random
import select
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from support import workers
from support.exchanges import RACING, Exchange, Verdict, exchange
from support.gateways import person
from support.postgres import Cluster
from support.restarts import Server, postgres_server, ssh_server
from support.stores import PostgresTemplate

from gateway.domain.errors import ChitraError
from gateway.store.stops import EVERYTHING
from gateway.usecases.acts import ACTS
from gateway.usecases.decide import Proposal, confirm, propose
from gateway.usecases.stopping import named, stop

_PAYMENTS_PER_BATCH = 100
_TICK_SECONDS = 0.05
_TICKS_MAX = 40
_HAPPENINGS_PER_WORD = 50
_FROZEN_SECONDS = (0.2, 8.0)
"""The longest is longer than every timeout of the workers."""
_FROZEN_MAX = 3
_STOPPED_SECONDS = 1.5
_REST_SECONDS = 0.01
_FETCHES_IN_100 = 20


class AfterStop(AssertionError):
    """A file that was not releasing when somebody stopped is at the bank."""


@dataclass
class Race:
    """``size`` workers and what happens to them, drawn from a seed."""

    exchange: Exchange
    database: Server
    bank_server: Server
    chance: random.Random
    size: int = 8
    tell: Callable[[str], None] = lambda _text: None
    happened: Counter[str] = field(default_factory=Counter)
    _running: list[workers.Worker] = field(default_factory=list)
    _frozen: dict[int, float] = field(default_factory=dict)
    """Process id -> when it goes on."""
    _stopping: _Stopping | None = None

    def run(self, payments: int, happenings: int) -> Verdict:
        """All payments, under at least so many happenings; then everything heals, and the judge judges."""
        left = self._import(payments, payments // 2)
        try:
            while sum(self.happened.values()) < happenings or left or self._undelivered():
                self._keep_running()
                self._go_on(time.monotonic())
                if left and self.chance.random() < 0.02:
                    left = self._import(left, _PAYMENTS_PER_BATCH)
                self._happen()
                self._let_them_work()
                if (count := sum(self.happened.values())) % _HAPPENINGS_PER_WORD == 0:
                    self.tell(f"{count} happenings, {len(self.exchange.judge.booked())} files at the bank")
        finally:
            self._end()
        return self.exchange.settle()

    def _let_them_work(self) -> None:
        """Until the bank has got one more file, or for some ticks: what happens must not be all that happens."""
        before = len(self.exchange.judge.booked())
        for _ in range(self.chance.randint(1, _TICKS_MAX)):
            time.sleep(_TICK_SECONDS)
            self._go_on(time.monotonic())
            if len(self.exchange.judge.booked()) > before:
                return

    # --- workers -----------------------------------------------------------------------------------------------------

    def _import(self, left: int, wanted: int) -> int:
        """Batches of new payments; how many payments are still to come."""
        for _ in range(-(-min(left, wanted) // _PAYMENTS_PER_BATCH)):
            count = min(left, _PAYMENTS_PER_BATCH)
            self.exchange.lived(lambda worker, count=count: worker.prepare(count))  # type: ignore[misc]
            left -= count
        return left

    def _undelivered(self) -> bool:
        with suppress(psycopg.Error), self._connection() as own:
            waiting = own.execute("SELECT 1 FROM payment WHERE state IN ('approved', 'allocated') LIMIT 1").fetchone()
            return waiting is not None
        return True

    def _keep_running(self) -> None:
        """Who died is replaced; who died of a fault of ours ends the race."""
        ready, _, _ = select.select([worker.told for worker in self._running], [], [], 0)
        for worker in [each for each in self._running if each.told in ready]:
            self._running.remove(worker)
            self._frozen.pop(worker.pid, None)
            end = worker.wait()
            assert not end.trace, end.trace
        while len(self._running) < self.size:
            seed = self.chance.randrange(2**32)
            self._running.append(workers.start(lambda seed=seed: _work(self.exchange, seed)))  # type: ignore[misc]

    def _go_on(self, now: float) -> None:
        for pid in [pid for pid, until in self._frozen.items() if until <= now]:
            del self._frozen[pid]
            workers.send(pid, signal.SIGCONT)

    def _end(self) -> None:
        """The faults are over: everybody who is left goes on, is told to end, and is waited for."""
        for worker in self._running:
            workers.send(worker.pid, signal.SIGTERM)
            workers.send(worker.pid, signal.SIGCONT)
        ends = [worker.wait() for worker in self._running]
        self._running.clear()
        if self._stopping:
            self._stopping.finish()
        assert not any(end.trace for end in ends), next(end.trace for end in ends if end.trace)

    # --- what happens ------------------------------------------------------------------------------------------------

    def _happen(self) -> None:
        names, weights = zip(*((name, weight) for name, weight in _WEIGHTS.items()), strict=True)
        (what,) = self.chance.choices(names, weights)
        if getattr(self, f"_{what}")():
            self.happened[_NAMES[what]] += 1
        if self._stopping and self._stopping.is_over():
            self._stopping = None

    def _kill(self) -> bool:
        workers.send(self.chance.choice(self._running).pid, signal.SIGKILL)
        return True

    def _freeze(self) -> bool:
        pid = self.chance.choice(self._running).pid
        if pid in self._frozen or len(self._frozen) >= _FROZEN_MAX:
            return False
        self._frozen[pid] = time.monotonic() + self.chance.uniform(*_FROZEN_SECONDS)
        workers.send(pid, signal.SIGSTOP)
        return True

    def _terminate(self) -> bool:
        with suppress(psycopg.Error), self._connection() as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
            )
            return True
        return False

    def _restart_fast(self) -> bool:
        self.database.restart(signal.SIGINT)
        return True

    def _restart_immediately(self) -> bool:
        self.database.restart(signal.SIGQUIT)
        return True

    def _restart_sshd(self) -> bool:
        self.bank_server.restart(signal.SIGTERM)
        return True

    def _stop(self) -> bool:
        if self._stopping is not None:
            return False
        self._stopping = _Stopping(self.exchange)
        return True

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.exchange.url.replace("+psycopg", ""), autocommit=True)


_WEIGHTS = {
    "kill": 50.0,
    "freeze": 8.0,
    "terminate": 20.0,
    "restart_fast": 2.0,
    "restart_immediately": 2.0,
    "restart_sshd": 3.0,
    "stop": 4.0,
}
_NAMES = {
    "kill": "SIGKILL of a worker",
    "freeze": "SIGSTOP of a worker",
    "terminate": "terminated database session",
    "restart_fast": "fast restart of PostgreSQL",
    "restart_immediately": "immediate restart of PostgreSQL",
    "restart_sshd": "restart of the bank's server",
    "stop": "stop",
}


@contextmanager
def race(cluster: Cluster, seed: int) -> Iterator[Race]:
    """A race on a server of its own, since it restarts it."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres_server(cluster))
        template = PostgresTemplate(stack.enter_context(cluster.database()))
        place = stack.enter_context(exchange(stack.enter_context(template.copy()), seed, RACING))
        bank = stack.enter_context(ssh_server(place.server))
        yield Race(place, database, bank, random.Random(seed))


def _work(exchange: Exchange, seed: int) -> None:
    """Inside a worker: the daemon's rounds; what goes wrong in one is tried again in the next."""
    chance = random.Random(seed)
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    while not told:
        with suppress(ChitraError), closing(exchange.worker()) as worker:
            worker.release()
            if chance.random() * 100 < _FETCHES_IN_100:
                worker.fetch(chance.choice(sorted(exchange.profiles)))
        time.sleep(_REST_SECONDS)


class _Stopping:
    """One stop of everything, from its commit to the start by two people; each act in a process of its own."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._acting: workers.Worker | None = workers.start(lambda: _stop(exchange))
        self._released: set[str] | None = None
        """Message ids that were releasing or further when the stop was committed."""
        self._until = 0.0

    def is_over(self) -> bool:
        """Goes one step on if it can."""
        if self._acting is not None:
            ready, _, _ = select.select([self._acting.told], [], [], 0)
            return bool(ready) and self._acted()
        if time.monotonic() > self._until:
            self._judge()
            self._acting = workers.start(lambda: _start(self._exchange))
        return False

    def finish(self) -> None:
        """To its end; nobody may be frozen any more."""
        while not self.is_over():
            time.sleep(_TICK_SECONDS)

    def _acted(self) -> bool:
        """The act at hand has ended: whether it was the last one."""
        assert self._acting is not None
        end = self._acting.wait()
        assert not end.trace, end.trace
        self._acting = None
        if self._released is not None:
            return True
        self._released, self._until = set(end.result), time.monotonic() + _STOPPED_SECONDS
        return False

    def _judge(self) -> None:
        arrived = {booked.message_id for booked in self._exchange.judge.booked()}
        if arrived - (self._released or set()):
            raise AfterStop(sorted(arrived - (self._released or set())))


def _stop(exchange: Exchange) -> list[str]:
    """Stop everything, through whatever happens; the files that were releasing or further when that was committed."""
    while True:
        with suppress(ChitraError), closing(exchange.worker()) as worker:
            stop(worker.context, EVERYTHING, "race", "maker")
            rows = worker.rows(
                "SELECT message_id FROM file_out WHERE state NOT IN ('allocated', 'sealed', 'uploading')"
            )
            return [row.message_id for row in rows]
        time.sleep(_REST_SECONDS)


def _start(exchange: Exchange) -> None:
    """A decision of two people, through whatever happens."""
    while True:
        with suppress(ChitraError), closing(exchange.worker()) as worker:
            if worker.value("SELECT 1 FROM stop WHERE lifted_at IS NULL") is None:
                return
            waiting = worker.value("SELECT reference FROM decision WHERE state = 'proposed'")
            context = worker.context
            if waiting is None:
                proposal = Proposal(named(EVERYTHING), "race")
                waiting = propose(context, ACTS["start"], proposal, "checker", person("checker")).reference
            confirm(context, ACTS, waiting, "checker2", person("checker2"))
        time.sleep(_REST_SECONDS)
