"""One payment's part of a message that names others, too: what of it may be shown, in exclusive canonical form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO

from lxml import etree

from formats.errors import FormatError, Missing
from formats.iso20022 import xml
from formats.iso20022.codes import amount_minor

_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_STATUSES = ("GrpSts", "PmtInfSts", "TxSts")
_DSIG = "http://www.w3.org/2000/09/xmldsig#"


def transfers(source: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """(end-to-end id, element) of every transfer of a pain.001, in its order."""
    for element in xml.stream(source, ("CdtTrfTxInf",)):
        xml.forget_previous(element)
        yield element.findtext("{*}PmtId/{*}EndToEndId") or "", canonical(element)


def status(source: BinaryIO, end_to_end_id: str) -> tuple[bytes, int]:
    """A pain.002 with the status of this payment alone, without its signature, and how many others were left out.

    When none was left out, this is what was signed, but for processing instructions.
    """
    others, last = 0, None
    for element in xml.stream(source, ("TxInfAndSts", "GrpHdr")):
        if last is not None:
            xml.forget(last)
        is_other = xml.local_name(element) == "TxInfAndSts" and _named(element) != end_to_end_id
        last, others = (element, others + 1) if is_other else (None, others)
        root = element.getroottree().getroot()
    if last is not None:
        xml.forget(last)
    for element in list(root.iter(f"{{{_DSIG}}}Signature")):
        _take_out(element)
    return canonical(root), others


def _named(element: etree._Element) -> str:
    return (element.findtext("{*}OrgnlEndToEndId") or "").strip(xml.SPACE)


def _take_out(element: etree._Element) -> None:
    """Without the white space behind it: that was signed."""
    before, parent, tail = element.getprevious(), element.getparent(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    elif parent is not None:
        parent.text = (parent.text or "") + tail
    xml.forget(element)


def statuses(part: bytes) -> set[str]:
    """Every status in what is shown of a pain.002, at any level."""
    return {_text(each) for each in xml.stream(BytesIO(part), _STATUSES)}


def amounts(part: bytes) -> set[tuple[str, int]]:
    """(currency, minor units) of everything that has a currency in what is shown; what cannot be read is left out."""
    found = set()
    for each in xml.stream(BytesIO(part), ("Amt", "TxAmt", "InstdAmt")):
        with suppress(FormatError):
            currency = each.get("Ccy") or ""
            found.add((currency, amount_minor(_text(each), currency)))
    return found


def texts(part: bytes, name: str) -> set[str]:
    """The texts of all elements of this local name in what is shown."""
    return {_text(each) for each in xml.stream(BytesIO(part), (name,))}


def _text(element: etree._Element) -> str:
    return (element.text or "").strip(xml.SPACE)


def entry(source: BinaryIO, statement: int, ordinal: int, details: Collection[int]) -> tuple[bytes, int]:
    """An entry of a statement (ordinals from 0) with these of its details, and how many were left out."""
    statements = entries = 0
    for element in xml.stream(source, ("Ntry", *_STATEMENTS)):
        if xml.local_name(element) in _STATEMENTS:
            statements, entries = statements + 1, 0
        elif statements == statement and entries == ordinal:
            return _with(element, details)
        else:
            entries += 1
            xml.forget_previous(element)
    raise Missing("Ntry", "none")


def _with(element: etree._Element, details: Collection[int]) -> tuple[bytes, int]:
    """An only transaction stays: when none is named, the entry as a whole is meant."""
    found = list(element.iterfind("{*}NtryDtls/{*}TxDtls"))
    others = [each for number, each in enumerate(found) if number not in details]
    if not details and len(found) == 1:
        others = []
    for each in others:
        xml.forget(each)
    return canonical(element), len(others)


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical form, without what stands behind the element."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
