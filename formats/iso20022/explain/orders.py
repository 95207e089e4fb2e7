"""Reading anybody's pain.001, any version and national variant: nothing is refused, every transfer is told.

Strict reading of our own is in ``pain001``; here a value that cannot be read is None and named in ``problems``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from lxml import etree

from formats.errors import Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import Reader, forget_previous, local_name, stream


@dataclass(frozen=True, slots=True)
class Group:
    """GrpHdr; ``control_sum`` as written, because it is irrespective of currencies."""

    version: str
    message_id: str | None
    created: datetime | None
    count: int | None
    control_sum: str | None
    initiating_party: str | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """PmtInf, before its transfers; ``ordinal`` counts them in the file from 0."""

    ordinal: int
    payment_information_id: str | None
    method: str | None
    batch_booking: str | None
    count: int | None
    control_sum: str | None
    execution_date: date | None
    category_purpose: str | None
    charge_bearer: str | None
    debtor: str | None
    debtor_account: str | None
    debtor_account_scheme: str | None
    debtor_agent: str | None
    currency: str | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """CdtTrfTxInf of the block at hand; ``equivalent`` when the amount is one to be converted."""

    ordinal: int
    instruction_id: str | None
    end_to_end_id: str | None
    uetr: str | None
    amount: int | None
    currency: str | None
    equivalent: bool
    category_purpose: str | None
    charge_bearer: str | None
    creditor: str | None
    creditor_account: str | None
    creditor_account_scheme: str | None
    creditor_agent: str | None
    creditor_bic: str | None
    creditor_member_scheme: str | None
    purpose: str | None
    remittances: tuple[str, ...]
    problems: tuple[str, ...] = ()


Item = Group | Block | Order


def read(source: BinaryIO) -> Iterator[Item]:
    """Each group header, each block, its transfers, as they stand in the file. Raises FormatError."""
    version = schemas.message_name(source)
    if not version.startswith("pain.001."):
        raise Unreadable("unexpected_message", message=version)
    return _Reading(version).items(source)


class _Reading:
    """The block at hand, and how many blocks and transfers there were."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._element: etree._Element | None = None
        self._blocks = 0
        self._orders = 0

    def items(self, source: BinaryIO) -> Iterator[Item]:
        for element in stream(source, ("GrpHdr", "PmtInf", "CdtTrfTxInf")):
            name = local_name(element)
            if name == "GrpHdr":
                yield _group(Reader(element), self._version)
            elif name == "PmtInf":
                yield from self._opened(element)
                self._element = None
            else:
                yield from self._transfer(element)
            forget_previous(element)

    def _transfer(self, element: etree._Element) -> Iterator[Item]:
        if (parent := element.getparent()) is not None:
            yield from self._opened(parent)
        yield _order(Reader(element), self._orders)
        self._orders += 1

    def _opened(self, element: etree._Element) -> Iterator[Block]:
        """The block around a transfer, once: with its first transfer, or at its end when it has none."""
        if element is self._element:
            return
        self._element, self._orders = element, 0
        yield _block(Reader(element, omit="CdtTrfTxInf"), self._blocks)
        self._blocks += 1


def _group(reader: Reader, version: str) -> Group:
    lenient = Lenient()
    return Group(
        version=version,
        message_id=reader.text("MsgId"),
        created=lenient.moment(reader, "CreDtTm"),
        count=lenient.count(reader, "NbOfTxs"),
        control_sum=reader.text("CtrlSum"),
        initiating_party=reader.text("InitgPty/Nm"),
        problems=lenient.problems,
    )


def _block(reader: Reader, ordinal: int) -> Block:
    lenient = Lenient()
    return Block(
        ordinal=ordinal,
        payment_information_id=reader.text("PmtInfId"),
        method=reader.text("PmtMtd"),
        batch_booking=reader.text("BtchBookg"),
        count=lenient.count(reader, "NbOfTxs"),
        control_sum=reader.text("CtrlSum"),
        execution_date=lenient.date(reader, "ReqdExctnDt"),
        category_purpose=reader.text(*_CATEGORY),
        charge_bearer=reader.text("ChrgBr"),
        debtor=reader.text("Dbtr/Nm"),
        debtor_account=reader.text(*_account("Dbtr")),
        debtor_account_scheme=reader.text(*_scheme("Dbtr")),
        debtor_agent=reader.text(*_agent("Dbtr")),
        currency=reader.text("DbtrAcct/Ccy"),
        problems=lenient.problems,
    )


def _order(reader: Reader, ordinal: int) -> Order:
    lenient = Lenient()
    amount, currency = lenient.amount(reader, "Amt/InstdAmt", "Amt/EqvtAmt/Amt")
    if not reader.text("Amt/InstdAmt", "Amt/EqvtAmt/Amt"):
        lenient.note("amount_missing")
    return Order(
        ordinal=ordinal,
        instruction_id=reader.text("PmtId/InstrId"),
        end_to_end_id=reader.text("PmtId/EndToEndId"),
        uetr=reader.text("PmtId/UETR"),
        amount=amount,
        currency=currency,
        equivalent=reader.has("Amt/EqvtAmt"),
        category_purpose=reader.text(*_CATEGORY),
        charge_bearer=reader.text("ChrgBr"),
        creditor=reader.text("Cdtr/Nm"),
        creditor_account=reader.text(*_account("Cdtr")),
        creditor_account_scheme=reader.text(*_scheme("Cdtr")),
        creditor_agent=reader.text(*_agent("Cdtr")),
        creditor_bic=reader.text("CdtrAgt/FinInstnId/BICFI", "CdtrAgt/FinInstnId/BIC"),
        creditor_member_scheme=reader.text(
            "CdtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Prtry", "CdtrAgt/FinInstnId/ClrSysMmbId/ClrSysId/Cd"
        ),
        purpose=reader.text("Purp/Cd", "Purp/Prtry"),
        remittances=tuple(reader.all("RmtInf/Ustrd")),
        problems=lenient.problems,
    )


_CATEGORY = ("PmtTpInf/CtgyPurp/Cd", "PmtTpInf/CtgyPurp/Prtry", "PmtTpInf/CtgyPurp")


def _account(side: str) -> tuple[str, ...]:
    return tuple(f"{side}Acct/Id/{path}" for path in ("IBAN", "Othr/Id", "BBAN", "PrtryAcct/Id"))


def _scheme(side: str) -> tuple[str, ...]:
    return tuple(f"{side}Acct/Id/Othr/SchmeNm/{path}" for path in ("Prtry", "Cd"))


def _agent(side: str) -> tuple[str, ...]:
    return tuple(f"{side}Agt/FinInstnId/{path}" for path in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id", "Nm"))
