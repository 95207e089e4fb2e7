"""Import of a beneficiary list: every row is read, compared with the roster, and taken over or put before a person.

One transaction: the bytes of the list, the versions it makes and ends, and the work items; nothing half. Whom a list
does not name is not ended by that: an item asks (M2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import chain
from typing import Any, BinaryIO

from formats.lists import Aside, Problem, Row, read_list
from formats.text.names import comparable
from gateway.domain import identifiers
from gateway.domain.errors import Refusal
from gateway.domain.roster import ChangeKind
from gateway.store import blobs
from gateway.store.numbers import Numbers
from gateway.store.roster import browse, staging
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.store.tables import RosterFile
from gateway.usecases import people
from gateway.usecases.accounts import doubts
from gateway.usecases.context import Context
from gateway.usecases.intake import enrol_payer
from gateway.usecases.roster.items import Items
from gateway.usecases.roster.listed import LAYOUT, NAMES, ListedPerson, ListReader, content_blind, likeness
from gateway.usecases.roster.remark import Remark

_ROWS_STAGED_AT_ONCE = 5000
_UNREADABLE = frozenset({"column_missing", "column_twice", "heading_not_found", "quote_unbalanced"})
"""Codes after which rows of the list are not read, wherever they stand."""


@dataclass(frozen=True, slots=True)
class Request:
    source: BinaryIO
    name: str
    payer: str
    programme: str
    operator: str
    commune: str = ""
    """Code of the commune of rows that do not give one."""
    as_of: str | None = None
    """The day whose state the list tells; None: today, or that of the same list before."""
    province: str = ""
    """Two digits: where communes lie that are told by name; else that of ``commune``."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome; ``already_seen`` says that nothing changed, since these rows are the last list's."""

    file: Any
    """The row of ``roster_file`` with the ``reference`` of its change."""
    notes: list[Problem]
    already_seen: bool = False


def import_list(context: Context, request: Request) -> Imported:
    """Raises ``Refusal`` for a list that is older than the last one, or that cannot be read as a list."""
    programme = identifiers.programme(request.programme)
    if programme is None:
        raise Refusal("programme_invalid")
    as_of = request.as_of or context.today().isoformat()
    if as_of > context.today().isoformat():
        raise Refusal("roster_of_the_future", as_of=as_of)
    province = _province(context, request)
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, request.operator, {"maker"})
        reader = ListReader(context, date.fromisoformat(as_of), request.commune, province)
        staged = _Staging(context, tx, Roster(context.payer(request.payer).code, programme), as_of, reader)
        staged.fill(read_list(request.source, LAYOUT, request.name))
        known = _unchanged(tx, staged, request.as_of)
        if known is not None:
            return Imported(known, staged.notes, already_seen=True)
        return staged.conclude(request)


def _province(context: Context, request: Request) -> str:
    """Where communes lie that are told by name; empty where nobody says."""
    provinces = {context.province(place) for place in (request.province, request.commune) if place}
    if None in provinces:
        raise Refusal("place_unknown")
    if len(provinces) > 1:
        raise Refusal("commune_elsewhere", commune=request.commune, province=request.province)
    return "".join(each for each in provinces if each)


def _unchanged(tx: Transaction, staged: _Staging, as_of: str | None) -> Any:
    """The last list, when this is the same again; raises ``Refusal`` for one that is older."""
    last = staging.newest_file(tx, staged.roster)
    if last is None:
        return None
    if bytes(last.rows_sha256) == staging.rows_digest(tx) and (as_of is None or as_of <= last.as_of):
        return last
    if staged.as_of < last.as_of:
        raise Refusal("roster_older", as_of=staged.as_of, last=last.as_of, roster=last.reference)
    return None


