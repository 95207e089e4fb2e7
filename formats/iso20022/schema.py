"""The schemas we know: one row each in ``manifest.json``, the files beside it in ``xsd`` (never in the repository).

A file counts as installed only when its SHA-256 is the manifest's.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from formats.errors import FormatError, SchemaInvalid, SchemaMissing, Unreadable
from formats.iso20022 import xml

FOLDER = Path(__file__).parent / "xsd"
_SIZE_BYTES_MAX = 4 << 20


@dataclass(frozen=True, slots=True)
class Schema:
    """One row of the manifest; ``package`` and ``version`` say where the file comes from."""

    message: str
    namespace: str
    sha256: str
    package: str
    version: str

    @property
    def path(self) -> Path:
        return FOLDER / f"{self.message}.xsd"

    def is_installed(self) -> bool:
        return self.path.is_file() and hashlib.sha256(self.path.read_bytes()).hexdigest() == self.sha256


@dataclass(frozen=True, slots=True)
class Installation:
    """Messages whose schema was taken, and file names refused because their hash is not the manifest's."""

    taken: tuple[str, ...]
    refused: tuple[str, ...]


@cache
def manifest() -> tuple[Schema, ...]:
    """Every schema we know, installed or not."""
    rows = json.loads(Path(__file__).with_name("manifest.json").read_text("ascii"))
    return tuple(Schema(**row) for row in rows)


def installed() -> list[Schema]:
    """The schemas that are here and unchanged."""
    return [schema for schema in manifest() if schema.is_installed()]


def missing() -> list[Schema]:
    """The schemas of the manifest that are not here."""
    return [schema for schema in manifest() if not schema.is_installed()]


def find(name: str) -> Path:
    """Path of the schema of a namespace or message name (``pain.001.001.09``); raises SchemaMissing."""
    for schema in manifest():
        if name in (schema.namespace, schema.message) and schema.is_installed():
            return schema.path
    raise SchemaMissing(name)


@cache
def compiled(name: str) -> etree.XMLSchema:
    """The schema ready to validate; compiled once per process. Raises SchemaMissing."""
    parser = etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False)
    return etree.XMLSchema(etree.parse(find(name), parser))


def install(source: Path) -> Installation:
    """Copy every schema of the manifest found in a folder, zip, wheel or tar archive; others are left alone."""
    by_hash = {schema.sha256: schema for schema in manifest()}
    file_names = {schema.path.name for schema in manifest()}
    taken, refused = set(), set()
    for name, content in _schema_files(source):
        if schema := by_hash.get(hashlib.sha256(content).hexdigest()):
            _store(schema, content)
            taken.add(schema.message)
        elif name in file_names:
            refused.add(name)
    return Installation(tuple(sorted(taken)), tuple(sorted(refused)))


def _store(schema: Schema, content: bytes) -> None:
    FOLDER.mkdir(exist_ok=True)
    temporary = schema.path.with_suffix(f".{os.getpid()}.part")
    temporary.write_bytes(content)
    temporary.replace(schema.path)


def _schema_files(source: Path) -> Iterator[tuple[str, bytes]]:
    """Base name and content of each ``.xsd`` file, none larger than 4 MiB."""
    if source.is_dir():
        return _in_folder(source)
    if source.is_file() and zipfile.is_zipfile(source):
        return _in_zip(source)
    if source.is_file() and tarfile.is_tarfile(source):
        return _in_tar(source)
    raise Unreadable("no_schema_source", name=source.name)


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*.xsd"):
        if path.is_file() and path.stat().st_size <= _SIZE_BYTES_MAX:
            yield path.name, path.read_bytes()


