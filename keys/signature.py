"""One ``Signature`` element, judged: its form, the pinned certificate it names, its value.

Shared by every way of reading one; where it stands and what it covers is the matter of ``enveloped``, ``streamed``
and ``detached``; ``cms`` shares the pins and the bounds. Every freedom of the standard that we do not need is refused
before any arithmetic.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from keys import certificates
from keys.certificates import KEY_ID_DIGITS
from keys.errors import BadSignature, Hostile, NotTrusted
from keys.forms import DIGEST, DSIG, EXCLUSIVE, PLACES, SIGNATURE, Reference

SIGNATURE_BYTES_MAX = 64 * 1024
"""Of a signature that is held apart from its document; an honest one has 4 KiB."""

_DIGEST_BYTES = 32
_RESOURCE_LIMIT = etree.ErrorTypes.ERR_RESOURCE_LIMIT


@dataclass(frozen=True, slots=True)
class Pins:
    """Whom to believe now; ``own`` are certificates of ours, so that our message coming back is named as such (T5)."""

    trusted: tuple[x509.Certificate, ...]
    own: tuple[x509.Certificate, ...]
    now: datetime


def pins(trusted: Sequence[bytes], own: Sequence[bytes], now: datetime) -> Pins:
    """From PEM."""
    return Pins(_load(trusted), _load(own), now)


def _load(pems: Sequence[bytes]) -> tuple[x509.Certificate, ...]:
    return tuple(certificate for pem in pems for certificate in certificates.load(pem))


# -- the XML around it


def parser() -> etree.XMLParser:
    """No entity, no DTD, no network, libxml2's own limits."""
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def parse(data: bytes) -> etree._Element:
    """The root of a document without DOCTYPE."""
    try:
        root = etree.fromstring(data, parser())
    except etree.XMLSyntaxError as error:
        raise Hostile("xml_limit" if getattr(error, "code", None) == _RESOURCE_LIMIT else "not_xml") from None
    except ValueError:
        raise Hostile("not_xml") from None
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise Hostile("doctype_forbidden")
    return root


def check_place(ancestors: Sequence[tuple[str, str]], *, is_last: bool) -> None:
    """``ancestors`` from the root, (namespace, local name) each: a place of the table, the signature its last child."""
    place = "/".join(local_name for _, local_name in ancestors)
    if place not in PLACES or len({namespace for namespace, _ in ancestors}) > 1:
        raise BadSignature("signature_misplaced", place=place[:200])
    if not is_last:
        raise BadSignature("signature_not_last", place=place)


# -- form, certificate, value


def check_form(signature: etree._Element, reference: Reference) -> None:
    """Exactly the elements of the accepted form, each with its one allowed algorithm."""
    if any(not isinstance(node.tag, str) for node in signature.iter()):
        raise BadSignature("signature_with_comment")
    _children(signature, "SignedInfo", "SignatureValue", "KeyInfo")
    signed_info = signature[0]
    if len(signed_info.findall(_ds("Reference"))) != 1:
        raise BadSignature("reference_not_unique")
    _children(signed_info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    _algorithm(signed_info[0], EXCLUSIVE, "canonicalization_forbidden")
    _algorithm(signed_info[1], SIGNATURE, "signature_algorithm_forbidden")
    _check_reference(signed_info[2], reference)


def check_size(signature: bytes) -> None:
    """A signature apart from its document is read whole, so it is small."""
    if len(signature) > SIGNATURE_BYTES_MAX:
        raise BadSignature("signature_too_large", size_bytes_max=SIGNATURE_BYTES_MAX)


def believed(named: bytes, pins: Pins) -> x509.Certificate:
    """The pinned certificate with this DER, valid now."""
    certificate = _pinned(named, pins)
    certificates.check_valid(certificate, pins.now)
    return certificate


def believed_certificate(signature: etree._Element, pins: Pins) -> x509.Certificate:
    """The pinned certificate that the signature names, valid now."""
    certificate = believed(_named_certificate(signature), pins)
    _sized(signature, "SignatureValue", certificates.rsa_key(certificate).key_size // 8)
    return certificate


def check_value(signature: etree._Element, certificate: x509.Certificate) -> bytes:
    """The SHA-256 that was signed, once the signature value proves it; everything else is schema-valid, too."""
    from keys import by_signxml

    key_id = certificates.key_id_of(certificate)
    signed_info = etree.tostring(signature[0], method="c14n", exclusive=True, with_comments=False)
    try:
        by_signxml.check_schema(signature)
        value = _base64(signature, _ds("SignatureValue"))
        certificates.rsa_key(certificate).verify(value, signed_info, PKCS1v15(), SHA256())
    except etree.DocumentInvalid:
        raise BadSignature("signature_form", key_id=key_id) from None
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=key_id) from None
    return _base64(signature[0][2], _ds("DigestValue"))


def check_digest(signed: bytes, found: bytes, certificate: x509.Certificate) -> None:
    """The content has the digest that was signed."""
    if found != signed:
        raise BadSignature("digest_mismatch", key_id=certificates.key_id_of(certificate))


def _check_reference(element: etree._Element, expected: Reference) -> None:
    if element.get("URI") != expected.uri:
        raise BadSignature(expected.code)
    transforms = element.findall(f"{_ds('Transforms')}/*")
    if tuple(each.get("Algorithm") for each in transforms) != expected.transforms or any(map(len, transforms)):
        raise BadSignature("transform_forbidden")
    _children(element, *(["Transforms"] if expected.transforms else []), "DigestMethod", "DigestValue")
    _algorithm(element[-2], DIGEST, "digest_algorithm_forbidden")
    _sized(element, "DigestValue", _DIGEST_BYTES)


def _children(element: etree._Element, *names: str) -> None:
    if [child.tag for child in element] != [_ds(name) for name in names]:
        raise BadSignature("signature_form", element=etree.QName(element).localname)


def _algorithm(element: etree._Element, allowed: str, code: str) -> None:
    if element.get("Algorithm") != allowed or len(element):
        raise BadSignature(code)


def _named_certificate(signature: etree._Element) -> bytes:
    """DER of the one certificate in ``KeyInfo``; a bare key there proves nothing."""
    path = "/".join(map(_ds, ("KeyInfo", "X509Data", "X509Certificate")))
    found = signature.findall(path)
    if not found:
        raise BadSignature("certificate_missing")
    if len(found) > 1:
        raise BadSignature("certificate_not_unique", found=len(found))
    return _base64(signature, path)


def _pinned(named: bytes, pins: Pins) -> x509.Certificate:
    if any(certificate.public_bytes(Encoding.DER) == named for certificate in pins.own):
        raise NotTrusted("own_message_reflected")
    for certificate in pins.trusted:
        if certificate.public_bytes(Encoding.DER) == named:
            return certificate
    raise NotTrusted("certificate_not_pinned", key_id=sha256(named).hexdigest()[:KEY_ID_DIGITS])


def _sized(parent: etree._Element, name: str, size_bytes: int) -> None:
    if len(_base64(parent, _ds(name))) != size_bytes:
        raise BadSignature("value_size", element=name, size_bytes=size_bytes)


def _base64(parent: etree._Element, path: str) -> bytes:
    text = parent.findtext(path) or ""
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("value_not_base64", element=path.rpartition("}")[2]) from None


def _ds(name: str) -> str:
    return f"{{{DSIG}}}{name}"
