"""Reading back a finished acmt.007 or acmt.023 of ours: official schema, every value, nothing besides (M7)."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from lxml import etree

from formats.errors import SchemaInvalid, Unreadable
from formats.iso20022 import schema as schemas
from formats.iso20022.acmt.elements import ASSIGNMENT, OPENING, OPENING_VERSIONS, VERIFICATION, VERIFICATION_VERSIONS
from formats.iso20022.pain001.elements import Element
from formats.iso20022.pain001.extract import RECORD_END, line
from formats.iso20022.xml import Reader, forget_previous, local_name, stream

_RECORDS: dict[str, dict[str, tuple[Element, ...]]] = {
    **{version: {"AcctOpngReq": OPENING} for version in OPENING_VERSIONS},
    **{version: {"Assgnmt": ASSIGNMENT, "Vrfctn": VERIFICATION} for version in VERIFICATION_VERSIONS},
}
"""Version -> its records and their tables."""


def check(source: BinaryIO, version: str) -> tuple[bytes, bytes]:
    """(SHA-256 of every byte, of the values) of the finished message, as they were rendered; raises FormatError."""
    records = _RECORDS.get(version)
    source.seek(0)
    if records is None or schemas.message_name(source) != version:
        raise Unreadable("unexpected_message", message=version)
    sha256, values, seen = hashlib.sha256(), hashlib.sha256(), set[str]()
    while part := source.read(1 << 20):
        sha256.update(part)
    source.seek(0)
    for element in stream(source, tuple(records), schemas.compiled(version)):
        name = local_name(element)
        values.update(_values(element, records[name]).encode())
        if name == "Vrfctn":
            _require_new(element.findtext("{*}Id") or "", seen)
            forget_previous(element)
    source.seek(0)
    return sha256.digest(), values.digest()


def _require_new(verification_id: str, seen: set[str]) -> None:
    if verification_id in seen:
        raise SchemaInvalid("id_twice", element="Vrfctn/Id")
    seen.add(verification_id)


def _values(element: etree._Element, elements: tuple[Element, ...]) -> str:
    """The record as ``extract`` would give it; a text that has no row in the table is refused."""
    reader = Reader(element, omit="SplmtryData")
    lines = [line(place, text) for place, each in enumerate(elements) for text in reader.all(each.path)]
    _layout, texts = reader.row()
    if len(lines) != sum(map(bool, texts)):
        raise SchemaInvalid("part_form", part=local_name(element))
    return "".join(lines) + RECORD_END
