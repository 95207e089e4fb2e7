"""camt.055, customer payment cancellation request, written; camt.029, resolution of investigation, read.

Written like a pain.001: exclusive canonical XML, so that its SHA-256 is the signature's digest. Order of elements:
camt.055.001.12 of the registration authority. Read tolerantly: any version of camt.029 by local names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from formats.errors import SchemaInvalid, Unreadable, Unrenderable
from formats.iso20022 import codes
from formats.iso20022 import schema as schemas
from formats.iso20022.lenient import Lenient
from formats.iso20022.pain001 import DECLARATION, Agent, Party, Rendered
from formats.iso20022.xml import Reader, child, leaf, stream, tag

VERSIONS = ("camt.055.001.12",)
_OPEN, _CLOSE = "<CstmrPmtCxlReq>", "</CstmrPmtCxlReq></Document>"
_ENVELOPE, _ENVELOPE_END = "<SplmtryData><Envlp>", "</Envlp></SplmtryData>"


@dataclass(frozen=True, slots=True)
class Request:
    """One request: who asks whom, about which message and block of it; amounts in minor units."""

    message_id: str
    created: datetime
    party: Party
    agent: Agent
    original_message_id: str
    original_message: str
    original_created: datetime
    payment_information_id: str
    count: int
    control_sum: int
    currency: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer that is not to be executed."""

    cancellation_id: str
    instruction_id: str
    end_to_end_id: str
    uetr: str | None
    amount: int
    execution_date: date
    reason: str
    """ISO external cancellation reason, such as DUPL or CUST."""


def render(
    request: Request,
    transfers: Iterable[Transfer],
    sink: BinaryIO,
    version: str,
    sign: Callable[[bytes], bytes],
) -> Rendered:
    """Write the signed message; raises Unrenderable, and then the sink's content is void."""
    if version not in VERSIONS:
        raise Unrenderable("version", "one_of_" + "_".join(VERSIONS))
    return _Writing(sink).run(request, transfers, version, sign)


