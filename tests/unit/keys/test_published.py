"""Signatures published for trying out verifiers (``tests/fixtures/signatures``): none is what a partner may send."""

from __future__ import annotations

import copy
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from lxml import etree
from support.forgeries import Cast
from support.signatures import DSIG, HONEST, NOW, PLACE, TemporarySpool, document, insert

from keys import enveloped
from keys.detached import verify_detached
from keys.errors import BadProof, NotTrusted
from keys.xmldsig import verify_enveloped

FOLDER = Path(__file__).parents[2] / "fixtures" / "signatures"
PUBLISHED = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.xml"))


@pytest.fixture(params=["on a tree", "streamed"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "streamed":
        monkeypatch.setattr(enveloped, "TREE_BYTES_MAX", 0)


def refused(answer: bytes, cast: Cast) -> None:
    """For its form: before it matters whose certificate it is."""
    with pytest.raises(BadProof) as found:
        verify_enveloped(io.BytesIO(answer), [cast.bank.pem], TemporarySpool(), NOW)
    assert not isinstance(found.value, NotTrusted)


def test_the_collection_is_whole() -> None:
    folders = [Path(name).parent.name for name in PUBLISHED]
    assert {each: folders.count(each) for each in folders} == {
        "merlin": 16,
        "phaos": 28,
        "w3c-2012": 32,
        "xmlsec": 27,
        "xmlsec-enveloped": 9,
    }


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("name", PUBLISHED)
def test_t1_refused_as_an_answer(name: str, cast: Cast) -> None:
    refused((FOLDER / name).read_bytes(), cast)


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("name", PUBLISHED)
def test_t1_refused_where_the_signature_of_an_answer_stands(name: str, cast: Cast) -> None:
    for signature in signatures(FOLDER / name):
        answer = etree.fromstring(document())
        insert(answer, PLACE, signature)
        refused(etree.tostring(answer), cast)


@pytest.mark.parametrize("name", PUBLISHED)
def test_t1_refused_beside_a_file(name: str, cast: Cast) -> None:
    vector = (FOLDER / name).read_bytes()
    with pytest.raises(BadProof) as found:
        verify_detached(io.BytesIO(b"data"), vector, "STM.xml", [cast.bank.pem], TemporarySpool(), NOW, 1 << 20)
    assert not isinstance(found.value, NotTrusted)


MENDED = ("", "CanonicalizationMethod", "SignatureMethod", "Reference")
"""Parts of ``SignedInfo`` made as they should be, one after another; the key is the bank's from the start."""
REFUSED_FOR = {
    "": {"canonicalization_forbidden": 108, "reference_not_unique": 3, "signature_algorithm_forbidden": 1},
    "CanonicalizationMethod": {
        "signature_algorithm_forbidden": 91,
        "reference_not_whole_document": 18,
        "reference_not_unique": 3,
    },
    "SignatureMethod": {"reference_not_whole_document": 99, "transform_forbidden": 10, "reference_not_unique": 3},
    "Reference": {"reference_not_whole_document": 101, "transform_forbidden": 11},
}


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("last", MENDED)
def test_t1_refused_for_each_of_its_own_defects_when_the_others_are_mended(last: str, cast: Cast) -> None:
    """As published they fail for their key or their canonicalization; behind it the next check holds, and the next."""
    found = Counter[str]()
    for name in PUBLISHED:
        for published in signatures(FOLDER / name):
            answer = etree.fromstring(document())
            insert(answer, PLACE, mended(published, MENDED[: MENDED.index(last) + 1], cast))
            with pytest.raises(BadProof) as refusal:
                verify_enveloped(io.BytesIO(etree.tostring(answer)), [cast.bank.pem], TemporarySpool(), NOW)
            found[refusal.value.code] += 1
    assert found == REFUSED_FOR[last]


def mended(published: etree._Element, parts: Sequence[str], cast: Cast) -> etree._Element:
    """The three elements of the accepted form, with the bank's certificate; the ``parts`` are as we want them."""
    made = etree.fromstring(etree.tostring(published, with_tail=False))
    for each in [*made.iterfind(f"{{{DSIG}}}KeyInfo"), *made.iterfind(f"{{{DSIG}}}Object")]:
        made.remove(each)
    made.append(etree.fromstring(f'<KeyInfo xmlns="{DSIG}">{cast.bank.element()}</KeyInfo>'))
    signed_info, honest = made[0], etree.fromstring(HONEST.signed_info(bytes(32)))
    for part in filter(None, parts):
        first, *others = signed_info.findall(f"{{{DSIG}}}{part}")
        for each in others:
            signed_info.remove(each)
        if part != "Reference":
            signed_info.replace(first, copy.deepcopy(honest.find(f"{{{DSIG}}}{part}")))
    return made


def signatures(path: Path) -> Iterator[etree._Element]:
    """The outermost ones of a file."""
    root = etree.fromstring(path.read_bytes())
    for each in root.iter(f"{{{DSIG}}}Signature"):
        if next(each.iterancestors(f"{{{DSIG}}}Signature"), None) is None:
            yield each
