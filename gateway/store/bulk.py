"""Many rows in: the driver's ``executemany`` or COPY, in portions, so that making rows may use the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from gateway.store.store import Transaction

PORTION_ROWS = 5000


def insert(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert all rows, values in the order of ``columns``; returns how many."""
    tx.session.flush()
    source, total = iter(rows), 0
    while portion := list(islice(source, PORTION_ROWS)):
        tx.dialect.insert(tx.connection, table, columns, portion)
        total += len(portion)
    return total
