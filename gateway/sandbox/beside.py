"""Signatures beside a file as a rehearsal partner makes and checks them: XMLDSig, and CMS in its plainest form.

Written from RFC 5652 and XML Signature, apart from what the gateway has for that, so that a misreading shows.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.sandbox.reading import Refused

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_INFO = (
    f'<SignedInfo xmlns="{_DSIG}"><CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">'
    '</CanonicalizationMethod><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">'
    '</SignatureMethod><Reference URI="{name}"><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256">'
    "</DigestMethod><DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
)
_MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
_SET, _OCTETS, _ATTRIBUTES = 0x31, 0x04, 0xA0


def make(form: str, content: bytes, name: str, key: RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """The signature (``cms`` or ``detached``) over the file ``name``."""
    if form == "cms":
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, SHA256())
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary])
    info = _INFO.format(name=name, digest=b64encode(hashlib.sha256(content).digest()).decode())
    value = b64encode(key.sign(info.encode(), PKCS1v15(), SHA256())).decode()
    shown = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return (
        f'<Signature xmlns="{_DSIG}">{info}<SignatureValue>{value}</SignatureValue><KeyInfo><X509Data>'
        f"<X509Certificate>{shown}</X509Certificate></X509Data></KeyInfo></Signature>"
    ).encode()


def check(form: str, content: bytes, name: str, signature: bytes, trusted: Sequence[bytes], now: datetime) -> None:
    """Refuses what no certificate (PEM) that is known and valid signed."""
    known = [x509.load_pem_x509_certificate(each) for each in trusted]
    valid = [each for each in known if each.not_valid_before_utc <= now <= each.not_valid_after_utc]
    believed = _cms_by if form == "cms" else _xml_by
    if not any(believed(each, content, name, signature, now) for each in valid):
        raise Refused("DS0B", "signature beside the file is not correct, or its signer is not known")


def _xml_by(certificate: x509.Certificate, content: bytes, name: str, signature: bytes, now: datetime) -> bool:
    form = SignatureConfiguration(
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=now,
    )
    try:
        found = XMLVerifier().verify(
            signature,
            x509_cert=certificate,
            uri_resolver=lambda uri: content if uri == name else b"",
            expect_config=form,
        )
    except (SignXMLException, etree.LxmlError):
        return False
    return not isinstance(found, list) and found.signed_data == content


def _cms_by(certificate: x509.Certificate, content: bytes, _name: str, signature: bytes, _now: datetime) -> bool:
    """One signer, signed attributes, RSA and SHA-256 (RFC 5652, 5.4)."""
    try:
        attributes, value = _signer(signature)
    except (IndexError, StopIteration, ValueError):
        return False
    digest = _MESSAGE_DIGEST + bytes([_SET, 34, _OCTETS, 32]) + hashlib.sha256(content).digest()
    key = certificate.public_key()
    if digest not in attributes or not isinstance(key, RSAPublicKey):
        return False
    try:
        key.verify(value, bytes([_SET]) + attributes[1:], PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _signer(document: bytes) -> tuple[bytes, bytes]:
    """The signed attributes, encoded, and the signature value of the only signer."""
    _, wrapped = _parts(document)
    (signed_data,) = _parts(wrapped)
    (signer,) = _parts(_parts(signed_data)[-1])
    fields = _parts(signer)
    attributes = next(each for each in fields if each[0] == _ATTRIBUTES)
    return attributes, _split(fields[-1])[0]


def _parts(value: bytes) -> list[bytes]:
    """The values that a constructed one (DER) holds, encoded."""
    rest, found = _split(value)[0], []
    while rest:
        following = _split(rest)[1]
        found.append(rest[: len(rest) - len(following)])
        rest = following
    return found


def _split(encoded: bytes) -> tuple[bytes, bytes]:
    """The content of the first value, and what follows it."""
    size, at = encoded[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(encoded[2:at], "big")
    return encoded[at : at + size], encoded[at + size :]
