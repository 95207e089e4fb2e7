"""How things stand, in counts: for the health page and the metrics."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.store import figures
from gateway.usecases.context import Context


def counts(context: Context) -> Mapping[str, Mapping[tuple[str, ...], int]]:
    """Name -> labels -> count, from one picture of the database; raises when it cannot be read."""
    with context.store.read() as tx:
        return figures.counts(tx)
