"""The whole month on an embedded default: rehearsal partners on a loopback SFTP port, every step for real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from gateway import rehearsal
from gateway.app import App
from gateway.clock import ZONE, RealClock
from gateway.domain.calendar import next_working
from gateway.domain.errors import Alarm
from gateway.reports.batch import BatchReport, Outcome, batch_report
from gateway.sandbox import clock, people
from gateway.sandbox.sandbox import Sandbox
from gateway.setup import init_home
from gateway.store import batches
from gateway.usecases import approve
from gateway.usecases.intake import Request, import_batch
from gateway.usecases.poll import poll
from gateway.usecases.send import send

if TYPE_CHECKING:
    from gateway.ports import PersonKey

_DAYS_MAX = 40
_MORNING = time(9)
PROGRAMME = "pension"


@dataclass(frozen=True, slots=True)
class Month:
    """How the rehearsal ended; ``ledger_differs``: end-to-end ids on which the partners' books disagree with ours."""

    reports: list[BatchReport]
    days: int
    exceptions: int
    ledger_differs: list[str]

    def outcomes(self) -> list[Outcome]:
        """Of all batches together."""
        payments: Counter[tuple[str, str]] = Counter()
        amounts: Counter[tuple[str, str]] = Counter()
        for each in (outcome for report in self.reports for outcome in report.outcomes):
            payments[each.partner, each.state] += each.payments
            amounts[each.partner, each.state] += each.amount
        return [Outcome(*key, payments[key], amounts[key]) for key in sorted(payments)]

    def payments_in(self, state: str) -> int:
        return sum(outcome.payments for outcome in self.outcomes() if outcome.state == state)

    def total(self, sum_: str) -> int:
        """Of one of the report's numbers, over all batches."""
        return sum(getattr(report, sum_) for report in self.reports)

    @property
    def ties(self) -> bool:
        return all(report.ties for report in self.reports) and not self.ledger_differs


def play_month(home: Path, payments: int, seed: int, told: Callable[[str], None]) -> Month:
    """Init, import, approve, send, then days of answers until the batch is closed; ``told`` hears each step's code."""
    start = start_of_month()
    told("init")
    init_home(home, True, start, never_asked)
    clock.start(home, start)
    app = App(home, never_asked)
    with at_the_partners(app) as sandbox:
        told("import")
        batch_id = _import(app, payments, seed, f"{start:%Y-%m}")
        return paid(app, sandbox, [batch_id], told)


def never_asked(key: str) -> bytes:
    raise AssertionError(f"a rehearsal home needs no passphrase of {key}")


def start_of_month() -> datetime:
    """The coming working day in the morning, so that a rehearsal is the same on a Sunday."""
    from gateway.calendar import WorkingDays

    day = next_working(RealClock().now().date(), WorkingDays())
    return datetime.combine(day, _MORNING, ZONE)


@contextmanager
def at_the_partners(app: App) -> Iterator[Sandbox]:
    """The rehearsal partners with their SFTP server, as ``chitra sandbox run`` starts them."""
    sandbox = rehearsal.partners(app)
    server = rehearsal.server(app, sandbox)
    server.start()
    try:
        yield sandbox
    finally:
        server.stop()
        sandbox.close()


def paid(app: App, sandbox: Sandbox, batch_ids: Sequence[str], told: Callable[[str], None]) -> Month:
    """From imported lists to closed batches."""
    told("approve")
    for batch_id in batch_ids:
        _approve(app, batch_id)
    told("send")
    _send(app)
    days = _days_until_closed(app, sandbox, batch_ids, told)
    return _judged(app, sandbox, batch_ids, days)


def _import(app: App, payments: int, seed: int, period: str) -> str:
    path = app.home / "batch.csv"
    people.write_csv(path, people.payments(payments, seed, period))
    payer = app.config.payer(None)
    with path.open("rb") as source:
        imported = import_batch(app.context, Request(source, path.name, PROGRAMME, period, "maker", payer), {})
    if imported.problems:
        raise Alarm("demo_failed", step="import", problems=len(imported.problems))
    return imported.batch.id


def _approve(app: App, batch_id: str) -> None:
    key: Callable[[str], PersonKey] = app.operator_key
    approve.submit(app.context, batch_id, "maker", key("maker"))
    for name in ("checker", "checker2"):
        approve.approve(app.context, batch_id, name, key(name))


def _send(app: App) -> None:
    sent = send(app.context)
    problems = [*sent.errors, *(delivery.error for delivery in sent.deliveries if delivery.error)]
    if problems:
        raise problems[0]


def _days_until_closed(app: App, sandbox: Sandbox, batch_ids: Sequence[str], told: Callable[[str], None]) -> int:
    """Answers of the day, then the next day, until the return windows are over."""
    for day in range(_DAYS_MAX):
        told("day")
        sandbox.work()
        poll(app.context)
        with app.store.read() as tx:
            if all(batches.find(tx, batch_id).state == "closed" for batch_id in batch_ids):
                return day
        clock.next_day(app.home)
    raise Alarm("demo_failed", step="close", days=_DAYS_MAX)


def _judged(app: App, sandbox: Sandbox, batch_ids: Sequence[str], days: int) -> Month:
    """Our report beside the partners' own ledgers, per end-to-end id (M1)."""
    with app.store.read() as tx:
        exceptions = tx.value("SELECT count(*) FROM exception WHERE state = 'open'")
        ours = {
            row.end_to_end_id: row
            for batch_id in batch_ids
            for row in tx.stream(
                "SELECT end_to_end_id, state, amount, returned_amount FROM payment WHERE batch_id = :b", b=batch_id
            )
        }
    theirs = rehearsal.books_of(sandbox)
    differs = [e2e for e2e in sorted(ours.keys() | theirs.keys()) if not _agree(ours.get(e2e), theirs.get(e2e))]
    return Month([batch_report(app.store, each) for each in batch_ids], days, exceptions, differs)


def _agree(ours: object, theirs: object) -> bool:
    """The partner debited exactly once what we hold debited, and returned what we hold returned."""
    if ours is None or theirs is None:
        return False
    expected = {"settled": (1, 0), "returned": (1, ours.amount), "rejected": (0, 0)}.get(ours.state)  # type: ignore[attr-defined]
    return expected == (theirs.debited, theirs.returned_amount)  # type: ignore[attr-defined]
