"""Envelopes of older generations of the storage key, sealed anew in portions (A3).

What they hold stays the same, and so does every digest over it: only an envelope's bytes change, and only while
``instance.rewrap_to`` names the generation that they change to, which triggers hold and ``db check`` compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from gateway.store.store import Store, Transaction

BEGUN, ENDED = "key rewrap", "key rewrap end"
"""Verbs of the record of acts."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A table with envelopes: its key, the column, and the context that binds an envelope to its row."""

    table: str
    keys: tuple[str, ...]
    column: str
    context: str
    portion: int = 500


_PLACES = (
    _Place("payment", ("id",), "personal", "payment:{id}"),
    _Place("entry", ("id",), "personal", "entry:{id}"),
    _Place("detail", ("id",), "personal", "detail:{id}"),
    _Place("roster_line", ("id",), "personal", "roster_line:{id}"),
    _Place("work_item", ("id",), "personal", "work_item:{id}"),
    _Place("account", ("id",), "personal", "account:{id}"),
    _Place("account_step", ("change_id", "account_id", "state"), "personal", "account_step:{change_id}:{account_id}"),
    _Place("blob", ("sha256", "part"), "bytes", "blob:{sha256}:{part}", portion=16),
)


def is_open(store: Store) -> bool:
    """Whether an earlier one was begun and not ended."""
    with store.read() as tx:
        return tx.value("SELECT rewrap_to FROM instance WHERE id = 1") is not None


def begin(store: Store, actor: str) -> str:
    """From here on envelopes may change to the newest generation; returns how it is named. Again: nothing new."""
    with store.begin() as tx:
        to = tx.vault.prefix.hex()
        if tx.value("SELECT rewrap_to FROM instance WHERE id = 1") != to:
            tx.run("UPDATE instance SET rewrap_to = :to WHERE id = 1", to=to)
            tx.record(actor, BEGUN, to)
    return to


def portions(store: Store) -> Iterator[tuple[str, int]]:
    """(table, envelopes) of each portion, committed by itself; after an interruption what is done is not done again."""
    for place in _PLACES:
        after: Mapping[str, object] | None = None
        while True:
            with store.begin() as tx:
                done, after = _portion(tx, place, after)
            if done == 0:
                break
            yield place.table, done


def _portion(
    tx: Transaction, place: _Place, after: Mapping[str, object] | None
) -> tuple[int, Mapping[str, object] | None]:
    keys = ", ".join(place.keys)
    behind = f" AND ({keys}) > ({', '.join(f':{key}' for key in place.keys)})" if after else ""
    sql = (
        f'SELECT {keys}, "{place.column}" AS envelope FROM {place.table} WHERE "{place.column}" IS NOT NULL'
        f' AND substr("{place.column}", 1, :size) <> :prefix{behind} ORDER BY {keys} LIMIT {place.portion}'
    )
    rows = tx.rows(sql, prefix=tx.vault.prefix, size=len(tx.vault.prefix), **(after or {}))
    if not rows:
        return 0, None
    changes = [_sealed_anew(tx, place, row._mapping) for row in rows]
    where = " AND ".join(f"{key} = :{key}" for key in place.keys)
    tx.connection.execute(text(f'UPDATE {place.table} SET "{place.column}" = :sealed WHERE {where}'), changes)
    return len(rows), {key: rows[-1]._mapping[key] for key in place.keys}


def _sealed_anew(tx: Transaction, place: _Place, row: Mapping[str, object]) -> dict[str, object]:
    found = {key: row[key] for key in place.keys}
    context = place.context.format(**found)
    envelope = row["envelope"]
    assert isinstance(envelope, bytes | memoryview)
    return found | {"sealed": tx.vault.seal(tx.vault.open(bytes(envelope), context), context)}


def end(store: Store, actor: str, counts: Mapping[str, int]) -> bool:
    """Close it when no envelope of an older generation is left; False when another process made one meanwhile."""
    with store.begin() as tx:
        left = any(_is_left(tx, place) for place in _PLACES)
        if not left:
            tx.run("UPDATE instance SET rewrap_to = NULL WHERE id = 1")
            tx.record(actor, ENDED, tx.vault.prefix.hex(), "", **counts)
    return not left


def _is_left(tx: Transaction, place: _Place) -> bool:
    sql = f'SELECT 1 FROM {place.table} WHERE substr("{place.column}", 1, :size) <> :prefix LIMIT 1'
    return bool(tx.value(sql, prefix=tx.vault.prefix, size=len(tx.vault.prefix)))
