"""A signature beside the file: ours is believed by others, a partner's by its one form only."""

from __future__ import annotations

import io
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from signxml import XMLVerifier
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration
from support.forgeries import INCLUSIVE, XPATH, Cast
from support.services import require_tool
from support.signatures import DSIG, ENVELOPED, EXCLUSIVE, NOW, Form, Partner, TemporarySpool, canonical, signature

from keys.detached import sign_detached, verify_detached
from keys.errors import BadKey, BadProof, BadSignature, Hostile, NotTrusted
from keys.signing import SigningKey
from keys.verified import Verified

NAME = "STM_20260112_000001.xml"
DATA = b"<Document>\r\n<!-- raw bytes, whatever they are -->\xff\x00</Document>"
HONEST = Form(uri=NAME, transforms=())


def signed_by(signer: Partner, form: Form = HONEST, data: bytes = DATA) -> bytes:
    """A signature document made without our code."""
    signed_info = form.signed_info(sha256(data).digest())
    if not form.transforms:
        signed_info = signed_info.replace("<Transforms></Transforms>", "")
    value = signer.private.sign(canonical(etree.fromstring(signed_info)), PKCS1v15(), SHA256())
    return etree.tostring(signature(signed_info, value, form.key_info or signer.element()))


def verify(
    document: bytes,
    trusted: Partner,
    data: bytes = DATA,
    *,
    name: str = NAME,
    now: datetime = NOW,
    size_max: int = 1000,
) -> Verified:
    return verify_detached(io.BytesIO(data), document, name, [trusted.pem], TemporarySpool(), now, size_max)


# -- ours


@pytest.fixture
def ours(signing_key: SigningKey) -> bytes:
    return sign_detached(sha256(DATA).digest(), NAME, signing_key)


def test_m5_it_is_canonical_and_equal_every_time(ours: bytes, signing_key: SigningKey) -> None:
    assert canonical(etree.fromstring(ours)) == ours
    assert sign_detached(sha256(DATA).digest(), NAME, signing_key) == ours


@pytest.mark.parametrize("data", [DATA, DATA + b" "])
def test_xmlsec_believes_it_and_only_it(ours: bytes, signing_key: SigningKey, tmp_path: Path, data: bytes) -> None:
    xmlsec1 = require_tool("xmlsec1")
    for name, content in {"ours.pem": signing_key.certificate_pem, NAME: data, f"{NAME}.sig": ours}.items():
        (tmp_path / name).write_bytes(content)
    at = NOW.strftime("%Y-%m-%d %H:%M:%S")
    trust = ["--enabled-key-data", "x509", "--trusted-pem", "ours.pem", "--verification-time", at]
    command = [xmlsec1, "--verify", *trust, f"{NAME}.sig"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode == 0) is (data == DATA), done.stderr


def test_signxml_believes_it(ours: bytes, signing_key: SigningKey) -> None:
    form = SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=NOW,
    )
    found: list[str] = []
    result = XMLVerifier().verify(
        ours,
        x509_cert=signing_key.certificate_pem.decode(),
        uri_resolver=lambda uri: found.append(uri) or DATA,
        expect_config=form,
    )
    assert not isinstance(result, list)
    assert result.signed_data == DATA
    assert found == [NAME]


def test_our_own_strict_reader_believes_it(ours: bytes, signing_key: SigningKey) -> None:
    pem = [signing_key.certificate_pem]
    verified = verify_detached(io.BytesIO(DATA), ours, NAME, pem, TemporarySpool(), NOW, len(DATA))
    assert verified.key_id == signing_key.key_id


@pytest.mark.parametrize("name", ["", "a/b.xml", "../a.xml", ".hidden", "a b.xml", "a&b.xml", "file:a", "#a", "ệ.xml"])
def test_a_name_that_is_no_plain_basename_is_not_signed_and_not_looked_for(name: str, signing_key: SigningKey) -> None:
    with pytest.raises(BadKey, match="reference_name"):
        sign_detached(sha256(DATA).digest(), name, signing_key)


