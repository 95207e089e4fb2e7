"""One function for each reader: any bytes may come in, and only our own errors may come out.

Importable without the fuzzer, so that the tests replay the kept corpus through every target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from lxml import etree

from formats import lists, tabular
from formats.errors import FormatError
from formats.iso20022 import acmt, camt, explain, pain001, pain002, schema
from formats.text import recognise
from keys import cms, detached, signature, streamed, xmldsig
from keys.errors import KeysError

_NOW = datetime(2026, 12, 1, tzinfo=UTC)
_SIZE_BYTES_MAX = 1 << 20
_LAYOUT = lists.Layout()
_COLUMNS = (tabular.Column("payment_ref", required=True), tabular.Column("amount"))


class _Spool:
    def create(self) -> BinaryIO:
        return cast(BinaryIO, TemporaryFile())


_SEED = Path(__file__).with_name("seed")
"""A statement and the certificates that signed once, whose keys nobody has any more."""


@cache
def _certificate() -> bytes:
    return (_SEED / "certificate.pem").read_bytes()


@cache
def _statement() -> bytes:
    return (_SEED / "statement.xml").read_bytes()


def _all(read: Callable[[BinaryIO], Iterable[Any]], data: bytes) -> list[Any]:
    """Every item, or none when the reader refuses the bytes."""
    with suppress(FormatError):
        return list(read(BytesIO(data)))
    return []


def _same_twice(read: Callable[[BinaryIO], Iterable[Any]], data: bytes) -> None:
    assert _all(read, data) == _all(read, data)


def camt_target(data: bytes) -> None:
    """A statement that is read has as many entries as libxml2 counts."""
    _same_twice(camt.read, data)
    items = _all(camt.read, data)
    if items:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
        counted = root.xpath("count(//*[local-name()='Ntry'])")
        assert sum(isinstance(item, camt.Entry) for item in items) == counted


def pain002_target(data: bytes) -> None:
    _same_twice(pain002.read, data)


def acmt_target(data: bytes) -> None:
    _same_twice(acmt.read, data)


def pain001_target(data: bytes) -> None:
    """With the schema and without; what satisfies the schema is read alike."""
    valid = _all(pain001.read, data)
    assert not valid or valid == _all(lambda source: pain001.read(source, schema=False), data)


def schema_target(data: bytes) -> None:
    with suppress(FormatError):
        schema.findings(BytesIO(data), schema.message_name(BytesIO(data)))


def explain_target(data: bytes) -> None:
    explain.explain(BytesIO(data))


def enveloped_target(data: bytes) -> None:
    """Whatever was done to the signed statement, nothing but what was signed is served."""
    with suppress(KeysError):
        found = xmldsig.verify_enveloped(BytesIO(data), [_certificate()], _Spool(), _NOW, _SIZE_BYTES_MAX)
        with found, found.open() as served:
            assert served.read() == _statement()


def streamed_target(data: bytes) -> None:
    with suppress(KeysError):
        found = streamed.verify([data], signature.pins([_certificate()], (), _NOW), _Spool(), _SIZE_BYTES_MAX)
        with found, found.open() as served:
            assert served.read() == _statement()


def detached_target(data: bytes) -> None:
    """The same signature in other clothes may be believed, and the file is the file."""
    with suppress(KeysError):
        found = detached.verify_detached(
            BytesIO(b"message"), data, "M1.xml", [_certificate()], _Spool(), _NOW, _SIZE_BYTES_MAX
        )
        with found, found.open() as served:
            assert served.read() == b"message"


def cms_target(data: bytes) -> None:
    with suppress(KeysError):
        pinned = (_SEED / "cms.pem").read_bytes()
        found = cms.verify_cms(BytesIO(b"message"), data, [pinned], _Spool(), _NOW, _SIZE_BYTES_MAX)
        with found, found.open() as served:
            assert served.read() == b"message"


def csv_target(data: bytes) -> None:
    _same_twice(lambda source: tabular.read(source, _COLUMNS, "list.csv"), data)


def xlsx_target(data: bytes) -> None:
    _same_twice(lambda source: tabular.read(source, _COLUMNS, "list.xlsx"), data)


def list_csv_target(data: bytes) -> None:
    _same_twice(lambda source: lists.read_list(source, _LAYOUT, "list.csv"), data)


def list_xlsx_target(data: bytes) -> None:
    _same_twice(lambda source: lists.read_list(source, _LAYOUT, "list.xlsx"), data)


def text_target(data: bytes) -> None:
    """What is recognised is converted to something printable; nothing raises."""
    recognise.recognise(data.decode("utf-8", "replace"))
    recognise.encoding_of(BytesIO(data))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "camt": camt_target,
    "pain002": pain002_target,
    "acmt": acmt_target,
    "pain001": pain001_target,
    "schema": schema_target,
    "explain": explain_target,
    "enveloped": enveloped_target,
    "streamed": streamed_target,
    "detached": detached_target,
    "cms": cms_target,
    "csv": csv_target,
    "xlsx": xlsx_target,
    "list_csv": list_csv_target,
    "list_xlsx": list_xlsx_target,
    "text": text_target,
}
