"""What a file is by its first bytes, for the many files that are no XML at all."""

from __future__ import annotations

import codecs
import re

START_BYTES = 4096

_PREFIXES = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"\xd0\xcf\x11\xe0", "office"),
    (b"-----BEGIN PGP", "openpgp"),
    (b"-----BEGIN PKCS7", "cms"),
    (b"-----BEGIN CMS", "cms"),
    (b"-----BEGIN CERTIFICATE", "certificate"),
    (b"{1:", "swift-mt"),
    (b":20:", "swift-mt"),
    (b"{", "json"),
    (b"[", "json"),
)
"""First bytes that are not white space -> what they begin."""

_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WIDE = ("<".encode("utf-16-le"), "<".encode("utf-16-be"))
_HTML = re.compile(rb"<(!doctype\s+)?html", re.IGNORECASE)
_CMS_DER = re.compile(rb"0.{1,6}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", re.DOTALL)
_OPENPGP_FIRST = frozenset({0x84, 0x85, 0x86, 0x8C, 0x8D, 0xA3, 0xC1, 0xC3, 0xC8, 0xD2})
"""First byte of an encrypted or compressed OpenPGP message: packets 1, 3, 8 and 18 (RFC 9580, section 4.2)."""


def looks_like(start: bytes) -> str:
    """``xml``, ``empty``, ``pdf``, ``zip``, ``csv``, ``openpgp`` ...; ``text`` or ``binary`` when nothing better."""
    content = _without_mark(start).lstrip()
    if not content.strip(b"\0"):
        return "empty"
    if content.startswith(_WIDE) or (content.startswith(b"<") and not _HTML.match(content)):
        return "xml"
    named = next((kind for prefix, kind in _PREFIXES if content.startswith(prefix)), None)
    return named or _by_pattern(start, content)


def _without_mark(start: bytes) -> bytes:
    for mark in _BYTE_ORDER_MARKS:
        start = start.removeprefix(mark)
    return start


def _by_pattern(start: bytes, content: bytes) -> str:
    if _HTML.match(content):
        return "html"
    if _CMS_DER.match(start):
        return "cms"
    if start[0] in _OPENPGP_FIRST and not _is_text(start):
        return "openpgp"
    if _is_text(start):
        return "csv" if _has_columns(content) else "text"
    return "binary"


def _is_text(start: bytes) -> bool:
    """UTF-8, perhaps cut within a character, without control characters."""
    text = start.decode("utf-8", "ignore")
    return len(text.encode()) >= len(start) - 3 and not re.search(r"[\x00-\x08\x0e-\x1f]", text)


def _has_columns(content: bytes) -> bool:
    """Whether the first lines have the same separator."""
    lines = [line for line in content.splitlines()[:5] if line.strip()]
    return any(all(separator in line for line in lines) for separator in (b";", b",", b"\t", b"|"))