class _Staging:
    """The rows of one list on their way through the scratch tables."""

    def __init__(self, context: Context, tx: Transaction, roster: Roster, as_of: str, reader: ListReader) -> None:
        self._context, self._tx, self.roster, self.as_of = context, tx, roster, as_of
        self._month = as_of[:7]
        self._reader = reader
        enrol_payer(tx, context, roster.payer)
        self._change = staging.next_change(tx)
        self._numbers = Numbers(tx, "roster_line", _ROWS_STAGED_AT_ONCE)
        self._items = Items(tx, roster, self._change)
        self._rows: list[tuple[Any, ...]] = []
        self._told: defaultdict[tuple[str, int], list[Problem]] = defaultdict(list)
        """Of rows, said by the reading of the list and not yet looked at."""
        self._count = self._unusable = 0
        self.notes: list[Problem] = []

    def fill(self, items: Iterable[Row | Problem | Aside]) -> None:
        """Read every row; raises ``Refusal`` when there is none, or the list itself cannot be read."""
        staging.open_staging(self._tx)
        staging.stage_lines(self._tx, self._staged(items))
        self._flush()
        staging.index_staging(self._tx)
        self._say_later()
        if not self._count:
            raise Refusal("roster_empty")

    def conclude(self, request: Request) -> Imported:
        """Compare with what is known, and take over."""
        tx, roster = self._tx, self.roster
        rows_sha256 = staging.rows_digest(tx)
        absent = self._compare()
        change = staging.add_change(tx, self._change, ChangeKind.FILE, roster, request.operator)
        taken = staging.take_over(tx, roster, change.id, self._month)
        staging.take_items(tx, roster, change.id)
        doubts.look(self._context, tx, roster, change.id)
        file = RosterFile(
            change_id=change.id,
            payer=roster.payer,
            programme=roster.programme,
            as_of=self.as_of,
            source_name=request.name,
            source_sha256=blobs.put(tx, request.source),
            rows_sha256=rows_sha256,
            rows=self._count,
            unusable=self._unusable,
            absent=absent,
            **asdict(taken),
        )
        browse.add_file(tx, file)
        told = {name: getattr(file, name) for name in ("rows", "added", "changed", "same", "unusable", "absent")}
        told |= {**roster.named, "kind": change.kind, "source": file.source_sha256}
        told |= {"as_of": self.as_of, "list": rows_sha256.hex(), "items": staging.items_digest(tx, change.id).hex()}
        digest = staging.versions_digest(tx, change.id).hex()
        tx.record(request.operator, "roster import", change.reference, digest, **told)
        return Imported(browse.file(tx, change.reference), self.notes)

    def _staged(self, items: Iterable[Row | Problem | Aside]) -> Iterator[tuple[Any, ...]]:
        for item in items:
            if isinstance(item, Problem):
                self._note(item)
            elif isinstance(item, Row):
                yield from self._line(item)
                if len(self._rows) >= _ROWS_STAGED_AT_ONCE:
                    self._flush()

    def _note(self, told: Problem) -> None:
        """What concerns the list as a whole refuses it, for whoever is not read would seem to be absent."""
        if not told.row and not told.blocking:
            self.notes.append(told)
        elif told.row <= 1 or told.code in _UNREADABLE:
            raise Refusal(told.code, **{"row": told.row, "field": told.field, **told.params})
        else:
            self._told[told.sheet, told.row].append(told)

    def _line(self, row: Row) -> Iterator[tuple[Any, ...]]:
        vault = self._tx.vault
        person, found = self._reader.read(row)
        blind = vault.blind("person", person.person) if person else None
        told = person.canonical() if person else "\x1f".join(row.values[name] for name in NAMES)
        content = content_blind(vault, told)
        self._count += 1
        self._rows.append((row.sheet, row.number, blind, content))
        for each in (*found, *self._said_of(row)):
            self._items.found(row, each, blind)
        if person is None:
            self._unusable += 1
        else:
            yield self._version(person, content)

    def _said_of(self, row: Row) -> list[Remark]:
        """What reading the list said of a row just before it."""
        said = self._told.pop((row.sheet, row.number), ())
        return [Remark(each.field, each.code, each.params, each.blocking, each.suggestion or "") for each in said]

    def _say_later(self) -> None:
        """What is known at the end only, and rows that could not be taken apart."""
        for told in chain.from_iterable(self._told.values()):
            row = staging.person_of(self._tx, told.sheet, told.row)
            self._items.later(told, bytes(row.person_blind) if row is not None and row.person_blind else None)
            self._unusable += row is None
        self._told.clear()

    def _version(self, person: ListedPerson, content: bytes) -> tuple[Any, ...]:
        """Values in the order of ``staging.LINE_COLUMNS``."""
        vault, number, like = self._tx.vault, next(self._numbers), likeness(person.values)
        account = f"{person.bank}:{person.values['account']}" if person.bank else None
        fields: dict[str, Any] = {
            "id": number,
            "made_by": self._change,
            "sheet": person.row.sheet,
            "row": person.row.number,
            **self.roster.named,
            "commune_code": person.values["commune"],
            "grouping": person.values["group"],
            "times": person.times,
            "since": person.since,
            "until": person.until,
            "bank": person.bank,
            "personal": vault.seal(person.personal(), f"roster_line:{number}"),
            "person_blind": vault.blind("person", person.person),
            "name_blind": vault.blind("name", comparable(person.values["name"])),
            "account_blind": vault.blind("account", account) if account else None,
            "likeness_blind": vault.blind("likeness", like) if like else None,
            "content_blind": content,
        }
        return tuple(fields.get(column) for column in staging.LINE_COLUMNS)

    def _flush(self) -> None:
        staging.stage_rows(self._tx, self._rows)
        self._rows.clear()
        self._items.flush()

    def _compare(self) -> int:
        """What only the whole list and the roster tell; returns how many people the list does not name."""
        tx, roster = self._tx, self.roster
        self._items.twice(staging.named_twice(tx))
        self._unusable += staging.drop_repeated(tx)
        self._items.renamed(staging.renamed(tx, roster))
        self._items.resumed(staging.resumed(tx, roster))
        self._items.elsewhere(staging.elsewhere(tx, roster, self._month))
        self._items.alike(staging.alike(tx))
        absent = self._items.absent(staging.absent(tx, roster, self._month))
        self._items.flush()
        return absent
