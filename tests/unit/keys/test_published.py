"""Signatures published for trying out verifiers (``tests/fixtures/signatures``): none is what a partner may send."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from support.forgeries import Cast
from support.signatures import DSIG, NOW, PLACE, TemporarySpool, document, insert

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


def signatures(path: Path) -> Iterator[etree._Element]:
    """The outermost ones of a file."""
    root = etree.fromstring(path.read_bytes())
    for each in root.iter(f"{{{DSIG}}}Signature"):
        if next(each.iterancestors(f"{{{DSIG}}}Signature"), None) is None:
            yield each
