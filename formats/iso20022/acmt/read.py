"""Reading account messages, any version by local names, as a stream. Tolerant: every answer stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from lxml import etree

from formats.errors import Missing, Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022.acmt import fields
from formats.iso20022.acmt.answers import (
    Account,
    Acknowledgement,
    Answer,
    Assigned,
    Item,
    Opened,
    Question,
    Rejection,
    Request,
    Subject,
    Verifying,
)
from formats.iso20022.leaves import as_xml
from formats.iso20022.lenient import Lenient
from formats.iso20022.picking import Content, Table
from formats.iso20022.xml import Reader, forget_previous, local_name, stream

_REQUEST_TYPES = (None, "OPEN", "MNTN", "CLSG", "VIEW")


def read(source: BinaryIO) -> Iterator[Item]:
    """Of acmt.023 and acmt.024 the head first, then its rows; of acmt.007, 010 and 011 each message. Raises
    FormatError."""
    version = schemas.message_name(source)
    family = version[:8]
    if family in _OPENINGS:
        return _openings(source, version)
    if family in _VERIFYING:
        return _Verifying(version, *_VERIFYING[family]).items(source)
    raise Unreadable("unexpected_message", message=version)


def _texts(reader: Reader, table: Table) -> dict[str, Any]:
    return {name: reader.text(*paths) for name, paths in table.items()}


def _raw(reader: Reader, *contents: tuple[Content, str]) -> bytes | None:
    """The element, when a text in it has no place: of itself, or of the elements at a path."""
    for content, path in contents:
        if not all(content.holds_all(each) for each in (reader.each(path) if path else [reader])):
            return as_xml(reader.element)
    return None


# --- acmt.023, acmt.024 ----------------------------------------------------------------------------------------


class _Verifying:
    """One file: the head at hand until it is told, and the ids that have come since."""

    def __init__(self, version: str, row: str, read_row: Callable[[Reader], Question | Answer]) -> None:
        self._version, self._row, self._read_row = version, row, read_row
        self._head: Assigned | None = None
        self._is_told = False
        self._seen: set[str] = set()

    def items(self, source: BinaryIO) -> Iterator[Verifying]:
        for element in stream(source, ("Assgnmt", "OrgnlAssgnmt", self._row)):
            name = local_name(element)
            if name == "Assgnmt":
                yield from self._told()
                self._head, self._is_told, self._seen = _assigned(Reader(element), self._version), False, set()
            elif name == "OrgnlAssgnmt":
                self._note_original(Reader(element))
            else:
                self._require_head(element)
                yield from self._told()
                yield self._once(self._read_row(Reader(element)))
                forget_previous(element)
        if self._head is None:
            raise Missing("Document/*/Assgnmt", "none")
        yield from self._told()

    def _require_head(self, at: etree._Element) -> Assigned:
        if self._head is None:
            raise Missing(f"{Reader(at).path().rpartition('/')[0]}/Assgnmt", "none")
        return self._head

    def _told(self) -> Iterator[Assigned]:
        if self._head is not None and not self._is_told:
            self._is_told = True
            yield self._head

    def _note_original(self, reader: Reader) -> None:
        head = self._require_head(reader.element)
        if self._is_told:
            raise Missing(reader.path(), "elsewhere")
        lenient = Lenient()
        created = lenient.moment(reader, "CreDtTm")
        texts = _texts(reader, fields.ORIGINAL_ASSIGNMENT)
        problems = (*head.problems, *lenient.problems)
        self._head = replace(head, original_created=created, problems=problems, **texts)

    def _once(self, item: Question | Answer) -> Question | Answer:
        """An id that came before is a problem of the later row."""
        found = item.verification_id if isinstance(item, Question) else item.original_verification_id
        if found is None:
            return item
        if found in self._seen:
            lenient = Lenient()
            lenient.note("id_twice")
            return replace(item, problems=(*item.problems, *lenient.problems))
        self._seen.add(found)
        return item


def _assigned(reader: Reader, version: str) -> Assigned:
    lenient = Lenient()
    created = lenient.moment(reader, "CreDtTm")
    raw = _raw(reader, (fields.ASSIGNMENT_CONTENT, ""))
    return Assigned(version, created=created, problems=lenient.problems, raw=raw, **_texts(reader, fields.ASSIGNMENT))


def _question(reader: Reader) -> Question:
    raw = _raw(reader, (fields.QUESTION_CONTENT, ""))
    return Question(reader.text("Id"), _subject(reader, "PtyAndAcctId"), raw=raw)


def _answer(reader: Reader) -> Answer:
    lenient = Lenient()
    return Answer(
        verified=_verdict(reader, lenient),
        told=_subject(reader, "UpdtdPtyAndAcctId"),
        original=_subject(reader, "OrgnlPtyAndAcctId"),
        problems=lenient.problems,
        raw=_raw(reader, (fields.ANSWER_CONTENT, "")),
        **_texts(reader, fields.ANSWER),
    )


def _subject(reader: Reader, path: str) -> Subject:
    return Subject(**_texts(reader, fields.SUBJECT[path]))


def _verdict(reader: Reader, lenient: Lenient) -> bool | None:
    """Exactly one, and one of the four spellings of XML."""
    texts = reader.all(fields.VERDICT)
    verdict = _VERDICTS.get(texts[0]) if len(texts) == 1 else None
    if verdict is None:
        lenient.note("verdict_unreadable")
    return verdict


_VERDICTS = {"true": True, "1": True, "false": False, "0": False}
_VERIFYING: dict[str, tuple[str, Callable[[Reader], Question | Answer]]] = {
    "acmt.023": ("Vrfctn", _question),
    "acmt.024": ("Rpt", _answer),
}


# --- acmt.007, acmt.010, acmt.011 ------------------------------------------------------------------------------


def _openings(source: BinaryIO, version: str) -> Iterator[Opened]:
    """Each message of the file: one, or several in something around them."""
    root, read_one = _OPENINGS[version[:8]]
    is_empty = True
    for element in stream(source, (root,)):
        is_empty = False
        reader = Reader(element, omit="SplmtryData")
        if not reader.has("Refs"):
            raise Missing(f"{reader.path()}/Refs", "none")
        yield read_one(reader, version)
        element.clear()
    if is_empty:
        raise Missing(f"Document/{root}", "none")


def _request(reader: Reader, version: str) -> Request:
    lenient = Lenient()
    created = lenient.moment(reader, "Refs/MsgId/CreDtTm")
    return Request(version, created=created, problems=lenient.problems, **_texts(reader, fields.REQUEST))


def _acknowledgement(reader: Reader, version: str) -> Acknowledgement:
    lenient = Lenient()
    raw = _raw(reader, (fields.ACKNOWLEDGEMENT_CONTENT, ""), (fields.ACCOUNT_CONTENT, "AcctId"))
    return Acknowledgement(
        version,
        created=lenient.moment(reader, "Refs/MsgId/CreDtTm"),
        acknowledged=tuple(reader.all(f"{fields.ACKNOWLEDGED}/Id")),
        accounts=_accounts(reader),
        problems=_of_request(reader, fields.ACKNOWLEDGEMENT, lenient),
        raw=raw,
        **_texts(reader, fields.ACKNOWLEDGEMENT),
    )


def _rejection(reader: Reader, version: str) -> Rejection:
    lenient = Lenient()
    raw = _raw(reader, (fields.REJECTION_CONTENT, ""), (fields.ACCOUNT_CONTENT, "AcctId"))
    return Rejection(
        version,
        created=lenient.moment(reader, "Refs/MsgId/CreDtTm"),
        reasons=tuple(reader.all(fields.REASONS)),
        accounts=_accounts(reader),
        problems=_of_request(reader, fields.REJECTION, lenient),
        raw=raw,
        **_texts(reader, fields.REJECTION),
    )


def _of_request(reader: Reader, table: Table, lenient: Lenient) -> tuple[str, ...]:
    """All problems, with that of an answer to a request of no known type."""
    if reader.text(*table["request_type"]) not in _REQUEST_TYPES:
        lenient.note("request_type_unknown")
    return lenient.problems


def _accounts(reader: Reader) -> tuple[Account, ...]:
    return tuple(Account(**_texts(each, fields.ACCOUNT)) for each in reader.each("AcctId"))


_OPENINGS: dict[str, tuple[str, Callable[[Reader, str], Opened]]] = {
    "acmt.007": ("AcctOpngReq", _request),
    "acmt.010": ("AcctReqAck", _acknowledgement),
    "acmt.011": ("AcctReqRjctn", _rejection),
}
