"""Enveloped signatures on documents of any size, in constant memory.

Expat reads the document once. Its exclusive canonical form goes into a scratch file as it comes, without the
signature, which is held apart; then the signature is judged like any other, and the scratch file must have the digest
that was signed. Only that file is served (T2): whatever expat made of the document, the partner signed these very
bytes. What expat and libxml2 might read differently is refused, so that both ways of ``keys.enveloped`` agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pyexpat import ExpatError, ParserCreate, XMLParserType

from keys import signature
from keys.canonical import SEPARATOR, Canonical, Name, Names
from keys.errors import BadSignature, Hostile
from keys.forms import DSIG, WHOLE_DOCUMENT
from keys.signature import SIGNATURE_BYTES_MAX, Pins
from keys.verified import Spool, Verified, _Scratch

DEPTH_MAX = 256
TEXT_BYTES_MAX = 10_000_000
"""These two are libxml2's own limits."""
TOKEN_BYTES_MAX = 1 << 20
"""One tag with its attributes, one comment, one instruction: expat holds it whole."""
NAMES_MAX = 10_000
"""Different names of elements, attributes, prefixes and instructions: expat keeps each. ISO messages have hundreds."""
NAMESPACE_CHARS_MAX = 1000

_CANONICAL_TIMES_MAX = 2
"""Canonical form grows by ``<a/>`` and by ISO-8859-1; more is made to fill the disk."""
_BEGINNING_BYTES = 4
_TEXT_BUFFER_BYTES = 64 * 1024
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$()*+,;=-]+")
"""Absolute, and of characters that all canonicalisers write alike; libxml2 escapes none."""
_ENCODINGS = {
    b"": frozenset({"UTF-8", "ISO-8859-1", "US-ASCII"}),
    b"\xef\xbb\xbf": frozenset({"UTF-8"}),
    b"\xff\xfe": frozenset({"UTF-16"}),
    b"\xfe\xff": frozenset({"UTF-16"}),
}
"""Byte order mark -> encodings that may be declared after it."""
_TEXT, _SPLIT = 1, 2
_SPLIT_TEXT = _TEXT | _SPLIT


def verify(parts: Iterable[bytes], pins: Pins, spool: Spool, size_bytes_max: int) -> Verified:
    """The signed content of a document that comes in parts; raises ``BadProof``."""
    with _Scratch(spool) as scratch:
        apart = separate(parts, scratch.write, size_bytes_max * _CANONICAL_TIMES_MAX)
        signature.check_place(apart.ancestors, is_last=apart.is_last)
        element = signature.parse(apart.markup)
        signature.check_form(element, WHOLE_DOCUMENT)
        certificate = signature.believed_certificate(element, pins)
        signature.check_digest(signature.check_value(element, certificate), scratch.digest(), certificate)
        return scratch.vouch("enveloped", certificate)


@dataclass(frozen=True, slots=True)
class Apart:
    """The one signature, as it was taken out of its document."""

    markup: bytes
    """Canonical, comments kept."""
    ancestors: tuple[tuple[str, str], ...]
    """Namespace and local name, from the root."""
    is_last: bool
    """Nothing but text follows it in its parent."""


def separate(parts: Iterable[bytes], write: Callable[[bytes], None], canonical_bytes_max: int) -> Apart:
    """Write the canonical form of the document without its signature, and give that back; raises ``BadProof``."""
    reader = _Reader()
    size_bytes = 0
    for data in reader.canonical(parts):
        size_bytes += len(data)
        if size_bytes > canonical_bytes_max:
            raise Hostile("xml_limit")
        write(data)
    if not reader.found:
        raise BadSignature("signature_missing")
    return Apart(bytes(reader.markup), reader.ancestors, reader.is_last)


