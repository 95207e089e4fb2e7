"""Where the texts of an element stand, worked out once for all elements of one shape.

A shape is the tags below an element in document order, and how many children each has: no two trees share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

_REMEMBERED_SIZE_MAX = 256
_REMEMBERED_MAX = 512


@dataclass(frozen=True, slots=True)
class Layout:
    """``leaves`` tells of every element whether it is one that holds text; ``paths`` are theirs, by local names.

    ``currencies``: of each leaf that is an amount its place among the leaves, and the path of its currency.
    """

    leaves: tuple[bool, ...]
    paths: tuple[str, ...]
    repeats: bool
    currencies: tuple[tuple[int, str], ...]
    elements: frozenset[str]


def layout(tags: tuple[str, ...], counts: tuple[int, ...], omit: str) -> Layout:
    """Of this shape; what is below the children called ``omit`` is not in it. Only small shapes are remembered."""
    find = _remembered if len(tags) <= _REMEMBERED_SIZE_MAX else _worked_out
    return find(tags, counts, omit)


def _worked_out(tags: tuple[str, ...], counts: tuple[int, ...], omit: str) -> Layout:
    rest = zip(tags, counts, strict=True)
    places = list(_places(rest, rest, "", omit))
    paths = tuple(path for path, is_leaf in places if is_leaf)
    return Layout(
        leaves=tuple(is_leaf for _, is_leaf in places),
        paths=paths,
        repeats=len(set(paths)) < len(paths),
        currencies=tuple((place, f"{path}/@Ccy") for place, path in enumerate(paths) if path.endswith("Amt")),
        elements=frozenset(path for path, _ in places),
    )


_remembered = lru_cache(_REMEMBERED_MAX)(_worked_out)

_Nodes = Iterator[tuple[str, int]]


def _places(children: _Nodes, rest: _Nodes, around: str, omit: str) -> Iterator[tuple[str, bool]]:
    """The path of each element, and whether it is a leaf; ``rest`` goes on with whatever comes next."""
    for tag, count in children:
        name = local(tag)
        path = f"{around}/{name}" if around else name
        omitted = path == omit
        yield path, not (count or omitted)
        if not omitted:
            yield from _places(islice(rest, count), rest, path, omit)


@lru_cache(4096)
def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]
