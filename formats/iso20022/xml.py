"""Reading and writing XML safely: hardened streaming, a Reader that explains what is missing, a canonical writer.

Reading refuses every DOCTYPE, resolves no entity, opens no network or file, and keeps libxml2's own limits
(depth 256, 10 MB of text in one node). Comments and processing instructions are dropped, as canonicalisation does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from itertools import compress
from typing import Any, BinaryIO, NamedTuple

from lxml import etree

from formats.errors import Forbidden, FormatError, Missing, SchemaInvalid, Unreadable
from formats.iso20022.layout import Counts, Layout, Tags, layout, local

# With ``resolve_entities=False`` lxml accepts truncated and malformed files as soon as a schema is given; "internal"
# keeps every complaint, never opens an external entity, and the DOCTYPE that would declare one is refused anyway.
HARDENED: dict[str, Any] = {
    "resolve_entities": "internal",
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

_SCHEMA_ERRORS = range(etree.ErrorTypes.SCHEMAV_NOROOT, etree.ErrorTypes.SCHEMAV_MISC + 1)
SPACE = " \t\r\n"
"""White space of XML."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?")


# --- streaming -------------------------------------------------------------------------------------------------


def stream(source: BinaryIO, names: Sequence[str], schema: etree.XMLSchema | None = None) -> Iterator[etree._Element]:
    """Complete elements of these local names, in any namespace, while reading.

    With a schema the document is validated on the way, and SchemaInvalid comes at its end.
    """
    tags = [f"{{*}}{name}" for name in names]
    context = etree.iterparse(source, events=("end",), tag=tags, schema=schema, **HARDENED)
    try:
        for number, (_, element) in enumerate(context):
            if not number:
                refuse_doctype(element)
            yield element
        refuse_doctype(context.root)
    except etree.XMLSyntaxError as error:
        raise explain(error, context.error_log) from None


def refuse_doctype(element: etree._Element) -> None:
    """No honest payment message has a DOCTYPE."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise Forbidden("doctype")


def explain(error: Any, log: Any = ()) -> FormatError:
    """A parser's complaint (XMLSyntaxError) as our error: where and which rule, never the content."""
    line, column = error.position
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return Forbidden("too_deep_or_large", line=line, column=column)
    rules = [entry.type_name for entry in log if entry.domain == etree.ErrorDomains.SCHEMASV]
    if rules and error.code in _SCHEMA_ERRORS:
        return SchemaInvalid("schema_invalid", rule=rules[0], failures=len(rules))
    return Unreadable("not_well_formed", line=line, column=column)


def forget_previous(element: etree._Element) -> None:
    """Free the sibling before this one when it is of the same kind: memory stays bounded over a long list."""
    previous = element.getprevious()
    if previous is not None and previous.tag == element.tag:
        forget(previous)


