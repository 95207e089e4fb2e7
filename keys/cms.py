"""Detached CMS signatures (RFC 5652, ``NAME.p7s`` in DER): beside the file whose raw bytes they sign.

We write the form that we read: one signer, named by issuer and serial number, SHA-256, RSA PKCS #1 v1.5, the signer's
certificate and no other, the signed attributes content-type, message-digest and signing-time. Whatever has one honest
spelling is compared as a whole; the rest is read by ``keys.der``. The file's name is not part of what is signed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys import certificates, der
from keys import signature as judged
from keys.der import Value
from keys.errors import BadSignature
from keys.signing import SigningKey
from keys.verified import Spool, Verified, _Scratch

_PKCS = bytes.fromhex("2a864886f70d01")
"""1.2.840.113549.1"""


def _oid(*parts: bytes) -> bytes:
    return der.encode(der.OID, *parts)


_NULL = der.encode(der.NULL)
_VERSION = der.encode(der.INTEGER, b"\x01")

_SIGNED_DATA = _oid(_PKCS, b"\x07\x02")
_DATA = _oid(_PKCS, b"\x07\x01")
_NOTHING_INSIDE = der.encode(der.SEQUENCE, _DATA)

_CONTENT_TYPE = _oid(_PKCS, b"\x09\x03")
_MESSAGE_DIGEST = _oid(_PKCS, b"\x09\x04")
_SIGNING_TIME = _oid(_PKCS, b"\x09\x05")
_REQUIRED = frozenset({_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME})
_IGNORED = frozenset(
    {
        _oid(_PKCS, b"\x09\x0f"),  # S/MIME capabilities: for answers by mail
        _oid(_PKCS, b"\x09\x10\x02\x2f"),  # signing certificate, version 2 } they bind what is
        _oid(_PKCS, b"\x09\x34"),  # algorithm protection                     } pinned here anyway
    }
)

_SHA256 = _oid(bytes.fromhex("608648016503040201"))
_DIGESTS = (der.encode(der.SEQUENCE, _SHA256), der.encode(der.SEQUENCE, _SHA256, _NULL))
"""RFC 5754 has both; we write the first."""
_RSA = _oid(_PKCS, b"\x01\x01")
_RSA_SHA256 = _oid(_PKCS, b"\x01\x0b")
_SIGNATURES = (der.encode(der.SEQUENCE, _RSA, _NULL), der.encode(der.SEQUENCE, _RSA_SHA256, _NULL))
"""Two names of one thing, once the digest is SHA-256; we write the first, as OpenSSL does."""

_FIRST, _SECOND = 0xA0, 0xA1
"""``[0]`` and ``[1]``, constructed."""
_DIGEST_BYTES = 32
_UTC_TIME_YEARS = range(1950, 2050)
_TIMES: Mapping[int, re.Pattern[bytes]] = {der.UTC_TIME: re.compile(rb"\d{12}Z"), der.TIME: re.compile(rb"\d{14}Z")}


def sign_cms(digest: bytes, now: datetime, key: SigningKey) -> bytes:
    """The signature document (DER) over a file with this SHA-256."""
    certificate = x509.load_pem_x509_certificate(key.certificate_pem)
    attributes = _attributes(digest, now)
    signer = der.encode(
        der.SEQUENCE,
        _VERSION,
        _identity(certificate),
        _DIGESTS[0],
        der.encode(_FIRST, attributes),
        _SIGNATURES[0],
        der.encode(der.OCTETS, key.sign(der.encode(der.SET, attributes))),
    )
    signed = der.encode(
        der.SEQUENCE,
        _VERSION,
        der.encode(der.SET, _DIGESTS[0]),
        _NOTHING_INSIDE,
        der.encode(_FIRST, certificate.public_bytes(Encoding.DER)),
        der.encode(der.SET, signer),
    )
    return der.encode(der.SEQUENCE, _SIGNED_DATA, der.encode(_FIRST, signed))


def verify_cms(
    source: BinaryIO,
    signature: bytes,
    trusted: Sequence[bytes],
    spool: Spool,
    now: datetime,
    size_bytes_max: int,
    own: Sequence[bytes] = (),
) -> Verified:
    """The bytes of ``source``, proven by one of the ``trusted`` certificates (PEM); raises ``BadProof``.

    The signature comes first: a file beside a bad one is not read at all. ``own`` as in ``verify_enveloped``.
    """
    judged.check_size(signature)
    named, signer = _opened(der.read(signature))
    certificate = judged.believed(named, judged.pins(trusted, own, now))
    signed = _check_signer(signer, certificate)
    with _Scratch(spool) as scratch:
        scratch.fill(source, size_bytes_max)
        judged.check_digest(signed, scratch.digest(), certificate)
        return scratch.vouch("cms", certificate)


def read_cms(signature: bytes) -> tuple[bytes, x509.Certificate]:
    """The SHA-256 that was signed, and the certificate whose key signed it; whom to believe is not asked here."""
    judged.check_size(signature)
    named, signer = _opened(der.read(signature))
    certificate = certificates.of_der(named)
    return _check_signer(signer, certificate), certificate


# -- writing


def _attributes(digest: bytes, now: datetime) -> bytes:
    """In the order of a SET OF; the same bytes are signed under another tag than they travel under."""
    made = (
        _attribute(_CONTENT_TYPE, _DATA),
        _attribute(_MESSAGE_DIGEST, der.encode(der.OCTETS, digest)),
        _attribute(_SIGNING_TIME, _time(now.astimezone(UTC))),
    )
    return b"".join(sorted(made))


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.encode(der.SEQUENCE, kind, der.encode(der.SET, value))


def _time(utc: datetime) -> bytes:
    if utc.year in _UTC_TIME_YEARS:
        return der.encode(der.UTC_TIME, f"{utc:%y%m%d%H%M%SZ}".encode())
    return der.encode(der.TIME, f"{utc:%Y%m%d%H%M%SZ}".encode())


def _identity(certificate: x509.Certificate) -> bytes:
    """Issuer and serial number, as the certificate spells them."""
    fields = der.read(certificate.tbs_certificate_bytes).parts()
    serial, _, issuer = [each for each in fields if each.tag != _FIRST][:3]  # the version may stand before them
    return der.encode(der.SEQUENCE, issuer.encoded, serial.encoded)


# -- reading


def _opened(document: Value) -> tuple[bytes, Value]:
    """The one certificate (DER) in it and its one signer."""
    kind, wrapped = _fields(document, "ContentInfo", 2)
    _same(kind, _SIGNED_DATA, "ContentInfo")
    (signed,) = _exactly(wrapped.parts(_FIRST), 1, "ContentInfo")
    parts = signed.parts()
    if not any(each.tag == _FIRST for each in parts):
        raise BadSignature("certificate_missing")
    version, digests, content, held, signers = _exactly(parts, 5, "SignedData")
    _same(version, _VERSION, "SignedData")
    if content.encoded != _NOTHING_INSIDE:
        raise BadSignature("content_inside")
    if [each.encoded in _DIGESTS for each in digests.members()] != [True]:
        raise BadSignature("digest_algorithm_forbidden")
    return _only_certificate(held), _only_signer(signers)


def _only_certificate(held: Value) -> bytes:
    found = held.members(_FIRST)
    if len(found) != 1:
        raise BadSignature("certificate_not_unique", found=len(found))
    return found[0].encoded


def _only_signer(signers: Value) -> Value:
    found = signers.members()
    if not found:
        raise BadSignature("signature_missing")
    if len(found) > 1:
        raise BadSignature("signature_not_unique", found=len(found))
    return found[0]


def _check_signer(signer: Value, certificate: x509.Certificate) -> bytes:
    """The SHA-256 that was signed, once the signature value proves it."""
    parts = signer.parts()
    if not any(each.tag == _FIRST for each in parts):
        raise BadSignature("attributes_missing")
    version, identity, digest, attributes, algorithm, value = _exactly(parts, 6, "SignerInfo")
    _same(version, _VERSION, "SignerInfo")
    _same(identity, _identity(certificate), "SignerInfo")
    if digest.encoded not in _DIGESTS:
        raise BadSignature("digest_algorithm_forbidden")
    if algorithm.encoded not in _SIGNATURES:
        raise BadSignature("signature_algorithm_forbidden")
    signed = _signed_digest(attributes)
    _check_value(value, der.encode(der.SET, attributes.content), certificate)
    return signed


def _check_value(value: Value, signed: bytes, certificate: x509.Certificate) -> None:
    key, key_id = certificates.rsa_key(certificate), certificates.key_id_of(certificate)
    if value.tag != der.OCTETS:
        raise BadSignature("signature_form", element="SignerInfo")
    if len(value.content) != key.key_size // 8:
        raise BadSignature("value_size", element="SignatureValue", size_bytes=key.key_size // 8)
    try:
        key.verify(value.content, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=key_id) from None


def _signed_digest(attributes: Value) -> bytes:
    """What the signed attributes say that the content's digest is; each stands there once, with one value."""
    found: dict[bytes, Value] = {}
    for attribute in attributes.members(_FIRST):
        kind, values = _fields(attribute, "Attribute", 2)
        if kind.encoded in found or kind.encoded not in _REQUIRED | _IGNORED:
            raise BadSignature("attribute_forbidden")
        (found[kind.encoded],) = _exactly(values.members(), 1, "Attribute")
    if not found.keys() >= _REQUIRED:
        raise BadSignature("attributes_missing")
    _same(found[_CONTENT_TYPE], _DATA, "ContentType")
    _check_time(found[_SIGNING_TIME])
    digest = found[_MESSAGE_DIGEST]
    if digest.tag != der.OCTETS or len(digest.content) != _DIGEST_BYTES:
        raise BadSignature("value_size", element="MessageDigest", size_bytes=_DIGEST_BYTES)
    return digest.content


def _check_time(time: Value) -> None:
    """Well formed; what it says is the signer's word, and the certificate must be valid now."""
    if time.tag not in _TIMES or not _TIMES[time.tag].fullmatch(time.content):
        raise BadSignature("signature_form", element="SigningTime")


def _fields(value: Value, element: str, count: int) -> tuple[Value, ...]:
    return _exactly(value.parts(), count, element)


def _exactly(found: tuple[Value, ...], count: int, element: str) -> tuple[Value, ...]:
    if len(found) != count:
        raise BadSignature("signature_form", element=element)
    return found


def _same(value: Value, expected: bytes, element: str) -> None:
    if value.encoded != expected:
        raise BadSignature("signature_form", element=element)
