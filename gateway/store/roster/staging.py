"""One list staged beside what is known, compared and taken over in sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.domain.accounts import DOUBTS
from gateway.store import bulk
from gateway.store.roster.scope import LIVE, Roster
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import RosterChange, RosterLine, WorkItem

LINE_COLUMNS = tuple(column.name for column in RosterLine.__table__.columns)  # type: ignore[attr-defined]
ITEM_COLUMNS = tuple(column.name for column in WorkItem.__table__.columns)  # type: ignore[attr-defined]
_ROW_COLUMNS = ("sheet", "row", "person_blind", "content_blind")
_ROW = ", ".join(f'"{name}"' for name in _ROW_COLUMNS)
_OF_ACCOUNTS = ", ".join(f"'{code}'" for code in DOUBTS)
_LINES, _ITEMS = (", ".join(f'"{name}"' for name in names) for names in (LINE_COLUMNS, ITEM_COLUMNS))


def open_staging(tx: Transaction) -> None:
    """Scratch tables for the rows of one list; gone with the connection."""
    for name, source in (("incoming_line", "roster_line"), ("incoming_item", "work_item")):
        tx.run(f"DROP TABLE IF EXISTS {name}")
        tx.run(f"CREATE TEMPORARY TABLE {name} AS SELECT * FROM {source} WHERE 1 = 0")
    tx.run("DROP TABLE IF EXISTS incoming_row")
    tx.run(f"CREATE TEMPORARY TABLE incoming_row AS SELECT {_ROW} FROM roster_line WHERE 1 = 0")


def stage_lines(tx: Transaction, lines: Iterable[Sequence[Any]]) -> None:
    bulk.insert(tx, "incoming_line", LINE_COLUMNS, lines)


def stage_rows(tx: Transaction, rows: Iterable[Sequence[Any]]) -> None:
    """Every row of the list, also those that make no line."""
    bulk.insert(tx, "incoming_row", _ROW_COLUMNS, rows)


def stage_items(tx: Transaction, items: Iterable[Sequence[Any]]) -> None:
    bulk.insert(tx, "incoming_item", ITEM_COLUMNS, items)


def index_staging(tx: Transaction) -> None:
    """Once everything is staged."""
    for table, column in (
        *(("incoming_line", "person_blind"), ("incoming_line", "likeness_blind")),
        *(("incoming_row", "person_blind"), ("incoming_row", '"row"'), ("incoming_item", "subject_blind")),
    ):
        tx.run(f"CREATE INDEX ix_{table}_{column.strip(chr(34))} ON {table} ({column})")


def rows_digest(tx: Transaction) -> bytes:
    """Import identity: SHA-256 over the content of every row, sorted."""
    sha256 = hashlib.sha256()
    for row in tx.stream("SELECT content_blind FROM incoming_row ORDER BY content_blind"):
        sha256.update(bytes(row.content_blind))
    return sha256.digest()


def newest_file(tx: Transaction, roster: Roster) -> Any:
    """The last list of this roster, or None."""
    return tx.run(
        "SELECT f.*, c.reference FROM roster_file f JOIN roster_change c ON c.id = f.change_id"
        " WHERE f.payer = :payer AND f.programme = :programme ORDER BY f.as_of DESC, f.change_id DESC LIMIT 1",
        **roster.named,
    ).first()


def named_twice(tx: Transaction) -> Iterator[Any]:
    """Rows of people that the list names more than once, each beside another one, and whether all say the same.

    Of those that say the same the first is left out.
    """
    yield from tx.stream(
        'SELECT i.id, i.sheet, i."row", o.sheet AS other_sheet, o."row" AS other, i.person_blind, i.personal,'
        " t.contents = 1 AS alike FROM incoming_line i JOIN"
        " (SELECT person_blind, min(id) AS first_id, max(id) AS last_id, count(DISTINCT content_blind) AS contents"
        "  FROM incoming_line GROUP BY person_blind HAVING count(*) > 1) t ON t.person_blind = i.person_blind"
        " JOIN incoming_line o ON o.id = CASE WHEN i.id = t.first_id THEN t.last_id ELSE t.first_id END"
        " WHERE t.contents > 1 OR i.id <> t.first_id ORDER BY i.id"
    )


def drop_repeated(tx: Transaction) -> int:
    """Of rows that say the same the first stays; of those that differ none, for a person says which is right.

    Returns how many these are.
    """
    differing = tx.run(
        "DELETE FROM incoming_line WHERE person_blind IN (SELECT person_blind FROM incoming_line"
        " GROUP BY person_blind HAVING count(DISTINCT content_blind) > 1)"
    ).rowcount
    _keep_first(tx, "incoming_line", "person_blind")
    return differing


def _keep_first(tx: Transaction, table: str, column: str) -> None:
    """By the index of the column, where a list of all first ones would stand in memory."""
    same = f"SELECT 1 FROM {table} o WHERE o.{column} = {table}.{column} AND o.id < {table}.id"
    tx.run(f"DELETE FROM {table} WHERE EXISTS ({same})")


def person_of(tx: Transaction, sheet: str, row: int) -> Any:
    """The row with its ``person_blind``, or None where the list has none there."""
    return tx.run(
        'SELECT person_blind FROM incoming_row WHERE sheet = :sheet AND "row" = :row', sheet=sheet, row=row
    ).first()


def renamed(tx: Transaction, roster: Roster) -> Iterator[Any]:
    """Rows whose id belongs to another name in the roster."""
    yield from tx.stream(
        'SELECT i.sheet, i."row", i.person_blind, i.name_blind AS now FROM incoming_line i JOIN roster_line l'
        f" ON l.person_blind = i.person_blind AND {LIVE} WHERE l.name_blind <> i.name_blind"
        " ORDER BY i.id",
        **roster.named,
    )


def resumed(tx: Transaction, roster: Roster) -> Iterator[Any]:
    """Rows of people whose entitlement somebody ended."""
    yield from tx.stream(
        'SELECT i.sheet, i."row", i.person_blind, l.id AS other FROM incoming_line i JOIN roster_line l'
        f" ON l.person_blind = i.person_blind AND {LIVE} JOIN roster_change c ON c.id = l.made_by AND c.kind = 'item'"
        " ORDER BY i.id",
        **roster.named,
    )


def elsewhere(tx: Transaction, roster: Roster, month: str) -> Iterator[Any]:
    """Rows of people whom another payer's roster holds in the same programme, not ended before a month."""
    yield from tx.stream(
        'SELECT i.sheet, i."row", i.person_blind, l.payer AS other FROM incoming_line i JOIN roster_line l'
        " ON l.person_blind = i.person_blind AND l.programme = :programme AND l.payer <> :payer"
        " AND l.ended_by IS NULL AND (l.until IS NULL OR l.until >= :month)"
        " ORDER BY i.id, l.payer",
        month=month,
        **roster.named,
    )


