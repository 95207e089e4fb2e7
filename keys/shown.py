"""A signature to be shown: taken out of a stored message with exactly the bytes that were signed, and checked again.

Whoever is shown these needs no XML: ``signed_info`` is canonical as it stands, ``value`` is RSA over its SHA-256, and
the digest in it is that of the message without its signature, in canonical form. One in CMS is shown as it lay beside
its file: it holds the file's digest and nothing else of it. Nothing here says whom to believe.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from keys import certificates, cms, der, signature
from keys.errors import BadKey, BadSignature, Hostile
from keys.forms import DSIG

_DIGEST = re.compile(r"<(?:\w+:)?DigestValue>([A-Za-z0-9+/=\s]+)</(?:\w+:)?DigestValue>")
_IN_SIGNATURE = f"{{{DSIG}}}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One signature; ``value`` and ``certificate`` (DER) in base64."""

    signed_info: str
    value: str
    certificate: str


@dataclass(frozen=True, slots=True)
class ShownCms:
    """One signature in CMS (DER), whole, in base64."""

    cms: str


AnyShown = Shown | ShownCms


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature that fits says, and whose it is."""

    sha256: str
    """Hex: of the message in canonical form without the signature, or of the file that it lay beside."""
    fingerprint: str
    """SHA-256 of the certificate, hex."""
    subject: str


def find(source: BinaryIO) -> Shown | None:
    """The signature of a stored message, or None; memory stays bounded."""
    options: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
    try:
        for _, element in etree.iterparse(source, events=("end",), **options):
            if element.tag == f"{_IN_SIGNATURE}Signature":
                return of_element(element)
            if isinstance(element.tag, str) and not element.tag.startswith(_IN_SIGNATURE):
                element.clear()
    except etree.XMLSyntaxError:
        raise Hostile("not_xml") from None
    return None


def of_document(data: bytes) -> AnyShown:
    """Of a signature that stands alone, in CMS or XML."""
    if data[:1] == bytes((der.SEQUENCE,)):
        return ShownCms(b64encode(data).decode())
    element = signature.parse(data)
    if element.tag != f"{_IN_SIGNATURE}Signature" or not len(element):
        raise BadSignature("signature_missing")
    return of_element(element)


def of_fields(fields: Mapping[str, str]) -> AnyShown:
    """As it stands in a document, by the names of its fields."""
    return ShownCms(**fields) if "cms" in fields else Shown(**fields)


def of_element(element: etree._Element) -> Shown:
    """Of a ``Signature`` element in any document."""
    signed_info = etree.tostring(element[0], method="c14n", exclusive=True, with_comments=False)
    value = element.findtext(f"{_IN_SIGNATURE}SignatureValue") or ""
    certificate = element.findtext(f".//{_IN_SIGNATURE}X509Certificate") or ""
    return Shown(signed_info.decode(), "".join(value.split()), "".join(certificate.split()))


def check(shown: AnyShown) -> Signed:
    """Raise ``BadProof`` unless the key of the certificate signed what is shown."""
    digest, certificate = cms.read_cms(_decoded(shown.cms)) if isinstance(shown, ShownCms) else _checked_xml(shown)
    return Signed(digest.hex(), certificate.fingerprint(SHA256()).hex(), certificates.subject_of(certificate))


def is_by(shown: Shown, data: bytes, value: bytes) -> bool:
    """Whether ``value`` is a signature over just these bytes by the key of the certificate in ``shown``."""
    try:
        certificates.rsa_key(_certificate(shown.certificate)).verify(value, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _checked_xml(shown: Shown) -> tuple[bytes, x509.Certificate]:
    certificate = _certificate(shown.certificate)
    try:
        certificates.rsa_key(certificate).verify(
            _decoded(shown.value), shown.signed_info.encode(), PKCS1v15(), SHA256()
        )
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=certificates.key_id_of(certificate)) from None
    found = _DIGEST.findall(shown.signed_info)
    if len(found) != 1:
        raise BadSignature("reference_not_unique")
    return _decoded("".join(found[0].split())), certificate


def _certificate(text: str) -> x509.Certificate:
    der = _decoded(text)
    certificate = certificates.of_der(der)
    if certificate.public_bytes(Encoding.DER) != der:
        raise BadKey("certificate_unreadable")
    return certificate


def _decoded(text: str) -> bytes:
    """Of the one base64 text that these bytes have."""
    try:
        found = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("value_not_base64", element="base64") from None
    if b64encode(found).decode() != text:
        raise BadSignature("value_not_base64", element="base64")
    return found
