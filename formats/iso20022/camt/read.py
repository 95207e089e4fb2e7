"""Reading camt.052, camt.053 and camt.054 as a stream: each statement, then its entries, by local names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from lxml import etree

from formats.errors import Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022.camt.entry import is_true, read_entry, sign, times
from formats.iso20022.camt.model import Balance, Entry, Statement
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import NOTHING, Reader, child, forget_previous, local_name, stream

_MESSAGES = {"Rpt": "camt.052", "Stmt": "camt.053", "Ntfctn": "camt.054"}


def read(source: BinaryIO) -> Iterator[Statement | Entry]:
    """Every statement of every document in the file, each before its entries. Raises FormatError."""
    version = schemas.message_name(source)
    if version[:8] not in _MESSAGES.values():
        raise Unreadable("unexpected_message", message=version)
    return _Reading().items(source)


class _Reading:
    """Where in the file we are: the statement at hand, and how many statements and entries there were."""

    def __init__(self) -> None:
        self._element: etree._Element | None = None
        self._statement: Statement | None = None
        self._statements = 0
        self._entries = 0

    def items(self, source: BinaryIO) -> Iterator[Statement | Entry]:
        for element in stream(source, ("Ntry", *_MESSAGES)):
            parent = element.getparent()
            if local_name(element) == "Ntry":
                if parent is None or local_name(parent) not in _MESSAGES:
                    raise Unreadable("entry_outside_statement")
                yield from self._opened(parent)
                yield self._entry(element)
            elif parent is not None and local_name(parent).startswith("BkToCstmr"):
                yield from self._opened(element)
                self._closed(element)
            forget_previous(element)

    def _opened(self, element: etree._Element) -> Iterator[Statement]:
        """The statement around an entry, once: with its first entry, or at its end when it has none."""
        if element is self._element:
            return
        self._element, self._statement = element, _statement(element, self._statements)
        self._statements += 1
        self._entries = 0
        yield self._statement

    def _entry(self, element: etree._Element) -> Entry:
        entry = read_entry(element, self._statements - 1, self._entries)
        self._entries += 1
        return entry

    def _closed(self, element: etree._Element) -> None:
        """What stands after the entries came too late to be told in order."""
        end = replace(_statement(element, self._statements - 1), raw=None)
        if self._statement is None or end != replace(self._statement, raw=None):
            raise Unreadable("statement_head_after_entries")
        self._element = self._statement = None


def _statement(element: etree._Element, ordinal: int) -> Statement:
    reader, lenient = Reader(element, omit="Ntry"), Lenient()
    header = child(element.getparent(), "GrpHdr")
    group = NOTHING if header is None else Reader(header)
    page, last_page = _page(reader, group, lenient)
    return Statement(
        message=_MESSAGES[local_name(element)],
        version=schemas.name_of(element),
        ordinal=ordinal,
        message_id=group.text("MsgId"),
        statement_id=reader.text("Id"),
        created=lenient.moment(reader, "CreDtTm"),
        sequence=lenient.count(reader, "ElctrncSeqNb"),
        legal_sequence=lenient.count(reader, "LglSeqNb"),
        page=page,
        last_page=last_page,
        from_=lenient.date(reader, "FrToDt/FrDtTm"),
        to=lenient.date(reader, "FrToDt/ToDtTm"),
        account=reader.text("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/BBAN", "Acct/Id/PrtryAcct/Id"),
        account_scheme=reader.text("Acct/Id/Othr/SchmeNm/Cd", "Acct/Id/Othr/SchmeNm/Prtry"),
        currency=reader.text("Acct/Ccy"),
        owner=reader.text("Acct/Ownr/Nm"),
        servicer=reader.text(*_SERVICER),
        balances=tuple(_balance(each) for each in reader.each("Bal")),
        problems=lenient.problems,
        raw=None if reader.holds_only(_KNOWN) else _head(element),
    )


def _head(element: etree._Element) -> bytes:
    """Everything of the statement but its entries."""
    return b"".join(etree.tostring(each, with_tail=False) for each in element if local_name(each) != "Ntry")


_SERVICER = tuple(f"Acct/Svcr/FinInstnId/{path}" for path in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id"))


_KNOWN = frozenset(
    {
        *("Id", "CreDtTm", "ElctrncSeqNb", "LglSeqNb", "FrToDt/FrDtTm", "FrToDt/ToDtTm"),
        *("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/BBAN", "Acct/Id/PrtryAcct/Id"),
        *("Acct/Id/Othr/SchmeNm/Cd", "Acct/Id/Othr/SchmeNm/Prtry", "Acct/Ccy", "Acct/Ownr/Nm", *_SERVICER),
        *(f"{pages}/{name}" for pages in ("StmtPgntn", "RptPgntn", "NtfctnPgntn") for name in ("PgNb", "LastPgInd")),
        *(f"Bal/{path}" for path in ("Amt", "CdtDbtInd", "Dt", "Dt/Dt", "Dt/DtTm")),
        *(f"Bal/Tp/{path}" for path in ("CdOrPrtry/Cd", "CdOrPrtry/Prtry", "Cd", "SubTp/Cd", "SubTp/Prtry")),
    }
)
"""Paths of texts that have a place in the model."""


def _page(reader: Reader, group: Reader, lenient: Lenient) -> tuple[int | None, bool | None]:
    """Page number and whether it is the last: the statement's own, else the message's."""
    for level, name in ((reader, "StmtPgntn"), (reader, "RptPgntn"), (reader, "NtfctnPgntn"), (group, "MsgPgntn")):
        if level.text(f"{name}/PgNb"):
            return lenient.count(level, f"{name}/PgNb"), is_true(level.text(f"{name}/LastPgInd"))
    return None, None


def _balance(reader: Reader) -> Balance:
    """Without an indicator the amount is taken as it is written, and that is noted."""
    lenient = Lenient()
    minor, currency = lenient.amount(reader, "Amt")
    if (direction := sign(reader)) is None:
        lenient.note("direction_missing")
    kind = reader.text("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd")
    day, sub_kind = lenient.date(reader, "Dt"), reader.text("Tp/SubTp/Cd", "Tp/SubTp/Prtry")
    return Balance(kind, times(minor, direction or 1), currency, day, lenient.problems, sub_kind)
