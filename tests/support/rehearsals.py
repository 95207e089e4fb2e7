"""A rehearsal home in this process, its partners' folders on this disk."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from gateway.app import App
from gateway.calendar import WorkingDays
from gateway.clock import ZONE
from gateway.domain.calendar import next_working
from gateway.sandbox import clock, people
from gateway.setup import init_home
from gateway.store import batches
from gateway.usecases import approve
from gateway.usecases.intake import Request, import_batch

DAYS_MAX = 40
"""A month has ended by then."""


def never_asked(key: str) -> bytes:
    raise AssertionError(key)


def new_home(home: Path, rules: Callable[[str], str] = lambda partner: "") -> Path:
    """Nine o'clock on the next working day; ``rules`` are lines of a partner's table, by its code."""
    day = next_working(datetime.now(ZONE).date() + timedelta(days=1), WorkingDays())
    start = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=9)
    init_home(home, True, start, never_asked)
    clock.start(home, start)
    path = home / "chitra.toml"
    text = re.sub(
        r"\[partners\.(\w+)\]\n(.*\n)host(?:.*\n){5}",
        lambda found: f'[partners.{found[1]}]\n{found[2]}directory = "sandbox/{found[1]}/home"\n{rules(found[1])}',
        path.read_text(),
    )
    path.write_text(text)
    return home


def approved(app: App, payments: int) -> str:
    """A batch of ``payments`` to made-up people, with its second approval."""
    path, period = app.home / "batch.csv", f"{app.clock.now():%Y-%m}"
    people.write_csv(path, people.payments(payments, 3, period))
    with path.open("rb") as source:
        made = import_batch(app.context, Request(source, path.name, "pension", period, "maker", "thachthat"), {})
    approve.submit(app.context, made.batch.id, "maker", app.operator_key("maker"))
    for name in ("checker", "checker2"):
        approve.approve(app.context, made.batch.id, name, app.operator_key(name))
    return str(made.batch.id)


def is_closed(app: App, batch: str) -> bool:
    with app.store.read() as tx:
        return batches.find(tx, batch).state == "closed"
