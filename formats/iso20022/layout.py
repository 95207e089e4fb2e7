"""Where the texts of an element stand, worked out once for all elements of one shape.

A shape is the tags below an element in document order, and how many children each has: no two trees share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, islice

_REMEMBERED_SIZE_MAX = 256
_REMEMBERED_MAX = 512

Tags = tuple[str, ...]
Counts = tuple[int, ...]
Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Of the elements below one, in document order; paths are local names joined with ``/``.

    ``leaves`` tells which hold text, ``paths`` is of these, ``repeats`` whether one comes twice; ``currencies`` has,
    of each leaf that is an amount, the place among the leaves and the path of its currency; ``spans`` has, of all
    elements of a path, where they start and where the elements inside of them end.
    """

    leaves: tuple[bool, ...]
    paths: tuple[str, ...]
    repeats: bool
    currencies: tuple[tuple[int, str], ...]
    spans: dict[str, Spans]

    def places(self) -> dict[str, list[int]]:
        """Of each path of a text, which of the elements stand there."""
        spans = ((path, [start for start, _ in found if self.leaves[start]]) for path, found in self.spans.items())
        return {path: starts for path, starts in spans if starts}


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
    """The name without its namespace."""
    return tag.rpartition("}")[2]
