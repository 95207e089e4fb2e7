"""The one-shot send and poll in a loop: one daemon a home, ended by a signal after the step at hand (D3, D5)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from gateway.app import App
from gateway.domain.errors import ChitraError
from gateway.observe.logs import open_log
from gateway.ports import Stop
from gateway.signals import until_signalled
from gateway.usecases import gravity
from gateway.usecases.collect import Received
from gateway.usecases.context import Context
from gateway.usecases.deliver import Delivery
from gateway.usecases.poll import poll
from gateway.usecases.send import send

Step = Callable[[Context, Any], int]


def run(app: App, once: bool) -> int:
    """Rounds until SIGTERM or SIGINT, then 0; one round with ``once``, then its gravest exit code.

    A second daemon is refused (``Busy``). What goes wrong in a round is logged and tried again in the next one;
    only a bug, or the loss of its lock, ends the daemon.
    """
    log = open_log(sys.stderr)
    with app.store.exclusive("daemon") as lock, until_signalled() as stop:
        log.info("daemon_started", once=once, poll_seconds=app.config.daemon.poll_seconds)
        code = _round(app.context, log, stop)
        while not once and not stop.requested:
            stop.wait(app.config.daemon.poll_seconds)
            lock.prove_alive()
            _round(app.context, log, stop)
        log.info("daemon_stopped")
    return code if once else 0


def _round(context: Context, log: Any, stop: Stop) -> int:
    steps: tuple[Step, ...] = (_send, _poll)
    return gravity.gravest([_attempted(step, context, log) for step in steps if not stop.requested])


def _attempted(step: Step, context: Context, log: Any) -> int:
    try:
        return step(context, log)
    except ChitraError as error:
        log.error("step_failed", **_described(error))
        return error.exit_code


def _send(context: Context, log: Any) -> int:
    sent = send(context)
    for delivery in sent.deliveries:
        _log_delivery(log, delivery)
    for error in sent.errors:
        log.error("file_not_made", **_described(error))
    return gravity.of_sent(sent)


def _poll(context: Context, log: Any) -> int:
    polled = poll(context)
    for received in polled.received:
        _log_received(log, received)
    for partner, error in polled.errors:
        log.error("partner_failed", partner=partner, **_described(error))
    for batch in polled.closed:
        log.info("batch_closed", batch=batch)
    return gravity.of_polled(polled)


def _log_delivery(log: Any, delivery: Delivery) -> None:
    say = log.error if delivery.error else log.info
    say(
        "file_out",
        file=delivery.file,
        partner=delivery.partner,
        state=str(delivery.state),
        **_described(delivery.error),
    )


def _log_received(log: Any, received: Received) -> None:
    say = log.error if received.error else log.warning if received.matched.exceptions else log.info
    say(
        "file_in",
        file=received.file,
        partner=received.partner,
        message=received.message,
        state=str(received.state),
        moved=received.matched.moved,
        exceptions=received.matched.exceptions,
        findings=received.findings,
        **_described(received.error),
    )


def _described(error: ChitraError | None) -> dict[str, Any]:
    return {"code": error.code, "params": error.params} if error else {}
