"""Reading camt.052, camt.053 and camt.054 as a stream: each statement, then its entries, by local names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from lxml import etree

from formats.errors import Unreadable
from formats.iso20022 import alike
from formats.iso20022 import schema as schemas
from formats.iso20022.camt.head import MESSAGES, read_head
from formats.iso20022.camt.model import Ending, Entry, Statement
from formats.iso20022.camt.shape import Apart, detail_shape, entry_shape
from formats.iso20022.leaves import Leaves
from formats.iso20022.xml import local_name

_RUNS = {"Ntry": 0, "TxDtls": 8}
"""An entry is read as a whole, but of many details those after the eighth one by one."""


def read(source: BinaryIO) -> Iterator[Statement | Entry | Ending]:
    """Every statement of every document in the file, its entries, and an Ending where something stands behind them.

    Raises FormatError.
    """
    version = schemas.message_name(source)
    if version[:8] not in MESSAGES.values():
        raise Unreadable("unexpected_message", message=version)
    return _Reading().items(source)


class _Reading:
    """Where in the file we are: the statement at hand, and how many statements and entries there were."""

    def __init__(self) -> None:
        self._element: etree._Element | None = None
        self._sibling: etree._Element | None = None
        self._statement: Statement | None = None
        self._statements = 0
        self._entries = 0
        self._apart: list[Apart] = []

    def items(self, source: BinaryIO) -> Iterator[Statement | Entry | Ending]:
        for name, element, leaves in alike.stream(source, tuple(MESSAGES), _RUNS):
            if leaves is None:
                yield from self._ended(element)
            elif name == "Ntry":
                if element is not self._sibling:
                    self._sibling = element
                    yield from self._opened(_statement_around(element))
                yield self._entry(leaves)
            else:
                self._apart.append(_apart(leaves))

    def _ended(self, element: etree._Element) -> Iterator[Statement | Ending]:
        parent = element.getparent()
        if parent is not None and local_name(parent).startswith("BkToCstmr"):
            yield from self._opened(element)
            yield from self._closed(element)

    def _opened(self, element: etree._Element) -> Iterator[Statement]:
        """The statement around an entry, once: with its first entry, or at its end when it has none."""
        if element is self._element:
            return
        self._element, self._statement = element, read_head(element, self._statements)
        self._statements += 1
        self._entries = 0
        yield self._statement

    def _entry(self, leaves: Leaves) -> Entry:
        shape = entry_shape(leaves.layout)
        raw = None if not leaves.is_odd and shape.holds_all(leaves.texts) else leaves.raw()
        entry = shape.read(leaves.texts, self._statements - 1, self._entries, self._apart, raw)
        self._entries += 1
        self._apart = []
        return entry

    def _closed(self, element: etree._Element) -> Iterator[Ending]:
        """What stands behind the entries came too late to be told in order, but for remarks."""
        end = read_head(element, self._statements - 1)
        told = self._statement
        if told is None or replace(end, additional=told.additional, raw=told.raw) != told:
            raise Unreadable("statement_head_after_entries")
        self._element = self._sibling = self._statement = None
        if end != told:
            yield Ending(self._statements - 1, end.additional, end.raw)


def _statement_around(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None or local_name(parent) not in MESSAGES:
        raise Unreadable("entry_outside_statement")
    return parent


def _apart(leaves: Leaves) -> Apart:
    is_read = not leaves.is_odd and detail_shape(leaves.layout).holds_all(leaves.texts)
    return Apart(leaves.layout, leaves.texts, None if is_read else leaves.raw())
