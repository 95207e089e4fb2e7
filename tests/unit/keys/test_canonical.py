"""Canonical form as it is written by the stream: by the letter of the standard, and equal to libxml2's."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from support import xml_trees

from keys.errors import BadSignature, Hostile
from keys.streamed import separate

# W3C Exclusive XML Canonicalization 1.0, section 2.2 and 3; Canonical XML 1.0, section 2.3 and 3
VECTORS = {
    "a declaration moves to where its prefix is used": (
        '<n0:a xmlns:n0="urn:0" xmlns:n1="urn:1"><n1:b>c</n1:b></n0:a>',
        '<n0:a xmlns:n0="urn:0"><n1:b xmlns:n1="urn:1">c</n1:b></n0:a>',
    ),
    "an unused declaration is left out": ('<a xmlns:p="urn:p" xmlns:q="urn:q"><b/></a>', "<a><b></b></a>"),
    "siblings declare anew, descendants do not": (
        '<a xmlns:p="urn:p"><p:b><p:c/></p:b><p:b/></a>',
        '<a><p:b xmlns:p="urn:p"><p:c></p:c></p:b><p:b xmlns:p="urn:p"></p:b></a>',
    ),
    "the same declaration again is left out": (
        '<p:a xmlns:p="urn:p"><p:b xmlns:p="urn:p"/></p:a>',
        '<p:a xmlns:p="urn:p"><p:b></p:b></p:a>',
    ),
    "a prefix that means something else inside": (
        '<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"/><p:c/></p:a>',
        '<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2"></p:b><p:c></p:c></p:a>',
    ),
    "the default namespace taken away": (
        '<a xmlns="urn:d"><b xmlns=""><c xmlns=""/></b></a>',
        '<a xmlns="urn:d"><b xmlns=""><c></c></b></a>',
    ),
    "taken away where it was not written yet": (
        '<p:a xmlns="urn:d" xmlns:p="urn:p"><b xmlns=""/></p:a>',
        '<p:a xmlns:p="urn:p"><b></b></p:a>',
    ),
    "the prefix of an attribute is used, too": (
        '<a xmlns:p="urn:p"><b p:x="1"/></a>',
        '<a><b xmlns:p="urn:p" p:x="1"></b></a>',
    ),
    "one namespace under two prefixes": (
        '<p:a xmlns:p="urn:x" xmlns:q="urn:x"><q:b/></p:a>',
        '<p:a xmlns:p="urn:x"><q:b xmlns:q="urn:x"></q:b></p:a>',
    ),
    "declarations by prefix, attributes by namespace and local name": (
        '<a b:attr="sorted" a:attr="out" attr2="all" attr="I\'m" xmlns:b="urn:b" xmlns:a="urn:c" xmlns="urn:d"/>',
        '<a xmlns="urn:d" xmlns:a="urn:c" xmlns:b="urn:b" attr="I\'m" attr2="all" b:attr="sorted" a:attr="out"></a>',
    ),
    "xml:lang and xml:space stay where they are": (
        '<a xml:space="preserve" xml:lang="vi"><b/></a>',
        '<a xml:lang="vi" xml:space="preserve"><b></b></a>',
    ),
    "text": ("<a>&amp;&lt;>\"'&#xD;&#9;<![CDATA[<&]]></a>", "<a>&amp;&lt;&gt;\"'&#xD;\t&lt;&amp;</a>"),
    "a value of an attribute": (
        "<a b='&quot;&amp;&lt;>\t\r\n &#9;&#xA;&#xD;'/>",
        '<a b="&quot;&amp;&lt;>   &#x9;&#xA;&#xD;"></a>',
    ),
    "line endings": ("<a>\r\n\r</a>", "<a>\n\n</a>"),
    "comments go, instructions stay": ("<!--1--><a><!--2--><?p  q ?><?r?></a><!--3-->", "<a><?p q ?><?r?></a>"),
    "spaces inside tags": ("<a  b = '1'\n  ></a  >", '<a b="1"></a>'),
    "letters of every size": (
        "<ñ>&#xE9;\u0085\u2028\U0001f600&#x1F600;</ñ>",
        "<ñ>é\u0085\u2028\U0001f600\U0001f600</ñ>",
    ),
}


def canonical(document: bytes, part_bytes: int = 7) -> bytes:
    parts = [document[start : start + part_bytes] for start in range(0, len(document), part_bytes)]
    written: list[bytes] = []
    with pytest.raises(BadSignature, match="signature_missing"):
        separate(parts, written.append, 1 << 30)
    return b"".join(written)


def by_libxml2(document: bytes) -> bytes:
    return etree.tostring(etree.fromstring(document).getroottree(), method="c14n", exclusive=True, with_comments=False)


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("spelling", ["plain", "utf-8 with mark", "utf-16-le", "utf-16-be"])
def test_the_standard(name: str, spelling: str) -> None:
    document, expected = VECTORS[name]
    assert canonical(xml_trees.encoded(document, spelling)) == expected.encode()


@pytest.mark.parametrize("name", VECTORS)
def test_libxml2_agrees_with_the_vectors(name: str) -> None:
    document, expected = VECTORS[name]
    assert by_libxml2(document.encode()) == expected.encode()


@pytest.mark.parametrize("name", VECTORS)
def test_canonical_form_is_its_own_canonical_form(name: str) -> None:
    expected = VECTORS[name][1].encode()
    assert canonical(expected) == expected


@settings(max_examples=3000, deadline=None)
@given(st.randoms(use_true_random=True), st.integers(1, 300))
def test_libxml2_agrees_on_any_document(chance: Random, part_bytes: int) -> None:
    document = xml_trees.document(chance)
    expected = by_libxml2(document)
    if xml_trees.is_split(document):
        with pytest.raises(Hostile, match="text_split"):
            canonical(document)
    else:
        assert canonical(document, part_bytes) == expected
