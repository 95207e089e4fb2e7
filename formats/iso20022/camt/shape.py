"""What entries and details of one shape hold and where, worked out once: reading the next one is only looking there."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from formats.iso20022.camt import fields
from formats.iso20022.layout import Counts, Layout, Spans, Tags, layout
from formats.iso20022.picking import Elements, Gathering, Picking, Places, Table

_Parts = Mapping[str, tuple[type[Any], Table]]


class Shape:
    """Of the elements below an entry or a detail, in document order."""

    def __init__(self, found: Layout, table: Table, parts: _Parts, lists: Table, known: frozenset[str]) -> None:
        spans, places = found.spans, found.places()
        self.fields = Picking(table, places)
        self._lists = Gathering(lists, places)
        picked = ((name, kind, Picking(part, places)) for name, (kind, part) in parts.items())
        self._parts = [each for each in picked if not each[2].is_empty]
        self.has_one_direction = len(spans.get("CdtDbtInd", ())) == 1
        self.amounts = table["amount"]
        self.has_odd_amount = any(len(spans.get(path, ())) > 1 for path in self.amounts)
        self.has_charges = "Chrgs" in spans
        self.is_return = "RtrInf" in spans
        self.batches = len(spans.get("NtryDtls/Btch", ())) + len(spans.get("Btch", ()))
        self.details: Spans = [span for path in fields.DETAILS for span in spans.get(path, ())]
        tables = [table, *(part for _, part in parts.values())]
        self.is_known = all(path in known for path in found.paths if not path.startswith(_BELOW)) and not any(
            _has_more(paths, places) for each in tables for paths in each.values()
        )

    def parts(self, elements: Elements) -> dict[str, Any]:
        """The parts that have a text."""
        texts = ((name, kind, picking.texts(elements)) for name, kind, picking in self._parts)
        return {name: kind(**found) for name, kind, found in texts if found}

    def lists(self, elements: Elements) -> dict[str, str]:
        return self._lists.texts(elements)


def _has_more(paths: tuple[str, ...], places: Places) -> bool:
    """Whether there are more texts than the one that is taken; an amount in its entry's currency may stand twice."""
    there = [len(places[path]) for path in paths if path in places]
    return sum(there) > 1 and (paths[0] != "Amt" or max(there) > 1)


_BELOW = tuple(f"{path}/" for path in fields.DETAILS)


@lru_cache(512)
def entry_shape(tags: Tags, counts: Counts) -> Shape:
    return Shape(layout(tags, counts), fields.ENTRY, fields.ENTRY_PARTS, {}, fields.ENTRY_KNOWN)


@lru_cache(512)
def detail_shape(tags: Tags, counts: Counts) -> Shape:
    return Shape(layout(tags, counts), fields.DETAIL, fields.DETAIL_PARTS, fields.DETAIL_LISTS, fields.DETAIL_KNOWN)
