"""pain.002, payment status report, any version: what the partner says of a message, a block, a transfer.

Tolerant: every status stays, an unreadable value is None and named in ``problems``.
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
class Reason:
    """StsRsnInf: an external code or the partner's own, its sentences, and who says so."""

    code: str | None
    proprietary: str | None
    texts: tuple[str, ...]
    originator: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """NbOfTxsPerSts: how many transfers have a status; ``total`` as written, because no currency stands beside it."""

    status: str | None
    count: int | None
    total: str | None


@dataclass(frozen=True, slots=True)
class Charge:
    """ChrgsInf, in minor units."""

    amount: int | None
    currency: str | None
    agent: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """GrpHdr; ``version`` is the message name, ``pain.002.001.12``."""

    version: str
    message_id: str | None
    created: datetime | None
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class GroupStatus:
    """OrgnlGrpInfAndSts; ``original_sum`` as written, because no currency stands beside it."""

    original_message_id: str | None
    original_message_name: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    original_count: int | None
    original_sum: str | None
    problems: tuple[str, ...] = ()
    counted: tuple[Counted, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class BlockStatus:
    """OrgnlPmtInfAndSts, before its transfers."""

    original_message_id: str | None
    original_payment_information_id: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    original_count: int | None = None
    original_sum: str | None = None
    counted: tuple[Counted, ...] = ()
    problems: tuple[str, ...] = ()
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class TransferStatus:
    """TxInfAndSts; ``amount`` in minor units, from the original transaction's reference where it is given."""

    original_message_id: str | None
    original_payment_information_id: str | None
    original_instruction_id: str | None
    original_end_to_end_id: str | None
    original_uetr: str | None
    status: str | None
    reasons: tuple[Reason, ...]
    amount: int | None
    currency: str | None
    problems: tuple[str, ...] = ()
    status_id: str | None = None
    servicer_reference: str | None = None
    clearing_reference: str | None = None
    accepted: datetime | None = None
    settled: date | None = None
    charges: tuple[Charge, ...] = ()
    creditor: str | None = None
    creditor_account: str | None = None
    remittance: str | None = None
    raw: bytes | None = None
    """The element, when something in it is not read."""


Item = Report | GroupStatus | BlockStatus | TransferStatus

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
        self._block: BlockStatus | None = None

    def items(self, source: BinaryIO) -> Iterator[Item]:
        for element in stream(source, ("GrpHdr", _GROUP, _BLOCK, _TRANSFER)):
            yield from self._ended(local_name(element), element)
            forget_previous(element)

    def _ended(self, name: str, element: etree._Element) -> Iterator[Item]:
        if name == "GrpHdr":
            yield _report(self._version, Reader(element))
        elif name == _GROUP:
            yield self._group(Reader(element))
        elif name == _TRANSFER:
            yield from self._opened(element.getparent())
            yield self._transfer(Reader(element))
        else:
            yield from self._opened(element)
            self._closed(element)

    def _group(self, reader: Reader) -> GroupStatus:
        lenient = Lenient()
        self._message_id = reader.text("OrgnlMsgId")
        return GroupStatus(
            original_message_id=self._message_id,
            original_message_name=reader.text("OrgnlMsgNmId"),
            status=reader.text("GrpSts"),
            reasons=_reasons(reader),
            original_count=lenient.count(reader, "OrgnlNbOfTxs"),
            original_sum=reader.text("OrgnlCtrlSum"),
            counted=_counted(reader, lenient),
            problems=lenient.problems,
            raw=_raw(reader, _GROUP_KNOWN),
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
        self._element = self._block = None

    def _block_status(self, reader: Reader) -> BlockStatus:
        lenient = Lenient()
        return BlockStatus(
            original_message_id=self._message_id,
            original_payment_information_id=reader.text("OrgnlPmtInfId"),
            status=reader.text("PmtInfSts"),
            reasons=_reasons(reader),
            original_count=lenient.count(reader, "OrgnlNbOfTxs"),
            original_sum=reader.text("OrgnlCtrlSum"),
            counted=_counted(reader, lenient),
            problems=lenient.problems,
            raw=_raw(reader, _BLOCK_KNOWN, _TRANSFER),
        )

    def _transfer(self, reader: Reader) -> TransferStatus:
        lenient = Lenient()
        amount, currency = lenient.amount(reader, "OrgnlTxRef/Amt/InstdAmt")
        around = self._block.original_payment_information_id if self._block else None
        return TransferStatus(
            original_message_id=reader.text("OrgnlGrpInf/OrgnlMsgId") or self._message_id,
            original_payment_information_id=around or reader.text("OrgnlPmtInfId"),
            original_instruction_id=reader.text("OrgnlInstrId"),
            original_end_to_end_id=reader.text("OrgnlEndToEndId"),
            original_uetr=reader.text("OrgnlUETR"),
            status=reader.text("TxSts"),
            reasons=_reasons(reader),
            amount=amount,
            currency=currency,
            status_id=reader.text("StsId"),
            servicer_reference=reader.text("AcctSvcrRef"),
            clearing_reference=reader.text("ClrSysRef"),
            accepted=lenient.moment(reader, "AccptncDtTm"),
            settled=lenient.date(reader, "FctvIntrBkSttlmDt"),
            charges=tuple(_charge(each, lenient) for each in reader.each("ChrgsInf")),
            creditor=reader.text(*_CREDITOR),
            creditor_account=reader.text(*_CREDITOR_ACCOUNT),
            remittance=" ".join(reader.all("OrgnlTxRef/RmtInf/Ustrd")) or None,
            problems=lenient.problems,
            raw=_raw(reader, _TRANSFER_KNOWN),
        )


def _report(version: str, reader: Reader) -> Report:
    lenient = Lenient()
    created = lenient.moment(reader, "CreDtTm")
    return Report(version, reader.text("MsgId"), created, lenient.problems, _raw(reader, _HEADER_KNOWN))


def _reasons(reader: Reader) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            code=each.text("Rsn/Cd"),
            proprietary=each.text("Rsn/Prtry"),
            texts=tuple(each.all("AddtlInf")),
            originator=each.text("Orgtr/Nm"),
        )
        for each in reader.each("StsRsnInf")
    )


