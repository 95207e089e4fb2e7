"""Hostile files too large to be kept: made on the fly, each by a function of its size, and named by its defect.

The names are those of fixtures: number of the fault, defect, message. ``scale`` 1 is the size of the catalogue.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from typing import BinaryIO

import xlsxwriter

Maker = Callable[[BinaryIO, float], None]
MADE: dict[str, Maker] = {}

HEAD = (
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>S1</MsgId>'
    b"<CreDtTm>2026-11-02T17:00:00+07:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>110000000001</Id>"
    b"</Othr></Id><Ccy>VND</Ccy></Acct>"
)
TAIL = b"</Stmt><SplmtryData><Envlp></Envlp></SplmtryData></BkToCstmrStmt></Document>"
ENTRY = (
    b'<Ntry><Amt Ccy="VND">500001</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-02</Dt>'
    b"</BookgDt>%b<NtryDtls><TxDtls><Refs><EndToEndId>ETEST000100000001</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"
)
_PART_BYTES = 1 << 20
_MIB = 1 << 20


def made(name: str, scale: float = 1) -> bytes:
    """The whole file; never for those of a gigabyte."""
    sink = io.BytesIO()
    MADE[name](sink, scale)
    return sink.getvalue()


def named(name: str) -> Callable[[Maker], Maker]:
    def register(make: Maker) -> Maker:
        MADE[name] = make
        return make

    return register


def _repeated(sink: BinaryIO, part: bytes, count: int) -> None:
    """Many times the same, without holding it."""
    at_once = max(1, _PART_BYTES // len(part))
    for _ in range(count // at_once):
        sink.write(part * at_once)
    sink.write(part * (count % at_once))


def _around(sink: BinaryIO, before: bytes, part: bytes, count: int, after: bytes) -> None:
    """A statement whose one entry holds the parts."""
    opened, closed = (ENTRY % b"@").split(b"@")
    sink.write(HEAD + opened + before)
    _repeated(sink, part, count)
    sink.write(after + closed + TAIL)


@named("0.nothing-wrong.camt053.xml")
def normal(sink: BinaryIO, scale: float) -> None:
    """The measure of the others: 10 MiB of plain entries."""
    entry = ENTRY % b""
    sink.write(HEAD)
    _repeated(sink, entry, int(10 * _MIB * scale) // len(entry))
    sink.write(TAIL)


@named("80.entity-of-entities.camt053.xml")
def laughs(sink: BinaryIO, scale: float) -> None:
    """Ten times ten times ... 10**9 at scale 1: five times as many elements for each entity at scale 5."""
    times = int(10 * scale)
    entities = ['<!ENTITY l0 "ha">', *(f'<!ENTITY l{n} "{f"&l{n - 1};" * times}">' for n in range(1, 10))]
    sink.write(f"<!DOCTYPE Document [{''.join(entities)}]>".encode())
    _around(sink, b"<AddtlNtryInf>", b"&l9;", 1, b"</AddtlNtryInf>")


@named("81.long-entity-many-times.camt053.xml")
def quadratic(sink: BinaryIO, scale: float) -> None:
    """An entity of 100 KB, used 20,000 times: 2 GB."""
    sink.write(b'<!DOCTYPE Document [<!ENTITY q "' + b"q" * 100_000 + b'">]>')
    _around(sink, b"<AddtlNtryInf>", b"&q;", int(20_000 * scale), b"</AddtlNtryInf>")


@named("84.depth-100000.camt053.xml")
def deep(sink: BinaryIO, scale: float) -> None:
    count = int(100_000 * scale)
    _around(sink, b"", b"<a>", count, b"</a>" * count)


@named("84.depth-100000-in-the-head.camt053.xml")
def deep_before_the_document(sink: BinaryIO, scale: float) -> None:
    """Before anything says what message it is."""
    count = int(100_000 * scale)
    _repeated(sink, b"<a>", count)
    sink.write(HEAD + TAIL)
    _repeated(sink, b"</a>", count)


@named("85.text-of-10-megabytes.camt053.xml")
def long_text(sink: BinaryIO, scale: float) -> None:
    _around(sink, b"<AddtlNtryInf>", b"x", int(11_000_000 * scale), b"</AddtlNtryInf>")


@named("85.text-of-9-megabytes.camt053.xml")
def long_text_within_the_limit(sink: BinaryIO, scale: float) -> None:
    """As long as the parser allows: it is read, and costs what it holds."""
    _around(sink, b"<AddtlNtryInf>", b"x", int(9_000_000 * scale), b"</AddtlNtryInf>")


@named("85.attributes-1000000.camt053.xml")
def many_attributes(sink: BinaryIO, scale: float) -> None:
    sink.write(HEAD + b"<Ntry")
    for number in range(int(1_000_000 * scale)):
        sink.write(b' a%d=""' % number)
    sink.write(b"/>" + TAIL)


@named("85.namespaces-100000.camt053.xml")
def many_namespaces(sink: BinaryIO, scale: float) -> None:
    sink.write(HEAD + b"<Ntry")
    for number in range(int(100_000 * scale)):
        sink.write(b' xmlns:n%d="urn:n%d"' % (number, number))
    sink.write(b"/>" + TAIL)


@named("85.names-100000.camt053.xml")
def many_names(sink: BinaryIO, scale: float) -> None:
    """Every element has another name: nothing that is remembered by name or shape may grow."""
    opened, closed = (ENTRY % b"@").split(b"@")
    sink.write(HEAD + opened)
    for number in range(int(100_000 * scale)):
        sink.write(b"<e%d>x</e%d>" % (number, number))
    sink.write(closed + TAIL)


@named("85.shapes-20000.camt053.xml")
def many_shapes(sink: BinaryIO, scale: float) -> None:
    """Every entry has another shape."""
    sink.write(HEAD)
    for number in range(int(20_000 * scale)):
        sink.write(ENTRY % (b"<e%d>x</e%d>" % (number, number)))
    sink.write(TAIL)


@named("85.elements-1000000-in-one-entry.camt053.xml")
def many_elements(sink: BinaryIO, scale: float) -> None:
    _around(sink, b"", b"<a>x</a>", int(1_000_000 * scale), b"")


@named("85.details-100000-in-one-entry.camt053.xml")
def many_details(sink: BinaryIO, scale: float) -> None:
    """One sum entry for as many payments as a province has: honest, though the whole entry is held at once."""
    detail = b'<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="VND">1</Amt></TxDtls>'
    _around(sink, b"<NtryDtls>", detail, int(100_000 * scale), b"</NtryDtls>")


@named("85.findings-100000.camt053.xml")
def many_breaches(sink: BinaryIO, scale: float) -> None:
    """Each element breaks the schema."""
    sink.write(HEAD)
    _repeated(sink, b"<Wrong/>", int(100_000 * scale))
    sink.write(ENTRY % b"" + TAIL)


@named("85.comments-1000000.camt053.xml")
def many_comments(sink: BinaryIO, scale: float) -> None:
    _around(sink, b"", b"<!---->", int(1_000_000 * scale), b"")


@named("85.blanks-10-megabytes.camt053.xml")
def blanks(sink: BinaryIO, scale: float) -> None:
    """Between the elements, and before the first one."""
    sink.write(HEAD)
    _repeated(sink, b" \n", int(5_000_000 * scale))
    sink.write(TAIL)


@named("85.file-of-1-gigabyte.camt053.xml")
def gigabyte(sink: BinaryIO, scale: float) -> None:
    """A whole, readable statement; written sparse where only its size matters (``sparse``)."""
    entry = ENTRY % b""
    sink.write(HEAD)
    _repeated(sink, entry, int((1 << 30) * scale) // len(entry))
    sink.write(TAIL)


def sparse(sink: BinaryIO) -> None:
    """A gigabyte that takes no room: the head of a statement, then zeros."""
    sink.write(HEAD)
    sink.truncate(1 << 30)


# --- packed ----------------------------------------------------------------------------------------------------


@named("86.gzip-bomb.camt053.xml")
def gzip_bomb(sink: BinaryIO, scale: float) -> None:
    """100 MiB of zeros packed into 100 KB, sent as a statement."""
    with gzip.GzipFile(fileobj=sink, mode="wb", mtime=0) as packed:
        _repeated(packed, bytes(_MIB), int(100 * scale))  # type: ignore[arg-type]


def _archived(sink: BinaryIO, *members: tuple[str, bytes, int]) -> None:
    """Name, part, and how many times the part."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part, count in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED  # or else it is stored, whatever the archive says
            with archive.open(info, "w", force_zip64=True) as member:
                for _ in range(count):
                    member.write(part)


