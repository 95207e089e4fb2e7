"""Requests to the population registry and its answers, in sets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.domain.errors import NotFound
from gateway.store import bulk
from gateway.store.roster.scope import Roster
from gateway.store.roster.staging import ITEM_COLUMNS
from gateway.store.store import Transaction, naming, take
from gateway.store.tables import PopulationAnswer, PopulationRequest

ROW_COLUMNS = ("row", "person_blind", "result", "content_blind", "personal")
_ITEMS = ", ".join(f'"{name}"' for name in ITEM_COLUMNS)
_ASKED = (
    "FROM roster_line l WHERE l.payer = :payer AND l.programme = :programme AND l.made_by <= :upto"
    " AND (l.ended_by IS NULL OR l.ended_by > :upto) AND (l.until IS NULL OR l.until >= :month)"
)
"""Whom a request asks about: the roster as it was after an act."""


def newest_change(tx: Transaction, roster: Roster) -> int | None:
    """The roster's last act."""
    found: int | None = tx.value(
        "SELECT max(id) FROM roster_change WHERE payer = :payer AND programme = :programme", **roster.named
    )
    return found


def name_request(tx: Transaction) -> tuple[int, str]:
    number = take(tx, "population_request").start
    return number, naming(tx).message_id(number).replace("M", "Q", 1)


def add(tx: Transaction, made: PopulationRequest | PopulationAnswer) -> None:
    tx.session.add(made)
    tx.session.flush()


def asked(tx: Transaction, roster: Roster, upto: int, month: str) -> Iterator[Any]:
    """The versions that are asked about, in their order."""
    yield from tx.stream(
        f"SELECT l.id, l.person_blind, l.content_blind, l.personal {_ASKED} ORDER BY l.id",
        upto=upto,
        month=month,
        **roster.named,
    )


class AskedDigest:
    """SHA-256 over whom a request asks about, and what is said of them."""

    def __init__(self) -> None:
        self._sha256, self.count = hashlib.sha256(), 0

    def see(self, row: Any) -> None:
        self.count += 1
        self._sha256.update(b"%d\x1f" % row.id + bytes(row.person_blind) + bytes(row.content_blind))

    def digest(self) -> bytes:
        return self._sha256.digest()


def asked_digest(tx: Transaction, request: PopulationRequest) -> AskedDigest:
    """As the roster tells it now: its past never changes."""
    found = AskedDigest()
    for row in asked(tx, Roster(request.payer, request.programme), request.upto, request.month):
        found.see(row)
    return found


def request(tx: Transaction, reference: str) -> PopulationRequest:
    number = tx.value("SELECT id FROM population_request WHERE reference = :r", r=reference)
    found = tx.session.get(PopulationRequest, number) if number else None
    if found is None:
        raise NotFound("population_request_unknown", request=reference)
    return found


def newest_answer(tx: Transaction, roster: Roster) -> Any:
    """The last answer that was taken about this roster, with the references of both, or None."""
    return tx.run(
        "SELECT a.*, c.reference, q.reference AS request FROM population_answer a JOIN roster_change c"
        " ON c.id = a.change_id JOIN population_request q ON q.id = a.request_id"
        " WHERE q.payer = :payer AND q.programme = :programme ORDER BY a.change_id DESC LIMIT 1",
        **roster.named,
    ).first()


def open_staging(tx: Transaction) -> None:
    """Scratch tables for the rows of one answer; gone with the connection."""
    for name in ("incoming_answer", "incoming_item"):
        tx.run(f"DROP TABLE IF EXISTS {name}")
    tx.run("CREATE TEMPORARY TABLE incoming_item AS SELECT * FROM work_item WHERE 1 = 0")
    tx.run("CREATE INDEX ix_incoming_item_subject_blind ON incoming_item (subject_blind)")
    tx.run(
        'CREATE TEMPORARY TABLE incoming_answer AS SELECT "row", person_blind, code AS result,'
        " subject_blind AS content_blind, personal FROM work_item WHERE 1 = 0"
    )


def stage(tx: Transaction, rows: Iterable[Sequence[Any]]) -> int:
    count = bulk.insert(tx, "incoming_answer", ROW_COLUMNS, rows)
    tx.run("CREATE INDEX ix_incoming_answer_person_blind ON incoming_answer (person_blind)")
    return count


def rows_digest(tx: Transaction) -> bytes:
    """SHA-256 over the content of every row, sorted."""
    sha256 = hashlib.sha256()
    for row in tx.stream("SELECT content_blind FROM incoming_answer ORDER BY content_blind"):
        sha256.update(bytes(row.content_blind))
    return sha256.digest()


