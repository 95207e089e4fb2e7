"""Patterns of elements: one that the parser has read, letter by letter, with any plain characters for its texts.

Whatever matches is a whole element of the same layout; see ``alike`` for what follows from it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import quoteattr

from lxml import etree

from formats.iso20022.layout import Layout, Texts
from formats.iso20022.leaves import Leaves
from formats.iso20022.xml import SPACE

_SEEN_MIN = 8
"""So many elements of one layout are worth a pattern."""
_KEPT_MAX = 8
"""Tried one after another."""
_TRIED_MAX = 64
"""Patterns made for one file."""
_SAMPLE_CHARS_MAX = 16 << 10

_TAG = re.compile("(<[^<>]*>)")
_SPACES = f"[{SPACE}]*+"
_NEVER = "<>&\x00-\x1f\ud800-\udfff\ufffe\uffff"
_TEXT = f"([^ {_NEVER}][^{_NEVER}]*+(?<! ))"
_NO_TEXT = "((?!))?"

_Key = tuple[str, frozenset[tuple[str | None, str]]]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A group for each leaf; ``currencies`` stand in the markup itself."""

    find: re.Pattern[str]
    layout: Layout
    currencies: Texts


class Patterns:
    """Those of one file, by the name of their elements and the namespaces declared around them."""

    def __init__(self) -> None:
        self._kept: dict[_Key, list[_Pattern]] = {}
        self._seen: Counter[tuple[object, ...]] = Counter()
        self._tried = 0

    def follow(self, name: str, sibling: etree._Element, text: str, at: int) -> Iterator[tuple[Leaves, int]]:
        """Elements that match from here on, each with where it ends."""
        parent = sibling.getparent()
        kept = None if parent is None else self._kept.get(_key(name, parent))
        while kept and parent is not None and (found := _match(kept, text, at)):
            pattern, match = found
            at = match.end()
            texts = match.groups() + pattern.currencies
            yield Leaves(pattern.layout, texts, False, partial(_as_xml, match, parent)), at

    def learn(self, name: str, element: etree._Element, leaves: Leaves, sample: str) -> None:
        """Make a pattern of what the parser has just read, when elements of its layout are many."""
        parent, layout = element.getparent(), leaves.layout
        self._seen[layout.tags, layout.counts] += 1
        if self._seen[layout.tags, layout.counts] < _SEEN_MIN or self._tried >= _TRIED_MAX or parent is None:
            return
        if leaves.is_odd or "&" in sample or len(sample) > _SAMPLE_CHARS_MAX:
            return
        self._tried += 1
        markup = _generalised(sample)
        if markup is None:
            return
        count = len(layout.paths)
        find = re.compile(markup)
        match = find.fullmatch(sample)
        if match and match.groups() == leaves.texts[:count]:
            kept = self._kept.setdefault(_key(name, parent), [])
            kept.insert(0, _Pattern(find, layout, leaves.texts[count:]))
            del kept[_KEPT_MAX:]


def _as_xml(found: re.Match[str], parent: etree._Element) -> bytes:
    """XML of its own: what is declared around it is taken into it."""
    opening, bracket, rest = found[0].strip(SPACE).partition(">")
    names = {f"xmlns:{prefix}" if prefix else "xmlns": uri for prefix, uri in parent.nsmap.items()}
    around = [f" {name}={quoteattr(uri)}" for name, uri in names.items() if f" {name}=" not in opening]
    return "".join((opening, *around, bracket, rest)).encode()


def _key(name: str, parent: etree._Element) -> _Key:
    return name, frozenset(parent.nsmap.items())


def _match(kept: list[_Pattern], text: str, at: int) -> tuple[_Pattern, re.Match[str]] | None:
    """The one that matches is tried first from now on."""
    for place, pattern in enumerate(kept):
        if match := pattern.find.match(text, at):
            if place:
                kept.insert(0, kept.pop(place))
            return pattern, match
    return None


def _generalised(sample: str) -> str | None:
    """The pattern of one element with nothing but space around it; None when it is not that."""
    parts = _TAG.split(sample)
    texts, tags = parts[0::2], parts[1::2]
    depth, made, before = 0, [], ""
    for number, (text, tag) in enumerate(zip(texts, tags, strict=False)):
        is_leaf = _opens(before) and tag.startswith("</")
        if text.strip(SPACE):
            if not is_leaf:
                return None
            made.append(_TEXT)
        else:
            made += [_SPACES if text else "", _NO_TEXT if is_leaf else ""]
        made += [re.escape(tag), _NO_TEXT if tag.endswith("/>") else ""]
        depth += _opens(tag) - tag.startswith("</")
        if (depth <= 0) != (number == len(tags) - 1):
            return None
        before = tag
    return "".join(made) if depth == 0 and not texts[-1] else None


def _opens(tag: str) -> bool:
    return tag.startswith("<") and not tag.startswith("</") and not tag.endswith("/>")
