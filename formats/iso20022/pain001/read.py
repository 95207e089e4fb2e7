"""Reading our pain.001: every value of the table, counts and sums while streaming (M6, M7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from formats.errors import Missing, SchemaInvalid, Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022.pain001.elements import ALWAYS, BLOCK, HEADER, TRANSFER, VERSIONS, Element
from formats.iso20022.pain001.model import Account, Address, Agent, Block, Header, Party, Transfer
from formats.iso20022.xml import Reader, forget_previous, local_name, stream


def read(source: BinaryIO, *, schema: bool = True) -> Iterator[Header | Block | Transfer]:
    """The header, then each block before its transfers; equal to what was rendered.

    Raises FormatError, for the schema and for counts and sums at the end: nothing is proved before exhaustion.
    """
    message = schemas.message_name(source)
    if message not in VERSIONS:
        raise Unreadable("unexpected_message", message=message)
    compiled = schemas.compiled(message) if schema else None
    return _Reading(message).items(stream(source, ("GrpHdr", "PmtInf", "CdtTrfTxInf"), compiled))


class _Reading:
    """Where in the message we are: its header, the block at hand, what was counted."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._group: etree._Element | None = None
        self._header: Header | None = None
        self._block: Block | None = None
        self._element: etree._Element | None = None
        self._counted = self._block_counted = (0, 0)

    def items(self, elements: Iterator[etree._Element]) -> Iterator[Header | Block | Transfer]:
        for element in elements:
            yield from _STEPS[local_name(element)](self, element)
            forget_previous(element)
        if self._header is None:
            raise Missing("CstmrCdtTrfInitn/PmtInf", "none")
        _compare("GrpHdr", (self._header.count, self._header.control_sum), self._counted)

    def _see_group(self, element: etree._Element) -> Iterator[Header]:
        if self._group is not None:
            raise Missing("CstmrCdtTrfInitn/GrpHdr", "several")
        self._group = element
        yield from ()

    def _see_transfer(self, element: etree._Element) -> Iterator[Header | Block | Transfer]:
        parent = element.getparent()
        if parent is None or local_name(parent) != "PmtInf":
            raise Missing("PmtInf/CdtTrfTxInf", "elsewhere")
        if parent is not self._element:
            yield from self._open(parent)
        assert self._block is not None
        values = self._values(Reader(element), TRANSFER, self._block.currency)
        if values["currency"] != self._block.currency:
            raise SchemaInvalid("currency_differs")
        transfer = _transfer(values)
        self._block_counted = self._block_counted[0] + 1, self._block_counted[1] + transfer.amount
        yield transfer

    def _open(self, element: etree._Element) -> Iterator[Header | Block]:
        """The header before the first block, then the block."""
        self._element, self._block_counted = element, (0, 0)
        reader = Reader(element, omit="CdtTrfTxInf")
        currency = reader.need("DbtrAcct/Ccy")
        if self._header is None:
            if self._group is None:
                raise Missing("CstmrCdtTrfInitn/GrpHdr", "none")
            self._header = _header(self._values(Reader(self._group), HEADER, currency), currency)
            yield self._header
        if currency != self._header.currency:
            raise SchemaInvalid("currency_differs")
        self._block = _block(self._values(reader, BLOCK, currency))
        yield self._block

    def _see_block(self, element: etree._Element) -> Iterator[Block]:
        if element is not self._element or self._block is None:
            raise Missing("PmtInf/CdtTrfTxInf", "none")
        _compare("PmtInf", (self._block.count, self._block.control_sum), self._block_counted)
        self._counted = self._counted[0] + self._block_counted[0], self._counted[1] + self._block_counted[1]
        self._element = self._block = None
        yield from ()

    def _values(self, reader: Reader, elements: tuple[Element, ...], currency: str) -> dict[str, Any]:
        """Every value of a record by its field."""
        return {each.field: _value(reader, each, each.place(self._version), currency) for each in elements}


_Step = Callable[[_Reading, etree._Element], Iterator[Header | Block | Transfer]]
_STEPS: dict[str, _Step] = {
    "GrpHdr": _Reading._see_group,
    "PmtInf": _Reading._see_block,
    "CdtTrfTxInf": _Reading._see_transfer,
}


def _value(reader: Reader, element: Element, place: str, currency: str) -> Any:
    if not place:
        return None
    texts = reader.all(place)
    if len(texts) > 1 or (not texts and element.needed_with == ALWAYS and element.or_else is None):
        raise Missing(f"{reader.path()}/{place}", "several" if texts else "none")
    return element.rule.read(texts[0], currency) if texts else None


def _compare(level: str, declared: tuple[int, int], counted: tuple[int, int]) -> None:
    """M6: count and sum of the rows at group and payment-information level."""
    if declared != counted:
        raise SchemaInvalid("totals_differ", level=level, count=counted[0], declared=declared[0])


# --- values by field -> the model ------------------------------------------------------------------------------


def _below(values: dict[str, Any], name: str) -> dict[str, Any]:
    """The values of one part, by their names in it."""
    return {field[len(name) + 1 :]: value for field, value in values.items() if field.startswith(f"{name}.")}


def _party(values: dict[str, Any], name: str) -> Party:
    address = Address(**_below(values, f"{name}.address"))
    return Party(values[f"{name}.name"], values[f"{name}.organisation_id"], values[f"{name}.person_id"], address)


def _agent(values: dict[str, Any], name: str) -> Agent:
    return Agent(**_below(values, name))


def _account(values: dict[str, Any], name: str) -> Account:
    return Account(**_below(values, name))


def _header(values: dict[str, Any], currency: str) -> Header:
    return Header(**_plain(values), currency=currency, initiating_party=_party(values, "initiating_party"))


def _block(values: dict[str, Any]) -> Block:
    plain = _plain(values)
    del plain["method"]
    return Block(
        **plain,
        debtor=_party(values, "debtor"),
        debtor_account=_account(values, "debtor_account"),
        debtor_agent=_agent(values, "debtor_agent"),
        ultimate_debtor=_party(values, "ultimate_debtor"),
    )


def _transfer(values: dict[str, Any]) -> Transfer:
    plain = _plain(values)
    del plain["currency"]
    return Transfer(
        **plain,
        creditor=_party(values, "creditor"),
        creditor_account=_account(values, "creditor_account"),
        creditor_agent=_agent(values, "creditor_agent"),
        ultimate_creditor=_party(values, "ultimate_creditor"),
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The values that are no part of something else."""
    return {field: value for field, value in values.items() if "." not in field}
