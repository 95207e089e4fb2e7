"""Reading our pain.001 back before it may leave: schema, counts and sums while streaming (M6, M7)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import BinaryIO

from lxml import etree

from formats.errors import Missing, SchemaInvalid, Unreadable
from formats.iso20022 import codes
from formats.iso20022 import schema as schemas
from formats.iso20022.pain001.model import VERSIONS, Account, Agent, Block, Header, Transfer
from formats.iso20022.xml import Reader, day, forget_previous, local_name, moment, stream


def read(source: BinaryIO, *, schema: bool = True) -> Iterator[Header | Block | Transfer]:
    """The header, the block, then each transfer; equal to what was rendered.

    Raises FormatError, for the schema and for counts and sums at the end: nothing is proved before exhaustion.
    The schema wants the envelope filled, so a message without its signature is read with ``schema=False``.
    """
    message = schemas.message_name(source)
    if message not in VERSIONS:
        raise Unreadable("unexpected_message", message=message)
    return _items(stream(source, ("GrpHdr", "PmtInf", "CdtTrfTxInf"), schemas.compiled(message) if schema else None))


_Totals = tuple[int, int]
"""NbOfTxs and CtrlSum, as declared or as counted."""


def _items(elements: Iterator[etree._Element]) -> Iterator[Header | Block | Transfer]:
    group = Reader(_next(elements, "GrpHdr"))
    first = _next(elements, "CdtTrfTxInf")
    info = Reader(_parent(first), omit="CdtTrfTxInf")
    block = _block(info)
    yield _header(group, block.currency)
    yield block
    count = total = 0
    for element in _of_one_block(first, elements):
        transfer = _transfer(Reader(element), block.currency)
        count, total = count + 1, total + transfer.amount
        yield transfer
        forget_previous(element)
    _check_totals((count, total), _totals(group, block.currency), _totals(info, block.currency))


def _next(elements: Iterator[etree._Element], name: str) -> etree._Element:
    element = next(elements, None)
    if element is None or local_name(element) != name:
        raise Missing(name, "none")
    return element


def _parent(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    if parent is None:
        raise Missing("PmtInf", "none")
    return parent


def _of_one_block(first: etree._Element, rest: Iterator[etree._Element]) -> Iterator[etree._Element]:
    """The transfers up to the end of their block, after which nothing more may come: we never write a second."""
    blocks = 0
    for element in chain((first,), rest):
        if local_name(element) == "CdtTrfTxInf" and not blocks:
            yield element
        else:
            blocks += 1
    if blocks != 1:
        raise Missing("CstmrCdtTrfInitn/PmtInf", "several")


def _check_totals(rows: _Totals, *declared: _Totals) -> None:
    """M6: count and sum of the rows at group and payment-information level."""
    for level, totals in zip(("GrpHdr", "PmtInf"), declared, strict=True):
        if totals != rows:
            raise SchemaInvalid("totals_differ", level=level, count=rows[0], declared=totals[0])


def _totals(level: Reader, currency: str) -> _Totals:
    count = level.need("NbOfTxs")
    if not (count.isascii() and count.isdigit() and len(count) <= 15):
        raise Unreadable("count_unreadable")
    return int(count), codes.amount_minor(level.need("CtrlSum"), currency)


def _header(group: Reader, currency: str) -> Header:
    count, total = _totals(group, currency)
    return Header(
        message_id=group.need("MsgId"),
        created=moment(group.need("CreDtTm")),
        initiating_party=group.need("InitgPty/Nm"),
        initiating_party_id=group.text("InitgPty/Id/OrgId/Othr/Id"),
        count=count,
        control_sum=total,
        currency=currency,
    )


def _block(info: Reader) -> Block:
    agent = _agent(info, "DbtrAgt")
    if agent is None:
        raise Missing("PmtInf/DbtrAgt", "none")
    return Block(
        payment_information_id=info.need("PmtInfId"),
        execution_date=day(info.text("ReqdExctnDt/Dt") or info.need("ReqdExctnDt")),
        debtor=info.need("Dbtr/Nm"),
        debtor_account=_account(info, "DbtrAcct"),
        debtor_agent=agent,
        currency=info.need("DbtrAcct/Ccy"),
        category_purpose=info.text("PmtTpInf/CtgyPurp/Cd"),
        batch_booking=info.need("BtchBookg") == "true",
        charge_bearer=info.need("ChrgBr"),
    )


def _transfer(reader: Reader, currency: str) -> Transfer:
    if reader.need("Amt/InstdAmt/@Ccy") != currency:
        raise SchemaInvalid("currency_differs")
    return Transfer(
        instruction_id=reader.need("PmtId/InstrId"),
        end_to_end_id=reader.need("PmtId/EndToEndId"),
        uetr=reader.text("PmtId/UETR"),
        amount=codes.amount_minor(reader.need("Amt/InstdAmt"), currency),
        creditor=reader.need("Cdtr/Nm"),
        creditor_account=_account(reader, "CdtrAcct"),
        creditor_agent=_agent(reader, "CdtrAgt"),
        purpose=reader.text("Purp/Cd"),
        remittance=" ".join(reader.all("RmtInf/Ustrd")) or None,
        ultimate_creditor=reader.text("UltmtCdtr/Nm"),
    )


def _account(reader: Reader, element: str) -> Account:
    number, scheme = _account_paths(element)
    return Account(reader.need(number), reader.text(scheme))


def _agent(reader: Reader, element: str) -> Agent | None:
    bics, member_id, clearing_system = _agent_paths(element)
    agent = _known_agent(reader.text(*bics), reader.text(member_id), reader.text(clearing_system))
    return None if agent.bicfi is None and agent.member_id is None else agent


_known_agent = lru_cache(1024)(Agent)
"""Many transfers go to few banks."""


@cache
def _account_paths(element: str) -> tuple[str, str]:
    return f"{element}/Id/Othr/Id", f"{element}/Id/Othr/SchmeNm/Prtry"


@cache
def _agent_paths(element: str) -> tuple[tuple[str, str], str, str]:
    institution = f"{element}/FinInstnId"
    member = f"{institution}/ClrSysMmbId"
    return (f"{institution}/BICFI", f"{institution}/BIC"), f"{member}/MmbId", f"{member}/ClrSysId/Prtry"
