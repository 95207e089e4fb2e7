"""What lies in partners' inboxes, as last seen: it may still grow, or it is received and could not be moved away.

Read and written in sets: a round over a folder costs the same few statements whether ten names lie there or 100,000.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from sqlalchemy import text

from gateway.domain.states import InboundState
from gateway.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """One name of a folder; the fields are those of ``tables.Sighting``."""

    name: str
    size_bytes: int
    modified: int
    polls: int = 1
    tries: int = 0
    first_seen_at: str = ""
    said: str | None = None
    file_in_id: int | None = None
    state: str | None = None
    """Of the file that was received from it."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one folder before it is listed."""

    marks: Set[bytes] = frozenset()
    """Of everything received, as it was then: less than 100 bytes each, whatever the length of the names."""
    received: Set[int] = frozenset()
    """Hashes of the names of the same: what looks otherwise under one of them waits until new names had their turn."""
    pending: dict[str, Seen] = field(default_factory=dict)
    """Seen and not received."""
    due: tuple[Seen, ...] = ()
    """Received and still to be moved away, those first that were tried least."""


class _File(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def size_bytes(self) -> int: ...

    @property
    def modified(self) -> int: ...


def mark(file: _File) -> bytes:
    """Sixteen bytes that stand for a file as it was."""
    return hashlib.blake2b(f"{file.size_bytes} {file.modified} {file.name}".encode(), digest_size=16).digest()


_OF_FOLDER = "s.partner = :partner AND s.folder = :folder"
_MARKS = f"SELECT s.name, s.size_bytes, s.modified FROM sighting s WHERE {_OF_FOLDER} AND s.file_in_id IS NOT NULL"
_COLUMNS = "s.name, s.size_bytes, s.modified, s.polls, s.tries, s.first_seen_at, s.said, s.file_in_id"
_PENDING = f"SELECT {_COLUMNS}, NULL AS state FROM sighting s WHERE {_OF_FOLDER} AND s.file_in_id IS NULL"
_DUE = (
    f"SELECT {_COLUMNS}, f.state FROM sighting s JOIN file_in f ON f.id = s.file_in_id WHERE {_OF_FOLDER}"
    f" AND f.state <> '{InboundState.RECEIVED}' ORDER BY s.tries, s.name LIMIT :most"
)


def memory(tx: Transaction, partner: str, folder: str, due_max: int) -> Memory:
    """Everything known of a folder, in three statements."""
    where = {"partner": partner, "folder": folder}
    marks: set[bytes] = set()
    received: set[int] = set()
    for row in tx.stream(_MARKS, **where):
        marks.add(mark(row))
        received.add(hash(row.name))
    pending = {row.name: _seen(row) for row in tx.stream(_PENDING, **where)}
    return Memory(marks, received, pending, tuple(_seen(row) for row in tx.rows(_DUE, most=due_max, **where)))


def _seen(row: Any) -> Seen:
    return Seen(**row._mapping)


_KEYS = "partner, folder, name, size_bytes, modified, polls, tries, first_seen_at, said, file_in_id"
_NOTE = text(
    f"INSERT INTO sighting ({_KEYS}) VALUES (:partner, :folder, :name, :size_bytes, :modified, :polls, :tries,"
    " :first_seen_at, :said, :file_in_id) ON CONFLICT (partner, folder, name) DO UPDATE SET"
    " size_bytes = excluded.size_bytes, modified = excluded.modified, polls = excluded.polls, tries = CASE"
    " WHEN sighting.file_in_id IS NOT NULL AND excluded.file_in_id IS NULL THEN sighting.tries + 1 ELSE excluded.tries"
    " END, said = excluded.said, file_in_id = excluded.file_in_id"
)
"""What was received under a name and looks otherwise now has had its turn."""


def note(tx: Transaction, partner: str, folder: str, seen: Iterable[Seen]) -> None:
    """Remember these names as they are now; when each was first seen stays."""
    rows = [asdict(each) | {"partner": partner, "folder": folder} for each in seen]
    _all(tx, _NOTE, [row | {"first_seen_at": row["first_seen_at"] or tx.now()} for row in rows])


_FAILED = (
    f"INSERT INTO sighting ({_KEYS}) VALUES (:partner, :folder, :name, :size_bytes, :modified, 1, 1, :now, NULL, NULL)"
    " ON CONFLICT (partner, folder, name) DO UPDATE SET tries = sighting.tries + 1, file_in_id = CASE WHEN"
    " sighting.size_bytes = excluded.size_bytes AND sighting.modified = excluded.modified THEN sighting.file_in_id END"
)
"""Other content under the name of a received file is a file of its own, which waits its turn."""


def failed(tx: Transaction, partner: str, folder: str, seen: Seen) -> None:
    """One more try in vain; what is tried least comes first."""
    where = {"partner": partner, "folder": folder, "name": seen.name}
    tx.run(_FAILED, size_bytes=seen.size_bytes, modified=seen.modified, now=tx.now(), **where)


_CONFIRMED = (
    f"INSERT INTO sighting ({_KEYS}) VALUES (:partner, :folder, :name, :size_bytes, :modified, 1, 0, :now, NULL, :id)"
    " ON CONFLICT (partner, folder, name) DO UPDATE SET size_bytes = excluded.size_bytes, modified = excluded.modified,"
    " polls = sighting.polls + 1, file_in_id = excluded.file_in_id"
)


def confirm(tx: Transaction, partner: str, folder: str, seen: Seen) -> None:
    """The bytes of a received file were read once more and are the same."""
    where = {"partner": partner, "folder": folder, "name": seen.name, "id": seen.file_in_id}
    tx.run(_CONFIRMED, size_bytes=seen.size_bytes, modified=seen.modified, now=tx.now(), **where)


def is_said(tx: Transaction, partner: str, folder: str, kind: str) -> bool:
    """An exception of this kind stands for a name that lies in the folder."""
    sql = f"SELECT 1 FROM sighting s WHERE {_OF_FOLDER} AND s.said = :kind LIMIT 1"
    return tx.value(sql, partner=partner, folder=folder, kind=kind) is not None


def find(tx: Transaction, partner: str, folder: str, name: str) -> Seen | None:
    """One name."""
    sql = f"SELECT {_COLUMNS}, NULL AS state FROM sighting s WHERE {_OF_FOLDER} AND s.name = :name"
    return next((_seen(row) for row in tx.rows(sql, partner=partner, folder=folder, name=name)), None)


_FORGET = text("DELETE FROM sighting WHERE partner = :partner AND folder = :folder AND name = :name")


def forget(tx: Transaction, partner: str, folder: str, names: Iterable[str]) -> None:
    """These lie there no longer."""
    _all(tx, _FORGET, [{"partner": partner, "folder": folder, "name": name} for name in names])


def _all(tx: Transaction, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
    """One statement for all rows."""
    if rows:
        tx.session.flush()
        tx.connection.execute(statement, rows)
