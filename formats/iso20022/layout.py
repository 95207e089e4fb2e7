"""Where the texts of an element stand, worked out once for all elements of one shape.

A shape is the tags below an element in document order, and how many children each has: no two trees share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, islice
from typing import NamedTuple

from formats.errors import Unreadable

_REMEMBERED_SIZE_MAX = 256
_REMEMBERED_MAX = 512

Tags = tuple[str, ...]
Counts = tuple[int, ...]
Spans = list[tuple[int, int]]
Texts = tuple[str | None, ...]
"""Of one element: the text of each leaf, None where there is none, then the currency of each amount."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Of the elements below one, in document order; paths are local names joined with ``/``.

    ``leaves`` tells which hold text, ``paths`` is of these, ``repeats`` whether one comes twice; ``currencies`` has,
    of each leaf that is an amount, the place among the leaves and the path of its currency; ``spans`` has, of all
    elements of a path, where they start and where the elements inside of them end.
    """

    tags: Tags
    counts: Counts
    leaves: tuple[bool, ...]
    paths: tuple[str, ...]
    repeats: bool
    currencies: tuple[tuple[int, str], ...]
    spans: dict[str, Spans]

    def places(self) -> dict[str, list[int]]:
        """Of each path, the currencies of amounts behind all others, which of the texts stand there."""
        found: dict[str, list[int]] = {}
        for place, path in enumerate((*self.paths, *(path for _, path in self.currencies))):
            found.setdefault(path, []).append(place)
        return found

    def inside(self, span: tuple[int, int]) -> Inside:
        """What is inside of the element of this span."""
        start, end = span[0] + 1, span[1]
        first, last = sum(self.leaves[:start]), sum(self.leaves[:end])
        before, within = (sum(place < limit for place, _ in self.currencies) for limit in (first, last))
        total = len(self.paths)
        return Inside(
            layout(self.tags[start:end], self.counts[start:end]),
            slice(first, last),
            slice(total + before, total + within),
        )


class Inside(NamedTuple):
    """A part of a larger layout, and which of the larger one's texts are its own."""

    layout: Layout
    leaves: slice
    currencies: slice

    def texts(self, texts: Texts) -> Texts:
        return texts[self.leaves] + texts[self.currencies]


def layout(tags: Tags, counts: Counts) -> Layout:
    """Of this shape; only small shapes are remembered."""
    return _remembered(tags, counts) if len(tags) <= _REMEMBERED_SIZE_MAX else _worked_out(tags, counts)


def _worked_out(tags: Tags, counts: Counts) -> Layout:
    everything: list[str] = []
    spans: dict[str, Spans] = {}
    _follow(zip(tags, counts, strict=True), None, "", everything, spans)
    leaves = tuple(not count for count in counts)
    paths = tuple(compress(everything, leaves))
    return Layout(
        tags=tags,
        counts=counts,
        leaves=leaves,
        paths=paths,
        repeats=len(set(paths)) < len(paths),
        currencies=tuple((place, f"{path}/@Ccy") for place, path in enumerate(paths) if path.endswith("Amt")),
        spans=spans,
    )


_remembered = lru_cache(_REMEMBERED_MAX)(_worked_out)


def _follow(
    rest: Iterator[tuple[str, int]], count: int | None, around: str, paths: list[str], spans: dict[str, Spans]
) -> None:
    """Take the next ``count`` elements, each with those inside of it, and note their paths and spans."""
    for tag, children in islice(rest, count):
        name = local(tag)
        path = f"{around}/{name}" if around else name
        start = len(paths)
        paths.append(path)
        _follow(rest, children, path, paths, spans)
        spans.setdefault(path, []).append((start, len(paths)))


@lru_cache(4096)
def local(tag: str) -> str:
    """The name without its namespace. Raises Unreadable for a prefix that nobody declared: libxml2 keeps it in the
    name, so the element would go unseen."""
    name = tag.rpartition("}")[2]
    if ":" in name:
        raise Unreadable("prefix_undeclared")
    return name
