"""A CMS signature beside the file: OpenSSL believes ours and we its; a partner's is believed by its one form only."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from support import cms_forms as forms
from support.cms_forms import CmsForm, attribute, cms, honest_attributes, tlv
from support.forgeries import Cast
from support.services import require_tool
from support.signatures import NOW, Partner, TemporarySpool

from keys.cms import sign_cms, verify_cms
from keys.errors import BadProof, Hostile, NotTrusted
from keys.signing import SigningKey
from keys.verified import Verified

DATA = b"<Document>\r\n<!-- raw bytes, whatever they are -->\xff\x00</Document>"


def verify(
    document: bytes, trusted: Partner, data: bytes = DATA, *, now: datetime = NOW, size_max: int = 1000
) -> Verified:
    return verify_cms(io.BytesIO(data), document, [trusted.pem], TemporarySpool(), now, size_max)


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([require_tool("openssl"), "cms", *arguments], cwd=folder, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path, cast: Cast) -> Path:
    """What OpenSSL needs to sign as the bank."""
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "key.pem").write_bytes(cast.bank.private_pem)
    (tmp_path / "bank.pem").write_bytes(cast.bank.pem)
    return tmp_path


def by_openssl(folder: Path, *options: str) -> bytes:
    bank = ("-signer", "bank.pem", "-inkey", "key.pem")
    done = openssl(folder, "-sign", "-binary", "-in", "data", "-outform", "DER", *bank, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- ours


@pytest.fixture
def ours(signing_key: SigningKey) -> bytes:
    return sign_cms(sha256(DATA).digest(), NOW, signing_key)


def test_m5_equal_content_at_equal_time_gives_equal_bytes(ours: bytes, signing_key: SigningKey) -> None:
    assert sign_cms(sha256(DATA).digest(), NOW, signing_key) == ours


@pytest.mark.parametrize("data", [DATA, DATA + b" "])
def test_openssl_believes_it_and_only_it(ours: bytes, signing_key: SigningKey, tmp_path: Path, data: bytes) -> None:
    for name, content in {"ours.pem": signing_key.certificate_pem, "data": data, "data.p7s": ours}.items():
        (tmp_path / name).write_bytes(content)
    trust = ["-CAfile", "ours.pem", "-purpose", "any", "-attime", str(int(NOW.timestamp()))]
    done = openssl(tmp_path, "-verify", "-binary", "-inform", "DER", "-in", "data.p7s", "-content", "data", *trust)
    assert (done.returncode == 0) is (data == DATA), done.stderr
    assert data != DATA or done.stdout == DATA


def test_openssl_reads_our_attributes_and_writes_them_alike(ours: bytes, tmp_path: Path) -> None:
    (tmp_path / "data.p7s").write_bytes(ours)
    shown = openssl(tmp_path, "-cmsout", "-print", "-inform", "DER", "-in", "data.p7s").stdout.decode()
    assert "Jan 12 02:30:00 2026 GMT" in shown
    assert sha256(DATA).hexdigest()[:16].upper() in "".join(shown.split()).replace("-", "").upper()
    again = openssl(tmp_path, "-cmsout", "-inform", "DER", "-in", "data.p7s", "-outform", "DER")
    assert again.stdout == ours


def test_our_own_strict_reader_believes_it(ours: bytes, signing_key: SigningKey) -> None:
    verified = verify_cms(io.BytesIO(DATA), ours, [signing_key.certificate_pem], TemporarySpool(), NOW, len(DATA))
    assert verified.key_id == signing_key.key_id


def test_a_time_beyond_2049_is_written_with_four_digits_of_its_year(signing_key: SigningKey) -> None:
    late = sign_cms(sha256(DATA).digest(), NOW.replace(year=2050), signing_key)
    assert b"20500112023000Z" in late
    pem = [signing_key.certificate_pem]
    assert verify_cms(io.BytesIO(DATA), late, pem, TemporarySpool(), NOW, 1000).open().read() == DATA


# -- a partner's


@pytest.mark.parametrize("options", [(), ("-nosmimecap",), ("-cades",), ("-md", "sha256")])
def test_what_openssl_signs_is_believed(cast: Cast, folder: Path, options: tuple[str, ...]) -> None:
    with verify(by_openssl(folder, *options), cast.bank) as verified:
        assert verified.open().read() == DATA
        assert (verified.proof, verified.certificate) == ("cms", cast.bank.pem)


def test_what_another_library_signs_is_believed(cast: Cast) -> None:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(DATA)
    builder = builder.add_signer(cast.bank.certificate, cast.bank.private, SHA256())
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    assert verify(builder.sign(Encoding.DER, options), cast.bank).open().read() == DATA


def test_t2_what_is_served_is_what_was_signed_byte_by_byte(cast: Cast) -> None:
    with verify(cms(cast.bank, DATA), cast.bank) as verified:
        assert verified.open().read() == DATA


OPENSSL_FORMS = {
    "data inside": (("-nodetach",), "content_inside"),
    "written as a stream, of unknown lengths": (("-stream",), "not_der"),
    "no signed attributes": (("-noattr",), "attributes_missing"),
    "no certificate": (("-nocerts",), "certificate_missing"),
    "a certificate more": (("-certfile", "stranger.pem"), "certificate_not_unique"),
    "SHA-1": (("-md", "sha1"), "digest_algorithm_forbidden"),
    "SHA-512": (("-md", "sha512"), "digest_algorithm_forbidden"),
    "RSA-PSS": (("-keyopt", "rsa_padding_mode:pss"), "signature_algorithm_forbidden"),
    "a receipt is asked for": (
        ("-receipt_request_all", "-receipt_request_to", "a@example.org"),
        "attribute_forbidden",
    ),
    "two signers": (
        ("-signer", "stranger.pem", "-inkey", "stranger.key"),
        "certificate_not_unique",
    ),
}


@pytest.mark.parametrize("name", OPENSSL_FORMS)
def test_fault_88_a_form_of_openssl_that_was_not_agreed_is_refused(name: str, cast: Cast, folder: Path) -> None:
    options, code = OPENSSL_FORMS[name]
    (folder / "stranger.pem").write_bytes(cast.stranger.pem)
    (folder / "stranger.key").write_bytes(cast.stranger.private_pem)
    with pytest.raises(BadProof) as refused:
        verify(by_openssl(folder, *options), cast.bank)
    assert refused.value.code == code


def of_form(**changes: object) -> Callable[[Cast], bytes]:
    return lambda cast: cms(cast.bank, DATA, replace(forms.HONEST, **changes), cast.stranger)  # type: ignore[arg-type]


def with_attributes(*changed: bytes, without: bytes = b"") -> Callable[[Cast], bytes]:
    kept = [each for each in honest_attributes(DATA) if not without or without not in each]
    return of_form(attributes=tuple(sorted([*kept, *changed])))


def edited(old: bytes, new: bytes) -> Callable[[Cast], bytes]:
    def edit(cast: Cast) -> bytes:
        document = cms(cast.bank, DATA)
        assert document.count(old) == 1
        return document.replace(old, new)

    return edit


def another_length(cast: Cast) -> bytes:
    """The outermost length with a zero before it: three bytes for what fits in two."""
    document = cms(cast.bank, DATA)
    assert document[:2] == b"\x30\x82"
    return b"\x30\x83\x00" + document[2:]


def short_digest() -> bytes:
    return attribute(forms.MESSAGE_DIGEST, tlv(0x04, sha256(DATA).digest()[:20]))


FORGERIES: dict[str, tuple[Callable[[Cast], bytes], str]] = {
    "nothing": (lambda _: b"", "not_der"),
    "PEM": (lambda _: b"-----BEGIN PKCS7-----", "not_der"),
    "half of it": (lambda cast: cms(cast.bank, DATA)[:-9], "not_der"),
    "a byte behind it": (lambda cast: cms(cast.bank, DATA) + b"\0", "not_der"),
    "a document behind it": (lambda cast: cms(cast.bank, DATA) * 2, "not_der"),
    "a longer length": (another_length, "not_der"),
    "a length of many bytes": (lambda _: b"\x30\x88" + b"\xff" * 8, "not_der"),
    "a long tag": (lambda _: b"\x3f\x81\x00\x00", "not_der"),
    "too large": (lambda cast: cms(cast.bank, DATA) + b" " * (64 << 10), "signature_too_large"),
    "another document": (of_form(content_type=forms.DATA), "signature_form"),
    "another version": (of_form(version=forms.THREE), "signature_form"),
    "another version of its signer": (of_form(signer_version=forms.THREE), "signature_form"),
    "lists of revoked certificates": (of_form(behind_signers=tlv(0xA1)), "signature_form"),
    "unsigned attributes": (
        of_form(behind_value=tlv(0xA1, attribute(forms.CHALLENGE, tlv(0x0C, b"x")))),
        "signature_form",
    ),
    "an empty file inside": (of_form(content=tlv(0x30, forms.DATA, tlv(0xA0, tlv(0x04)))), "content_inside"),
    "content of another kind": (of_form(content=tlv(0x30, forms.SIGNED_DATA)), "content_inside"),
    "no signer": (of_form(signers=0), "signature_missing"),
    "two signers": (of_form(signers=2), "signature_not_unique"),
    "no certificate": (of_form(certificates=0), "certificate_missing"),
    "two certificates": (of_form(certificates=2), "certificate_not_unique"),
    "SHA-1": (of_form(digests=(forms.HASH_SHA1,), digest=forms.HASH_SHA1), "digest_algorithm_forbidden"),
    "SHA-1 by its signer": (of_form(digest=forms.HASH_SHA1), "digest_algorithm_forbidden"),
    "two hashes": (of_form(digests=tuple(sorted((forms.HASH_SHA1, forms.HASH_SHA256)))), "digest_algorithm_forbidden"),
    "no hash": (of_form(digests=()), "digest_algorithm_forbidden"),
    "RSA with SHA-1": (of_form(algorithm=forms.RSA_SHA1), "signature_algorithm_forbidden"),
    "RSA without parameters": (
        of_form(algorithm=tlv(0x30, forms.oid("1.2.840.113549.1.1.1"))),
        "signature_algorithm_forbidden",
    ),
    "no signed attributes": (of_form(attributes=()), "attributes_missing"),
    "no digest": (with_attributes(without=forms.MESSAGE_DIGEST), "attributes_missing"),
    "no content type": (with_attributes(without=forms.CONTENT_TYPE), "attributes_missing"),
    "no time": (with_attributes(without=forms.SIGNING_TIME), "attributes_missing"),
    "an attribute of nobody": (
        with_attributes(attribute(forms.CHALLENGE, tlv(0x0C, b"x"))),
        "attribute_forbidden",
    ),
    "a second digest": (
        with_attributes(attribute(forms.MESSAGE_DIGEST, tlv(0x04, sha256(b"other").digest()))),
        "attribute_forbidden",
    ),
    "two digests in one": (
        with_attributes(
            attribute(forms.MESSAGE_DIGEST, tlv(0x04, b"\0" * 32), tlv(0x04, sha256(DATA).digest())),
            without=forms.MESSAGE_DIGEST,
        ),
        "signature_form",
    ),
    "a short digest": (with_attributes(short_digest(), without=forms.MESSAGE_DIGEST), "value_size"),
    "another type of content": (
        with_attributes(attribute(forms.CONTENT_TYPE, forms.SIGNED_DATA), without=forms.CONTENT_TYPE),
        "signature_form",
    ),
    "a time that is none": (
        with_attributes(attribute(forms.SIGNING_TIME, tlv(0x17, b"2601120230Z")), without=forms.SIGNING_TIME),
        "signature_form",
    ),
    "attributes in another order": (of_form(attributes=honest_attributes(DATA)[::-1]), "not_der"),
    "a short signature": (of_form(value=b"\1" * 255), "value_size"),
    "a signature of nothing": (of_form(value=b"\0" * 256), "signature_mismatch"),
    "a stranger": (lambda cast: cms(cast.stranger, DATA), "certificate_not_pinned"),
    "a stranger with the bank's certificate": (
        lambda cast: cms(cast.stranger, DATA, CmsForm(named=cast.bank)),
        "signature_mismatch",
    ),
    "the bank's certificate, a stranger's name": (
        lambda cast: cms(cast.bank, DATA, CmsForm(identity=cast.stranger)),
        "signature_form",
    ),
    "an edited time": (edited(b"260112023000Z", b"260113023000Z"), "signature_mismatch"),
    "another file's digest put in": (
        edited(sha256(DATA).digest(), sha256(b"other").digest()),
        "signature_mismatch",
    ),
    "of other content": (lambda cast: cms(cast.bank, b"other"), "digest_mismatch"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_fault_88_89_refused(name: str, cast: Cast) -> None:
    forge, code = FORGERIES[name]
    with pytest.raises(BadProof) as refused:
        verify(forge(cast), cast.bank)
    assert refused.value.code == code


def test_one_changed_byte_anywhere_is_refused(cast: Cast) -> None:
    document = cms(cast.bank, DATA)
    for at in range(len(document)):
        changed = bytearray(document)
        changed[at] ^= 1
        with pytest.raises(BadProof):
            verify(bytes(changed), cast.bank)


def test_attributes_presented_as_content_are_refused(cast: Cast) -> None:
    """Without signed attributes the value covers the content itself: the attributes of one file could be another."""
    attributes = tlv(0x31, *honest_attributes(DATA))
    with pytest.raises(BadProof, match="attributes_missing"):
        verify(cms(cast.bank, attributes, CmsForm(attributes=())), cast.bank, attributes)


def test_t5_our_own_file_reflected_is_refused(ours: bytes, signing_key: SigningKey) -> None:
    own = [signing_key.certificate_pem]
    with pytest.raises(NotTrusted, match="own_message_reflected"):
        verify_cms(io.BytesIO(DATA), ours, own, TemporarySpool(), NOW, 1000, own)


@pytest.mark.parametrize(("days", "code"), [(-31, "certificate_not_yet_valid"), (400, "certificate_expired")])
def test_a_certificate_outside_its_validity_is_refused(cast: Cast, days: int, code: str) -> None:
    with pytest.raises(NotTrusted, match=code):
        verify(cms(cast.bank, DATA), cast.bank, now=NOW + timedelta(days=days))


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


def test_t6_no_more_than_the_size_allowed_is_read_and_that_in_small_parts(cast: Cast) -> None:
    data = bytes(3 << 20)
    source, document = Counted(data), cms(cast.bank, data)
    assert verify_cms(source, document, [cast.bank.pem], TemporarySpool(), NOW, len(data)).size_bytes == len(data)
    assert source.largest <= 1 << 20
    source = Counted(data)
    with pytest.raises(Hostile, match="too_large"):
        verify_cms(source, document, [cast.bank.pem], TemporarySpool(), NOW, 1000)
    assert source.total == 1001


def test_a_file_beside_a_bad_signature_is_not_read_at_all(cast: Cast) -> None:
    source = Counted(DATA)
    with pytest.raises(NotTrusted):
        verify_cms(source, cms(cast.stranger, DATA), [cast.bank.pem], TemporarySpool(), NOW, 1000)
    assert source.total == 0