def alike(tx: Transaction) -> Iterator[Any]:
    """Rows with the name and the day of birth of somebody with another id, in this list or any roster."""
    yield from tx.stream(
        'SELECT i.sheet, i."row", i.person_blind, o.person_blind AS other FROM incoming_line i JOIN'
        " (SELECT likeness_blind, person_blind FROM incoming_line WHERE likeness_blind IS NOT NULL"
        "  UNION SELECT likeness_blind, person_blind FROM roster_line WHERE ended_by IS NULL"
        "  AND likeness_blind IS NOT NULL) o"
        " ON o.likeness_blind = i.likeness_blind AND o.person_blind <> i.person_blind ORDER BY i.id, o.person_blind"
    )


def absent(tx: Transaction, roster: Roster, month: str) -> Iterator[Any]:
    """People of the roster whom no row of the list names, and whose entitlement has not ended before a month."""
    yield from tx.stream(
        f"SELECT l.id, '' AS sheet, 0 AS \"row\", l.person_blind FROM roster_line l WHERE {LIVE}"
        " AND (l.until IS NULL OR l.until >= :month)"
        " AND NOT EXISTS (SELECT 1 FROM incoming_row i WHERE i.person_blind = l.person_blind) ORDER BY l.id",
        month=month,
        **roster.named,
    )


def next_change(tx: Transaction) -> int:
    return take(tx, "roster_change").start


def add_change(tx: Transaction, number: int, kind: str, roster: Roster, actor: str) -> RosterChange:
    made = RosterChange(
        id=number,
        reference=naming(tx).message_id(number).replace("M", "R", 1),
        kind=kind,
        payer=roster.payer,
        programme=roster.programme,
        actor=actor,
        made_at=tx.now(),
    )
    tx.session.add(made)
    tx.session.flush()
    return made


@dataclass(frozen=True, slots=True)
class Taken:
    """How many people a list added, changed, and left as they were."""

    added: int
    changed: int
    same: int


