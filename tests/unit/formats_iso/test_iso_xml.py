"""Hardened reading: faults 77 to 87 give a FormatError and nothing else."""

from __future__ import annotations

import io
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formats.errors import Forbidden, FormatError, Missing, Unreadable
from formats.iso20022 import camt, pain001, pain002, schema
from formats.iso20022.xml import Reader, day, escape, forget_previous, leaf, moment, stream

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
HEALTHY = (
    f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id>'
    '<Ntry><Amt Ccy="VND">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></BkToCstmrStmt></Document>'
).encode()
LAUGHS = "".join(
    f'<!ENTITY l{n} "{"&l" + str(n - 1) + ";" if n else "ha"}{"&l0;" * 9 if n else ""}">' for n in range(9)
)
READERS = {"camt": camt.read, "pain001": pain001.read, "pain002": pain002.read}


def read_all(content: bytes, reader: str = "camt") -> list[object]:
    return list(READERS[reader](io.BytesIO(content)))


def test_the_healthy_message_is_read() -> None:
    assert len(read_all(HEALTHY)) == 2


@pytest.mark.parametrize(
    ("fault", "content"),
    {
        "77_truncated": HEALTHY[:-20],
        "78_two_roots": HEALTHY + HEALTHY,
        "78_trailing_junk": HEALTHY + b"junk",
        "79_nul": HEALTHY.replace(b">M<", b">M\0<"),
        "79_lying_encoding": b'<?xml version="1.0" encoding="UTF-8"?>' + HEALTHY.replace(b">M<", b">\xe9<"),
        "79_unknown_encoding": b'<?xml version="1.0" encoding="X-NONE"?>' + HEALTHY,
        "79_byte_order_mark_twice": b"\xef\xbb\xbf" * 2 + HEALTHY,
        "80_billion_laughs": f"<!DOCTYPE Document [{LAUGHS}]>".encode() + HEALTHY.replace(b">M<", b">&l8;<"),
        "81_quadratic_blowup": b'<!DOCTYPE a [<!ENTITY q "'
        + b"q" * 50_000
        + b'">]>'
        + HEALTHY.replace(b">M<", b">&q;<"),
        "82_external_entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + HEALTHY,
        "83_external_dtd": b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">' + HEALTHY,
        "83_parameter_entity": b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>' + HEALTHY,
        "83_doctype_in_utf_16": ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>' + HEALTHY.decode()).encode(
            "utf-16"
        ),
        "84_too_deep": HEALTHY.replace(b">M<", b">" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"<"),
        "85_ten_megabytes_of_text": HEALTHY.replace(b">M<", b">" + b"M" * 11_000_000 + b"<"),
        "87_wrong_namespace": HEALTHY.replace(b"camt.053.001.08", b"pacs.008.001.08"),
        "87_brace_in_the_namespace": HEALTHY.replace(b"camt.053.001.08", b"camt.053}001.08"),
        "87_no_namespace": b"<Document><BkToCstmrStmt/></Document>",
        "empty": b"",
        "no_xml": b"%PDF-1.7",
        "undefined_entity": HEALTHY.replace(b">M<", b">&who;<"),
    }.items(),
)
def test_a_broken_or_hostile_file_is_a_format_error(fault: str, content: bytes) -> None:
    with pytest.raises(FormatError):
        read_all(content)


@pytest.mark.parametrize(
    "prolog", [b"<!DOCTYPE a>", b'<!DOCTYPE a SYSTEM "a.dtd">', b"<!DOCTYPE a [<!ELEMENT a ANY>]>"]
)
def test_every_doctype_is_forbidden_however_harmless(prolog: bytes) -> None:
    with pytest.raises(Forbidden, match="doctype"):
        read_all(prolog + HEALTHY)


def test_a_local_file_is_never_opened_for_an_inclusion() -> None:
    inclusion = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/hostname" parse="text"/>'
    statement, _ = read_all(HEALTHY.replace(b"<MsgId>M</MsgId>", b"<MsgId>" + inclusion + b"</MsgId>"))
    assert isinstance(statement, camt.Statement)
    assert statement.message_id is None


