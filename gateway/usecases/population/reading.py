"""One answer list of the population registry, row by row; whatever is wrong with one refuses the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from adapters.profile import RegistryProfile
from formats import tabular
from gateway.domain import identifiers
from gateway.domain.errors import Refusal

_NEEDED: Mapping[str, str] = {
    "name_differs": "known_name",
    "birth_differs": "known_birth",
    "deceased": "died_on",
    "moved": "new_commune",
}
"""What a result must tell besides."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A row that can be read."""

    row: int
    result: str
    values: Mapping[str, str]

    @property
    def told(self) -> str:
        """What the registry says; empty where the result says all."""
        return self.values[_NEEDED[self.result]] if self.result in _NEEDED else ""


class AnswerReader:
    """Reads an answer; of which request it is and of which day is known from the first row on."""

    def __init__(self, profile: RegistryProfile) -> None:
        self._profile = profile
        self._columns = [
            tabular.Column(name, (heading,), required=True, kind="digits" if name in _DIGITS else "text")
            for name, heading in profile.answered.items()
        ]
        self.request = self.answered_on = ""

    def read(self, source: BinaryIO, name: str) -> Iterator[Answered]:
        source.seek(0)
        for item in tabular.read(source, self._columns, name):
            if isinstance(item, tabular.Row):
                yield self._answered(item)
            elif item.blocking:
                raise Refusal(item.code, **{"row": item.row, "field": item.field, **item.params})

    def _answered(self, row: tabular.Row) -> Answered:
        values = row.values
        if not self.request:
            self.request, self.answered_on = values["request"], values["answered_on"]
            _require(identifiers.iso_date(self.answered_on) is not None, row, "answered_on")
        if (values["request"], values["answered_on"]) != (self.request, self.answered_on):
            raise Refusal("population_answer_mixed", row=row.number)
        _require(identifiers.is_beneficiary_id(values["beneficiary_id"]), row, "beneficiary_id")
        result = self._profile.results.get(values["result"])
        if result is None:
            raise Refusal("population_code_unknown", row=row.number)
        answered = Answered(row.number, result, values)
        if result in _NEEDED:
            _require(_is_told(result, answered.told), row, _NEEDED[result])
        if result == "deceased":
            _require(answered.told <= self.answered_on, row, "died_on")
        return answered


_DIGITS = frozenset({"beneficiary_id", "result", "new_commune"})


def _is_told(result: str, told: str) -> bool:
    if result == "deceased":
        return identifiers.iso_date(told) is not None
    return identifiers.is_commune(told) if result == "moved" else bool(told)


def _require(good: bool, row: tabular.Row, field: str) -> None:
    if not good:
        raise Refusal("population_row_invalid", row=row.number, field=field)