def _in_zip(archive: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as files:
        for member in files.infolist():
            if member.filename.endswith(".xsd") and member.file_size <= _SIZE_BYTES_MAX:
                yield Path(member.filename).name, files.read(member)


def _in_tar(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as files:
        for member in files:
            content = files.extractfile(member) if member.isreg() and member.name.endswith(".xsd") else None
            if content and member.size <= _SIZE_BYTES_MAX:
                yield Path(member.name).name, content.read()


# --- what a file is, and where it breaks its schema ------------------------------------------------------------

_MESSAGE = re.compile(r"[a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2}(\.[a-z]{2}\.[0-9]{2})?")
_START_BYTES_MAX = 64 << 10


def message_name(source: BinaryIO) -> str:
    """``camt.053.001.08`` from the namespace of the first Document; reads the start only, then goes back."""
    position = source.tell()
    try:
        return _name_at_start(source)
    finally:
        source.seek(position)


def _name_at_start(source: BinaryIO) -> str:
    parser: Any = etree.XMLPullParser(events=("start",), tag="{*}Document", **xml.HARDENED)
    try:
        for chunk in iter(lambda: source.read(4096), b""):
            parser.feed(chunk)
            for _, document in parser.read_events():
                xml.refuse_doctype(document)
                return name_of(document)
            if source.tell() > _START_BYTES_MAX:
                break
    except etree.XMLSyntaxError as error:
        raise xml.explain(error) from None
    raise Unreadable("no_document")


def name_of(element: etree._Element) -> str:
    """The message an element belongs to, from its namespace, national variants included."""
    match = _MESSAGE.search(element.tag.rpartition("}")[0])
    if not match:
        raise Unreadable("unknown_namespace")
    return match[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the path by local names, the rule, and libxml2's words without the value (A3)."""

    path: str
    rule: str
    message: str


_LISTS = ("CdtTrfTxInf", "TxInfAndSts", "Ntry", "Vrfctn", "Rpt")


def findings(source: BinaryIO, message: str, limit: int = 50) -> list[Finding]:
    """Breaches of the official schema in document order, at most ``limit``; bad content never raises.

    Most files have none, so a fast pass looks first, and only a failure is looked at with its paths.
    """
    position = source.tell()
    try:
        _refuse_doctype(source)
        for element in xml.stream(source, _LISTS, compiled(message)):
            xml.forget_previous(element)
    except SchemaMissing:
        return [Finding("", "schema-not-installed", message)]
    except SchemaInvalid:
        source.seek(position)
        return _Inspection(compiled(message), limit).run(source)
    except FormatError as error:
        return [Finding("", error.code, str(error))]
    return []


def _refuse_doctype(source: BinaryIO) -> None:
    """Before any validation: an entity of a DOCTYPE ends the validating parser, and the process with it."""
    position = source.tell()
    parser: Any = etree.XMLPullParser(events=("start",), **xml.HARDENED)
    with suppress(etree.XMLSyntaxError):
        while part := source.read(4096):
            parser.feed(part)
            if root := next(iter(parser.read_events()), None):
                xml.refuse_doctype(root[1])
                break
    source.seek(position)


class _Enough(Exception):
    """Stops the parser."""


class _Inspection:
    """Target of a validating parser: follows the path and ties each new complaint to the element at hand."""

    def __init__(self, schema: etree.XMLSchema, limit: int) -> None:
        target: Any = self
        self._parser: Any = etree.XMLParser(target=target, schema=schema, **xml.HARDENED)
        self._limit = limit
        self._found: list[Finding] = []
        self._path: list[str] = []
        self._last = ""

    def run(self, source: BinaryIO) -> list[Finding]:
        with suppress(_Enough, etree.XMLSyntaxError):
            for chunk in iter(lambda: source.read(64 << 10), b""):
                self._parser.feed(chunk)
            self._parser.close()
        return self._found

    def doctype(self, *_: object) -> None:
        self._found.append(Finding("", "doctype", "no DOCTYPE is allowed"))
        raise _Enough

    def start(self, name: str, _attributes: object) -> None:
        self._look()
        self._path.append(name.rpartition("}")[2])
        self._last = "/".join(self._path)

    def end(self, _name: str) -> None:
        self._look()
        self._last = "/".join(self._path)
        self._path.pop()

    def close(self) -> None:
        self._look()

    def _look(self) -> None:
        """Record what the validator said since the last event: it is about the element of that event."""
        log = self._parser.feed_error_log
        for entry in log[len(self._found) :] if len(log) > len(self._found) else ():
            self._found.append(Finding(self._last, entry.type_name, _without_value(entry.message)))
            if len(self._found) >= self._limit:
                raise _Enough


_NAMESPACE = re.compile(r"\{urn:[^}]*\}")
_VALUE = re.compile(r"(The value |: )'.*'( is | has )", re.DOTALL)


def _without_value(message: str) -> str:
    return _VALUE.sub(r"\1…\2", _NAMESPACE.sub("", message))[:300]
