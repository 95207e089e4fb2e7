"""Checking finished bytes while they are written: the official schema, counts and sums, and every value (M6, M7).

The message is looked at in parts, each as a document of its own: the head, its block's head, some whole transfers, the
end. That proves the whole valid, because a part is taken only when the document around it has kept its form - one
group header, one block, in it the block's own elements and then nothing but transfers - and the schema lets a block
hold any number of transfers, a message any number of blocks, and has no rule across them (no key, no unique).
Parsing a part to a tree and validating it takes libxml2 half the time of validating the whole as a stream.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from formats.errors import SchemaInvalid, Unreadable
from formats.iso20022 import codes, xml
from formats.iso20022 import schema as schemas
from formats.iso20022.pain001.elements import BLOCK, HEADER, TRANSFER, Element
from formats.iso20022.pain001.extract import transformation
from formats.iso20022.pain001.write import BLOCK_END, CLOSE, DECLARATION


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of a message that passed: SHA-256 of all its bytes, and of its values as they were found."""

    sha256: bytes
    values: bytes


class Check:
    """Follows a message (see ``write.Follower``); raises FormatError at the first part that is wrong."""

    def __init__(self, version: str) -> None:
        self._schema = schemas.compiled(version)
        self._parser = etree.XMLParser(**xml.HARDENED)
        self._header_lines = _Lines("GrpHdr", HEADER, version)
        self._block_lines = _Lines("PmtInf", BLOCK, version)
        self._transfer_lines = _Lines("PmtInf/CdtTrfTxInf", TRANSFER, version)
        self._sha256, self._values = hashlib.sha256(), hashlib.sha256()
        self._awaited: tuple[str, ...] = ("head",)
        self._head = self._block = self._part = b""
        self._is_new_block = False
        self._currency = ""
        self._own_elements = 0
        self._declared: _Totals | None = None
        self._block_declared = self._block_counted = self._counted = _Totals(0, 0)

    def follow(self, kind: str, part: bytes) -> None:
        if kind not in self._awaited:
            raise Unreadable("part_out_of_order", part=kind)
        if any(part.find(sign, len(DECLARATION) if kind == "head" else 0) >= 0 for sign in (b"<!", b"<?")):
            raise SchemaInvalid("part_form", part=kind)  # comments and the like are not canonical
        self._awaited = _NEXT[kind]
        self._sha256.update(part)
        _LOOKS[kind](self, part)

    def verdict(self) -> Verdict:
        """Of the whole, after its end."""
        if self._awaited:
            raise Unreadable("message_unfinished")
        return Verdict(self._sha256.digest(), self._values.digest())

    # --- the parts in their order --------------------------------------------------------------------------------

    def _see_head(self, part: bytes) -> None:
        self._head = part

    def _see_block(self, part: bytes) -> None:
        self._block, self._is_new_block, self._block_counted = part, True, _Totals(0, 0)

    def _see_transfers(self, part: bytes) -> None:
        self._part = part
        message = self._document(CLOSE.encode(), ("GrpHdr", "PmtInf"))
        if self._is_new_block:
            self._see_heads(message)
        found = self._transfer_lines.found(message)
        amounts = self._transfer_lines.column(found, "amount")
        if len(message[1]) - len(amounts) != self._own_elements:
            raise SchemaInvalid("part_form", part="transfers")
        self._values.update(found)
        total = sum([codes.amount_minor(amount, self._currency) for amount in amounts])
        self._block_counted += _Totals(len(amounts), total)

    def _see_heads(self, message: etree._Element) -> None:
        """The group header with the first block, and the head of each block, once."""
        self._is_new_block = False
        block = self._block_lines.found(message)
        (self._currency,) = self._block_lines.column(block, "currency")
        if self._declared is None:
            header = self._header_lines.found(message)
            self._declared = self._header_lines.totals(header, self._currency)
            self._values.update(header)
        self._values.update(block)
        self._block_declared = self._block_lines.totals(block, self._currency)
        self._own_elements = len(message[1]) - len(message[1].findall("{*}CdtTrfTxInf"))

    def _see_block_end(self, part: bytes) -> None:
        if part.decode() != BLOCK_END:
            raise SchemaInvalid("part_form", part="block_end")
        self._counted += self._block_counted
        _compare("PmtInf", self._block_declared, self._block_counted)

    def _see_end(self, part: bytes) -> None:
        """The end stands after the last transfers that were seen."""
        self._document(part, ("GrpHdr", "PmtInf", "SplmtryData"))
        _compare("GrpHdr", self._declared or _Totals(0, 0), self._counted)

    def _document(self, end: bytes, names: tuple[str, ...]) -> etree._Element:
        """The message element of the part at hand, valid by the schema; of ``names`` the third may be missing."""
        data = b"".join((self._head, self._block, self._part, BLOCK_END.encode(), end))
        try:
            root = etree.fromstring(data, self._parser)
        except etree.XMLSyntaxError as error:
            raise xml.explain(error) from None
        xml.refuse_doctype(root)
        if not self._schema.validate(root):
            log: Any = self._schema.error_log
            rules = [entry.type_name for entry in log]
            raise SchemaInvalid("schema_invalid", rule=rules[0], failures=len(rules))
        found = tuple(xml.local_name(each) for each in root[0])
        if found not in (names, names[:2]):
            raise SchemaInvalid("part_form", part="message")
        return root[0]


_NEXT: dict[str, tuple[str, ...]] = {
    "head": ("block",),
    "block": ("transfers",),
    "transfers": ("transfers", "block_end"),
    "block_end": ("block", "end"),
    "end": (),
}
_LOOKS: dict[str, Callable[[Check, bytes], None]] = {
    "head": Check._see_head,
    "block": Check._see_block,
    "transfers": Check._see_transfers,
    "block_end": Check._see_block_end,
    "end": Check._see_end,
}


@dataclass(frozen=True, slots=True)
class _Totals:
    """NbOfTxs and CtrlSum, as declared or as counted; in minor units."""

    count: int
    total: int

    def __add__(self, other: _Totals) -> _Totals:
        return _Totals(self.count + other.count, self.total + other.total)


def _compare(level: str, declared: _Totals, counted: _Totals) -> None:
    """M6: count and sum of the rows at group and payment-information level."""
    if declared != counted:
        raise SchemaInvalid("totals_differ", level=level, count=counted.count, declared=declared.count)


class _Lines:
    """The values of one kind of record, as ``extract`` gives them."""

    def __init__(self, record: str, elements: tuple[Element, ...], version: str) -> None:
        self._transformation = transformation(record, elements, version)
        self._columns = {
            element.field: re.compile(rf"^{place}=(.*)$".encode(), re.MULTILINE)
            for place, element in enumerate(elements)
            if element.field in _LOOKED_AT
        }

    def found(self, message: etree._Element) -> bytes:
        return bytes(self._transformation(message.getroottree()))

    def column(self, found: bytes, field: str) -> list[str]:
        """The value of this field in every record that has it."""
        return [value.decode() for value in self._columns[field].findall(found)]

    def totals(self, found: bytes, currency: str) -> _Totals:
        (count,), (total,) = self.column(found, "count"), self.column(found, "control_sum")
        return _Totals(int(count), codes.amount_minor(total, currency))


_LOOKED_AT = frozenset({"count", "control_sum", "currency", "amount"})
