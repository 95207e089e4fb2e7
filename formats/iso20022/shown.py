"""One payment's part of a message that names others, too: what of it may be shown, in exclusive canonical form."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO

from lxml import etree

from formats.iso20022 import xml

_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_DSIG = "http://www.w3.org/2000/09/xmldsig#"


def transfers(source: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """(end-to-end id, element) of every transfer of a pain.001, in its order."""
    for element in xml.stream(source, ("CdtTrfTxInf",)):
        xml.forget_previous(element)
        yield element.findtext("{*}PmtId/{*}EndToEndId") or "", canonical(element)


def status(source: BinaryIO, end_to_end_id: str) -> tuple[bytes, int]:
    """A pain.002 with the status of this payment alone, without its signature, and how many others were left out.

    When none was left out, this is what was signed.
    """
    root, others = _root_and_others(source, end_to_end_id)
    for each in others:
        xml.forget(each)
    for element in list(root.iter(f"{{{_DSIG}}}Signature")):
        xml.forget(element)
    return canonical(root), len(others)


def _root_and_others(source: BinaryIO, end_to_end_id: str) -> tuple[etree._Element, list[etree._Element]]:
    others, last = [], None
    for element in xml.stream(source, ("TxInfAndSts", "Document", "GrpHdr")):
        if xml.local_name(element) == "TxInfAndSts" and element.findtext("{*}OrgnlEndToEndId") != end_to_end_id:
            others.append(element)
        last = element
    assert last is not None
    return last.getroottree().getroot(), others


def entry(source: BinaryIO, statement: int, ordinal: int, details: Collection[int]) -> tuple[bytes, int]:
    """The entry with this ordinal of a statement (both from 0) with these of its details; how many were left out."""
    statements = entries = 0
    for element in xml.stream(source, ("Ntry", *_STATEMENTS)):
        if xml.local_name(element) in _STATEMENTS:
            statements, entries = statements + 1, 0
        elif statements == statement and entries == ordinal:
            return _with(element, details)
        else:
            entries += 1
            xml.forget_previous(element)
    raise ValueError("no such entry")


def _with(element: etree._Element, details: Collection[int]) -> tuple[bytes, int]:
    found = list(element.iterfind("{*}NtryDtls/{*}TxDtls"))
    others = [each for number, each in enumerate(found) if number not in details]
    for each in others:
        xml.forget(each)
    return canonical(element), len(others)


def canonical(element: etree._Element) -> bytes:
    """Exclusive canonical form, without what stands behind the element."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
