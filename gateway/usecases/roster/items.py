"""Work items: what a list, or the roster beside it, puts before a person.

Each has a blind over what it is about, so that the same finding about the same values is asked once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from formats.lists import Problem, Row
from gateway.domain.roster import ItemState
from gateway.store.numbers import Numbers
from gateway.store.roster import staging
from gateway.store.roster.scope import Roster
from gateway.store.store import Transaction
from gateway.usecases.roster.remark import Remark

_IDENTITY = ("beneficiary_id", "name", "birth", "sex")
"""What tells rows apart that have no usable id."""
_STAGED_AT_ONCE = 5000
_NUMBERS_TAKEN_AT_ONCE = 20
"""Few, since people type them, and what is taken is not given back."""


class Items:
    """The items of one act, on their way into the scratch table."""

    def __init__(self, tx: Transaction, roster: Roster, change_id: int) -> None:
        self._tx, self._roster, self._change = tx, roster, change_id
        self._numbers = Numbers(tx, "work_item", _NUMBERS_TAKEN_AT_ONCE)
        self._staged: list[tuple[Any, ...]] = []

    def found(self, row: Row, finding: Remark, person: bytes | None) -> None:
        """About one field of a row that was read."""
        values = row.values
        about = [*map(str, finding.params.values()), *(values.get(name, "") for name in (*_IDENTITY, finding.field))]
        content = {"values": dict(values), "suggestion": finding.suggestion}
        self._add(row.sheet, row.number, finding, person, about, content)

    def later(self, told: Problem, person: bytes | None) -> None:
        """About a row of which more is known at the end of the list, or which could not be taken apart."""
        finding = Remark(told.field, told.code, told.params, told.blocking, told.suggestion or "")
        content = {"values": {}, "suggestion": finding.suggestion} if finding.suggestion else None
        self._add(told.sheet, told.row, finding, person, [told.sheet, str(told.row)], content)

    def twice(self, rows: Iterable[Any]) -> None:
        """A person in several rows; of rows that say the same only the further ones are told."""
        for each in rows:
            code = "repeated_row" if each.alike else "person_twice_in_list"
            finding = Remark("beneficiary_id", code, {"other": each.other}, blocking=not each.alike)
            values = json.loads(self._tx.vault.open(bytes(each.personal), f"roster_line:{each.id}"))
            content = {"values": values, "suggestion": ""}
            about = [each.other_sheet, str(each.other)]
            self._add(each.sheet, each.row, finding, bytes(each.person_blind), about, content)

    def renamed(self, rows: Iterable[Any]) -> None:
        for each in rows:
            self._between(each, Remark("name", "name_changed"), bytes(each.now).hex())

    def resumed(self, rows: Iterable[Any]) -> None:
        for each in rows:
            self._between(each, Remark("beneficiary_id", "resumed_in_list"), str(each.other))

    def elsewhere(self, rows: Iterable[Any]) -> None:
        for each in rows:
            self._between(each, Remark("beneficiary_id", "in_two_communes", {"payer": each.other}), each.other)

    def alike(self, rows: Iterable[Any]) -> None:
        for each in rows:
            finding = Remark("name", "alike", blocking=False)
            self._between(each, finding, bytes(each.other).hex())

    def absent(self, rows: Iterable[Any]) -> int:
        """Whom the list does not name; returns how many."""
        count = 0
        for each in rows:
            self._between(each, Remark("beneficiary_id", "absent_in_list"), str(each.id))
            count += 1
        return count

    def answered(self, row: int, finding: Remark, person: bytes, values: Mapping[str, str]) -> None:
        """What the population registry says of somebody whom it was asked about."""
        about = [finding.suggestion, *(values[name] for name in ("name", "birth"))]
        content = {"values": {name: values[name] for name in ("beneficiary_id", "name", "birth")}}
        self._add("", row, finding, person, about, {**content, "suggestion": finding.suggestion})

    def account(self, row: Any, finding: Remark, values: Mapping[str, str], about: Iterable[str]) -> None:
        """What a bank says of the account that a version has; ``about`` is what makes it another item."""
        content = {"values": {name: values[name] for name in _IDENTITY}, "suggestion": finding.suggestion}
        self._add(row.sheet, row.row, finding, bytes(row.person_blind), about, content)

    def flush(self) -> None:
        staging.stage_items(self._tx, self._staged)
        self._staged.clear()

    def _between(self, row: Any, finding: Remark, other: str) -> None:
        """About a person beside ``other``, which is what makes it another item."""
        self._add(row.sheet, row.row, finding, bytes(row.person_blind), [other])

    def _add(
        self,
        sheet: str,
        row: int,
        finding: Remark,
        person: bytes | None,
        about: Iterable[str],
        content: object = None,
    ) -> None:
        number, vault = next(self._numbers), self._tx.vault
        subject = "\x1f".join((finding.code, finding.field, (person or b"").hex(), *about))
        fields: dict[str, Any] = {
            "id": number,
            "opened_by": self._change,
            **self._roster.named,
            "sheet": sheet,
            "row": row,
            "field": finding.field,
            "code": finding.code,
            "params": json.dumps(dict(finding.params), sort_keys=True),
            "blocking": finding.blocking,
            "state": ItemState.OPEN.value,
            "person_blind": person,
            "subject_blind": vault.blind("finding", subject),
            "personal": vault.seal(_text(content), f"work_item:{number}") if content else None,
        }
        self._staged.append(tuple(fields.get(column) for column in staging.ITEM_COLUMNS))
        if len(self._staged) >= _STAGED_AT_ONCE:
            self.flush()


def _text(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
