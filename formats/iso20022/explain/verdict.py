"""The official schema's verdict on a file: libxml2 says quickly whether it passes, ``xmlschema`` in words why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from lxml import etree

from formats.errors import FormatError, SchemaInvalid, SchemaMissing
from formats.iso20022 import schema as schemas
from formats.iso20022 import xml
from formats.iso20022.explain.breaches import breaches
from formats.iso20022.explain.counting import FINDINGS_MAX, Counting, of_error
from formats.iso20022.explain.model import Finding
from formats.iso20022.explain.outline import Outline, outline, path_of
from formats.iso20022.xml import local_name

SIZE_BYTES_MAX = 5 << 20
ELEMENTS_MAX = 100_000
"""Up to here a file that fails is looked at as one tree, so that its breaches can be said in words."""


def frame(source: BinaryIO, message: str | None) -> Outline:
    """The frame of the file, with libxml2's verdict when the schema is here; of a wrapped document it says nothing."""
    try:
        return outline(source, schemas.compiled(message) if message else None)
    except SchemaMissing:
        return outline(source)


def findings(source: BinaryIO, message: str, size_bytes: int, counting: Counting) -> Iterator[Finding]:
    """Every breach of the schema; what could not be checked is a finding, too. Notes when words are few."""
    try:
        yield from _findings(source, message, size_bytes, counting)
    except FormatError as error:
        yield of_error(error)


def _findings(source: BinaryIO, message: str, size_bytes: int, counting: Counting) -> Iterator[Finding]:
    found = counting.outline
    if found.error is not None and not isinstance(found.error, SchemaInvalid):
        yield of_error(found.error)
    elif found.wrapped and size_bytes > SIZE_BYTES_MAX:
        yield Finding("", "schema-not-checked", {"size": size_bytes, "allowed": SIZE_BYTES_MAX})
    elif found.wrapped:
        yield from _of_parts(source)
    elif found.error is not None:
        yield from _of_whole(source, message, size_bytes, counting)
    else:
        yield from _not_installed(message)


def _not_installed(message: str) -> Iterator[Finding]:
    try:
        schemas.find(message)
    except SchemaMissing:
        yield Finding("", "schema-not-installed", {"message": message})


def _of_parts(source: BinaryIO) -> Iterator[Finding]:
    """Documents and headers inside of something else, each by its own schema."""
    for part in _tree(source).iter("{*}AppHdr", "{*}Document"):
        name = schemas.name_of(part)
        try:
            if not schemas.compiled(name).validate(part):
                yield from _in_words(part, name) or [Finding(path_of(part), "schema", {"element": local_name(part)})]
        except SchemaMissing:
            yield Finding("", "schema-not-installed", {"message": name})


def _of_whole(source: BinaryIO, message: str, size_bytes: int, counting: Counting) -> Iterator[Finding]:
    """In words; of what is too large for that, libxml2 names the rules only."""
    said = _in_words(_tree(source), message) if size_bytes <= SIZE_BYTES_MAX else []
    yield from said
    if not said:
        counting.note("schema-by-libxml2")
        source.seek(0)
        yield from map(_by_libxml2, schemas.findings(source, message, FINDINGS_MAX + 1))


def _in_words(document: etree._Element, message: str) -> list[Finding]:
    """Some findings; none when the document has so many elements that looking for all would take minutes, or one
    at which the library gives up: a type of no schema, a year beyond any calendar, a name that expat refuses."""
    from xml.etree.ElementTree import ParseError

    from xmlschema import XMLSchemaException

    if next(islice(document.iter(), ELEMENTS_MAX, None), None) is not None:
        return []
    try:
        return list(islice(breaches(document, message), FINDINGS_MAX + 1))
    except (XMLSchemaException, ParseError, ArithmeticError, ValueError):
        return []


def _tree(source: BinaryIO) -> etree._Element:
    """The whole file; raises FormatError where it ends too early, which a broken schema had hidden."""
    source.seek(0)
    try:
        return etree.parse(source, etree.XMLParser(**xml.HARDENED)).getroot()
    except etree.XMLSyntaxError as error:
        raise xml.explain(error) from None


# --- libxml2's findings ----------------------------------------------------------------------------------------

_RULES = {
    "SCHEMAV_CVC_PATTERN_VALID": "pattern",
    "SCHEMAV_CVC_ENUMERATION_VALID": "enumeration",
    "SCHEMAV_CVC_LENGTH_VALID": "length",
    "SCHEMAV_CVC_MINLENGTH_VALID": "minLength",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "maxLength",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "minInclusive",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "maxInclusive",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "totalDigits",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "fractionDigits",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "datatype",
    "SCHEMAV_ELEMENT_CONTENT": "unexpected-element",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "text-between-elements",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "unexpected-attribute",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "missing-attribute",
    "SCHEMAV_CVC_ELT_1": "wrong-namespace",
    "SCHEMAV_CVC_TYPE_3_1_2": "elements-in-text",
}
"""libxml2's name of a rule -> ours; the rest is ``schema``."""
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ([^)]*) \)")


def _by_libxml2(finding: schemas.Finding) -> Finding:
    """A path without positions, and the element's name for the sentence."""
    element = finding.path.rpartition("/")[2]
    rule = _RULES.get(finding.rule, "schema" if finding.rule.startswith("SCHEMAV") else finding.rule.replace("_", "-"))
    if "Missing child" in finding.message:
        expected = _EXPECTED.search(finding.message)
        missing = {"parent": element, "element": expected[1].strip().replace(", ", " | ") if expected else "*"}
        return Finding(f"/{finding.path}", "missing-element", missing)
    return Finding(f"/{finding.path}" if finding.path else "", rule, {"element": element})
