"""The log of long runs: one line an event, codes and ids only, never personal data or secrets (A3)."""

from __future__ import annotations

from typing import Any, TextIO

import structlog

_ORDER = ["timestamp", "level", "event"]


def open_log(stream: TextIO) -> Any:
    """A logger on ``stream``: key and value for a person at a terminal, JSON for everything else."""
    person = structlog.processors.KeyValueRenderer(key_order=_ORDER)
    renderer = person if stream.isatty() else structlog.processors.JSONRenderer()
    return structlog.wrap_logger(
        structlog.PrintLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.BoundLogger,
    )
