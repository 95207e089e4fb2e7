"""Sums that a list says of itself, held against its rows."""

from __future__ import annotations

from collections.abc import Mapping

from formats.lists.values import read_amount

_LIST, _LAST_SUM = "", "-"


class Sums:
    """The amounts of one column so far: of the list, of each open section, and since the last sum."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._so_far = 0
        self._begun = {_LIST: 0, _LAST_SUM: 0}
        """What was summed before each of them."""
        self._is_certain = True

    def add(self, text: str) -> None:
        """The amount of a row; one that is not certain leaves no sum to hold anything against."""
        if text.isdecimal():
            self._so_far += int(text)
        elif text:
            self._is_certain = False

    def enter(self, sections: Mapping[str, str], field: str) -> None:
        """A section begins; those that are no longer open are forgotten."""
        kept = {scope: before for scope, before in self._begun.items() if scope in (_LIST, _LAST_SUM, *sections)}
        self._begun = kept | {field: self._so_far}

    def disagree(self, texts: Mapping[str, str]) -> bool:
        """A line of totals says a sum that no rows have; the rows after it are summed anew."""
        said = read_amount(texts.get(self.name, "")).text
        found = {self._so_far - before for before in self._begun.values()}
        self._begun[_LAST_SUM] = self._so_far
        return bool(said) and self._is_certain and int(said) not in found
