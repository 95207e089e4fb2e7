"""The daemon as the operating system sees it: signals, the service manager, the health page, an end in bounded time."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import Any

from gateway.app import App
from gateway.daemon import telling
from gateway.daemon.crew import Crew
from gateway.daemon.health import Health
from gateway.daemon.notify import Notifier
from gateway.domain import key_life
from gateway.domain.errors import ChitraError, NotConfigured
from gateway.endings import endings
from gateway.observe.logs import open_log
from gateway.signals import Signalled, on_hangup, until_signalled
from gateway.usecases import gravity

STOP_SECONDS_MAX = 240
"""A step that hangs longer after the signal is left as a kill would leave it (D5); the unit file allows for more."""
_TICK_SECONDS = 1.0
_NAP_SECONDS = 0.05


def run(app: App, once: bool) -> int:
    """Rounds until SIGTERM or SIGINT, then 0; one round with ``once``, then its gravest exit code.

    A second daemon on SQLite is refused (``Busy``). What goes wrong in a round is logged and tried again in a later
    one, also a bug of ours; with ``once`` it is raised when all is done. Only a worker that cannot go on ends the
    daemon. SIGHUP reads the configuration again.
    """
    log = open_log(sys.stderr)
    app.store.require_direct()
    with app.store.sole_daemon(), until_signalled() as stop, on_hangup() as hangup:
        log.info("daemon_started", once=once, poll_seconds=app.config.daemon.poll_seconds)
        _open_keys(app, log)
        _tell_endings(app, log)
        service = _Service(Crew(app, log, once), log, stop, hangup)
        code = service.once() if once else service.serve()
        log.info("daemon_stopped")
    return code


class _Service:
    def __init__(self, crew: Crew, log: Any, stop: Signalled, hangup: Signalled) -> None:
        self._crew, self._log, self._stop, self._hangup = crew, log, stop, hangup
        self._notifier = Notifier(os.environ)
        self._leaving: list[Crew] = []
        """Crews of earlier configurations whose last steps are not done yet."""

    def once(self) -> int:
        """Allocation, then every partner at the same time, then what time brings."""
        crew = self._crew
        codes = [crew.office.open()]
        if not self._stop.requested:
            crew.start()
        while (working := crew.working) and not self._stop.requested:
            working[0].wait(_NAP_SECONDS)
        codes.append(self._end())
        codes += [worker.code for worker in crew.workers]
        if not self._stop.requested:
            codes.append(crew.office.shut())
        for bug in crew.met:
            raise bug
        return gravity.gravest(codes)

    def serve(self) -> int:
        with self._pages():
            self._crew.start()
            self._notifier.ready()
            while not self._stop.requested and not self._crew.bugs:
                self._stop.wait(min(_TICK_SECONDS, self._notifier.watchdog_seconds or _TICK_SECONDS))
                self._notifier.alive()
                if self._hangup.taken():
                    self._reload()
                self._let_go()
            self._notifier.stopping()
            return self._end()

    def _let_go(self) -> None:
        """Crews that have left; a bug at which one of their workers ended is told, and ends nobody else."""
        for crew in self._leaving:
            for bug in crew.bugs if not crew.working else ():
                telling.bug(self._log, bug)
        self._leaving = [crew for crew in self._leaving if crew.working]

    @contextmanager
    def _pages(self) -> Iterator[None]:
        """Health and metrics over HTTP, when they are wanted."""
        daemon = self._crew.app.config.daemon
        with ExitStack() as stack:
            if daemon.listen != "off":
                from gateway.observe.pages import serving

                health = Health(lambda: self._crew)
                port = stack.enter_context(serving(daemon.address, health.pages()))
                self._log.info("listening", port=port)
            yield

    def _reload(self) -> None:
        """The new configuration with new workers; one that is wrong is refused as a whole."""
        self._notifier.reloading()
        try:
            crew = Crew(_reopened(self._crew.app), self._log)
        except ChitraError as error:
            self._log.error("reload_refused", **telling.described(error))
        else:
            self._crew.leave()
            self._leaving.append(self._crew)
            self._crew = crew
            crew.start()
            self._log.info("reloaded", partners=sorted(crew.context.partners))
        self._notifier.ready()

    def _end(self) -> int:
        """Everybody finishes the step at hand; who does not in time is left behind, and that is an error."""
        crews = [self._crew, *self._leaving]
        if self._stop.requested or self._crew.bugs:
            for crew in crews:
                crew.leave()
        end = monotonic() + STOP_SECONDS_MAX
        left = [worker for crew in crews for worker in crew.workers if not worker.wait(max(0.0, end - monotonic()))]
        for worker in left:
            self._log.error("step_left", worker=worker.task.name)
        self._let_go()
        for bug in self._crew.bugs:
            raise bug
        return 1 if left else 0


def _reopened(app: App) -> App:
    """The home as its configuration says now; raises when something of it could not work."""
    new = app.reopened()
    for key in ("database", "environment"):
        if getattr(new.config.gateway, key) != getattr(app.config.gateway, key):
            raise NotConfigured("reload_needs_restart", key=f"gateway.{key}")
    _ = new.context
    new.open_keys()
    new.require_partners()
    return new


def _open_keys(app: App, log: Any) -> None:
    """Before the workers begin, so that a person at a terminal is asked once; what is missing, every round says."""
    try:
        app.open_keys()
    except ChitraError as error:
        log.error("key_not_opened", **telling.described(error))


def _tell_endings(app: App, log: Any) -> None:
    """Certificates that somebody should exchange in time."""
    with suppress(ChitraError):
        for each in endings(app):
            days = each.days_left(app.clock.now())
            if key_life.alarm(days) is not None:
                log.warning("certificate_ends", holder=each.holder, days=days)
