"""Rendering acmt.007 and acmt.023 as canonical XML, like a pain.001: the SHA-256 is the signature's digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO

from formats.errors import Unrenderable
from formats.iso20022.acmt.elements import (
    ASSIGNMENT,
    OPENING,
    OPENING_VERSIONS,
    VERIFICATION,
    VERIFICATION_VERSIONS,
)
from formats.iso20022.acmt.model import Assignment, Opening, Verification
from formats.iso20022.pain001.elements import WHOLE_STANDARD, Element, Narrowing
from formats.iso20022.pain001.form import Form, Written
from formats.iso20022.pain001.write import DECLARATION, Rendered, Sign

_ROWS_PER_PART = 500
_ENVELOPE, _ENVELOPE_END = "<SplmtryData><Envlp>", "</Envlp></SplmtryData>"


def render_opening(
    opening: Opening,
    sink: BinaryIO,
    version: str = OPENING_VERSIONS[-1],
    *,
    narrowing: Narrowing = WHOLE_STANDARD,
    sign: Sign | None = None,
) -> Rendered:
    """Write one acmt.007; raises Unrenderable, and then the sink's content is void. Without ``sign`` no envelope."""
    _require_version(version, OPENING_VERSIONS)
    writing = _Writing(sink, version, "AcctOpngReq")
    writing.write(_form("", OPENING, version, narrowing).write([opening]))
    return writing.end(sign)


def render_verification(
    assignment: Assignment,
    verifications: Iterable[Verification],
    sink: BinaryIO,
    version: str = VERIFICATION_VERSIONS[-1],
    *,
    narrowing: Narrowing = WHOLE_STANDARD,
    sign: Sign | None = None,
) -> Rendered:
    """Write one acmt.023 while its verifications come; only their ids are kept, to refuse one that comes twice."""
    _require_version(version, VERIFICATION_VERSIONS)
    writing = _Writing(sink, version, "IdVrfctnReq")
    writing.write(_form("Assgnmt", ASSIGNMENT, version, narrowing).write([assignment]))
    form, rows, seen = _form("Vrfctn", VERIFICATION, version, narrowing), iter(verifications), set[str]()
    while part := list(islice(rows, _ROWS_PER_PART)):
        _require_new(part, seen)
        writing.write(form.write(part))
    if not seen:
        raise Unrenderable("verifications", "at_least_one")
    return writing.end(sign)


def _require_version(version: str, versions: tuple[str, ...]) -> None:
    if version not in versions:
        raise Unrenderable("version", "one_of_" + "_".join(versions))


def _require_new(part: list[Verification], seen: set[str]) -> None:
    before = len(seen)
    seen.update([each.verification_id for each in part])
    if len(seen) != before + len(part):
        raise Unrenderable("verification_id", "once_per_message")


def _form(name: str, elements: tuple[Element, ...], version: str, narrowing: Narrowing) -> Form:
    return Form(name, elements, version, "", narrowing)


class _Writing:
    """One message on its way into the sink, hashed as canonical and as written."""

    def __init__(self, sink: BinaryIO, version: str, root: str) -> None:
        self._sink, self._close = sink, f"</{root}></Document>"
        self._digest, self._sha256, self._values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        self._size_bytes = 0
        self._put(DECLARATION)
        self._write(f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{root}>')

    def write(self, written: Written) -> None:
        self._values.update(written.text.encode())
        self._write(written.markup)

    def end(self, sign: Sign | None) -> Rendered:
        """The end, with the signature in its envelope; the digest is of the same with an empty one."""
        signed_at, signature = 0, b""
        if sign:
            self._write(_ENVELOPE)
            closed = (_ENVELOPE_END + self._close).encode()
            self._digest.update(closed)
            signature, signed_at = sign(self._digest.digest()), self._size_bytes - len(DECLARATION)
            self._put(signature + closed)
        else:
            self._write(self._close)
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