class _Reader:
    """Follows expat through one document."""

    def __init__(self) -> None:
        self.found = False
        self.markup = bytearray()
        self.ancestors: tuple[tuple[str, str], ...] = ()
        self.is_last = True
        self._interned: dict[str, str] = {}
        self._names = Names()
        self._document, self._signature = Canonical(self._names), Canonical(self._names)
        self._sink = self._document
        self._open: list[Name] = []
        self._marks: list[int] = []
        """What the text of each open element has met: a value, a comment or instruction."""
        self._text_bytes = 0
        self._room = -1
        """Depth of the element in which the signature has ended."""
        self._byte_order_mark = b""
        self._parser = self._follow()

    def _follow(self) -> XMLParserType:
        parser = ParserCreate(None, SEPARATOR, self._interned)
        parser.namespace_prefixes = parser.ordered_attributes = parser.buffer_text = True
        parser.buffer_size = _TEXT_BUFFER_BYTES
        if hasattr(parser, "SetReparseDeferralEnabled"):
            parser.SetReparseDeferralEnabled(False)  # so that the index tells how long the last token is by now
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartNamespaceDeclHandler = _check_namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        return parser

    def canonical(self, parts: Iterable[bytes]) -> Iterable[bytes]:
        """The document without its signature, in parts; at the end everything else is known, too."""
        fed = 0
        for part in self._with_known_beginning(iter(parts)):
            fed += len(part)
            yield self._feed(part, is_final=False)
            if fed - self._parser.CurrentByteIndex > TOKEN_BYTES_MAX or len(self._interned) > NAMES_MAX:
                raise Hostile("xml_limit")
        yield self._feed(b"", is_final=True)

    def _feed(self, part: bytes, *, is_final: bool) -> bytes:
        try:
            self._parser.Parse(part, is_final)
        except ExpatError:
            raise Hostile("not_xml") from None
        self.markup += self._signature.take()
        if len(self.markup) > SIGNATURE_BYTES_MAX:
            raise BadSignature("signature_too_large", size_bytes_max=SIGNATURE_BYTES_MAX)
        return self._document.take()

    # -- the encoding

    def _with_known_beginning(self, parts: Iterator[bytes]) -> Iterator[bytes]:
        """The same parts; a UTF-16 document must say so by its mark."""
        first = b""
        while len(first) < _BEGINNING_BYTES and (part := next(parts, b"")):
            first += part
        self._byte_order_mark = next(mark for mark in reversed(_ENCODINGS) if first.startswith(mark))
        if not self._byte_order_mark and b"\0" in first[:_BEGINNING_BYTES]:
            raise Hostile("declaration_forbidden", version="1.0", encoding="UTF-16")
        yield first
        yield from parts

    def _declaration(self, version: str, encoding: str | None, _standalone: int) -> None:
        allowed = _ENCODINGS[self._byte_order_mark]
        if version != "1.0" or (encoding is not None and encoding.upper() not in allowed):
            raise Hostile("declaration_forbidden", version=version[:10], encoding=(encoding or "UTF-8")[:40])

    # -- elements

    def _start(self, text: str, attributes: list[str]) -> None:
        name = self._names[text]
        depth = len(self._open)
        if depth >= DEPTH_MAX:
            raise Hostile("xml_limit")
        if depth == self._room:
            self.is_last = False
        if name.local_name == "Signature" and name.namespace == DSIG:
            self._start_signature()
        self._open.append(name)
        self._marks.append(0)
        self._text_bytes = 0
        self._sink.start(name, attributes)

    def _start_signature(self) -> None:
        if self.found:
            raise BadSignature("signature_not_unique", found=2)
        self.found = True
        self.ancestors = tuple((name.namespace, name.local_name) for name in self._open)
        self._sink = self._signature

    def _end(self, _text: str) -> None:
        self._sink.end(self._open.pop())
        self._marks.pop()
        self._text_bytes = 0
        depth = len(self._open)
        if self._sink is self._signature and depth == len(self.ancestors):
            self._sink, self._room = self._document, depth
        elif depth < self._room:
            self._room = -1

    # -- what stands in them

    def _text(self, data: str) -> None:
        self._text_bytes += len(data) if data.isascii() else len(data.encode())
        if self._text_bytes > TEXT_BYTES_MAX:
            raise Hostile("xml_limit")
        if not data.isspace():
            self._mark(_TEXT)
        self._sink.text(data)

    def _comment(self, data: str) -> None:
        if self._open:
            self._split()
        if self._sink is self._signature:
            self._sink.comment(data)

    def _instruction(self, target: str, data: str) -> None:
        if not self._open:
            raise Hostile("instruction_outside")
        self._split()
        self._sink.instruction(target, data)

    def _split(self) -> None:
        self._mark(_SPLIT)
        self._text_bytes = 0
        if len(self._open) == self._room:
            self.is_last = False

    def _mark(self, mark: int) -> None:
        self._marks[-1] |= mark
        if self._marks[-1] == _SPLIT_TEXT:
            raise Hostile("text_split")


def _refuse_doctype(*_: object) -> None:
    raise Hostile("doctype_forbidden")


def _check_namespace(_prefix: str | None, namespace: str | None) -> None:
    if namespace and (len(namespace) > NAMESPACE_CHARS_MAX or not _NAMESPACE.fullmatch(namespace)):
        raise Hostile("namespace_forbidden")