def take_over(tx: Transaction, roster: Roster, change_id: int, month: str) -> Taken:
    """End the versions that the list changes and make the new ones.

    Who has no first month keeps the one that is known, or begins now.
    """
    same = tx.run(
        "DELETE FROM incoming_line WHERE person_blind IN (SELECT l.person_blind FROM roster_line l"
        " JOIN incoming_line i ON i.person_blind = l.person_blind AND i.content_blind = l.content_blind"
        f" WHERE {LIVE})",
        **roster.named,
    ).rowcount
    _begin(tx, roster, month)
    changed = tx.run(
        "UPDATE roster_line SET ended_by = :change WHERE id IN (SELECT l.id FROM roster_line l JOIN incoming_line i"
        f" ON i.person_blind = l.person_blind WHERE {LIVE})",
        change=change_id,
        **roster.named,
    ).rowcount
    made = tx.run(f"INSERT INTO roster_line ({_LINES}) SELECT {_LINES} FROM incoming_line ORDER BY id").rowcount
    return Taken(added=made - changed, changed=changed, same=same)


def _begin(tx: Transaction, roster: Roster, month: str) -> None:
    """First months that the list does not tell; before the versions that know them end."""
    tx.run(
        f"UPDATE incoming_line SET since = COALESCE((SELECT l.since FROM roster_line l WHERE {LIVE}"
        " AND l.person_blind = incoming_line.person_blind), :month) WHERE since = ''",
        month=month,
        **roster.named,
    )
    tx.run("UPDATE incoming_line SET since = until WHERE until < since")


def take_items(tx: Transaction, roster: Roster, change_id: int) -> None:
    """Open what is new, end what the list no longer shows; what somebody judged is not asked again."""
    scope = "w.payer = :payer AND w.programme = :programme"
    _keep_first(tx, "incoming_item", "subject_blind")
    tx.run(
        "UPDATE work_item SET state = 'gone', ended_by = :change WHERE id IN (SELECT w.id FROM work_item w"
        f" WHERE {scope} AND w.state = 'open'"
        f" AND w.code NOT IN ({_OF_ACCOUNTS})"
        " AND NOT EXISTS (SELECT 1 FROM population_answer a WHERE a.change_id = w.opened_by) AND NOT EXISTS"
        " (SELECT 1 FROM incoming_item i WHERE i.subject_blind = w.subject_blind))",
        change=change_id,
        **roster.named,
    )
    tx.run(
        f"INSERT INTO work_item ({_ITEMS}) SELECT {_ITEMS} FROM incoming_item i WHERE NOT EXISTS (SELECT 1"
        f" FROM work_item w WHERE {scope} AND w.subject_blind = i.subject_blind AND w.state IN ('open', 'accepted'))",
        **roster.named,
    )


_VERSIONS = (
    "SELECT id, 'made' AS verb, sheet, \"row\", since, until, commune_code, grouping, times, bank,"
    " content_blind AS content FROM roster_line WHERE made_by = :change"
    " UNION ALL SELECT id, 'ended', sheet, \"row\", since, until, commune_code, grouping, times, bank, content_blind"
    " FROM roster_line WHERE ended_by = :change ORDER BY verb, id"
)
_LOOKED_AT = (
    "SELECT id, 'opened' AS verb, {told}, '' AS reason, person_blind, subject_blind AS content"
    " FROM work_item WHERE opened_by = :change"
    " UNION ALL SELECT id, state, {told}, COALESCE(reason, ''), person_blind, subject_blind"
    " FROM work_item WHERE ended_by = :change ORDER BY verb, id"
).format(
    told='sheet, "row", field, code, params, CASE WHEN blocking THEN 1 ELSE 0 END,'
    " CASE WHEN personal IS NULL THEN 0 ELSE 1 END"
)


def versions_digest(tx: Transaction, change_id: int) -> bytes:
    """SHA-256 over the versions that an act made and ended: what its audit record holds."""
    return _digest(tx, _VERSIONS, change_id)


def items_digest(tx: Transaction, change_id: int) -> bytes:
    """SHA-256 over the work items that an act opened and ended."""
    return _digest(tx, _LOOKED_AT, change_id)


def _digest(tx: Transaction, sql: str, change_id: int) -> bytes:
    sha256 = hashlib.sha256()
    for row in tx.stream(sql, change=change_id):
        sha256.update(b"\x1e" + b"\x1f".join(map(_told, row)))
    return sha256.digest()


def _told(value: Any) -> bytes:
    if value is None:
        return b""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
