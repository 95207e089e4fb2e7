"""Every row as a stream of lines, and back into an empty database: the same lines from both databases and for both.

A line is ``[table, [row, ...]]``, the last one ``[null, [rows, sha256 of the lines before]]``. What is read is one
consistent picture, while others go on. What is written is one transaction, which ends in safe mode (M15).
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from gateway.domain.crash import crash_point
from gateway.domain.errors import Refusal, Tampered
from gateway.store import instance, schema, tables
from gateway.store.revision import NEWEST
from gateway.store.store import Transaction

RESTORED = "backup_restored"
"""Why a restored database sends nothing."""

_LINE_BYTES = 256 * 1024
_ROWS_FETCHED = 500
_BLOBS_FETCHED = 4
_BYTES = "b64"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REVISION = re.compile(r"[0-9]{4}")

About = Mapping[str, Any]


def about(tx: Transaction) -> dict[str, Any]:
    """Whose database it is, how far it came, and how many rows each table has."""
    assert tables.__all__  # the import registers every table
    counted = {
        table.name: {
            "columns": [column.name for column in table.columns],
            "rows": tx.value(f'SELECT count(*) FROM "{table.name}"'),
        }
        for table in SQLModel.metadata.sorted_tables
    }
    head = instance.head(tx)
    return {
        "instance": head.instance,
        "epoch": head.epoch,
        "sequence": head.sequence,
        "head": head.hash,
        "environment": tx.value("SELECT environment FROM instance WHERE id = 1"),
        "revision": NEWEST,
        "made_at": tx.now(),
        "tables": counted,
    }


def lines(tx: Transaction) -> Iterator[bytes]:
    """All rows in the order of their keys, a table after those that it points to, with a few rows in memory."""
    digest, rows = hashlib.sha256(), 0
    for table in SQLModel.metadata.sorted_tables:
        for portion in _portions(_rows(tx, table)):
            line = f'["{table.name}", [{", ".join(portion)}]]\n'.encode()
            digest.update(line)
            rows += len(portion)
            yield line
    yield json.dumps([None, [rows, digest.hexdigest()]]).encode() + b"\n"


def _rows(tx: Transaction, table: Table) -> Iterator[str]:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
    fetched = _BLOBS_FETCHED if table.name == "blob" else _ROWS_FETCHED
    sql, options = (
        f'SELECT {columns} FROM "{table.name}" ORDER BY {keys}',
        {"stream_results": True, "yield_per": fetched},
    )
    for row in tx.connection.execute(text(sql), execution_options=options):
        yield json.dumps(tuple(row), ensure_ascii=False, default=_of_bytes)


def _portions(rows: Iterable[str]) -> Iterator[list[str]]:
    portion: list[str] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row)
        if size >= _LINE_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _of_bytes(value: bytes) -> dict[str, str]:
    return {_BYTES: b64encode(value).decode()}


def _to_bytes(value: dict[str, str]) -> bytes:
    return b64decode(value[_BYTES])


def restore(tx: Transaction, told: About, content: Iterable[bytes]) -> int:
    """Fill an empty database in the caller's transaction; returns the rows. Nothing is sent from it until ``resume``.

    A backup of an older revision is brought to this one. Raises ``Refusal`` and ``Tampered``.
    """
    revision = str(told["revision"])
    if not _REVISION.fullmatch(revision) or revision > NEWEST:
        raise Refusal("backup_of_newer_version", revision=revision, newest=NEWEST)
    schema.require_empty(tx.connection)
    schema.lay_tables(tx.connection, revision)
    on_sqlite = tx.dialect.name == "sqlite"
    if on_sqlite:
        tx.run("PRAGMA defer_foreign_keys = ON")
    rows = _fill(tx, told["tables"], content)
    if on_sqlite and (orphan := tx.run("PRAGMA foreign_key_check").first()):
        raise Tampered("backup_rows_refused", table=orphan[0])
    crash_point("rows restored")
    schema.build(tx.connection)
    found = {"instance": told["instance"], "epoch": told["epoch"], "sequence": told["sequence"]}
    instance.enter_safe_mode(tx, RESTORED, found)
    return rows


def _fill(tx: Transaction, counted: Mapping[str, Mapping[str, Any]], content: Iterable[bytes]) -> int:
    digest, counts = hashlib.sha256(), dict.fromkeys(counted, 0)
    told: Sequence[Any] = ()
    for line in content:
        table, rows = json.loads(line, object_hook=_to_bytes)
        if table is None:
            told = rows
            continue
        columns = counted[table]["columns"]
        if told or not all(map(_NAME.fullmatch, (table, *columns))):
            raise Tampered("backup_changed")
        _insert(tx, table, columns, rows)
        counts[table] += len(rows)
        digest.update(line)
    total = sum(counts.values())
    if list(told) != [total, digest.hexdigest()] or counts != {name: each["rows"] for name, each in counted.items()}:
        raise Tampered("backup_changed")
    return total


def _insert(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Whoever wrote the backup had past the constraints what these refuse."""
    try:
        tx.dialect.insert(tx.connection, table, columns, rows)
    except (sqlite3.IntegrityError, IntegrityError):
        raise Tampered("backup_rows_refused", table=table) from None