def _counted(reader: Reader, lenient: Lenient) -> tuple[Counted, ...]:
    return tuple(
        Counted(each.text("DtldSts"), lenient.count(each, "DtldNbOfTxs"), each.text("DtldCtrlSum"))
        for each in reader.each("NbOfTxsPerSts")
    )


def _charge(reader: Reader, lenient: Lenient) -> Charge:
    amount, currency = lenient.amount(reader, "Amt")
    return Charge(amount, currency, reader.text(*_CHARGING_AGENT))


def _raw(reader: Reader, known: frozenset[str], omit: str = "") -> bytes | None:
    """The element without its children named ``omit``, when it holds a text that has no place in the model."""
    if reader.holds_only(known):
        return None
    return b"".join(etree.tostring(each, with_tail=False) for each in reader.element if local_name(each) != omit)


_CREDITOR = ("OrgnlTxRef/Cdtr/Pty/Nm", "OrgnlTxRef/Cdtr/Nm")
_CREDITOR_ACCOUNT = ("OrgnlTxRef/CdtrAcct/Id/IBAN", "OrgnlTxRef/CdtrAcct/Id/Othr/Id")
_CHARGING_AGENT = tuple(
    f"{party}/FinInstnId/{path}" for party in ("Agt", "Pty") for path in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Nm")
)
_REASON_KNOWN = {f"StsRsnInf/{path}" for path in ("Rsn/Cd", "Rsn/Prtry", "AddtlInf", "Orgtr/Nm")}
_TOTALS_KNOWN = {
    *("OrgnlNbOfTxs", "OrgnlCtrlSum", *_REASON_KNOWN),
    *(f"NbOfTxsPerSts/{path}" for path in ("DtldSts", "DtldNbOfTxs", "DtldCtrlSum")),
}
_HEADER_KNOWN = frozenset({"MsgId", "CreDtTm"})
_GROUP_KNOWN = frozenset({"OrgnlMsgId", "OrgnlMsgNmId", "GrpSts", *_TOTALS_KNOWN})
_BLOCK_KNOWN = frozenset({"OrgnlPmtInfId", "PmtInfSts", *_TOTALS_KNOWN})
_TRANSFER_KNOWN = frozenset(
    {
        *("StsId", "OrgnlInstrId", "OrgnlEndToEndId", "OrgnlUETR", "TxSts", "AcctSvcrRef", "ClrSysRef"),
        *("AccptncDtTm", "FctvIntrBkSttlmDt", "FctvIntrBkSttlmDt/Dt", "FctvIntrBkSttlmDt/DtTm"),
        *("OrgnlGrpInf/OrgnlMsgId", "OrgnlPmtInfId", "OrgnlTxRef/Amt/InstdAmt", "OrgnlTxRef/RmtInf/Ustrd"),
        *("ChrgsInf/Amt", *(f"ChrgsInf/{path}" for path in _CHARGING_AGENT)),
        *(*_REASON_KNOWN, *_CREDITOR, *_CREDITOR_ACCOUNT),
    }
)
