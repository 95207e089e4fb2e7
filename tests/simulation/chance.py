"""All luck of one run: drawn from one seed in one order, so that the seed tells the whole story again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")

CRASHES = frozenset((*range(1, 21), 23, 24, 25, 26, 27))
"""Crash points of ``docs/faults.md`` that exist inside one process."""
SERVER = frozenset((34, *range(36, 61), *range(62, 77)))
DATABASE = frozenset((35, 101, 102, 103, 104, 105, 106, 109, 110, 111))
PEOPLE = frozenset((90, 91, 93, 112, 113))
FAULTS = CRASHES | SERVER | DATABASE | PEOPLE
"""Faults of the catalogue that strike in the simulation, by number; the rest is for real processes and servers."""


class Chance:
    """Draws, faults and their count, and the digest of everything that was told.

    Every seed has its own set of faults and its own rate: a run in which all things break shows little.
    """

    def __init__(self, seed: int, keep: int = 40) -> None:
        self._random = Random(seed)
        self._rate = self.one((0.004, 0.015, 0.05))
        self._possible = frozenset(number for number in sorted(FAULTS) if self.happens(0.6))
        self._digest = hashlib.sha256()
        self._keep = keep
        self.told: list[str] = []
        self.fired: Counter[int] = Counter()
        self.quiet = False
        """Faults are over."""

    # --- draws --------------------------------------------------------------------------------------------------

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def one(self, items: Sequence[Item]) -> Item:
        return self._random.choice(items)

    def weighted(self, items: dict[Item, int]) -> Item:
        return self._random.choices(list(items), list(items.values()))[0]

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        return self._random.sample(items, len(items))

    # --- faults -------------------------------------------------------------------------------------------------

    def fault(self, *numbers: int) -> int | None:
        """The number of the fault that strikes here, or None."""
        if self.quiet or not self.happens(self._rate):
            return None
        return self._strike([number for number in numbers if number in self._possible])

    def likely(self, *numbers: int) -> int | None:
        """For places that are seldom reached: ten times as often."""
        if self.quiet or not self.happens(min(0.3, 10 * self._rate)):
            return None
        return self._strike([number for number in numbers if number in self._possible])

    def _strike(self, candidates: list[int]) -> int | None:
        if not candidates:
            return None
        return self.count(self.one(candidates))

    def count(self, number: int) -> int:
        """A fault that did not have to be drawn."""
        self.fired[number] += 1
        self.tell(f"fault {number}")
        return number

    # --- the trace ----------------------------------------------------------------------------------------------

    def tell(self, event: str) -> None:
        self._digest.update(event.encode() + b"\n")
        self.told.append(event)
        if self._keep and len(self.told) > 2 * self._keep:
            del self.told[: self._keep]

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()
