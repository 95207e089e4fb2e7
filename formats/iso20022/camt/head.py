"""Reading the head of a statement: everything of it but its entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from formats.iso20022 import schema as schemas
from formats.iso20022.camt.fields import DOMAIN
from formats.iso20022.camt.model import Available, Balance, CreditLine, Statement, Total
from formats.iso20022.camt.shape import is_true, signed
from formats.iso20022.leaves import as_xml
from formats.iso20022.lenient import Lenient
from formats.iso20022.picking import Content, Table
from formats.iso20022.xml import NOTHING, Reader, child, day_paths, local_name

MESSAGES = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}


def _each(around: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{around}/{name}" for name in names)


_ACCOUNT = ("Id/IBAN", "Id/Othr/Id", "Id/BBAN", "Id/PrtryAcct/Id")

TEXTS: Table = {
    "statement_id": ("Id",),
    "account": _each("Acct", *_ACCOUNT),
    "account_scheme": _each("Acct/Id/Othr/SchmeNm", "Cd", "Prtry"),
    "account_name": ("Acct/Nm",),
    "account_kind": _each("Acct/Tp", "Cd", "Prtry"),
    "currency": ("Acct/Ccy",),
    "owner": ("Acct/Ownr/Nm",),
    "owner_id": _each("Acct/Ownr/Id", "OrgId/Othr/Id", "PrvtId/Othr/Id", "OrgId/AnyBIC", "OrgId/BICOrBEI", "OrgId/LEI"),
    "servicer": _each("Acct/Svcr/FinInstnId", "BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id", "PrtryId/Id"),
    "servicer_name": _each("Acct/Svcr/FinInstnId", "Nm", "NmAndAdr/Nm"),
    "related_account": _each("RltdAcct", *_ACCOUNT),
    "related_currency": ("RltdAcct/Ccy",),
    "copy": ("CpyDplctInd",),
    "source": _each("RptgSrc", "Cd", "Prtry"),
}
_READ: Table = {
    "created": ("CreDtTm",),
    "sequence": ("ElctrncSeqNb",),
    "legal_sequence": ("LglSeqNb",),
    "from": day_paths("FrToDt/FrDtTm"),
    "to": day_paths("FrToDt/ToDtTm"),
    "page": ("StmtPgntn/PgNb", "RptPgntn/PgNb", "NtfctnPgntn/PgNb"),
    "last_page": ("StmtPgntn/LastPgInd", "RptPgntn/LastPgInd", "NtfctnPgntn/LastPgInd"),
}
_ADDITIONAL = ("AddtlStmtInf", "AddtlRptInf", "AddtlNtfctnInf")
_TOTALS = ("TtlNtries", "TtlCdtNtries", "TtlDbtNtries", "TtlNtriesPerBkTxCd")

_BALANCE: Table = {
    "kind": ("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd"),
    "sub_kind": ("Tp/SubTp/Cd", "Tp/SubTp/Prtry"),
    "amount": ("Amt",),
    "direction": ("CdtDbtInd",),
    "date": day_paths("Dt"),
}
_CREDIT_LINE: Table = {"kind": ("Tp/Cd", "Tp/Prtry"), "amount": ("Amt",), "is_included": ("Incl",)}
_AVAILABLE: Table = {
    "amount": ("Amt",),
    "direction": ("CdtDbtInd",),
    "on": ("Dt/ActlDt",),
    "days": ("Dt/NbOfDays",),
}
_TOTAL: Table = {
    "count": ("NbOfNtries",),
    "sum": ("Sum",),
    "net": ("TtlNetNtry/Amt", "TtlNetNtryAmt"),
    "direction": ("TtlNetNtry/CdtDbtInd", "CdtDbtInd"),
    "own_code": ("BkTxCd/Prtry/Cd",),
    **{path: (path,) for path in DOMAIN},
}

_CONTENT = Content(TEXTS, _READ, several=_ADDITIONAL, apart=("Bal", *_each("TxsSummry", *_TOTALS)))
_PARTS = (
    ("Bal", Content(_BALANCE, apart=("CdtLine", "Avlbty"))),
    ("Bal/CdtLine", Content(_CREDIT_LINE)),
    ("Bal/Avlbty", Content(_AVAILABLE)),
    *((f"TxsSummry/{name}", Content(_TOTAL)) for name in _TOTALS),
)


def read_head(element: etree._Element, ordinal: int) -> Statement:
    reader, lenient = Reader(element, omit="Ntry"), Lenient()
    header = child(element.getparent(), "GrpHdr")
    group = NOTHING if header is None else Reader(header)
    page, last_page = _page(reader, group, lenient)
    texts: dict[str, Any] = {name: reader.text(*paths) for name, paths in TEXTS.items()}
    return Statement(
        message=MESSAGES[local_name(element)],
        version=schemas.name_of(element),
        ordinal=ordinal,
        message_id=group.text("MsgId"),
        created=lenient.moment(reader, "CreDtTm"),
        sequence=lenient.count(reader, "ElctrncSeqNb"),
        legal_sequence=lenient.count(reader, "LglSeqNb"),
        page=page,
        last_page=last_page,
        from_=lenient.date(reader, "FrToDt/FrDtTm"),
        to=lenient.date(reader, "FrToDt/ToDtTm"),
        additional=" ".join(text for path in _ADDITIONAL for text in reader.all(path)) or None,
        balances=tuple(_balance(each) for each in reader.each("Bal")),
        totals=tuple(_total(name, each) for name in _TOTALS for each in reader.each(f"TxsSummry/{name}")),
        problems=lenient.problems,
        raw=None if all(_is_read(reader)) else _raw(element),
        **texts,
    )


def _is_read(reader: Reader) -> Iterator[bool]:
    """Of the head and of each part of it, whether every text has its place."""
    yield _CONTENT.holds_all(reader)
    yield from (content.holds_all(each) for path, content in _PARTS for each in reader.each(path))


def _raw(element: etree._Element) -> bytes:
    """Everything of the statement but its entries."""
    return b"".join(as_xml(each) for each in element if local_name(each) != "Ntry")


def _page(reader: Reader, group: Reader, lenient: Lenient) -> tuple[int | None, bool | None]:
    """Page number and whether it is the last: the statement's own, else the message's."""
    for level, name in ((reader, "StmtPgntn"), (reader, "RptPgntn"), (reader, "NtfctnPgntn"), (group, "MsgPgntn")):
        if level.text(f"{name}/PgNb"):
            return lenient.count(level, f"{name}/PgNb"), is_true(level.text(f"{name}/LastPgInd"))
    return None, None


def _sign(reader: Reader) -> int | None:
    indicators = reader.all("CdtDbtInd")
    return {"CRDT": 1, "DBIT": -1}.get(indicators[0]) if len(indicators) == 1 else None


def _balance(reader: Reader) -> Balance:
    """Without an indicator the amount is taken as it is written, and that is noted."""
    lenient = Lenient()
    minor, currency = lenient.amount(reader, "Amt")
    if (direction := _sign(reader)) is None:
        lenient.note("direction_missing")
    return Balance(
        kind=reader.text(*_BALANCE["kind"]),
        amount=signed(minor, direction or 1),
        currency=currency,
        date=lenient.date(reader, "Dt"),
        sub_kind=reader.text(*_BALANCE["sub_kind"]),
        credit_lines=tuple(_credit_line(each, lenient) for each in reader.each("CdtLine")),
        available=tuple(_available(each, lenient) for each in reader.each("Avlbty")),
        problems=lenient.problems,
    )


def _credit_line(reader: Reader, lenient: Lenient) -> CreditLine:
    amount, currency = lenient.amount(reader, "Amt")
    return CreditLine(amount, currency, is_true(reader.text("Incl")), reader.text(*_CREDIT_LINE["kind"]))


def _available(reader: Reader, lenient: Lenient) -> Available:
    """Banks that leave the indicator out mean a credit."""
    minor, currency = lenient.amount(reader, "Amt")
    return Available(signed(minor, _sign(reader) or 1), currency, reader.text("Dt/ActlDt"), reader.text("Dt/NbOfDays"))


def _total(kind: str, reader: Reader) -> Total:
    net = reader.text(*_TOTAL["net"])
    minus = "-" if reader.text(*_TOTAL["direction"]) == "DBIT" else ""
    code = "/".join(filter(None, map(reader.text, DOMAIN))) or reader.text("BkTxCd/Prtry/Cd")
    return Total(kind, reader.text("NbOfNtries"), reader.text("Sum"), f"{minus}{net}" if net else None, code)
