"""What people look at: lists, work items, differences, everybody; and single rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.domain.errors import NotFound
from gateway.store.roster.scope import BLOCKED, LIVE, Roster
from gateway.store.store import Transaction
from gateway.store.tables import RosterFile, RosterLine, WorkItem


def add_file(tx: Transaction, file: RosterFile) -> None:
    tx.session.add(file)
    tx.session.flush()


def files(tx: Transaction, limit: int, since: str | None) -> list[Any]:
    """Lists that were imported, newest first."""
    return tx.rows(
        "SELECT c.reference, c.made_at, c.actor, f.*, (SELECT count(*) FROM work_item w WHERE w.opened_by = c.id"
        " AND w.state = 'open') AS open_items FROM roster_file f JOIN roster_change c ON c.id = f.change_id"
        " WHERE (CAST(:since AS TEXT) IS NULL OR c.made_at >= :since) ORDER BY c.id DESC LIMIT :limit",
        since=since,
        limit=limit,
    )


def file(tx: Transaction, reference: str) -> Any:
    row = tx.run(
        "SELECT c.reference, c.made_at, c.actor, f.* FROM roster_file f JOIN roster_change c ON c.id = f.change_id"
        " WHERE c.reference = :r",
        r=reference,
    ).one_or_none()
    if row is None:
        raise NotFound("roster_unknown", roster=reference)
    return row


def kinds(tx: Transaction, change_id: int) -> list[Any]:
    """What a list made people look at: (code, field, blocking, state, count)."""
    return tx.rows(
        "SELECT code, field, blocking, state, count(*) AS items FROM work_item WHERE opened_by = :c"
        " GROUP BY code, field, blocking, state ORDER BY blocking DESC, code, field, state",
        c=change_id,
    )


def items(tx: Transaction, limit: int, **given: str | None) -> list[Any]:
    """Work items, oldest first; ``state``, ``code``, ``roster`` (reference of a list), ``payer`` narrow."""
    conditions = {"state": "w.state = :state", "code": "w.code = :code", "roster": "c.reference = :roster",
                  "payer": "w.payer = :payer"}  # fmt: skip
    used = {name: value for name, value in given.items() if value is not None}
    where = " AND ".join(conditions[name] for name in used) or "1 = 1"
    return tx.rows(
        "SELECT w.*, c.reference AS roster, c.made_at, l.id AS line_id, l.personal AS known FROM work_item w"
        " JOIN roster_change c ON c.id = w.opened_by LEFT JOIN roster_line l ON l.person_blind = w.person_blind"
        " AND l.payer = w.payer AND l.programme = w.programme AND l.ended_by IS NULL"
        f" WHERE {where} ORDER BY w.id LIMIT :limit",
        limit=limit,
        **used,
    )


def item(tx: Transaction, number: int) -> WorkItem:
    """The item, its row locked to the end of the transaction."""
    found = tx.session.get(WorkItem, number, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("work_item_unknown", item=number)
    return found


def live(tx: Transaction, roster: Roster, person_blind: bytes) -> RosterLine | None:
    """The version that holds for a person."""
    number = tx.value(
        f"SELECT l.id FROM roster_line l WHERE {LIVE} AND l.person_blind = :person",
        person=person_blind,
        **roster.named,
    )
    return tx.session.get(RosterLine, number) if number else None


_DIFFERENCES = (
    "SELECT n.id, n.sheet, n.\"row\", CASE WHEN o.id IS NULL THEN 'added' ELSE 'changed' END AS change, n.personal,"
    " o.id AS was_id, o.personal AS was FROM roster_line n LEFT JOIN roster_line o"
    " ON o.ended_by = n.made_by AND o.person_blind = n.person_blind WHERE n.made_by = :c ORDER BY n.id"
)


def differences(tx: Transaction, change_id: int) -> Iterator[Any]:
    """Versions that an act made, each beside the one it took the place of."""
    yield from tx.stream(_DIFFERENCES, c=change_id)


def everybody(tx: Transaction, payer: str | None, programme: str | None) -> Iterator[Any]:
    """The versions that hold, with what blocks them."""
    yield from tx.stream(
        f"SELECT l.*, COALESCE(b.items, 0) AS blocked FROM roster_line l LEFT JOIN ({BLOCKED}) b"
        " ON b.person_blind = l.person_blind AND b.payer = l.payer AND b.programme = l.programme"
        " WHERE l.ended_by IS NULL AND (CAST(:payer AS TEXT) IS NULL OR l.payer = :payer)"
        " AND (CAST(:programme AS TEXT) IS NULL OR l.programme = :programme) ORDER BY l.payer, l.programme, l.id",
        payer=payer,
        programme=programme,
    )
