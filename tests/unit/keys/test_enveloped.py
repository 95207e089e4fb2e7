"""Partners' signatures: the honest one is believed, every forgery is refused by name."""

from __future__ import annotations

import io
import logging
import random
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from signxml import XMLSigner, XMLVerifier
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.verifier import SignatureConfiguration
from support.forgeries import (
    FORGERIES,
    WRAPPINGS,
    Cast,
    wrapping_3_signed_part_moved_aside_and_forged_one_read,
)
from support.services import require_tool
from support.signatures import (
    BODIES,
    DSIG,
    HONEST,
    NOW,
    PLACE,
    Partner,
    TemporarySpool,
    canonical,
    document,
    insert,
    partner,
    sign,
    signature,
)

from keys import enveloped, forms
from keys.errors import BadKey, BadProof, Hostile, NotTrusted
from keys.signature import Pins
from keys.verified import Verified
from keys.xmldsig import verify_enveloped

SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "xsd"


@pytest.fixture(autouse=True, params=["on a tree", "streamed"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test is about both ways of verifying: the cap of the first is set to nothing for the second."""
    if request.param == "streamed":
        monkeypatch.setattr(enveloped, "TREE_BYTES_MAX", 0)
    return str(request.param)


def verify(
    answer: bytes, trusted: Sequence[Partner], now: datetime = NOW, *, own: Sequence[Partner] = (), **options: int
) -> Verified:
    pems, ours = [each.pem for each in trusted], [each.pem for each in own]
    return verify_enveloped(io.BytesIO(answer), pems, TemporarySpool(), now, own=ours, **options)


# -- what is believed


def test_t6_large_files_become_trees_one_after_another_and_small_ones_wait_for_nobody(
    cast: Cast, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noted at every tree: whether another large one could begin beside it."""
    alone: list[bool] = []
    examine = enveloped._examine

    def noting(data: bytes, pins: Pins) -> object:
        alone.append(enveloped._one_large_tree.locked())
        return examine(data, pins)

    monkeypatch.setattr(enveloped, "_examine", noting)
    answer = sign(document(), cast.bank)
    for small_bytes_max in (len(answer), len(answer) - 1):
        monkeypatch.setattr(enveloped, "_SMALL_BYTES_MAX", small_bytes_max)
        verify(answer, [cast.bank])
    assert alone == ([False, True] if way == "on a tree" else [])
    assert not enveloped._one_large_tree.locked()


@pytest.mark.parametrize("message", BODIES)
def test_t2_what_is_served_is_what_was_signed(cast: Cast, message: str) -> None:
    verified = verify(sign(document(message), cast.bank), [cast.bank])
    assert verified.open().read() == document(message)
    assert verified.proof == "enveloped"


@pytest.mark.parametrize("place", ["", "BkToCstmrStmt"])
def test_a_signature_beside_or_in_the_message_is_believed(cast: Cast, place: str) -> None:
    unsigned = document(room=False)
    assert verify(sign(unsigned, cast.bank, place=place), [cast.bank]).open().read() == unsigned


@pytest.mark.parametrize("message", BODIES)
def test_the_place_at_the_end_is_valid_against_the_official_schema(cast: Cast, message: str) -> None:
    path = SCHEMAS / f"{message}.xsd"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(sign(document(message), cast.bank)))


def test_a4_the_proof_names_the_pinned_certificate(cast: Cast) -> None:
    verified = verify(sign(document(), cast.bank), [cast.stranger, cast.bank])
    assert verified.certificate == cast.bank.pem
    assert len(verified.key_id) == 16


def test_comments_between_elements_are_not_served(cast: Cast) -> None:
    answer = sign(document(), cast.bank).replace(b"<Stmt>", b"<Stmt><!-- printed at 9:30 -->")
    assert verify(answer, [cast.bank]).open().read() == document()


def test_a_prefixed_message_in_another_encoding_is_believed(cast: Cast) -> None:
    root = etree.fromstring(document().replace(b"<Document xmlns=", b"<Document xmlns:x='urn:x' xmlns="))
    answer = etree.tostring(etree.fromstring(sign(etree.tostring(root), cast.bank)), encoding="UTF-16")
    assert verify(answer, [cast.bank]).open().read() == document()


def test_a_key_value_beside_the_pinned_certificate_changes_nothing(cast: Cast) -> None:
    strange = "<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"
    answer = sign(document(), cast.bank, replace(HONEST, key_info=strange + cast.bank.element()))
    assert verify(answer, [cast.bank]).proof == "enveloped"


def test_signatures_made_by_signxml_are_believed(cast: Cast) -> None:
    root = etree.fromstring(document())
    insert(root, PLACE, etree.fromstring(f'<Signature xmlns="{DSIG}" Id="placeholder"/>'))
    signer = XMLSigner(
        SignatureConstructionMethod.enveloped,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    answer = etree.tostring(signer.sign(root, key=cast.bank.private, cert=[cast.bank.certificate]))
    assert verify(answer, [cast.bank]).open().read() == document()


def test_signatures_made_by_xmlsec_are_believed(cast: Cast, tmp_path: Path) -> None:
    xmlsec1 = require_tool("xmlsec1")
    root = etree.fromstring(document())
    insert(root, PLACE, signature(HONEST.signed_info(b""), b"", "<X509Data/>"))
    (tmp_path / "template.xml").write_bytes(etree.tostring(root))
    (tmp_path / "key.pem").write_bytes(cast.bank.private_pem)
    (tmp_path / "bank.pem").write_bytes(cast.bank.pem)
    key = f"{tmp_path}/key.pem,{tmp_path}/bank.pem"
    command = [xmlsec1, "--sign", "--privkey-pem", key, str(tmp_path / "template.xml")]
    answer = subprocess.run(command, capture_output=True, check=True).stdout
    assert verify(answer, [cast.bank]).open().read() == document()


# -- what is refused


@pytest.mark.parametrize("name", FORGERIES)
def test_t1_refused(cast: Cast, name: str) -> None:
    forge, code = FORGERIES[name]
    with pytest.raises(BadProof) as refused:
        verify(forge(cast), [cast.bank])
    assert refused.value.code == code


@pytest.mark.parametrize("message", BODIES)
@pytest.mark.parametrize("name", WRAPPINGS)
def test_t1_a_wrapped_message_of_every_kind_is_refused(cast: Cast, name: str, message: str) -> None:
    forge, code = FORGERIES[name]
    with pytest.raises(BadProof) as refused:
        verify(forge(replace(cast, message=message)), [cast.bank])
    assert refused.value.code == code


def test_the_wrapping_is_real_a_lenient_reader_falls_for_it(cast: Cast) -> None:
    answer = wrapping_3_signed_part_moved_aside_and_forged_one_read(cast)
    lenient = SignatureConfiguration(location=".//", verification_time=NOW)
    XMLVerifier().verify(answer, x509_cert=cast.bank.certificate, expect_config=lenient)
    first = etree.fromstring(answer).find(".//{*}Ntry")
    assert first is not None
    assert canonical(first).count(b"900000000") == cast.forged.count("900000000") == 1


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (NOW - timedelta(days=31), "certificate_not_yet_valid"),
        (NOW + timedelta(days=400), "certificate_expired"),
    ],
)
def test_a_certificate_outside_its_validity_is_refused(cast: Cast, now: datetime, code: str) -> None:
    with pytest.raises(NotTrusted, match=code):
        verify(sign(document(), cast.bank), [cast.bank], now)