def named_twice(tx: Transaction) -> Any:
    """Two rows of the same person, or None."""
    return tx.run(
        'SELECT min("row") AS first, max("row") AS other FROM incoming_answer GROUP BY person_blind'
        " HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    ).first()


def stage_asked(tx: Transaction, request: PopulationRequest) -> None:
    """Whom it asked about, by person; the indexes of the roster are for versions that still hold."""
    tx.run("DROP TABLE IF EXISTS asked_line")
    tx.run("CREATE TEMPORARY TABLE asked_line AS SELECT id, person_blind FROM roster_line WHERE 1 = 0")
    tx.run(f"INSERT INTO asked_line (id, person_blind) SELECT l.id, l.person_blind {_ASKED}", **_scope(request))
    tx.run("CREATE INDEX ix_asked_line_person_blind ON asked_line (person_blind)")


def not_asked(tx: Transaction) -> int | None:
    """The first row of somebody who was not asked about."""
    found: int | None = tx.value(
        'SELECT min(i."row") FROM incoming_answer i WHERE NOT EXISTS'
        " (SELECT 1 FROM asked_line a WHERE a.person_blind = i.person_blind)"
    )
    return found


def answered(tx: Transaction, *, confirmed: bool) -> Iterator[Any]:
    """Rows beside the versions that were asked about; those that are confirmed, or all others."""
    yield from tx.stream(
        'SELECT i."row", i.result, i.personal, i.person_blind, l.id AS line_id, l.personal AS said'
        " FROM incoming_answer i JOIN asked_line a ON a.person_blind = i.person_blind JOIN roster_line l ON l.id = a.id"
        " WHERE (i.result = 'confirmed') = :confirmed ORDER BY i.\"row\"",
        confirmed=confirmed,
    )


def take_results(tx: Transaction, change_id: int) -> None:
    tx.run(
        "INSERT INTO population_result (change_id, person_blind, line_id, result)"
        " SELECT CAST(:change AS BIGINT), i.person_blind, a.id, i.result FROM incoming_answer i"
        " JOIN asked_line a ON a.person_blind = i.person_blind",
        change=change_id,
    )


def take_items(tx: Transaction, roster: Roster, change_id: int) -> None:
    """Open what is new; end what the registry no longer says of those it answers about."""
    scope = "w.payer = :payer AND w.programme = :programme"
    tx.run(
        "UPDATE work_item SET state = 'gone', ended_by = :change WHERE id IN (SELECT w.id FROM work_item w"
        " JOIN population_answer a ON a.change_id = w.opened_by"
        " JOIN incoming_answer i ON i.person_blind = w.person_blind"
        f" WHERE {scope} AND w.state = 'open' AND NOT EXISTS"
        " (SELECT 1 FROM incoming_item n WHERE n.subject_blind = w.subject_blind))",
        change=change_id,
        **roster.named,
    )
    tx.run(
        f"INSERT INTO work_item ({_ITEMS}) SELECT {_ITEMS} FROM incoming_item i WHERE NOT EXISTS (SELECT 1"
        f" FROM work_item w WHERE {scope} AND w.subject_blind = i.subject_blind AND w.state IN ('open', 'accepted'))",
        **roster.named,
    )


def results_digest(tx: Transaction, change_id: int) -> bytes:
    """SHA-256 over what an answer says of everybody: what its audit record holds."""
    sha256 = hashlib.sha256()
    for row in tx.stream(
        "SELECT person_blind, line_id, result FROM population_result WHERE change_id = :c ORDER BY person_blind",
        c=change_id,
    ):
        sha256.update(bytes(row.person_blind) + f"\x1f{row.line_id}\x1f{row.result}\x1e".encode())
    return sha256.digest()


def results(tx: Transaction, change_id: int) -> dict[str, int]:
    """What an answer says, and of how many people."""
    rows = tx.rows(
        "SELECT result, count(*) AS people FROM population_result WHERE change_id = :c GROUP BY result", c=change_id
    )
    return {row.result: row.people for row in rows}


_LISTED = (
    "SELECT q.*, a.change_id, c.reference AS answer, a.answered_on, c.made_at AS taken_at, c.actor AS taken_by"
    " FROM population_request q LEFT JOIN population_answer a ON a.request_id = q.id"
    " LEFT JOIN roster_change c ON c.id = a.change_id"
)


def requests(tx: Transaction, limit: int) -> list[Any]:
    """Requests with their newest answers, newest first."""
    return tx.rows(
        f"{_LISTED} WHERE a.change_id IS NULL OR a.change_id = (SELECT max(o.change_id) FROM population_answer o"
        " WHERE o.request_id = q.id) ORDER BY q.id DESC LIMIT :limit",
        limit=limit,
    )


def answers(tx: Transaction, reference: str) -> list[Any]:
    """Everything that was answered to a request, oldest first."""
    return tx.rows(f"{_LISTED} WHERE q.reference = :r AND a.change_id IS NOT NULL ORDER BY a.change_id", r=reference)


def _scope(request: PopulationRequest) -> dict[str, Any]:
    return {
        "payer": request.payer,
        "programme": request.programme,
        "upto": request.upto,
        "month": request.month,
    }


def answered_on(tx: Transaction, change_id: int) -> str:
    """The day of an answer."""
    return str(tx.value("SELECT answered_on FROM population_answer WHERE change_id = :c", c=change_id))


def to_settle(tx: Transaction, roster: Roster) -> list[int]:
    """Open items that say that somebody died or moved."""
    rows = tx.rows(
        "SELECT w.id FROM work_item w WHERE w.payer = :payer AND w.programme = :programme AND w.state = 'open'"
        " AND w.code IN ('registry_deceased', 'registry_moved') ORDER BY w.id",
        **roster.named,
    )
    return [row.id for row in rows]
