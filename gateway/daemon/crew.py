"""The workers of one configuration: one for every partner, and one for what concerns none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from gateway.app import App
from gateway.daemon.tasks import Exchange, Office
from gateway.daemon.worker import Progress, Worker
from gateway.domain.schedule import Hours, Pace
from gateway.signals import Signalled
from gateway.transport.keeper import Connect, Keeper
from gateway.usecases.context import Context, Partner


@dataclass(frozen=True, slots=True)
class Contact:
    """How we stand with one partner."""

    partner: str
    last: datetime | None
    """When its server last answered."""
    failures: int
    """Connections in a row that did not come about."""
    connections: int


class Crew:
    """Starts nothing by itself; ``leave`` ends it after the steps at hand."""

    def __init__(self, app: App, log: Any, once: bool = False) -> None:
        self.app = app
        self.halt = Signalled()
        daemon, chance = app.config.daemon, random.Random().random
        keepers = {
            code: Keeper(partner.connect, app.clock, daemon.idle_seconds_max)
            for code, partner in app.context.partners.items()
        }
        context, progress = replace(app.context, stop=self.halt), Progress(self.halt)
        self.context = _connecting_by({code: keeper.connect for code, keeper in keepers.items()}, context)
        aside = _connecting_by({code: keeper.connect_at_once for code, keeper in keepers.items()}, context)
        self.office = Office(replace(aside, stop=progress), log, daemon.poll_seconds, self._nudge)
        self._exchanges: list[Exchange] = []
        self.partners: list[Worker] = []
        for code, partner in self.context.partners.items():
            own = Progress(self.halt)
            work = replace(self.context, stop=own)
            exchange = Exchange(work, partner, keepers[code], _pace(app, partner), _hours(partner), chance, log)
            self._exchanges.append(exchange)
            self.partners.append(Worker(exchange, own, once))
        self.workers = self.partners if once else [Worker(self.office, progress), *self.partners]

    def start(self) -> None:
        for worker in self.workers:
            worker.start()

    def leave(self) -> None:
        self.halt.request()

    def _nudge(self) -> None:
        for worker in self.partners:
            worker.nudge()

    @property
    def working(self) -> list[Worker]:
        return [worker for worker in self.workers if not worker.wait(0)]

    @property
    def bugs(self) -> list[Exception]:
        """What ended workers that should go on."""
        return [worker.bug for worker in self.workers if worker.bug]

    @property
    def met(self) -> list[Exception]:
        """Faults of ours in the last round of each task."""
        return [bug for task in (self.office, *self._exchanges) for bug in task.bugs]

    def contacts(self) -> list[Contact]:
        return [
            Contact(each.name, each.kept.contact, each.kept.failures, each.kept.connections) for each in self._exchanges
        ]


def _connecting_by(connects: Mapping[str, Connect], context: Context) -> Context:
    partners = {code: replace(each, connect=connects[code]) for code, each in context.partners.items()}
    return replace(context, partners=partners)


def _hours(partner: Partner) -> Hours:
    outbox = partner.profile.outbox
    return Hours(outbox.opens or time.min, outbox.closes or time.max)


def _pace(app: App, partner: Partner) -> Pace:
    """Ours, but never faster than the partner allows."""
    daemon = app.config.daemon
    poll_seconds = max(daemon.poll_seconds, partner.profile.poll_seconds or 0)
    return Pace(
        poll_seconds=poll_seconds,
        quiet_seconds=max(daemon.quiet_poll_seconds, poll_seconds),
        backoff_seconds_max=daemon.backoff_seconds_max,
    )
