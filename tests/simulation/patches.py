"""Bugs put into the product for one run, and taken out again; each is one small function with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from gateway.store.store import Transaction

Plant = Callable[["Patch"], None]
BUGS: dict[str, Plant] = {}
"""Every planted bug by its name; its docstring says what is wrong."""


def bug(plant: Plant) -> Plant:
    BUGS[plant.__name__] = plant
    return plant


class Patch:
    """Attributes replaced for a while."""

    def __init__(self) -> None:
        self._undo: list[tuple[Any, str, Any]] = []

    def set(self, owner: Any, name: str, value: Any) -> Any:
        """Returns what was there before."""
        before = owner.__dict__[name] if isinstance(owner, type) else getattr(owner, name)
        self._undo.append((owner, name, before))
        setattr(owner, name, value)
        return before

    def item(self, mapping: Any, key: Any, value: Any) -> None:
        before = mapping[key]
        self._undo.append((mapping, "", (key, before)))
        mapping[key] = value

    def sql(self, right: str, wrong: str) -> None:
        """Every statement says ``wrong`` where it said ``right``."""
        before = Transaction.run

        def run(tx: Transaction, sql: str, **params: Any) -> Any:
            return before(tx, sql.replace(right, wrong), **params)

        self.set(Transaction, "run", run)

    @contextmanager
    def for_a_while(self, owner: Any, name: str, value: Any) -> Iterator[None]:
        """Within one call only."""
        before = getattr(owner, name)
        setattr(owner, name, value)
        try:
            yield
        finally:
            setattr(owner, name, before)

    def undo(self) -> None:
        for owner, name, before in reversed(self._undo):
            if name:
                setattr(owner, name, before)
            else:
                owner[before[0]] = before[1]


def _bugs() -> dict[str, Plant]:
    from simulation import (  # noqa: F401  they fill ``BUGS``
        planted_books,
        planted_keys,
        planted_people,
        planted_receiving,
        planted_sending,
    )

    return BUGS


def names_of_bugs() -> list[str]:
    return list(_bugs())


def story_of(name: str) -> str:
    """What is wrong, in one sentence."""
    return " ".join(str(_bugs()[name].__doc__).split())


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product with one bug."""
    patch = Patch()
    try:
        _bugs()[name](patch)
        yield
    finally:
        patch.undo()
