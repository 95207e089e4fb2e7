"""How often each key stood in the statement that is being read: a scratch table, since statements have no end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.store import bulk
from gateway.store.store import Transaction


def begin(tx: Transaction) -> None:
    """A new statement: no key has stood in it."""
    tx.run("DROP TABLE IF EXISTS turn")
    tx.run("CREATE TEMPORARY TABLE turn (key BYTEA PRIMARY KEY, times BIGINT)")


def take(tx: Transaction, keys: Sequence[bytes]) -> list[int]:
    """The ordinal of each key among its equals in the statement so far."""
    times = _known(tx, keys)
    known = frozenset(times)
    turns = []
    for key in keys:
        times[key] += 1
        turns.append(times[key])
    bulk.insert(tx, "turn", ("key", "times"), (item for item in times.items() if item[0] not in known))
    for key in sorted(known):
        tx.run("UPDATE turn SET times = :times WHERE key = :key", times=times[key], key=key)
    return turns


def _known(tx: Transaction, keys: Iterable[bytes]) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for names, places in bulk.listed(set(keys)):
        rows = tx.rows(f"SELECT key, times FROM turn WHERE key IN ({names})", **places)
        found.update({bytes(row.key): row.times for row in rows})
    return found
