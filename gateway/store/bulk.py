"""Many rows in: the driver's ``executemany`` or COPY, in portions, so that making rows may use the transaction.

Many keys looked up: lists of them, in portions, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from gateway.store.store import Transaction

PORTION_ROWS = 5000
_LISTED_MAX = 500


def insert(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert all rows, values in the order of ``columns``; returns how many."""
    tx.session.flush()
    source, total = iter(rows), 0
    while portion := list(islice(source, PORTION_ROWS)):
        tx.dialect.insert(tx.connection, table, columns, portion)
        total += len(portion)
    return total


def listed(keys: Iterable[bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Portions of an IN list: the names of its parameters, and their values."""
    rest = iter(keys)
    while part := list(islice(rest, _LISTED_MAX)):
        places = {f"i{index}": key for index, key in enumerate(part)}
        yield ", ".join(f":{name}" for name in places), places