# -- a partner's


def test_t2_what_is_served_is_what_was_signed_byte_by_byte(cast: Cast) -> None:
    with verify(signed_by(cast.bank), cast.bank) as verified:
        assert verified.open().read() == DATA
        assert (verified.proof, verified.certificate) == ("detached", cast.bank.pem)


def test_a_prefixed_signature_in_another_encoding_is_believed(cast: Cast, tmp_path: Path) -> None:
    xmlsec1 = require_tool("xmlsec1")
    template = etree.fromstring(signed_by(cast.bank))
    for name in ("DigestValue", "SignatureValue", "X509Data"):
        found = template.find(f".//{{{DSIG}}}{name}")
        assert found is not None
        found.text, found[:] = None, []
    text = etree.tostring(template).decode().replace("</", "</ds:").replace("<", "<ds:").replace("<ds:/ds:", "</ds:")
    (tmp_path / "template.sig").write_text(text.replace("xmlns=", "xmlns:ds="), encoding="utf-16")
    (tmp_path / NAME).write_bytes(DATA)
    (tmp_path / "key.pem").write_bytes(cast.bank.private_pem)
    (tmp_path / "bank.pem").write_bytes(cast.bank.pem)
    command = [xmlsec1, "--sign", "--privkey-pem", "key.pem,bank.pem", "template.sig"]
    by_xmlsec = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert verify(by_xmlsec, cast.bank).open().read() == DATA


def edited(old: str, new: str) -> Callable[[Cast], bytes]:
    def edit(cast: Cast) -> bytes:
        document = signed_by(cast.bank)
        assert document.count(old.encode()) == 1, old
        return document.replace(old.encode(), new.encode())

    return edit


def of_form(**changes: object) -> Callable[[Cast], bytes]:
    return lambda cast: signed_by(cast.bank, replace(HONEST, **changes))  # type: ignore[arg-type]


