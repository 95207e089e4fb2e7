"""Texts of an element by name, from where a table says they stand; the places are worked out once for each shape.

A table gives for each name the paths to look at, the best first: of several texts the first that is not empty counts.
Paths are local names joined with ``/``, ``@Ccy`` at the end for the currency of an amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter

from lxml import etree

Table = Mapping[str, tuple[str, ...]]
Elements = Sequence[etree._Element]
Places = Mapping[str, Sequence[int]]
"""Of each path, which of the elements hold a text there."""
_SPACE = " \t\r\n"
_CURRENCY = "/@Ccy"


class Picking:
    """Which of the names of a table are there in elements of one shape, and where."""

    def __init__(self, table: Table, places: Places) -> None:
        found = {name: found_at for name, paths in table.items() if (found_at := _all(paths, places))}
        attributes = {name for name in found if table[name][0].endswith(_CURRENCY)}
        plain = {name: each[0] for name, each in found.items() if len(each) == 1 and name not in attributes}
        self._names = tuple(plain)
        self._get = _getter(tuple(plain.values()))
        self._odd = [(name, each, name in attributes) for name, each in found.items() if name not in plain]
        self.is_empty = not found

    def texts(self, elements: Elements) -> dict[str, str]:
        """The texts that are there, without surrounding space."""
        texts = [(each.text or "").strip(_SPACE) for each in self._get(elements)]
        found = {name: text for name, text in zip(self._names, texts, strict=False) if text}
        for name, places, is_attribute in self._odd:
            if text := _first(elements, places, is_attribute):
                found[name] = text
        return found


class Gathering:
    """Names that may have several texts: all of them, joined by a space."""

    def __init__(self, table: Table, places: Places) -> None:
        self._found = [(name, found_at) for name, paths in table.items() if (found_at := _all(paths, places))]

    def texts(self, elements: Elements) -> dict[str, str]:
        found = {}
        for name, places in self._found:
            texts = ((elements[place].text or "").strip(_SPACE) for place in places)
            if text := " ".join(filter(None, texts)):
                found[name] = text
        return found


def _first(elements: Elements, places: Iterable[int], is_attribute: bool) -> str:
    """The first text at these places; the currency of the first amount that has a text."""
    for place in places:
        if text := (elements[place].text or "").strip(_SPACE):
            return elements[place].get("Ccy", "") if is_attribute else text
    return ""


def _all(paths: tuple[str, ...], places: Places) -> list[int]:
    return [place for path in paths for place in places.get(path.removesuffix(_CURRENCY), ())]


def _getter(places: tuple[int, ...]) -> Callable[[Elements], tuple[etree._Element, ...]]:
    """The elements at these places; one place too many keeps the result a tuple."""
    return itemgetter(*places, places[0]) if places else _nothing


def _nothing(_elements: Elements) -> tuple[etree._Element, ...]:
    return ()
