"""Outcomes of steps as events of the log: codes and ids only (A3)."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import extract_tb
from typing import Any

from gateway.domain.errors import Busy, ChitraError
from gateway.usecases.deliver import Delivery
from gateway.usecases.received import Received

_AT_ANOTHER = frozenset({"busy", "moved_by_another"})
"""Another worker does it, or did: nothing is wrong."""


def failed(log: Any, event: str, error: ChitraError, **fields: Any) -> None:
    """An error under its event; work that another worker has is only mentioned."""
    if isinstance(error, Busy) and error.code in _AT_ANOTHER:
        log.info("at_another_worker", **fields, **described(error))
    elif error.exit_code == 0:
        log.info("not_yet", **fields, **described(error))
    else:
        log.error(event, **fields, **described(error))


def bug(log: Any, bug: Exception) -> None:
    """A fault of ours: its kinds and places, cause after cause; never its words, which may quote a person's data."""
    log.error("bug", traceback=list(_links(bug)))


def _links(bug: BaseException) -> Iterator[str]:
    """The newest first."""
    link: BaseException | None = bug
    while link is not None:
        places = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in extract_tb(link.__traceback__)]
        yield ", ".join([type(link).__qualname__, *reversed(places)])
        link = link.__cause__ or link.__context__


def delivered(log: Any, delivery: Delivery) -> None:
    fields = {"file": delivery.file, "partner": delivery.partner, "state": str(delivery.state)}
    if delivery.error:
        failed(log, "file_out", delivery.error, **fields)
    else:
        log.info("file_out", **fields)


def received(log: Any, file: Received) -> None:
    say = log.error if file.error else log.warning if file.matched.exceptions else log.info
    say(
        "file_in",
        file=file.file,
        partner=file.partner,
        message=file.message,
        state=str(file.state),
        moved=file.matched.moved,
        exceptions=file.matched.exceptions,
        findings=file.findings,
        **described(file.error),
    )


def described(error: ChitraError | None) -> dict[str, Any]:
    return {"code": error.code, "params": error.params} if error else {}