class _Writing:
    """The message on its way into the sink, hashed as canonical and as written."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink = sink
        self._digest, self._sha256 = hashlib.sha256(), hashlib.sha256(DECLARATION)
        self._values = hashlib.sha256()
        self._size_bytes = len(DECLARATION)
        sink.write(DECLARATION)

    def run(
        self, request: Request, transfers: Iterable[Transfer], version: str, sign: Callable[[bytes], bytes]
    ) -> Rendered:
        self._write(f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">{_OPEN}{_head(request)}')
        count = total = 0
        for transfer in transfers:
            self._write(_transfer(transfer, request.currency))
            self._values.update(_line(transfer.end_to_end_id, transfer.amount, request.currency))
            count, total = count + 1, total + transfer.amount
        if (count, total) != (request.count, request.control_sum):
            raise Unrenderable("control_sum", "count_and_sum_of_the_rows", count=count, declared=request.count)
        self._write("</OrgnlPmtInfAndCxl></Undrlyg>")
        opened, closed = _ENVELOPE.encode(), (_ENVELOPE_END + _CLOSE).encode()
        self._digest.update(opened + closed)
        signature = sign(self._digest.digest())
        signed_at = self._size_bytes - len(DECLARATION) + len(opened)
        self._put(opened + signature + closed)
        return Rendered(
            self._digest.digest(),
            self._sha256.digest(),
            self._values.digest(),
            self._size_bytes,
            signed_at,
            len(signature),
        )

    def _write(self, markup: str) -> None:
        self._digest.update(markup.encode())
        self._put(markup.encode())

    def _put(self, part: bytes) -> None:
        self._sha256.update(part)
        self._sink.write(part)
        self._size_bytes += len(part)


def _head(request: Request) -> str:
    organisation = leaf("Id/OrgId/Othr/Id", request.party.organisation_id)
    assigner = tag("Pty", leaf("Nm", request.party.name), organisation)
    totals = (leaf("NbOfTxs", str(request.count)), leaf("CtrlSum", _amount(request.control_sum, request.currency)))
    original = tag(
        "OrgnlGrpInf",
        leaf("OrgnlMsgId", request.original_message_id),
        leaf("OrgnlMsgNmId", request.original_message),
        leaf("OrgnlCreDtTm", _moment(request.original_created)),
    )
    return "".join(
        (
            "<Assgnmt>",
            leaf("Id", request.message_id),
            tag("Assgnr", assigner),
            tag("Assgne", tag("Agt", tag("FinInstnId", _agent(request.agent)))),
            leaf("CreDtTm", _moment(request.created)),
            "</Assgnmt>",
            tag("CtrlData", *totals),
            "<Undrlyg><OrgnlPmtInfAndCxl>",
            leaf("OrgnlPmtInfId", request.payment_information_id),
            original,
            *totals,
            leaf("PmtInfCxl", "false"),
        )
    )


def _transfer(transfer: Transfer, currency: str) -> str:
    amount = f'<OrgnlInstdAmt Ccy="{currency}">{_amount(transfer.amount, currency)}</OrgnlInstdAmt>'
    return tag(
        "TxInf",
        leaf("CxlId", transfer.cancellation_id),
        leaf("OrgnlInstrId", transfer.instruction_id),
        leaf("OrgnlEndToEndId", transfer.end_to_end_id),
        leaf("OrgnlUETR", transfer.uetr),
        amount,
        leaf("OrgnlReqdExctnDt/Dt", transfer.execution_date.isoformat()),
        leaf("CxlRsnInf/Rsn/Cd", transfer.reason),
    )


def _agent(agent: Agent) -> str:
    if agent.bicfi:
        return leaf("BICFI", agent.bicfi)
    return tag("ClrSysMmbId", leaf("ClrSysId/Prtry", agent.clearing_system), leaf("MmbId", agent.member_id))


def _amount(minor: int, currency: str) -> str:
    if minor <= 0:
        raise Unrenderable("amount", "positive")
    return codes.amount_text(minor, currency)


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


def _line(end_to_end_id: str, amount: int, currency: str) -> bytes:
    return f"{end_to_end_id} {amount} {currency}\n".encode()


def check(source: BinaryIO, version: str) -> tuple[bytes, bytes]:
    """(SHA-256 of every byte, of the values) of the finished message, by the official schema; raises FormatError."""
    source.seek(0)
    sha256 = hashlib.sha256()
    while part := source.read(1 << 20):
        sha256.update(part)
    source.seek(0)
    values, count, declared = hashlib.sha256(), 0, ""
    for element in stream(source, ("CtrlData", "TxInf"), schemas.compiled(version)):
        reader = Reader(element)
        if element.tag.endswith("CtrlData"):
            declared = reader.need("NbOfTxs")
            continue
        amount = child(element, "OrgnlInstdAmt")
        currency = "" if amount is None else amount.get("Ccy", "")
        minor = codes.amount_minor(reader.need("OrgnlInstdAmt"), currency)
        values.update(_line(reader.need("OrgnlEndToEndId"), minor, currency))
        count += 1
    if str(count) != declared:
        raise SchemaInvalid("totals_differ", level="CtrlData", count=count, declared=declared)
    source.seek(0)
    return sha256.digest(), values.digest()


# --- the answer --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer's own id and time, and what it says of the whole request: CNCL, RJCR, PDCR ..."""

    message_id: str | None
    created: datetime | None
    case_id: str | None
    confirmation: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one transfer: ACCR accepted, RJCR rejected, PDCR pending."""

    end_to_end_id: str | None
    uetr: str | None
    status: str | None
    reason: str | None


def read(source: BinaryIO) -> Iterator[Resolution | Answer]:
    """The resolution first, then each transfer; raises FormatError. Statuses of a group or block are not told."""
    version = schemas.message_name(source)
    if not version.startswith("camt.029."):
        raise Unreadable("unexpected_message", message=version)
    answers: list[Answer] = []
    parts: dict[str, Reader] = {}
    for element in stream(source, ("Assgnmt", "RslvdCase", "Sts", "TxInfAndSts")):
        name = str(element.tag).rpartition("}")[2]
        if name == "TxInfAndSts":
            answers.append(_answer(Reader(element)))
        else:
            parts.setdefault(name, Reader(element))
    yield _resolution(parts)
    yield from answers


def _resolution(parts: dict[str, Reader]) -> Resolution:
    if "Assgnmt" not in parts:
        raise Unreadable("no_group_header")
    head, case, status = parts["Assgnmt"], parts.get("RslvdCase"), parts.get("Sts")
    return Resolution(
        head.text("Id"),
        Lenient().moment(head, "CreDtTm"),
        case.text("Id") if case else None,
        status.text("Conf") if status else None,
    )


def _answer(reader: Reader) -> Answer:
    return Answer(
        reader.text("OrgnlEndToEndId"),
        reader.text("OrgnlUETR", "UETR"),
        reader.text("TxCxlSts"),
        reader.text("CxlStsRsnInf/Rsn/Cd", "CxlStsRsnInf/Rsn/Prtry"),
    )
