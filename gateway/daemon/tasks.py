"""What the daemon's workers do: a partner's own work, and the work that concerns no single partner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from gateway.daemon import telling
from gateway.domain import schedule
from gateway.domain.errors import ChitraError
from gateway.domain.schedule import Hours, Pace
from gateway.transport.keeper import Keeper
from gateway.usecases import gravity, guard
from gateway.usecases.close import close
from gateway.usecases.collect import MoreWaits, collect
from gateway.usecases.context import Context, Partner
from gateway.usecases.send import OPEN, dispatch, orphans, prepare

Chance = Callable[[], float]
"""From 0 to 1, another one at every call."""


class Task(Protocol):
    """Something that is done again and again."""

    name: str
    bugs: list[Exception]
    """Faults of ours that the round at hand, or the last one, met."""

    def round(self) -> int:
        """Do what is due; the gravest exit code."""

    def pause(self) -> float:
        """Seconds until the next round."""

    def close(self) -> None:
        """There will be no further round."""


class _Steps:
    """Steps one after another: what goes wrong in one is told, and the next ones go on (T7)."""

    def __init__(self, log: Any, failed: str) -> None:
        """``failed`` is the event that a step ended with an error."""
        self._log, self._failed = log, failed
        self.bugs: list[Exception] = []

    def _attempted(self, step: Callable[[], int]) -> int:
        try:
            return step()
        except ChitraError as error:
            telling.failed(self._log, self._failed, error)
            return error.exit_code
        except Exception as bug:  # a boundary: our fault in one step keeps no other from its work
            self._met([bug])
            return 1

    def _met(self, bugs: Iterable[Exception]) -> None:
        for bug in bugs:
            telling.bug(self._log, bug)
            self.bugs.append(bug)


class Office(_Steps):
    """Allocation of approved batches; what time brings."""

    name = "office"

    def __init__(self, context: Context, log: Any, poll_seconds: int, allocated: Callable[[], None]) -> None:
        """``allocated`` is called when there are new files."""
        super().__init__(log, "step_failed")
        self._context, self._poll_seconds, self._allocated = context, poll_seconds, allocated

    def round(self) -> int:
        self.bugs = []
        return gravity.gravest([self.open(), self.shut()])

    def open(self) -> int:
        """Allocate."""
        return self._attempted(self._allocate)

    def shut(self) -> int:
        """Say what has no partner, mark what is late, close what is finished."""
        return self._attempted(self._close)

    def pause(self) -> float:
        return self._poll_seconds

    def close(self) -> None:
        """Holds nothing."""

    def _allocate(self) -> int:
        prepared = prepare(self._context)
        for error in prepared.errors:
            telling.failed(self._log, "file_not_made", error)
        if prepared.allocated:
            self._allocated()
        self._met(prepared.bugs)
        return gravity.of_sent(prepared)

    def _close(self) -> int:
        lost = orphans(self._context, OPEN)
        for error in lost:
            telling.failed(self._log, "partner_failed", error, partner=error.params["partner"])
        with self._context.store.claimed("close", "batches") as mine:
            for batch in close(self._context) if mine else ():
                self._log.info("batch_closed", batch=batch)
        return gravity.gravest(error.exit_code for error in lost)


class Exchange(_Steps):
    """Seal, deliver and collect at one partner, over one kept connection."""

    def __init__(
        self,
        context: Context,
        partner: Partner,
        kept: Keeper,
        pace: Pace,
        hours: Hours,
        chance: Chance,
        log: Any,
    ) -> None:
        super().__init__(log.bind(partner=partner.code), "partner_failed")
        self.name = partner.code
        self._context, self._partner, self.kept = context, partner, kept
        self._pace, self._hours, self._chance = pace, hours, chance
        self._more_waits = False
        self._rounds_with_bugs = 0

    def round(self) -> int:
        """A partner that did not let us in is not asked a second time in one round.

        The first round reads before it sends: what lies there may answer what this database has forgotten (M15).
        """
        failures, codes = self.kept.failures, [0]
        self.bugs, self._more_waits = [], False
        known = self._partner.code in self._context.looked_at
        steps = (self._look, self._send, self._collect) if known else (self._look, self._collect, self._send)
        for step in steps:
            if not self._context.stop.requested and self.kept.failures <= failures:
                codes.append(self._attempted(step))
        self._rounds_with_bugs = self._rounds_with_bugs + 1 if self.bugs else 0
        return gravity.gravest(codes)

    def pause(self) -> float:
        """None after a round that came further and left files for the next one; longer and longer after failures."""
        failures = max(self.kept.failures, self._rounds_with_bugs)
        if self._more_waits and not failures:
            return 0
        seconds = schedule.pause(
            self._pace,
            self._hours,
            self._context.clock.now(),
            self._context.is_working,
            failures,
            self._chance(),
        )
        self.kept.rest(seconds)
        return seconds

    def close(self) -> None:
        self.kept.close()

    def _look(self) -> int:
        """Once in the life of a process: whatever bears a name of ours there must be known (M15)."""
        if self._partner.code not in self._context.looked_at:
            with self._partner.connect() as transport:
                guard.require_known_files(self._context, self._partner, transport)
        return 0

    def _send(self) -> int:
        sent = dispatch(self._context, self._partner)
        for delivery in sent.deliveries:
            telling.delivered(self._log, delivery)
        for error in sent.errors:
            telling.failed(self._log, "file_not_made", error)
        self._met(sent.bugs)
        return gravity.of_sent(sent)

    def _collect(self) -> int:
        files, errors = collect(self._context, self._partner)
        for file in files:
            telling.received(self._log, file)
        for error in errors:
            telling.failed(self._log, "partner_failed", error)
        self._met(file.bug for file in files if file.bug)
        stored = any(file.file for file in files)
        self._more_waits = stored and any(isinstance(error, MoreWaits) for error in errors)
        return gravity.gravest([*(error.exit_code for error in errors), *map(gravity.of_received, files)])