def forget(element: etree._Element) -> None:
    """Take an element out of its tree, never the last one read: the parser still looks at that.

    Emptied first, because taking out a large tree in one piece costs the square of its size.
    """
    parent = element.getparent()
    element.clear()
    if parent is not None:
        parent.remove(element)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of this local name."""
    return None if element is None else element.find(_wild(name))


def local_name(element: etree._Element) -> str:
    return local(element.tag)


# --- reading ---------------------------------------------------------------------------------------------------


class Reader:
    """One element and the texts below it, by local names joined with ``/``; of several texts the first unless said.

    ``omit`` names children that are read on their own and left out of the texts.
    """

    __slots__ = ("_again", "_below", "_layout", "_omit", "_row", "_texts", "element")

    def __init__(self, element: etree._Element, omit: str = "", below: Below | None = None) -> None:
        """Keep the text of everything without children, without surrounding space, and the currency of amounts."""
        self.element = element
        self._omit = omit
        self._below = below or look_below(element, omit)
        self._layout = layout(self._below.tags, self._below.counts)
        leaves = list(compress(self._below.elements, self._layout.leaves))
        self._row = texts = [(leaf.text or "").strip(SPACE) for leaf in leaves]
        self._texts = dict(zip(self._layout.paths, texts, strict=True))
        self._again = self._sorted_out(texts) if self._layout.repeats else {}
        for place, path in self._layout.currencies:
            if texts[place]:
                self._texts.setdefault(path, leaves[place].get("Ccy", ""))

    def _sorted_out(self, texts: list[str]) -> dict[str, list[str]]:
        """Keep the first text of each path, and give those after it."""
        self._texts = {}
        again: dict[str, list[str]] = {}
        for path, text in zip(self._layout.paths, texts, strict=True):
            if text and path in self._texts:
                again.setdefault(path, []).append(text)
            elif text:
                self._texts[path] = text
        return again

    def each(self, path: str) -> list[Reader]:
        """Every element at the path, in document order."""
        if self._omit and path.startswith(self._omit):
            return [Reader(found) for found in self.element.iterfind(_wild(path))]
        below, spans = self._below, self._layout.spans.get(path, ())
        return [Reader(below.elements[start], below=below.part(start + 1, end)) for start, end in spans]

    def row(self) -> tuple[Layout, list[str]]:
        """The texts of all leaves in document order, empty ones too, outside of what is omitted."""
        return self._layout, self._row

    def has(self, path: str) -> bool:
        """Whether there is such an element, empty or not, outside of what is omitted."""
        return path in self._layout.spans

    def all(self, path: str) -> list[str]:
        """Every text at the path."""
        first = self._texts.get(path)
        return [first, *self._again.get(path, ())] if first else []

    def text(self, *paths: str) -> str | None:
        """The first text at the first of these paths that has one."""
        for path in paths:
            if found := self._texts.get(path):
                return found
        return None

    def need(self, path: str) -> str:
        """The only text at the path; raises Missing when there is none or a second."""
        found = self._texts.get(path)
        if not found or path in self._again:
            raise Missing(f"{self.path()}/{path}", "several" if found else "none")
        return found

    def date(self, path: str) -> date | None:
        """A day, from a date or date-time, itself or in ``Dt`` or ``DtTm``; as written, no time zone applied."""
        text = self.text(*day_paths(path))
        return None if text is None else day(text)

    def moment(self, path: str) -> datetime | None:
        """A date and time; aware when the text has an offset."""
        text = self.text(path)
        return None if text is None else moment(text)

    def path(self) -> str:
        """Local names from the root, for errors."""
        ancestors = [*reversed(list(self.element.iterancestors())), self.element]
        return "/".join(local_name(each) for each in ancestors)


class Below(NamedTuple):
    """The elements inside of one, in document order, with their shape."""

    elements: list[etree._Element]
    tags: Tags
    counts: Counts

    def part(self, start: int, end: int) -> Below:
        return Below(self.elements[start:end], self.tags[start:end], self.counts[start:end])


def look_below(element: etree._Element, omit: str = "") -> Below:
    """Everything inside of an element; of the children named ``omit`` nothing."""
    if omit:
        elements = [each for child in element if local_name(child) != omit for each in child.iter()]
    else:
        elements = list(element.iterdescendants())
    return Below(elements, tuple([each.tag for each in elements]), tuple(map(len, elements)))


@cache
def day_paths(path: str) -> tuple[str, str, str]:
    """Where a day may stand: as a date, as a date with time, or without either around it."""
    return f"{path}/Dt", f"{path}/DtTm", path


@cache
def _wild(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


NOTHING = Reader(etree.Element("nothing"))


@lru_cache(4096)
def day(text: str) -> date:
    """``2026-07-31``, with whatever follows of time or offset."""
    match = _DATE.match(text)
    try:
        return date.fromisoformat(match[0] if match else "")
    except ValueError:
        raise Unreadable("date_unreadable") from None


@lru_cache(4096)
def moment(text: str) -> datetime:
    """``2026-07-31T09:00:00+07:00``, offset and fraction optional."""
    try:
        return datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "")
    except ValueError:
        raise Unreadable("date_time_unreadable") from None


# --- writing: exclusive canonical XML has no declaration, no prefix, no empty-element tag ------------------------


def escape(text: str) -> str:
    """Text as canonical XML writes it between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def tag(name: str, *content: str) -> str:
    """One element around markup that is canonical already."""
    return f"<{name}>{''.join(content)}</{name}>"


def leaf(path: str, text: str | None) -> str:
    """One element around text, and the elements around it; nothing at all when the text is None."""
    if text is None:
        return ""
    opened, closed = _around(path)
    return f"{opened}{escape(text)}{closed}"


@cache
def _around(path: str) -> tuple[str, str]:
    names = path.split("/")
    return "".join(f"<{name}>" for name in names), "".join(f"</{name}>" for name in reversed(names))
