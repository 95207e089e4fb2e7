"""The frame of a file: which documents it holds and where, headers around them, signatures; in one bounded pass."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from lxml import etree

from formats.errors import FormatError, Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022 import xml
from formats.iso20022.lenient import Lenient
from formats.iso20022.xml import Reader, local_name

LISTS = ("Ntry", "CdtTrfTxInf", "TxInfAndSts", "Vrfctn")
LISTED = frozenset({*LISTS, "Stmt", "Rpt", "Ntfctn", "PmtInf", "TxDtls", "OrgnlPmtInfAndSts", "DrctDbtTxInf"})
"""Elements whose position is always said."""
_FRAMES_MAX = 100
_SIGNED = "http://www.w3.org/2000/09/xmldsig#"


@dataclass(frozen=True, slots=True)
class Signature:
    """A ``ds:Signature`` as it stands there, not checked; ``certificate`` is DER, ``over`` its reference's URI."""

    path: str
    algorithm: str | None
    key_name: str | None
    subject: str | None
    certificate: bytes | None
    over: str | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The business application header (head.001) beside the document."""

    path: str
    version: str | None
    from_: str | None
    to: str | None
    message_id: str | None
    definition: str | None
    created: datetime | None


@dataclass(slots=True)
class Outline:
    """``error`` is why the file could not be read to its end; ``body`` the path of the only document's content."""

    root: str = ""
    documents: list[str] = field(default_factory=list)
    frames: int = 0
    body: str = ""
    envelopes: list[Envelope] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    error: FormatError | None = None

    @property
    def wrapped(self) -> bool:
        """Whether the document is not the whole file."""
        return self.root not in ("", "Document")

    def place(self, name: str, ordinal: int = 0) -> str:
        """XPath of an element directly below the document's content, the how-manieth in the file from 0."""
        if self.frames > 1 or not self.body:
            return f"(//{name})[{ordinal + 1}]"
        return f"{self.body}/{name}[{ordinal + 1}]" if name in LISTED else f"{self.body}/{name}"


def outline(source: BinaryIO, schema: etree.XMLSchema | None = None) -> Outline:
    """The frame, as far as the file can be read; never raises for its content. With a schema also its verdict."""
    found = Outline()
    source.seek(0)
    try:
        for element in xml.stream(source, ("AppHdr", "Document", "Signature", "Rpt", *LISTS), schema):
            _note(found, element)
    except FormatError as error:
        found.error = error
    return found


def _note(found: Outline, element: etree._Element) -> None:
    name = local_name(element)
    found.root = found.root or local_name(element.getroottree().getroot())
    if name in LISTS or _is_answer(element):
        xml.forget_previous(element)
    elif name == "Document":
        _note_document(found, element)
    elif name == "AppHdr" and len(found.envelopes) < _FRAMES_MAX:
        found.envelopes.append(_envelope(element))
    elif name == "Signature" and element.tag.startswith(f"{{{_SIGNED}}}") and len(found.signatures) < _FRAMES_MAX:
        found.signatures.append(_signature(element))


def _is_answer(element: etree._Element) -> bool:
    """A ``Rpt`` of an acmt.024, of which there are many; those of a camt.052 are few and counted in paths."""
    parent = element.getparent()
    return local_name(element) == "Rpt" and parent is not None and local_name(parent) == "IdVrfctnRpt"


def _note_document(found: Outline, element: etree._Element) -> None:
    found.frames += 1
    name = _name_or_nothing(element)
    if name and name not in found.documents and len(found.documents) < _FRAMES_MAX:
        found.documents.append(name)
    content = next(element.iterchildren(etree.Element), None)
    found.body = path_of(element) + (f"/{local_name(content)}" if content is not None else "")


def _name_or_nothing(element: etree._Element) -> str | None:
    try:
        return schemas.name_of(element)
    except Unreadable:
        return None


def path_of(element: etree._Element) -> str:
    """``/Document/BkToCstmrStmt/Stmt[1]/Ntry[3]/Amt``: by local names, positions where there may be several."""
    ancestors = [*reversed(list(element.iterancestors())), element]
    return "".join(f"/{_step(each)}" for each in ancestors)


def _step(element: etree._Element) -> str:
    before, behind = (sum(1 for _ in element.itersiblings(element.tag, preceding=way)) for way in (True, False))
    return step(local_name(element), before, before + 1 + behind)


def step(name: str, before: int, count: int) -> str:
    """One step of a path; of elements that stand in lists the position is always said."""
    return f"{name}[{before + 1}]" if count > 1 or name in LISTED else name


def _envelope(element: etree._Element) -> Envelope:
    reader, lenient = Reader(element), Lenient()
    return Envelope(
        path=path_of(element),
        version=_name_or_nothing(element),
        from_=reader.text(*_ends("Fr")),
        to=reader.text(*_ends("To")),
        message_id=reader.text("BizMsgIdr"),
        definition=reader.text("MsgDefIdr"),
        created=lenient.moment(reader, "CreDt"),
    )


def _ends(side: str) -> tuple[str, ...]:
    institution, organisation = f"{side}/FIId/FinInstnId", f"{side}/OrgId"
    return (
        *(f"{institution}/{path}" for path in ("BICFI", "BIC", "ClrSysMmbId/MmbId", "Othr/Id")),
        *(f"{organisation}/{path}" for path in ("Id/OrgId/AnyBIC", "Id/OrgId/BICOrBEI", "Id/OrgId/Othr/Id")),
    )


def _signature(element: etree._Element) -> Signature:
    reader = Reader(element)
    method = element.find("{*}SignedInfo/{*}SignatureMethod")
    reference = element.find("{*}SignedInfo/{*}Reference")
    return Signature(
        path=path_of(element),
        algorithm=None if method is None else method.get("Algorithm", "").rpartition("#")[2] or None,
        key_name=reader.text("KeyInfo/KeyName"),
        subject=reader.text("KeyInfo/X509Data/X509SubjectName"),
        certificate=_decoded(reader.text("KeyInfo/X509Data/X509Certificate")),
        over=None if reference is None else reference.get("URI"),
    )


def _decoded(text: str | None) -> bytes | None:
    try:
        return base64.b64decode(text) if text else None
    except binascii.Error:
        return None
