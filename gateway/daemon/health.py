"""The daemon's pages: ``/health`` says whether it works, ``/metrics`` how things stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from gateway.daemon.crew import Contact, Crew
from gateway.domain import key_life
from gateway.domain.errors import ChitraError
from gateway.endings import Ending, endings
from gateway.observe import metrics
from gateway.observe.pages import Page, Pages
from gateway.usecases import figures

STILL_SECONDS_MAX = 900
"""A worker that is longer at one file hangs: this daemon should be looked at, and started again."""

Counts = Mapping[str, Mapping[tuple[str, ...], int]]


class Health:
    """Looks at the crew at work whenever a page is asked for."""

    def __init__(self, crew: Callable[[], Crew]) -> None:
        self._crew = crew

    def pages(self) -> Pages:
        return {"/health": self._health, "/metrics": self._metrics}

    def _health(self) -> Page:
        """200 when the database answers, no worker hangs and nothing is in safe mode; else 503."""
        found = self.document()
        return Page(200 if found["ok"] else 503, "application/json", json.dumps(found).encode())

    def document(self) -> dict[str, Any]:
        crew, counts = self._crew(), self._counts()
        hanging = [worker.task.name for worker in crew.workers if worker.still_seconds > STILL_SECONDS_MAX]
        safe_mode = bool(counts and _total(counts, "safe_mode"))
        return {
            "ok": counts is not None and not hanging and not safe_mode,
            "database": counts is not None,
            "safe_mode": safe_mode,
            "hanging": hanging,
            "files_unknown": _total(counts, "files_unknown"),
            "files_overdue": _total(counts, "files_overdue"),
            "exceptions_open": _total(counts, "exceptions_open"),
            "exceptions_overdue": _total(counts, "exceptions_overdue"),
            "stops_active": _total(counts, "stops_active"),
            "certificates_ending": self._ending(),
            "partners": {contact.partner: _partner(contact) for contact in crew.contacts()},
        }

    def _metrics(self) -> Page:
        return Page(200, metrics.CONTENT_TYPE, metrics.exposition(self._values))

    def _values(self) -> metrics.Values:
        crew, counts = self._crew(), self._counts()
        contacts = crew.contacts()
        return {
            **(counts or {}),
            "certificate_end_timestamp_seconds": {
                (each.holder,): each.not_after.timestamp() for each in self._endings()
            },
            "database_up": {(): 1 if counts is not None else 0},
            "partner_contact_timestamp_seconds": {(c.partner,): c.last.timestamp() for c in contacts if c.last},
            "partner_failures": {(contact.partner,): contact.failures for contact in contacts},
            "partner_connections": {(contact.partner,): contact.connections for contact in contacts},
            "rounds": {(worker.task.name,): worker.rounds for worker in crew.workers},
            "round_seconds": {(worker.task.name,): worker.seconds for worker in crew.workers},
            "round_running_seconds": {(worker.task.name,): worker.busy_seconds for worker in crew.workers},
        }

    def _ending(self) -> dict[str, int]:
        """Holder -> days left, of certificates that somebody should exchange in time."""
        now = self._crew().app.clock.now()
        days = {each.holder: each.days_left(now) for each in self._endings()}
        return {holder: left for holder, left in days.items() if key_life.alarm(left) is not None}

    def _endings(self) -> list[Ending]:
        """Nothing when that cannot be told; the rounds that need the keys say why."""
        try:
            return endings(self._crew().app)
        except ChitraError:
            return []

    def _counts(self) -> Counts | None:
        """None when the database cannot be read: that is what is to be shown."""
        try:
            return figures.counts(self._crew().context)
        except ChitraError:
            return None


def _total(counts: Counts | None, name: str) -> int | None:
    return None if counts is None else sum(counts[name].values())


def _partner(contact: Contact) -> dict[str, Any]:
    return {"last_contact": contact.last.isoformat() if contact.last else None, "failures": contact.failures}