def test_t5_our_own_message_reflected_is_refused_even_when_our_certificate_was_pinned(cast: Cast) -> None:
    answer = sign(document(), cast.bank)
    with pytest.raises(NotTrusted, match="own_message_reflected"):
        verify(answer, [cast.bank], own=[cast.bank])
    with pytest.raises(NotTrusted, match="certificate_not_pinned"):
        verify(answer, [cast.stranger])


def test_a_new_certificate_for_the_pinned_key_is_refused_until_it_is_pinned(cast: Cast) -> None:
    renewed = Partner(cast.bank.private, partner("BANK").certificate)
    answer = sign(document(), cast.bank, replace(HONEST, key_info=renewed.element()))
    with pytest.raises(NotTrusted, match="certificate_not_pinned"):
        verify(answer, [cast.bank])


def test_nobody_pinned_means_nobody_believed(cast: Cast) -> None:
    with pytest.raises(NotTrusted, match="certificate_not_pinned"):
        verify(sign(document(), cast.bank), [])


def test_a_pinned_key_that_is_too_short_is_a_fault_of_ours_not_of_the_file(cast: Cast) -> None:
    weak = partner(bits=1024)
    with pytest.raises(BadKey, match="certificate_key_too_short"):
        verify(sign(document(), weak), [weak])


def test_t6_size_comes_first_and_no_more_is_read(cast: Cast, way: str) -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= 1001
            self.asked += size
            return b" " * size

    source = Endless()
    with pytest.raises(Hostile, match="too_large"):
        verify_enveloped(source, [cast.bank.pem], TemporarySpool(), NOW, 1000)  # type: ignore[arg-type]
    assert source.asked == 1001


def test_t6_a_file_of_exactly_the_cap_is_read(cast: Cast) -> None:
    answer = sign(document(), cast.bank)
    assert verify(answer, [cast.bank], size_bytes_max=len(answer)).proof == "enveloped"


def test_t2_random_damage_is_refused_or_without_effect(cast: Cast) -> None:
    answer, chance = sign(document(), cast.bank), random.Random(20260112)
    outcomes = {"refused": 0, "without_effect": 0}
    for _ in range(300):
        damaged = bytearray(answer)
        for _ in range(chance.choice((1, 1, 2, 8))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            served = verify(bytes(damaged), [cast.bank]).open().read()
        except BadProof:
            outcomes["refused"] += 1
        else:
            assert served == document()
            outcomes["without_effect"] += 1
    assert outcomes["refused"] > 250


def test_a3_nothing_of_the_content_is_logged_or_said(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        verify(sign(document(), cast.bank), [cast.bank])
        for forge, _ in FORGERIES.values():
            with pytest.raises(BadProof) as refused:
                verify(forge(cast), [cast.bank])
            assert "1030000001" not in str(refused.value)
    assert "1030000001" not in caplog.text


def test_every_place_of_the_table_ends_where_a_message_may_end() -> None:
    assert {place.split("/")[0] for place in forms.PLACES} == {"Document"}
    assert all(place.endswith("Envlp") or place.count("/") < 2 for place in forms.PLACES)


def test_value_of_the_wrong_length_is_refused(cast: Cast) -> None:
    root = etree.fromstring(sign(document(), cast.bank))
    value = root.find(f".//{{{DSIG}}}SignatureValue")
    assert value is not None
    value.text = b64encode(bytes(255)).decode()
    with pytest.raises(BadProof, match="value_size"):
        verify(etree.tostring(root), [cast.bank])
