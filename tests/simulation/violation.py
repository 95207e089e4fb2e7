"""A promise that was broken, by its number."""

from __future__ import annotations


class Violation(AssertionError):
    """A promise of ``docs/promises.md`` is broken."""

    def __init__(self, promise: str, what: str) -> None:
        super().__init__(f"{promise}: {what}")
        self.promise = promise


def require(condition: object, promise: str, what: str) -> None:
    if not condition:
        raise Violation(promise, what)
