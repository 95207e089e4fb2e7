"""Reading our pain.001 back before it may leave: schema, counts and sums while streaming (M6, M7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from formats.errors import Missing, SchemaInvalid, Unreadable
from formats.iso20022 import codes
from formats.iso20022 import schema as schemas
from formats.iso20022.pain001.model import VERSIONS, Account, Agent, Block, Header, Transfer
from formats.iso20022.xml import Reader, forget_previous, local_name, moment, stream


def read(source: BinaryIO, *, schema: bool = True) -> Iterator[Header | Block | Transfer]:
    """The header, the block, then each transfer; equal to what was rendered.

    Raises FormatError, for the schema and for counts and sums at the end: nothing is proved before exhaustion.
    """
    message = schemas.message_name(source)
    if message not in VERSIONS:
        raise Unreadable("unexpected_message", message=message)
    tally = _Tally()
    for element in _elements(source, schemas.compiled(message) if schema else None):
        if tally.currency is None:
            header, block = _head(element, tally)
            yield header
            yield block
        transfer = _transfer(Reader(element), tally.currency or "")
        tally.add(transfer)
        yield transfer
        forget_previous(element)
    tally.check()


def _elements(source: BinaryIO, schema: etree.XMLSchema | None) -> Iterator[etree._Element]:
    """Complete CdtTrfTxInf elements; a second block is refused, we never write one."""
    blocks = 0
    for element in stream(source, ("PmtInf", "CdtTrfTxInf"), schema):
        if local_name(element) == "CdtTrfTxInf":
            yield element
        else:
            blocks += 1
    if blocks != 1:
        raise Missing("CstmrCdtTrfInitn/PmtInf", "several" if blocks else "none")


@dataclass(slots=True)
class _Tally:
    """What the two levels declare and what the rows are."""

    currency: str | None = None
    declared: tuple[tuple[int, int], ...] = ()
    count: int = 0
    total: int = 0

    def add(self, transfer: Transfer) -> None:
        self.count += 1
        self.total += transfer.amount

    def check(self) -> None:
        """M6: count and sum of the rows at both levels."""
        if not self.count:
            raise Missing("CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf", "none")
        for level, declared in zip(("GrpHdr", "PmtInf"), self.declared, strict=True):
            if declared != (self.count, self.total):
                raise SchemaInvalid("totals_differ", level=level, count=self.count, declared=declared[0])


def _head(first_transfer: etree._Element, tally: _Tally) -> tuple[Header, Block]:
    """GrpHdr and the head of PmtInf, which are complete when the first transfer is."""
    info = first_transfer.getparent()
    assert info is not None
    block = _block(Reader(info))
    tally.currency = block.currency
    group = Reader(info.getroottree().getroot()).one("CstmrCdtTrfInitn/GrpHdr")
    tally.declared = (_declared(group, block.currency), _declared(Reader(info), block.currency))
    return _header(group, tally.declared[0], block.currency), block


def _declared(level: Reader, currency: str) -> tuple[int, int]:
    count = level.need("NbOfTxs")
    if not (count.isascii() and count.isdigit() and len(count) <= 15):
        raise Unreadable("count_unreadable")
    return int(count), codes.amount_minor(level.need("CtrlSum"), currency)


def _header(group: Reader, declared: tuple[int, int], currency: str) -> Header:
    return Header(
        message_id=group.need("MsgId"),
        created=moment(group.need("CreDtTm")),
        initiating_party=group.need("InitgPty/Nm"),
        initiating_party_id=group.text("InitgPty/Id/OrgId/Othr/Id"),
        count=declared[0],
        control_sum=declared[1],
        currency=currency,
    )


def _block(info: Reader) -> Block:
    execution_date = info.date("ReqdExctnDt")
    if execution_date is None:
        raise Missing("CstmrCdtTrfInitn/PmtInf/ReqdExctnDt", "none")
    return Block(
        payment_information_id=info.need("PmtInfId"),
        execution_date=execution_date,
        debtor=info.need("Dbtr/Nm"),
        debtor_account=_account(info.one("DbtrAcct")),
        debtor_agent=_agent(info.one("DbtrAgt")),
        currency=info.need("DbtrAcct/Ccy"),
        category_purpose=info.text("PmtTpInf/CtgyPurp/Cd"),
        batch_booking=info.need("BtchBookg") == "true",
        charge_bearer=info.need("ChrgBr"),
    )


def _transfer(reader: Reader, currency: str) -> Transfer:
    agent = reader.opt("CdtrAgt")
    return Transfer(
        instruction_id=reader.need("PmtId/InstrId"),
        end_to_end_id=reader.need("PmtId/EndToEndId"),
        uetr=reader.text("PmtId/UETR"),
        amount=_amount(reader.one("Amt/InstdAmt"), currency),
        creditor=reader.need("Cdtr/Nm"),
        creditor_account=_account(reader.one("CdtrAcct")),
        creditor_agent=_agent(agent) if agent else None,
        purpose=reader.text("Purp/Cd"),
        remittance=reader.text("RmtInf/Ustrd"),
        ultimate_creditor=reader.text("UltmtCdtr/Nm"),
    )


def _amount(reader: Reader, currency: str) -> int:
    if reader.element.get("Ccy") != currency:
        raise SchemaInvalid("currency_differs")
    return codes.amount_minor(reader.content() or "", currency)


def _account(reader: Reader) -> Account:
    return Account(reader.need("Id/Othr/Id"), reader.text("Id/Othr/SchmeNm/Prtry"))


def _agent(reader: Reader) -> Agent:
    institution = reader.one("FinInstnId")
    return Agent(
        bicfi=institution.text("BICFI", "BIC"),
        member_id=institution.text("ClrSysMmbId/MmbId"),
        clearing_system=institution.text("ClrSysMmbId/ClrSysId/Prtry"),
    )
