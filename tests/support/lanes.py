"""Long campaigns of kills: a new exchange every so often, one lane of them on each database."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import workers
from support.exchanges import Exchange, exchange, warm
from support.killing import Campaign, Place, Tally
from support.postgres import cluster
from support.stores import PostgresTemplate

_KILLS_PER_EXCHANGE = 250
_KILLS_PER_LOOK = 50
_OTHERS_PER_EXCHANGE = 10
"""Of each other deed."""


@dataclass
class Figures:
    """What a lane did and what its judge said."""

    database: str
    kills: int = 0
    deeds: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    places: Counter[str] = field(default_factory=Counter)
    """"stage: place" -> SIGKILLs."""
    looks: int = 0
    exchanges: int = 0
    payments: int = 0
    files: int = 0
    unknown: int = 0
    doubled: int = 0
    lost: int = 0
    corrupted: int = 0
    left: int = 0
    broken_audits: int = 0
    seconds: float = 0.0

    def count(self, tally: Tally) -> None:
        self.kills += tally.kills
        self.deeds.update(tally.deeds)
        self.missed += tally.missed
        self.places.update({f"{stage}: {place}": count for (stage, place), count in tally.places.items()})


def both(kills: int, tell: Callable[[str], None], before: int = 0) -> list[Figures]:
    """A lane on SQLite and one on PostgreSQL, side by side, ``kills`` each; ``before`` exchanges have been."""
    with tempfile.TemporaryDirectory(prefix="chitra-warm-") as folder:
        warm(Path(folder))
    running = [workers.start(lambda name=name: vars(_lane(name, kills, tell, before))) for name in DATABASES]  # type: ignore[misc]
    ends = [worker.wait() for worker in running]
    for end in ends:
        if end.trace or end.signal:
            raise AssertionError(end.trace or f"a lane ended by signal {end.signal}")
    return [_figures(end.result) for end in ends]


def _figures(told: dict[str, Any]) -> Figures:
    """As a lane told them."""
    return Figures(**told | {"deeds": Counter(told["deeds"]), "places": Counter(told["places"])})


def _lane(database: str, kills: int, tell: Callable[[str], None], before: int) -> Figures:
    figures, known, began = Figures(database), dict[Place, int](), time.monotonic()
    with DATABASES[database]() as new_exchange:
        while figures.kills < kills:
            figures.exchanges += 1
            seed = before + figures.exchanges
            with new_exchange(seed) as place:
                campaign = Campaign(place, random.Random(f"{database} {seed}"), known=known)
                _kill(campaign, min(_KILLS_PER_EXCHANGE, kills - figures.kills), figures)
            figures.count(campaign.tally)
            figures.seconds = round(time.monotonic() - began, 1)
            tell(f"{database}: {figures.kills} kills, {json.dumps(figures.deeds)}, {figures.seconds} s")
    return figures


def _kill(campaign: Campaign, kills: int, figures: Figures) -> None:
    if not campaign.known:
        campaign.rehearse()
    for _ in range(_OTHERS_PER_EXCHANGE if kills == _KILLS_PER_EXCHANGE else 1):
        campaign.tell_to_end()
        campaign.freeze()
        campaign.break_()
    while campaign.tally.kills < kills:
        campaign.kill()
        if campaign.tally.kills % _KILLS_PER_LOOK == 0 or campaign.tally.kills >= kills:
            verdict = campaign.exchange.settle()
            figures.looks += 1
            if not verdict.clean:
                tell_all = f"seed {figures.database} {figures.exchanges}, kill {campaign.tally.kills}: {verdict}"
                raise AssertionError(tell_all)
    figures.payments += verdict.payments
    figures.files += verdict.files
    figures.unknown += verdict.unknown


NewExchange = Callable[[int], AbstractContextManager[Exchange]]
"""A fresh home with a database, a server and a bank; the number is its bank's seed."""


@contextmanager
def _on_sqlite() -> Iterator[NewExchange]:
    yield lambda seed: exchange(None, seed)


@contextmanager
def _on_postgresql() -> Iterator[NewExchange]:
    """Copies of one database on a server of its own."""
    with cluster() as running, running.database() as url:
        template = PostgresTemplate(url)

        @contextmanager
        def copy(seed: int) -> Iterator[Exchange]:
            with template.copy() as own, exchange(own, seed) as place:
                yield place

        yield copy


DATABASES: dict[str, Callable[[], AbstractContextManager[NewExchange]]] = {
    "sqlite": _on_sqlite,
    "postgresql": _on_postgresql,
}
