"""One answer of a bank, as a message or as its list, row by row; whatever is wrong with one row refuses the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

from adapters.profile import Profile
from formats import tabular
from formats.iso20022 import acmt
from gateway.domain import identifiers
from gateway.domain.calendar import VIET_NAM
from gateway.domain.errors import Refusal
from gateway.usecases.accounts.question import of_question


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one account."""

    verdict: str
    owner: str
    """Repeats what was asked; empty where the answer repeats nothing."""
    account: str
    known_owner: str
    """The name that the bank has, perhaps masked; empty where it shows none."""
    known_account: str
    """The account that the bank has; empty where it tells none."""
    usable: bool | None

    @property
    def values(self) -> dict[str, Any]:
        return asdict(self)


class AnswerReader:
    """Reads an answer; to which request it is and of which day is known from the first row on."""

    def __init__(self, profile: Profile) -> None:
        self._list = profile.account_list
        self.request = self.answered_on = ""

    def read(self, source: BinaryIO, name: str) -> Iterator[tuple[int, int, Told]]:
        """(row, number of the account, what is said)."""
        source.seek(0)
        is_message = PurePath(name).suffix.lower() == ".xml"
        yield from self._message(source) if is_message else self._rows(source, name)

    def _message(self, source: BinaryIO) -> Iterator[tuple[int, int, Told]]:
        for row, item in enumerate(acmt.read(source)):
            if isinstance(item, acmt.Assigned) and row == 0 and item.version.startswith("acmt.024"):
                self._begin(item)
            elif isinstance(item, acmt.Answer) and row:
                yield row, self._question(row, item.original_verification_id or ""), _of_message(row, item)
            else:
                raise Refusal("account_answer_kind")

    def _begin(self, head: acmt.Assigned) -> None:
        if head.created is None or head.created.tzinfo is None:
            raise Refusal("account_row_invalid", row=0, field="answered_on")
        self.answered_on = head.created.astimezone(VIET_NAM).date().isoformat()
        self.request = head.original_message_id or ""

    def _rows(self, source: BinaryIO, name: str) -> Iterator[tuple[int, int, Told]]:
        columns = [
            tabular.Column(each, (heading,), required=True, kind="digits" if each in _DIGITS else "text")
            for each, heading in self._list.answered.items()
        ]
        for item in tabular.read(source, columns, name):
            if isinstance(item, tabular.Row):
                yield item.number, self._answered(item), self._of_list(item)
            elif item.blocking:
                raise Refusal(item.code, **{"row": item.row, "field": item.field, **item.params})

    def _answered(self, row: tabular.Row) -> int:
        day = row.values["answered_on"]
        if identifiers.iso_date(day) is None:
            raise Refusal("account_row_invalid", row=row.number, field="answered_on")
        if self.answered_on and day != self.answered_on:
            raise Refusal("account_answer_mixed", row=row.number)
        self.answered_on = day
        return self._question(row.number, row.values["question"])

    def _of_list(self, row: tabular.Row) -> Told:
        values, usable = row.values, row.values["usable"]
        verdict = self._list.verdicts.get(values["result"])
        if verdict is None or (usable and usable not in self._list.usable):
            raise Refusal("account_code_unknown", row=row.number)
        for name in ("owner", "account"):
            if not values[name]:
                raise Refusal("account_row_invalid", row=row.number, field=name)
        can_use = self._list.usable[usable] if usable else None
        return Told(verdict, values["owner"], values["account"], values["known_owner"], "", can_use)

    def _question(self, row: int, question: str) -> int:
        """The number of the account; every row is about the same request."""
        found = of_question(question)
        if found is None:
            raise Refusal("account_row_invalid", row=row, field="question")
        request, number = found
        if self.request and request != self.request:
            raise Refusal("account_answer_mixed", row=row)
        self.request = request
        return number


_DIGITS = frozenset({"account", "result", "usable"})


def _of_message(row: int, item: acmt.Answer) -> Told:
    if "id_twice" in item.problems:
        raise Refusal("account_answered_twice", row=row, other=row)
    verdict = {True: "yes", False: "no", None: "unknown"}[item.verified]
    original, told = item.original, item.told
    return Told(verdict, original.name or "", original.account or "", told.name or "", told.account or "", usable=None)