FORGERIES: dict[str, tuple[Callable[[Cast], bytes], str]] = {
    "no xml": (lambda _: b"MIIB", "not_xml"),
    "half of it": (lambda cast: signed_by(cast.bank)[:-9], "not_xml"),
    "a doctype": (lambda cast: b"<!DOCTYPE Signature>" + signed_by(cast.bank), "doctype_forbidden"),
    "too large": (lambda cast: signed_by(cast.bank) + b" " * (64 << 10), "signature_too_large"),
    "another document": (lambda _: b"<Document/>", "signature_missing"),
    "a signature in a wrapper": (lambda cast: b"<W>" + signed_by(cast.bank) + b"</W>", "signature_missing"),
    "of the whole document": (of_form(uri=""), "reference_of_another_file"),
    "of an id": (of_form(uri="#signed"), "reference_of_another_file"),
    "of another file": (of_form(uri="STM_20260111_000001.xml"), "reference_of_another_file"),
    "of a path": (of_form(uri=f"./{NAME}"), "reference_of_another_file"),
    "of an address": (of_form(uri=f"http://example.org/{NAME}"), "reference_of_another_file"),
    "of nothing named": (edited(f' URI="{NAME}"', ""), "reference_of_another_file"),
    "a second reference": (of_form(second_reference=True), "reference_not_unique"),
    "canonical form of the file": (of_form(transforms=(EXCLUSIVE,)), "transform_forbidden"),
    "enveloped": (of_form(transforms=(ENVELOPED,)), "transform_forbidden"),
    "a filter": (of_form(transforms=(XPATH,)), "transform_forbidden"),
    "empty transforms": (edited("<DigestMethod", "<Transforms/><DigestMethod"), "signature_form"),
    "SHA-1": (of_form(digest=f"{DSIG}sha1"), "digest_algorithm_forbidden"),
    "RSA with SHA-1": (of_form(signature=f"{DSIG}rsa-sha1"), "signature_algorithm_forbidden"),
    "inclusive canonical form": (of_form(canonicalization=INCLUSIVE), "canonicalization_forbidden"),
    "the file inside": (edited("</Signature>", "<Object>x</Object></Signature>"), "signature_form"),
    "text in its form": (edited("<SignedInfo", "text<SignedInfo"), "signature_form"),
    "an attribute of nobody": (edited("<SignatureValue>", '<SignatureValue x="1">'), "signature_form"),
    "a comment": (edited("<DigestValue>", "<DigestValue><!-- -->"), "signature_with_comment"),
    "a bare key": (
        of_form(
            key_info="<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>"
        ),
        "certificate_missing",
    ),
    "a stranger": (lambda cast: signed_by(cast.stranger), "certificate_not_pinned"),
    "a stranger naming the bank": (
        lambda cast: signed_by(cast.stranger, replace(HONEST, key_info=cast.bank.element())),
        "signature_mismatch",
    ),
    "another file's digest put in": (
        lambda cast: signed_by(cast.bank, data=b"other").replace(
            b64encode(sha256(b"other").digest()), b64encode(sha256(DATA).digest())
        ),
        "signature_mismatch",
    ),
    "of other content": (lambda cast: signed_by(cast.bank, data=b"other"), "digest_mismatch"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_fault_88_89_refused(name: str, cast: Cast) -> None:
    forge, code = FORGERIES[name]
    with pytest.raises(BadProof) as refused:
        verify(forge(cast), cast.bank)
    assert refused.value.code == code


def test_t5_a_good_pair_under_another_name_is_refused(cast: Cast) -> None:
    with pytest.raises(BadSignature, match="reference_of_another_file"):
        verify(signed_by(cast.bank), cast.bank, name="STM_20260113_000001.xml")


def test_t5_our_own_file_reflected_is_refused(ours: bytes, signing_key: SigningKey, cast: Cast) -> None:
    own = [signing_key.certificate_pem]
    with pytest.raises(NotTrusted, match="own_message_reflected"):
        verify_detached(io.BytesIO(DATA), ours, NAME, own, TemporarySpool(), NOW, 1000, own)


@pytest.mark.parametrize(("days", "code"), [(-31, "certificate_not_yet_valid"), (400, "certificate_expired")])
def test_a_certificate_outside_its_validity_is_refused(cast: Cast, days: int, code: str) -> None:
    with pytest.raises(NotTrusted, match=code):
        verify(signed_by(cast.bank), cast.bank, now=NOW + timedelta(days=days))


# -- cost


class Counted(io.BytesIO):
    """Says how much of it was asked for at once, and how much was read."""

    largest = total = 0

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert size > 0
        part = super().read(size)
        self.largest, self.total = max(self.largest, size), self.total + len(part)
        return part


def test_t6_no_more_than_the_size_allowed_is_read(cast: Cast) -> None:
    source = Counted(DATA)
    allowed = len(DATA) - 1
    with pytest.raises(Hostile, match="too_large"):
        verify_detached(source, signed_by(cast.bank), NAME, [cast.bank.pem], TemporarySpool(), NOW, allowed)
    assert source.total == len(DATA)
    assert verify(signed_by(cast.bank), cast.bank, size_max=len(DATA)).size_bytes == len(DATA)


def test_t6_a_large_file_is_read_in_small_parts(cast: Cast) -> None:
    data = bytes(3 << 20)
    source, document = Counted(data), signed_by(cast.bank, data=data)
    verified = verify_detached(source, document, NAME, [cast.bank.pem], TemporarySpool(), NOW, 1 << 30)
    assert verified.sha256 == sha256(data).hexdigest()
    assert source.largest <= 1 << 20


def test_a_file_beside_a_bad_signature_is_not_read_at_all(cast: Cast) -> None:
    source = Counted(DATA)
    with pytest.raises(NotTrusted):
        verify_detached(source, signed_by(cast.stranger), NAME, [cast.bank.pem], TemporarySpool(), NOW, 1000)
    assert source.total == 0
