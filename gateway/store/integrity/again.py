"""Rows of a file in that was read again, beside those of its first reading; all of it is rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import SQLModel

from gateway.domain.errors import ChitraError
from gateway.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Boundary:
    """The last rows before the second reading."""

    statement: int
    report: int


_STATEMENTS = "statement s"
_ENTRIES = f"{_STATEMENTS} JOIN entry e ON e.statement_id = s.id"
_TABLES = {
    "statement": (_STATEMENTS, "s", {"id", "file_in_id"}),
    "balance": (f"{_STATEMENTS} JOIN balance b ON b.statement_id = s.id", "b", {"statement_id"}),
    "entry": (_ENTRIES, "e", {"id", "statement_id", "disposition", "reason", "personal"}),
    "detail": (f"{_ENTRIES} JOIN detail d ON d.entry_id = e.id", "d", {"id", "entry_id", "personal"}),
}
"""Table -> how it hangs on the file's statements, its alias, and what a second reading gives anew."""


def begin(tx: Transaction, file_in_id: int) -> Boundary:
    """Make room for the second reading: a message id is used once."""
    tx.run("UPDATE status_report SET partner = ' ' || partner WHERE file_in_id = :f", f=file_in_id)
    last = "SELECT COALESCE(max(id), 0) FROM {0}"
    return Boundary(int(tx.value(last.format("statement"))), int(tx.value(last.format("status_report"))))


def differing(tx: Transaction, file_in_id: int, boundary: Boundary) -> Iterator[tuple[str, int]]:
    """(table, rows that only one of the readings has) where there are any."""
    named = {"f": file_in_id, "b": boundary.statement}
    for table, (source, alias, without) in _TABLES.items():
        columns = ["s.ordinal", *(f"{alias}.{name}" for name in _columns(table) if name not in without)]
        columns += ["e.ordinal"] if table == "detail" else []
        selected = f"SELECT {', '.join(columns)} FROM {source} WHERE s.file_in_id = :f AND s.id"
        yield from _counted(tx, table, f"{selected} <= :b", f"{selected} > :b", named)
    lines = ", ".join(f"n.{name}" for name in _columns("status_line") if name not in {"id", "report_id"})
    selected = (
        f"SELECT trim(r.partner), r.message_id, r.created_at, {lines} FROM status_report r"
        " LEFT JOIN status_line n ON n.report_id = r.id WHERE r.file_in_id = :f AND r.id"
    )
    named = {"f": file_in_id, "b": boundary.report}
    yield from _counted(tx, "status_line", f"{selected} <= :b", f"{selected} > :b", named)


def _columns(table: str) -> list[str]:
    return [column.name for column in SQLModel.metadata.tables[table].columns]


def _counted(tx: Transaction, table: str, first: str, second: str, named: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Rows are counted too, since sets know no twins."""
    count = int(tx.value(f"SELECT count(*) FROM ({first} EXCEPT {second}) q", **named))
    count += int(tx.value(f"SELECT count(*) FROM ({second} EXCEPT {first}) q", **named))
    sizes = [int(tx.value(f"SELECT count(*) FROM ({rows}) q", **named)) for rows in (first, second)]
    if count or sizes[0] != sizes[1]:
        yield table, max(count, abs(sizes[0] - sizes[1]))


_PAIRS = {
    "entry": (
        "SELECT o.id, o.personal, k.id AS again_id, k.personal AS again FROM statement s JOIN entry o"
        " ON o.statement_id = s.id JOIN statement z ON z.file_in_id = s.file_in_id AND z.ordinal = s.ordinal"
        " AND z.id > :b JOIN entry k ON k.statement_id = z.id AND k.ordinal = o.ordinal"
        " WHERE s.file_in_id = :f AND s.id <= :b"
    ),
    "detail": (
        "SELECT o.id, o.personal, k.id AS again_id, k.personal AS again FROM statement s JOIN entry e"
        " ON e.statement_id = s.id JOIN detail o ON o.entry_id = e.id JOIN statement z"
        " ON z.file_in_id = s.file_in_id AND z.ordinal = s.ordinal AND z.id > :b JOIN entry y"
        " ON y.statement_id = z.id AND y.ordinal = e.ordinal JOIN detail k ON k.entry_id = y.id"
        " AND k.ordinal = o.ordinal WHERE s.file_in_id = :f AND s.id <= :b"
    ),
}


def personal(tx: Transaction, file_in_id: int, boundary: Boundary) -> Iterator[tuple[str, int]]:
    """(table, row) of each envelope whose content is not what the bytes say."""
    for table, sql in _PAIRS.items():
        for row in tx.stream(sql, f=file_in_id, b=boundary.statement):
            if _opened(tx, row.personal, f"{table}:{row.id}") != _opened(tx, row.again, f"{table}:{row.again_id}"):
                yield table, row.id


def _opened(tx: Transaction, envelope: bytes | None, context: str) -> object:
    if envelope is None:
        return None
    try:
        return json.loads(tx.vault.open(bytes(envelope), context))
    except (ChitraError, ValueError):
        return "does not open"
