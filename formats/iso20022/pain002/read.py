"""Reading pain.002 as a stream. Tolerant: every status stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from formats.errors import Unreadable
from formats.iso20022 import alike
from formats.iso20022 import schema as schemas
from formats.iso20022.leaves import Leaves, as_xml
from formats.iso20022.lenient import Lenient
from formats.iso20022.pain002 import fields
from formats.iso20022.pain002.model import BlockStatus, Counted, GroupStatus, Item, Reason, Report, TransferStatus
from formats.iso20022.pain002.shape import transfer_shape
from formats.iso20022.picking import Content, Table
from formats.iso20022.xml import Reader, local_name

_GROUP, _BLOCK, _TRANSFER = "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts"


def read(source: BinaryIO) -> Iterator[Item]:
    """The report first, then statuses as they stand, a block before its transfers. Raises FormatError."""
    version = schemas.message_name(source)
    if not version.startswith("pain.002."):
        raise Unreadable("unexpected_message", message=version)
    return _Reading(version).items(source)


class _Reading:
    """What one report has told so far."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._message_id: str | None = None
        self._element: etree._Element | None = None
        self._sibling: etree._Element | None = None
        self._block: BlockStatus | None = None

    def items(self, source: BinaryIO) -> Iterator[Item]:
        for name, element, leaves in alike.stream(source, ("GrpHdr", _GROUP, _BLOCK), {_TRANSFER: 0}):
            if leaves is None:
                yield from self._ended(name, element)
            else:
                if element is not self._sibling:
                    self._sibling = element
                    yield from self._opened(element.getparent())
                yield self._transfer(leaves)

    def _ended(self, name: str, element: etree._Element) -> Iterator[Item]:
        if name == "GrpHdr":
            yield _report(self._version, Reader(element))
        elif name == _GROUP:
            yield self._group(Reader(element))
        else:
            yield from self._opened(element)
            self._closed(element)

    def _group(self, reader: Reader) -> GroupStatus:
        lenient = Lenient()
        texts = _texts(reader, fields.GROUP)
        self._message_id = texts["original_message_id"]
        return GroupStatus(
            reasons=_reasons(reader),
            original_count=lenient.count(reader, "OrgnlNbOfTxs"),
            original_created=lenient.moment(reader, "OrgnlCreDtTm"),
            counted=_counted(reader, lenient),
            problems=lenient.problems,
            raw=_raw(reader, fields.GROUP_CONTENT),
            **texts,
        )

    def _opened(self, element: etree._Element | None) -> Iterator[BlockStatus]:
        """The block around a transfer, once: with its first transfer, or at its end when it has none."""
        if element is None or local_name(element) != _BLOCK or element is self._element:
            return
        self._element, self._block = element, self._block_status(Reader(element, omit=_TRANSFER))
        yield self._block

    def _closed(self, element: etree._Element) -> None:
        """A status that stands after the transfers came too late to be told in order."""
        if self._block_status(Reader(element, omit=_TRANSFER)) != self._block:
            raise Unreadable("status_after_transactions")
        self._element = self._sibling = self._block = None

    def _block_status(self, reader: Reader) -> BlockStatus:
        lenient = Lenient()
        return BlockStatus(
            original_message_id=self._message_id,
            reasons=_reasons(reader),
            original_count=lenient.count(reader, "OrgnlNbOfTxs"),
            counted=_counted(reader, lenient),
            problems=lenient.problems,
            raw=_raw(reader, fields.BLOCK_CONTENT, omit=_TRANSFER),
            **_texts(reader, fields.BLOCK),
        )

    def _transfer(self, leaves: Leaves) -> TransferStatus:
        shape = transfer_shape(leaves.layout)
        raw = None if not leaves.is_odd and shape.holds_all(leaves.texts) else leaves.raw()
        block_id = self._block.original_payment_information_id if self._block else None
        return shape.read(leaves.texts, self._message_id, block_id, raw)


def _texts(reader: Reader, table: Table) -> dict[str, Any]:
    return {name: reader.text(*paths) for name, paths in table.items()}


def _report(version: str, reader: Reader) -> Report:
    lenient = Lenient()
    created = lenient.moment(reader, "CreDtTm")
    raw = _raw(reader, fields.HEADER_CONTENT)
    return Report(version, created=created, problems=lenient.problems, raw=raw, **_texts(reader, fields.HEADER))


def _reasons(reader: Reader) -> tuple[Reason, ...]:
    return tuple(
        Reason(texts=tuple(each.all("AddtlInf")), **_texts(each, fields.REASON)) for each in reader.each("StsRsnInf")
    )


def _counted(reader: Reader, lenient: Lenient) -> tuple[Counted, ...]:
    return tuple(
        Counted(each.text("DtldSts"), lenient.count(each, "DtldNbOfTxs"), each.text("DtldCtrlSum"))
        for each in reader.each("NbOfTxsPerSts")
    )


def _raw(reader: Reader, content: Content, omit: str = "") -> bytes | None:
    """The element without its children named ``omit``, when it holds a text that has no place in the model."""
    lists = (("StsRsnInf", fields.REASON_CONTENT), ("NbOfTxsPerSts", fields.COUNTED_CONTENT))
    if content.holds_all(reader) and all(kind.holds_all(each) for path, kind in lists for each in reader.each(path)):
        return None
    return b"".join(as_xml(each) for each in reader.element if local_name(each) != omit)