@named("86.zip-bomb.camt053.xml")
def zip_bomb(sink: BinaryIO, scale: float) -> None:
    _archived(sink, ("statement.xml", bytes(_MIB), int(100 * scale)))


@named("86.zip-bomb.list.xlsx")
def workbook_bomb(sink: BinaryIO, scale: float) -> None:
    """A workbook whose sheet unpacks to 600 MiB."""
    _repacked(sink, ("xl/worksheets/sheet1.xml", bytes(_MIB), int(600 * scale)))


@named("86.zip-with-a-path-upwards.list.xlsx")
def workbook_upwards(sink: BinaryIO, scale: float) -> None:
    """A member that would be written above the folder, were it unpacked."""
    _repacked(sink, ("../../evil.xml", b"<x/>", 1))


@named("86.zip-with-one-name-twice.list.xlsx")
def workbook_twice(sink: BinaryIO, scale: float) -> None:
    """Two sheets of one name: which one counts?"""
    _repacked(sink, ("xl/worksheets/sheet1.xml", b"<worksheet/>", 1), keep_all=True)


@named("86.zip-bomb.schemas.zip")
def schemas_bomb(sink: BinaryIO, scale: float) -> None:
    """A member far above the size of any schema."""
    _archived(sink, ("camt.053.001.08.xsd", bytes(_MIB), int(200 * scale)))


@named("86.zip-with-a-path-upwards.schemas.zip")
def schemas_upwards(sink: BinaryIO, scale: float) -> None:
    _archived(sink, ("../../camt.053.001.08.xsd", b"<schema/>", 1))


@named("86.zip-with-one-name-twice.schemas.zip")
def schemas_twice(sink: BinaryIO, scale: float) -> None:
    _archived(sink, ("camt.053.001.08.xsd", b"<schema/>", 1), ("camt.053.001.08.xsd", b"<other/>", 1))


def _repacked(sink: BinaryIO, extra: tuple[str, bytes, int], keep_all: bool = False) -> None:
    """An honest list with one member more, or another one in its place."""
    with zipfile.ZipFile(_workbook()) as book:
        kept = [name for name in book.namelist() if keep_all or name != extra[0]]
        _archived(sink, *((name, book.read(name), 1) for name in kept), extra)


def _workbook() -> BinaryIO:
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["payment_ref", "amount"])
    sheet.write_row(1, 0, ["TC-0001", "500001"])
    book.close()
    sink.seek(0)
    return sink
