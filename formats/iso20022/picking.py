"""Values of an element by name, from where a table says they stand; the places are worked out once for each layout.

A table gives for each name the paths to look at, the best first: of several texts the first that is not empty counts.
Paths are local names joined with ``/``, ``@Ccy`` at the end for the currency of an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, Generic, TypeVar

from formats.iso20022.layout import Layout, Texts
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import Reader

Table = Mapping[str, tuple[str, ...]]
T = TypeVar("T")
NOWHERE = -1
"""The place of what is not there: the texts end with None."""


class Pool:
    """All texts of one layout, and behind them those that are made of several."""

    def __init__(self, layout: Layout) -> None:
        self._places = layout.places()
        self._width = len(layout.paths) + len(layout.currencies)
        self._made: list[Callable[[Sequence[str | None]], str | None]] = []

    def first(self, paths: Iterable[str]) -> int:
        """Where the first text of these paths stands."""
        return self._place(self._all(paths), _first)

    def joined(self, paths: Iterable[str], by: str = " ") -> int:
        """Where all texts of these paths stand as one."""
        return self._place(self._all(paths), lambda texts: by.join([text for text in texts if text]) or None)

    def either(self, *places: int) -> int:
        """Where the first text of these places stands."""
        return self._place([place for place in places if place != NOWHERE], _first)

    def places(self, path: str) -> list[int]:
        return self._places.get(path, [])

    def fill(self, texts: Texts) -> Texts:
        if not self._made:
            return (*texts, None)
        pool = [*texts]
        for make in self._made:
            pool.append(make(pool))
        return (*pool, None)

    def _all(self, paths: Iterable[str]) -> list[int]:
        return [place for path in paths for place in self.places(path)]

    def _place(self, places: list[int], make: Callable[[Iterable[str | None]], str | None]) -> int:
        if len(places) < 2:
            return places[0] if places else NOWHERE
        choose = itemgetter(*places)
        self._made.append(lambda texts: make(choose(texts)))
        return self._width + len(self._made) - 1


def _first(texts: Iterable[str | None]) -> str | None:
    return next(filter(None, texts), None)


class Content:
    """What a kind of element may hold: the paths of its tables, and of those that may have ``several`` texts.

    Elements that are read ``apart`` have their own content.
    """

    def __init__(self, *tables: Table, several: Iterable[str] = (), apart: Iterable[str] = ()) -> None:
        self._values = [paths for table in tables for paths in table.values()]
        self._several = {*several}
        self._known = {path for paths in self._values for path in paths} | self._several
        self._apart = tuple(f"{path}/" for path in apart)

    def holds_all(self, reader: Reader) -> bool:
        """Whether every text of this element is read."""
        layout, texts = reader.row()
        return _held(self, layout).all_of(texts)

    def of(self, layout: Layout) -> Held:
        """Which texts of this layout have no place, and which would have to give way to others."""
        places = layout.places()
        own = [path for path in dict.fromkeys(layout.paths) if not path.startswith(self._apart)]
        lost = [place for path in own if path not in self._known for place in places[path]]
        once = {path: places[path] for path in own if path not in self._several}
        rivals = [[place for path in paths for place in once.get(path, ())] for paths in self._values]
        return Held(tuple(lost), tuple([tuple(group) for group in rivals if len(group) > 1]))


@dataclass(frozen=True, slots=True)
class Held:
    """Places of texts that are not read, and groups of which only one is."""

    lost: tuple[int, ...]
    rivals: tuple[tuple[int, ...], ...]

    @property
    def is_sure(self) -> bool:
        return not self.lost and not self.rivals

    def all_of(self, texts: Sequence[str | None]) -> bool:
        """Whether every text is read."""
        is_lost = any(texts[place] for place in self.lost)
        return not is_lost and all(sum(bool(texts[place]) for place in group) < 2 for group in self.rivals)


@lru_cache(512)
def _held(content: Content, layout: Layout) -> Held:
    return content.of(layout)


class Form(Generic[T]):
    """Named tuples: some fields given in order, the others texts of a table; those that are nowhere are None."""

    def __init__(self, kind: type[T], given: tuple[str, ...], places: Mapping[str, int]) -> None:
        names = kind._fields  # type: ignore[attr-defined]
        assert {*given, *places} <= {*names}, "a name that the tuple does not have"
        order = dict.fromkeys(names, NOWHERE)
        order.update((name, len(given) + place) for name, place in places.items() if place != NOWHERE)
        order.update((name, place) for place, name in enumerate(given))
        self._arrange: Callable[[tuple[Any, ...]], tuple[Any, ...]] = itemgetter(*order.values())
        self._new: Callable[[tuple[Any, ...]], T] = partial(tuple.__new__, kind)  # type: ignore[type-var]

    def make(self, pool: Texts, *given: Any) -> T:
        return self._new(self._arrange(given + pool))


class Part(Generic[T]):
    """A named tuple all of whose fields are texts of a table; None when none of them is there."""

    def __init__(self, kind: type[T], table: Table, pool: Pool, lists: Table) -> None:
        places = [
            pool.joined(lists[name]) if name in lists else pool.first(table[name])
            for name in kind._fields  # type: ignore[attr-defined]
        ]
        self.is_there = any(place != NOWHERE for place in places)
        self._arrange: Callable[[Texts], Texts] = itemgetter(*places)
        self._new: Callable[[Texts], T] = partial(tuple.__new__, kind)  # type: ignore[type-var]

    def make(self, pool: Texts) -> T | None:
        texts = self._arrange(pool)
        return self._new(texts) if any(texts) else None


def part(kind: type[T], table: Table, pool: Pool, lists: Table | None = None) -> Callable[[Texts], T | None]:
    """Makes this part, the texts of ``lists`` joined; at once None for layouts without it."""
    found = Part(kind, table, pool, lists or {})
    return found.make if found.is_there else _nothing


def _nothing(_pool: Texts) -> None:
    return None


class Amount:
    """An amount with its currency, at the first path that has a text; two amounts at one place are none."""

    def __init__(self, pool: Pool, *paths: str) -> None:
        found = [list(zip(pool.places(path), pool.places(f"{path}/@Ccy"), strict=True)) for path in paths]
        self._found = [places for places in found if places]
        self._place, self._currency = self._found[0][0] if self._found else (NOWHERE, NOWHERE)
        self._is_simple = sum(map(len, self._found)) < 2

    def is_there(self, texts: Texts) -> bool:
        return any(texts[place] for places in self._found for place, _ in places)

    def read(self, texts: Texts, lenient: Lenient) -> tuple[int | None, str | None]:
        """Minor units without direction, and the currency."""
        if not self._is_simple:
            return self._choose(texts, lenient)
        text, currency = texts[self._place], texts[self._currency]
        return None if text is None else lenient.minor(text, currency or ""), currency or None

    def _choose(self, texts: Texts, lenient: Lenient) -> tuple[int | None, str | None]:
        for places in self._found:
            amounts = [(text, texts[currency]) for place, currency in places if (text := texts[place])]
            if amounts:
                text, currency = amounts[0]
                if len(amounts) > 1:
                    lenient.note("several_amounts")
                return None if len(amounts) > 1 else lenient.minor(text, currency or ""), currency or None
        return None, None
