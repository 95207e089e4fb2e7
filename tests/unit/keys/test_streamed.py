"""Enveloped signatures too large for a tree: equal to the other ways of believing, in bounded memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from support.forgeries import Cast
from support.services import require_tool
from support.signatures import DSIG, NOW, TemporarySpool, document, sign
from support.signed_trees import signed_document
from support.xml_trees import is_split

from keys import enveloped, signature, streamed
from keys.errors import BadProof, BadSignature, Hostile
from keys.signature import Pins
from keys.verified import Verified

ROOT = Path(__file__).parents[3]
MEMORY_MIB_MAX = 128


@pytest.fixture
def pins(cast: Cast) -> Pins:
    return signature.pins([cast.bank.pem], [], NOW)


def verify(data: bytes, pins: Pins, part_bytes: int = 1 << 16, size_bytes_max: int = 1 << 30) -> Verified:
    parts = (data[start : start + part_bytes] for start in range(0, len(data), part_bytes))
    return streamed.verify(parts, pins, TemporarySpool(), size_bytes_max)


def refusal(data: bytes, pins: Pins) -> str:
    with pytest.raises(BadProof) as refused:
        verify(data, pins)
    return refused.value.code


# -- equal to the other ways


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=True), st.integers(1, 1000))
def test_t2_both_ways_believe_and_serve_the_same(cast: Cast, chance: Random, part_bytes: int) -> None:
    answer, served = signed_document(chance, cast.bank)
    pins = signature.pins([cast.bank.pem], [], NOW)
    if is_split(answer):
        assert refusal(answer, pins) == "text_split"
        with pytest.raises(Hostile, match="text_split"):
            enveloped.verify_tree(answer, pins, TemporarySpool())
    else:
        assert verify(answer, pins, part_bytes).open().read() == served
        assert enveloped.verify_tree(answer, pins, TemporarySpool()).open().read() == served


def test_xmlsec_believes_what_we_believe(cast: Cast, pins: Pins, tmp_path: Path) -> None:
    xmlsec1 = require_tool("xmlsec1")
    (tmp_path / "bank.pem").write_bytes(cast.bank.pem)
    trust = ["--enabled-key-data", "x509", "--trusted-pem", str(tmp_path / "bank.pem")]
    command = [xmlsec1, "--verify", *trust, "--verification-time", NOW.strftime("%Y-%m-%d %H:%M:%S")]
    believed = 0
    for seed in range(40):
        answer, served = signed_document(Random(seed), cast.bank)
        (tmp_path / "answer.xml").write_bytes(answer)
        done = subprocess.run([*command, str(tmp_path / "answer.xml")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        believed += serves(answer, pins, served)
    assert believed > 20


def test_what_xmlsec_signed_is_believed(cast: Cast, pins: Pins, tmp_path: Path) -> None:
    """Its digest of the document and its form of ``SignedInfo``, over documents spelled in every way."""
    xmlsec1 = require_tool("xmlsec1")
    (tmp_path / "key.pem").write_bytes(cast.bank.private_pem)
    (tmp_path / "bank.pem").write_bytes(cast.bank.pem)
    key, believed = f"{tmp_path}/key.pem,{tmp_path}/bank.pem", 0
    for seed in range(30):
        answer, served = signed_document(Random(seed), cast.bank)
        (tmp_path / "template.xml").write_bytes(emptied(answer))
        command = [xmlsec1, "--sign", "--privkey-pem", key, str(tmp_path / "template.xml")]
        by_xmlsec = subprocess.run(command, capture_output=True, check=True).stdout
        believed += serves(by_xmlsec, pins, served)
    assert believed > 15


def serves(answer: bytes, pins: Pins, served: bytes) -> bool:
    """False for a document that nobody may believe since a comment stands in a value of it."""
    if is_split(answer):
        assert refusal(answer, pins) == "text_split"
        return False
    assert verify(answer, pins).open().read() == served
    return True


def emptied(answer: bytes) -> bytes:
    """The same document with digest, value and certificate left for somebody else to fill in."""
    root = etree.fromstring(answer)
    for name in ("DigestValue", "SignatureValue", "X509Data"):
        found = root.find(f".//{{{DSIG}}}{name}")
        assert found is not None
        found.text = None
        found[:] = []
    return etree.tostring(root, encoding="UTF-8")


# -- what expat might read differently


ENTRY = b"<Ntry>"
WHERE = document()


def with_root(attribute: bytes) -> bytes:
    return WHERE.replace(b"<Document ", b"<Document " + attribute + b" ")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<?xml version="1.1"?>' + WHERE, "declaration_forbidden"),
        *(
            (f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + WHERE, "declaration_forbidden")
            for encoding in (
                "windows-1258",
                "UTF-7",
                "Shift_JIS",
                "EBCDIC-CP-US",
                "UTF-16",
                "UTF-16LE",
                "ASCII",
                "x" * 99,
            )
        ),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?>' + WHERE, "declaration_forbidden"),
        ('\ufeff<?xml version="1.0" encoding="UTF-8"?>'.encode("utf-16-le") + WHERE, "declaration_forbidden"),
        (WHERE.decode().encode("utf-16-le"), "declaration_forbidden"),
        (WHERE.decode().encode("utf-32"), "not_xml"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + WHERE, "not_xml"),
        (b'<?xml version="1.0" encoding="US-ASCII"?>' + WHERE.replace(b"S1", b"S\xe9"), "not_xml"),
        (WHERE.replace(b"S1", b"S\xe9"), "not_xml"),
        (WHERE.replace(b"S1", b"S\0"), "not_xml"),
        (WHERE.replace(b"S1", b"S&#0;"), "not_xml"),
        (WHERE.replace(b"S1", b"&amount;"), "not_xml"),
        (WHERE.replace(ENTRY, b"<p:Ntry>"), "not_xml"),
        (with_root(b'xmlns:p=""'), "not_xml"),
        (with_root(b'a="1" a="2"'), "not_xml"),
        (with_root(b'xmlns:p="urn:p" xmlns:q="urn:p" p:a="1" q:a="2"'), "not_xml"),
        (with_root(b'xmlns:p="relative"'), "namespace_forbidden"),
        (with_root(b'xmlns:p="urn:a b"'), "namespace_forbidden"),
        (with_root(b'xmlns:p="urn:a&amp;b"'), "namespace_forbidden"),
        (with_root(b'xmlns:p="urn:' + b"x" * 1000 + b'"'), "namespace_forbidden"),
        (with_root(b'xml:id="a"'), "xml_attribute_forbidden"),
        (with_root(b'xml:base="urn:x"'), "xml_attribute_forbidden"),
        (WHERE + b"<Document/>", "not_xml"),
        (WHERE + b"junk", "not_xml"),
        (WHERE[:-1], "not_xml"),
        (b"", "not_xml"),
        (b"  ", "not_xml"),
        (b"<?pi?>" + WHERE, "instruction_outside"),
        (WHERE + b"<?pi?>", "instruction_outside"),
    ],
)
def test_fault_79_what_parsers_read_differently_is_refused(data: bytes, code: str, pins: Pins) -> None:
    assert refusal(data, pins) == code


@pytest.mark.parametrize("spoiled", [b"<?pi?>%b", b"%b<?pi?>", b"<!--c--><?pi?>%b"])
def test_an_instruction_outside_is_refused_on_a_tree_as_well_since_signxml_and_xmlsec_differ(
    spoiled: bytes, cast: Cast, pins: Pins
) -> None:
    with pytest.raises(Hostile, match="instruction_outside"):
        enveloped.verify_tree(spoiled % sign(document(), cast.bank), pins, TemporarySpool())


def test_a_relative_namespace_is_refused_on_a_tree_as_well(cast: Cast, pins: Pins) -> None:
    answer = sign(document(), cast.bank).replace(b"<Stmt>", b'<Stmt xmlns:r="relative">')
    with pytest.raises(Hostile, match="namespace_forbidden"):
        enveloped.verify_tree(answer, pins, TemporarySpool())


# -- limits


@pytest.mark.parametrize("depth", [255, 256, 257])
def test_fault_84_nesting_ends_where_it_ends_for_libxml2(depth: int, pins: Pins) -> None:
    data = b"<a>" * depth + b"</a>" * depth
    try:
        signature.parse(data)
        expected = "signature_missing"
    except Hostile as refused:
        expected = refused.code
    assert refusal(data, pins) == expected


MIB = 1 << 20
FILLED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a comment as large as a token may be": (
        lambda: b"<a><!--" + b"x" * (MIB - 70_000) + b"--></a>",
        "signature_missing",
    ),
    "a longer comment": (lambda: b"<a><!--" + b"x" * (MIB + 70_000) + b"--></a>", "xml_limit"),
    "a longer instruction": (lambda: b"<a><?p " + b"x" * (MIB + 70_000) + b"?></a>", "xml_limit"),
    "a longer name": (lambda: b"<" + b"x" * (MIB + 70_000) + b"/>", "xml_limit"),
    "a longer value": (lambda: b'<a b="' + b"x" * (MIB + 70_000) + b'"/>', "xml_limit"),
    "a million attributes": (lambda: b"<a " + b"".join(b'a%d="" ' % n for n in range(MIB)) + b"/>", "xml_limit"),
    "attributes that fill one tag": (
        lambda: b"<a " + b"".join(b'a%d="" ' % n for n in range(90_000)) + b"/>",
        "xml_limit",
    ),
    "text of nine million bytes": (lambda: b"<a>" + b"x" * 9_000_000 + b"</a>", "signature_missing"),
    "text of eleven million bytes": (lambda: b"<a>" + b"x" * 11_000_000 + b"</a>", "xml_limit"),
    "text of six million letters of two bytes": (lambda: b"<a>" + "é".encode() * 6_000_000 + b"</a>", "xml_limit"),
    "a CDATA section of eleven million bytes": (lambda: b"<a><![CDATA[" + b"x" * 11_000_000 + b"]]></a>", "xml_limit"),
    "much text in many elements": (lambda: b"<a>" + b"<b>x</b>" * 1_500_000 + b"</a>", "signature_missing"),
    "a million names": (lambda: b"<a>" + b"".join(b"<a%d/>" % n for n in range(MIB)) + b"</a>", "xml_limit"),
    "a million prefixes": (
        lambda: b"<a>" + b"".join(b'<a xmlns:p%d="urn:x"/>' % n for n in range(MIB)) + b"</a>",
        "xml_limit",
    ),
    "a million namespaces": (
        lambda: b"<a>" + b"".join(b'<a xmlns="urn:%d"/>' % n for n in range(MIB)) + b"</a>",
        "xml_limit",
    ),
    "prefixes that are all in use": (
        lambda: b"<a " + b"".join(b'xmlns:p%d="urn:%d" p%d:x="" ' % (n, n, n) for n in range(100)) + b"/>",
        "xml_limit",
    ),
    "declarations that canonical form repeats": (
        lambda: b'<a xmlns:p="urn:' + b"x" * 990 + b'">' + b"<p:a/>" * 200_000 + b"</a>",
        "xml_limit",
    ),
    "a signature full of spaces": (
        lambda: f'<a><Signature xmlns="{DSIG}">{" " * 70_000}</Signature></a>'.encode(),
        "signature_too_large",
    ),
}


@pytest.mark.parametrize("name", FILLED)
def test_fault_85_what_fills_memory_or_disk_is_refused(name: str, pins: Pins) -> None:
    fill, code = FILLED[name]
    data = fill()
    with pytest.raises(BadProof) as refused:
        verify(data, pins, size_bytes_max=len(data))
    assert refused.value.code == code


def test_fault_80_a_doctype_ends_the_reading_at_its_start(pins: Pins) -> None:
    def parts() -> Iterator[bytes]:
        yield b'<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">'
        pytest.fail("read on")

    with pytest.raises(Hostile, match="doctype_forbidden"):
        streamed.verify(parts(), pins, TemporarySpool(), 1 << 20)


def test_a_refused_document_leaves_no_scratch_file_open(cast: Cast, pins: Pins) -> None:
    file = io.BytesIO()

    class OneFile:
        def create(self) -> io.BytesIO:
            return file

    with pytest.raises(BadSignature, match="digest_mismatch"):
        streamed.verify([sign(document(), cast.bank).replace(b"<Id>S1<", b"<Id>S2<")], pins, OneFile(), 1 << 20)
    assert file.closed


# -- size


def test_a_file_above_the_cap_of_a_tree_is_believed_up_to_the_size_that_is_allowed(cast: Cast) -> None:
    filled = document().replace(b"<Stmt>", b"<Stmt><Ntry/>" + (b"<Ntry>" + b"x" * 9_000_000 + b"</Ntry>") * 2)
    answer = sign(filled, cast.bank)
    assert len(answer) > enveloped.TREE_BYTES_MAX
    trusted = [cast.bank.pem]
    with enveloped.verify_enveloped(io.BytesIO(answer), trusted, TemporarySpool(), NOW, len(answer)) as verified:
        assert verified.open().read() == filled.replace(b"<Ntry/>", b"<Ntry></Ntry>")
    with pytest.raises(Hostile, match="too_large"):
        enveloped.verify_enveloped(io.BytesIO(answer), trusted, TemporarySpool(), NOW, len(answer) - 1)


def test_t6_forty_mebibytes_take_no_more_memory_than_a_small_file_has_a_right_to() -> None:
    """The same program gives the figure for a gibibyte; its memory is that of the whole process."""
    command = [sys.executable, "-m", "bench.cases.enveloped", "40"]
    figures = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert figures["served_bytes"] > 40 * MIB
    assert figures["peak_mib"] < MEMORY_MIB_MAX


_HOSTILE = """
import sys
sys.path.insert(0, "tests")
from unit.keys.test_streamed import FILLED
from bench.cases.enveloped import peak_mib
from keys.errors import BadProof
from keys.streamed import separate

def parts(data):
    for start in range(0, len(data), 1 << 16):
        yield data[start : start + (1 << 16)]

data = FILLED[sys.argv[1]][0]()
before = peak_mib()
try:
    separate(parts(data), len, 2 * len(data))
except BadProof:
    print(peak_mib() - before)
"""


@pytest.mark.parametrize(
    "name", ["attributes that fill one tag", "a million names", "declarations that canonical form repeats"]
)
def test_t6_hostile_files_take_no_more(name: str) -> None:
    found = subprocess.run([sys.executable, "-c", _HOSTILE, name], cwd=ROOT, capture_output=True, check=True, text=True)
    assert float(found.stdout) < MEMORY_MIB_MAX // 2
