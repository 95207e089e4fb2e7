"""Outcomes of steps as events of the log: codes and ids only (A3)."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from gateway.domain.bugs import links
from gateway.domain.errors import Busy, ChitraError, NotConfigured
from gateway.usecases.deliver import Delivery
from gateway.usecases.received import Received

_AT_ANOTHER = frozenset({"busy", "moved_by_another"})
"""Another worker does it, or did: nothing is wrong."""

_CODES = frozenset({"expected", "key", "known", "lock", "operation", "reason", "rule", "scope", "state", "why"})
_PLACES = frozenset({"batch", "decision", "folder", "host", "key_id", "partner", "payer", "payment", "shown"})
_TIMES = frozenset({"date", "opens_at", "until"})
_PLAIN = _CODES | _PLACES | _TIMES
"""Parameters that only ever hold words of our own."""
_ID = re.compile("[MR][0-9A-Z]{7,34}")
"""Of a message, or of a received file."""
_HASH_CHARS = 12


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
    log.error("bug", traceback=list(links(bug)))


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
    """Its code, and of its parameters what is a code, a count or an id of ours; of the rest a hash to compare (A3).

    A partner's names of files and elements may quote an account or a person.
    """
    if error is None:
        return {}
    return {"code": error.code, "params": {name: _shown(error, name) for name in error.params}}


def _shown(error: ChitraError, name: str) -> str | int:
    value = error.params[name]
    if isinstance(value, int):
        return value
    plain = (
        isinstance(error, NotConfigured)  # settings and files of this machine
        or name in _PLAIN
        or (name in ("file", "subject") and _ID.fullmatch(value))
        or (name == "path" and error.params.get("operation") == "listing")  # a folder of the profile
    )
    return value if plain else f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:_HASH_CHARS]}"
