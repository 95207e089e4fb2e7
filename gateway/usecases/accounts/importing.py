"""A list of accounts, as VNeID, a bank or a commune sends it: what is new and without a flaw is kept beside the roster.

Nothing is overwritten and nothing is paid to such an account by that alone. Every row that is not taken is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from formats.lists import Problem, Row, read_list
from formats.text.names import comparable
from gateway.domain.accounts import AccountAct
from gateway.domain.errors import Refusal
from gateway.store import blobs
from gateway.store.accounts import register
from gateway.store.numbers import Numbers
from gateway.store.store import Transaction
from gateway.store.tables import AccountChange, AccountFile
from gateway.usecases import people
from gateway.usecases.accounts.owner import owned
from gateway.usecases.context import Context
from gateway.usecases.intake import enrol_payer
from gateway.usecases.roster.listed import LAYOUT, ListReader

_NUMBERS_TAKEN_AT_ONCE = 1000
_FIELDS = frozenset({"beneficiary_id", "name", "account", "bank", "payee_name", "relation"})
"""Of a row, what says whose account it is; nothing else of it is looked at or kept."""
_UNREADABLE = frozenset({"column_missing", "column_twice", "heading_not_found", "quote_unbalanced"})


@dataclass(frozen=True, slots=True)
class Request:
    source: BinaryIO
    name: str
    payer: str
    origin: str
    """Who sends the list."""
    operator: str
    bank: str = ""
    """Of rows that do not give one."""


@dataclass(slots=True)
class Imported:
    """The outcome; ``change`` is None when nothing was new."""

    change: AccountChange | None = None
    rows: int = 0
    added: int = 0
    known: int = 0
    """Rows that tell an account which is known already."""
    unusable: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def import_accounts(context: Context, request: Request) -> Imported:
    """Raises ``Refusal`` for a list that cannot be read as a list, or that names nobody."""
    if request.bank and context.bank(request.bank) is None:
        raise Refusal("bank_unknown")
    with context.store.exclusive("import"), context.store.begin() as tx:
        people.require(context, tx, request.operator, {"maker"})
        payer = context.payer(request.payer).code
        enrol_payer(tx, context, payer)
        reading = _Reading(context, tx, request)
        register.open_staging(tx)
        register.stage(tx, reading.staged())
        imported = reading.imported
        if not imported.rows:
            raise Refusal("account_list_empty")
        _compare(tx, payer, imported)
        imported.problems.sort(key=lambda each: (each.sheet, each.row))
        imported.unusable = len({(each.sheet, each.row) for each in imported.problems})
        if register.has_staged(tx):
            imported.change = register.add_change(tx, AccountAct.LIST, payer, request.operator)
            imported.added = register.take_over(tx, imported.change.id, request.origin)
            _record(tx, request, imported.change, imported)
        imported.known = imported.rows - imported.added - imported.unusable
        return imported


def _compare(tx: Transaction, payer: str, imported: Imported) -> None:
    """With the roster, which says who the people are, and with what is known."""
    for each in register.of_nobody(tx, payer):
        imported.problems.append(Problem(each.row, "beneficiary_id", "account_of_nobody", sheet=each.sheet))
    for each in register.of_another_name(tx, payer):
        imported.problems.append(Problem(each.row, "name", "name_changed", sheet=each.sheet))
    register.drop_known(tx)


def _record(tx: Transaction, request: Request, change: AccountChange, imported: Imported) -> None:
    file = AccountFile(
        change_id=change.id,
        source_name=request.name,
        source_sha256=blobs.put(tx, request.source),
        rows=imported.rows,
        added=imported.added,
    )
    register.add_file(tx, file)
    digest = register.told_digest(tx, change.id).hex()
    told: dict[str, str | int] = {"payer": change.payer, "kind": change.kind, "rows": file.rows, "added": file.added}
    tx.record(request.operator, "account import", change.reference, digest, **told, source=file.source_sha256)


class _Reading:
    """One list, row by row."""

    def __init__(self, context: Context, tx: Transaction, request: Request) -> None:
        self._vault, self._request = tx.vault, request
        self._reader = ListReader(context, context.today(), "", "")
        self._numbers = Numbers(tx, "account", _NUMBERS_TAKEN_AT_ONCE)
        self.imported = Imported()

    def staged(self) -> Iterator[tuple[Any, ...]]:
        """Values in the order of ``register.STAGED``, of rows without a flaw."""
        request = self._request
        for item in read_list(request.source, LAYOUT, request.name):
            if isinstance(item, Problem):
                self._note(item)
            elif isinstance(item, Row):
                self.imported.rows += 1
                yield from self._row(item)

    def _note(self, told: Problem) -> None:
        if not told.row and not told.blocking:
            self.imported.notes.append(told)
        elif told.row <= 1 or told.code in _UNREADABLE:
            raise Refusal(told.code, **{"row": told.row, "field": told.field, **told.params})
        elif told.blocking and (told.field in _FIELDS or not told.field):
            self.imported.problems.append(told)

    def _row(self, row: Row) -> Iterator[tuple[Any, ...]]:
        values = dict(row.values)
        values["bank"] = values.get("bank") or self._request.bank
        person, found = self._reader.read(replace(row, values=values))
        found = [each for each in found if each.field in _FIELDS]
        if not values.get("account") and "account" not in {*row.damaged, *(each.field for each in found)}:
            self._tell(row, "account", "missing", {})
        for each in found:
            self._tell(row, each.field, each.code, each.params)
        if person is None or not person.bank or found:
            return
        number, account = next(self._numbers), owned(person.values, person.bank)
        told: dict[str, Any] = {
            "id": number,
            "sheet": row.sheet,
            "row": row.number,
            "bank": account.bank,
            "personal": self._vault.seal(account.personal(), f"account:{number}"),
            "name_blind": self._vault.blind("name", comparable(account.name)),
            **account.blinds(self._vault),
        }
        yield tuple(told[name] for name in register.STAGED)

    def _tell(self, row: Row, name: str, code: str, params: Any) -> None:
        self.imported.problems.append(Problem(row.number, name, code, params, sheet=row.sheet))
