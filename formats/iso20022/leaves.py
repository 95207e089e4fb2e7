"""All that an element says, as a row of texts: those of its leaves in document order, then the currencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import Any

from lxml import etree

from formats.iso20022.layout import Layout, Texts, layout
from formats.iso20022.xml import SPACE, look_below

_ODD: Any = etree.XPath("boolean(.//@*[name() != 'Ccy'] | .//*[*]/text()[normalize-space()])")


@dataclass(slots=True)
class Leaves:
    """``is_odd`` when something in it is neither the text of a leaf nor a currency; ``raw`` gives it as XML."""

    layout: Layout
    texts: Texts
    is_odd: bool
    raw: Callable[[], bytes]


def as_xml(element: etree._Element) -> bytes:
    """An element of the tree as XML of its own, in UTF-8."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=False, with_tail=False)


def read_leaves(element: etree._Element) -> Leaves:
    """Texts without surrounding space; of an amount without a text also no currency."""
    below = look_below(element)
    found = layout(below.tags, below.counts)
    leaves = list(compress(below.elements, found.leaves))
    texts = [(leaf.text or "").strip(SPACE) or None for leaf in leaves]
    currencies = [leaves[place].get("Ccy", "") if texts[place] else None for place, _ in found.currencies]
    return Leaves(found, (*texts, *currencies), _ODD(element), partial(as_xml, element))
