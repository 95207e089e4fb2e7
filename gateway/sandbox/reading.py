"""How the rehearsal partner reads a pain.001: its own plain lxml code, so that a misreading cannot pass both sides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(pain\.001\.001\.\d\d)")
_WHOLE_AMOUNT = re.compile(r"[0-9]{1,15}")


class Refused(Exception):
    """The file is not accepted as a whole; ``reason`` is an ISO status reason code, ``text`` explains it."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        self.text = text
        super().__init__(f"{reason}: {text}")


@dataclass(frozen=True, slots=True)
class Payment:
    """One CdtTrfTxInf with what it inherits from its PmtInf; ``amount`` in VND."""

    payment_information_id: str
    execution_date: date
    debtor: str
    debtor_account: str
    debtor_scheme: str | None
    instruction_id: str | None
    end_to_end_id: str
    uetr: str | None
    amount: int
    creditor: str
    account: str
    scheme: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """One pain.001 message."""

    message_name: str
    message_id: str
    count: int
    total: int
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """One camt.055 message: its id, and the end-to-end ids of the transfers."""

    message_id: str
    end_to_end_ids: tuple[str, ...]


def parse(content: bytes) -> etree._Element:
    """The root element; refuses a DOCTYPE, entities and broken XML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("FF01", "not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused("FF01", "document type declaration")
    return root


def message_name(root: etree._Element) -> str:
    """For example ``pain.001.001.09``."""
    found = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if found is None:
        raise Refused("FF01", "not a pain.001 message")
    return found[1]


def is_recall(root: etree._Element) -> bool:
    """Whether it asks for transfers not to be executed (camt.055)."""
    return root.find("{*}CstmrPmtCxlReq") is not None


def recall(root: etree._Element) -> Recall:
    """What a camt.055 asks for."""
    request = _one(root, "CstmrPmtCxlReq")
    ids = tuple(_text(transfer, "OrgnlEndToEndId") for transfer in _each(request, "Undrlyg/OrgnlPmtInfAndCxl/TxInf"))
    return Recall(_text(request, "Assgnmt/Id"), ids)


def quoted_message_id(root: etree._Element) -> str | None:
    """The message id a refusal quotes, from a document that may be forged."""
    return root.findtext("{*}CstmrCdtTrfInitn/{*}GrpHdr/{*}MsgId")


def read(root: etree._Element) -> Order:
    """The order, its count and sum checked at both levels."""
    header = _one(root, "CstmrCdtTrfInitn/GrpHdr")
    payments = tuple(payment for block in _each(root, "CstmrCdtTrfInitn/PmtInf") for payment in _block(block))
    _check_totals(header, payments, "AM19")
    return Order(
        message_name(root),
        _text(header, "MsgId"),
        len(payments),
        sum(payment.amount for payment in payments),
        payments,
    )


def _block(block: etree._Element) -> Iterator[Payment]:
    shared = (
        _text(block, "PmtInfId"),
        _date(_text(block, "ReqdExctnDt/Dt")),
        _text(block, "Dbtr/Nm"),
        *_account(_one(block, "DbtrAcct")),
    )
    payments = [_payment(shared, transfer) for transfer in _each(block, "CdtTrfTxInf")]
    _check_totals(block, payments, "AM18")
    return iter(payments)


def _payment(shared: tuple[str, date, str, str, str | None], transfer: etree._Element) -> Payment:
    amount = _one(transfer, "Amt/InstdAmt")
    account, scheme = _account(_one(transfer, "CdtrAcct"))
    return Payment(
        *shared,
        instruction_id=_optional(transfer, "PmtId/InstrId"),
        end_to_end_id=_text(transfer, "PmtId/EndToEndId"),
        uetr=_optional(transfer, "PmtId/UETR"),
        amount=_minor(amount.text or "", amount.get("Ccy", "")),
        creditor=_text(transfer, "Cdtr/Nm"),
        account=account,
        scheme=scheme,
    )


def _check_totals(holder: etree._Element, payments: tuple[Payment, ...] | list[Payment], count_reason: str) -> None:
    if _text(holder, "NbOfTxs") != str(len(payments)):
        raise Refused(count_reason, "number of transactions differs")
    if _minor(_text(holder, "CtrlSum"), "VND") != sum(payment.amount for payment in payments):
        raise Refused("AM10", "control sum differs")


def _minor(text: str, currency: str) -> int:
    if currency != "VND":
        raise Refused("AM03", "only VND accounts")
    if not _WHOLE_AMOUNT.fullmatch(text):
        raise Refused("AM12", "amount is not a whole number")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("DT01", "execution date is not a date") from None


def _account(account: etree._Element) -> tuple[str, str | None]:
    return _text(account, "Id/Othr/Id"), _optional(account, "Id/Othr/SchmeNm/Prtry")


def _path(path: str) -> str:
    return "/".join(f"{{*}}{name}" for name in path.split("/"))


def _each(parent: etree._Element, path: str) -> list[etree._Element]:
    return parent.findall(_path(path))


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = _each(parent, path)
    if len(found) != 1:
        raise Refused("FF01", f"expected one {path}, got {len(found)}")
    return found[0]


def _text(parent: etree._Element, path: str) -> str:
    text = "".join(str(part) for part in _one(parent, path).itertext())
    if not text:
        raise Refused("FF01", f"{path} is empty")
    return text


def _optional(parent: etree._Element, path: str) -> str | None:
    return parent.findtext(_path(path))