def test_a_comment_inside_an_amount_does_not_split_it() -> None:
    _, entry = read_all(HEALTHY.replace(b">1<", b">1<!-- -->000<"))
    assert isinstance(entry, camt.Entry)
    assert entry.amount == 1000


@given(st.binary(max_size=300), st.sampled_from(sorted(READERS)))
def test_random_bytes_give_only_format_errors(content: bytes, reader: str) -> None:
    with pytest.raises(FormatError):
        read_all(content, reader)


@given(st.integers(0, len(HEALTHY) - 1), st.binary(max_size=3))
def test_a_damaged_message_is_read_or_a_format_error(place: int, noise: bytes) -> None:
    with suppress(FormatError):
        read_all(HEALTHY[:place] + noise + HEALTHY[place + len(noise) :])


def test_a_missing_element_explains_itself_by_its_path() -> None:
    root = etree.fromstring("<GrpHdr><InitgPty><Nm/></InitgPty><MsgId>1</MsgId><MsgId>2</MsgId></GrpHdr>")
    with pytest.raises(Missing, match="expected=GrpHdr/InitgPty/Nm, got=none"):
        Reader(root).need("InitgPty/Nm")
    with pytest.raises(Missing, match="expected=GrpHdr/MsgId, got=several"):
        Reader(root).need("MsgId")


def test_a_reader_gives_texts_by_local_names_without_surrounding_space() -> None:
    reader = Reader(
        etree.fromstring('<a xmlns="urn:x"><b> one </b><c><b>two</b></c><b>three</b><Amt Ccy="EUR">1</Amt></a>')
    )
    assert reader.text("none", "c/b") == "two"
    assert reader.all("b") == ["one", "three"]
    assert reader.text("Amt/@Ccy") == "EUR"
    assert Reader(reader.element, omit="c").text("c/b") is None


@pytest.mark.parametrize("text", ["", "2026-13-01", "20261101", "2026-W01-1", "01/11/2026"])
def test_a_day_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        day(text)


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01T25:00:00", "20261101T090000", "2026-11-01 09:00:00"])
def test_a_moment_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        moment(text)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\r\n\t<>&"), max_size=30))
def test_escaped_text_is_what_canonicalisation_writes(text: str) -> None:
    element = etree.Element("a")
    element.text = text
    assert f"<a>{escape(text)}</a>".encode() == etree.tostring(element, method="c14n", exclusive=True)


def test_a_leaf_without_text_is_nothing_at_all() -> None:
    assert leaf("Purp/Cd", None) == ""
    assert leaf("Purp/Cd", "GOVT") == "<Purp><Cd>GOVT</Cd></Purp>"


def test_the_message_name_comes_from_the_first_document_and_the_source_goes_back() -> None:
    source = io.BytesIO(b"<Wrapper>" + HEALTHY + b"</Wrapper>")
    assert schema.message_name(source) == "camt.053.001.08"
    assert source.tell() == 0


def test_t6_what_has_been_read_is_freed_while_the_list_goes_on() -> None:
    content = b"<list>" + b"<item>text</item>" * 20_000 + b"</list>"
    nodes = []
    for element in stream(io.BytesIO(content), ("item",)):
        forget_previous(element)
        parent = element.getparent()
        assert parent is not None
        nodes.append(len(parent))
    assert len(nodes) == 20_000
    assert max(nodes) < 5_000


def test_t6_a_huge_item_is_freed_in_time_proportional_to_its_size() -> None:
    item = b"<item>" + b"<part><a>1</a><b><c>2</c><d>3</d></b></part>" * 30_000 + b"</item>"
    content = b'<list xmlns="urn:x">' + item * 2 + b"</list>"
    _, second = [*stream(io.BytesIO(content), ("item",))]
    start = process_time()
    forget_previous(second)
    assert process_time() - start < 1
