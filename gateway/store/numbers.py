"""Numbers of a counter for many rows."""

from __future__ import annotations

from gateway.store.store import Transaction, take


class Numbers:
    """Numbers taken in portions; what is left of the last portion is not given back."""

    def __init__(self, tx: Transaction, name: str, at_once: int) -> None:
        self._tx, self._name, self._at_once = tx, name, at_once
        self._portion = iter(range(0))

    def __next__(self) -> int:
        for number in self._portion:
            return number
        self._portion = iter(take(self._tx, self._name, self._at_once))
        return next(self._portion)
