"""Reading a partner's enveloped signature: every freedom of the standard that we do not need is refused first.

The order: size; XML without DOCTYPE; exactly one signature, at a place of the table, of the one accepted form; its
certificate pinned and valid now; then signxml checks value and digest, and only the bytes it says were signed are
served.
"""

from __future__ import annotations

import binascii
import logging
from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from keys import certificates
from keys.errors import BadSignature, Hostile, NotTrusted
from keys.forms import DIGEST, DSIG, ENVELOPED, EXCLUSIVE, PLACES, SIGNATURE
from keys.verified import Spool, Verified, _vouch

SIZE_BYTES_MAX = 16 * 1024 * 1024
_CERTIFICATE = "/".join(f"{{{DSIG}}}{name}" for name in ("KeyInfo", "X509Data", "X509Certificate"))

logging.getLogger("signxml").setLevel(logging.WARNING)  # it logs whole messages when asked for debugging (A3)


def verify_enveloped(
    source: BinaryIO,
    trusted: Sequence[bytes],
    spool: Spool,
    now: datetime,
    size_bytes_max: int = SIZE_BYTES_MAX,
    own: Sequence[bytes] = (),
) -> Verified:
    """The signed content, proven by one of the ``trusted`` certificates (PEM); raises ``BadProof``.

    ``own`` are certificates of ours: a message of ours that comes back is named as such (T5).
    Takes about 35 times the file in memory while it runs.
    """
    data = source.read(size_bytes_max + 1)
    if len(data) > size_bytes_max:
        raise Hostile("too_large", size_bytes_max=size_bytes_max)
    location, certificate = _examine(data, _load(trusted), _load(own), now)
    signed = _check(data, location, certificate, now)
    return _vouch(
        "enveloped",
        BytesIO(signed),
        spool,
        key_id=certificates.key_id_of(certificate),
        certificate=certificates.to_pem(certificate),
    )


def _load(pems: Sequence[bytes]) -> list[x509.Certificate]:
    return [certificate for pem in pems for certificate in certificates.load(pem)]


def _examine(
    data: bytes, trusted: Sequence[x509.Certificate], own: Sequence[x509.Certificate], now: datetime
) -> tuple[str, x509.Certificate]:
    """Where the signature stands and which pinned certificate it names, once its form is the accepted one."""
    root = _parse(data)
    _refuse_split_text(root)
    signature = _only_signature(root)
    location = _location(signature)
    _check_form(signature)
    certificate = _pinned(_named_certificate(signature), trusted, own)
    certificates.check_valid(certificate, now)
    _sized(signature, "SignatureValue", certificates.rsa_key(certificate).key_size // 8)
    return location, certificate


# -- the document


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def _parse(data: bytes) -> etree._Element:
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError):
        raise Hostile("not_xml") from None
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise Hostile("doctype_forbidden")
    return root


def _refuse_split_text(root: etree._Element) -> None:
    """A comment inside a value is not signed and makes readers see half of it: no honest message has one."""
    for node in root.iter(etree.Comment, etree.ProcessingInstruction):
        parent = node.getparent()
        if parent is not None and "".join(_own_text(parent)).strip():
            raise Hostile("text_split")


def _own_text(element: etree._Element) -> list[str]:
    return [element.text or "", *(child.tail or "" for child in element)]


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(f"{{{DSIG}}}Signature"))
    if not found:
        raise BadSignature("signature_missing")
    if len(found) > 1:
        raise BadSignature("signature_not_unique", found=len(found))
    return found[0]


def _location(signature: etree._Element) -> str:
    """The path to the signature's parent, as signxml wants it; the place must be one of the table."""
    names = [etree.QName(element) for element in reversed(list(signature.iterancestors()))]
    place = "/".join(name.localname for name in names)
    if place not in PLACES or len({name.namespace for name in names}) > 1:
        raise BadSignature("signature_misplaced", place=place[:200])
    if signature.getnext() is not None:
        raise BadSignature("signature_not_last", place=place)
    return "./" + "".join(f"{{*}}{name.localname}/" for name in names[1:])


# -- the form


def _check_form(signature: etree._Element) -> None:
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
    _check_reference(signed_info[2])


def _check_reference(reference: etree._Element) -> None:
    if reference.get("URI") != "":
        raise BadSignature("reference_not_whole_document")
    _children(reference, "Transforms", "DigestMethod", "DigestValue")
    transforms = [each.get("Algorithm") for each in reference[0]]
    if transforms != [ENVELOPED, EXCLUSIVE] or any(len(each) for each in reference[0]):
        raise BadSignature("transform_forbidden")
    _algorithm(reference[1], DIGEST, "digest_algorithm_forbidden")
    _sized(reference, "DigestValue", 32)


def _children(element: etree._Element, *names: str) -> None:
    if [child.tag for child in element] != [_ds(name) for name in names]:
        raise BadSignature("signature_form", element=etree.QName(element).localname)


def _algorithm(element: etree._Element, allowed: str, code: str) -> None:
    if element.get("Algorithm") != allowed or len(element):
        raise BadSignature(code)


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


# -- the certificate


def _named_certificate(signature: etree._Element) -> bytes:
    """DER of the one certificate in ``KeyInfo``; a bare key there proves nothing."""
    found = signature.findall(_CERTIFICATE)
    if not found:
        raise BadSignature("certificate_missing")
    if len(found) > 1:
        raise BadSignature("certificate_not_unique", found=len(found))
    return _base64(signature, _CERTIFICATE)


def _pinned(named: bytes, trusted: Sequence[x509.Certificate], own: Sequence[x509.Certificate]) -> x509.Certificate:
    if any(certificate.public_bytes(Encoding.DER) == named for certificate in own):
        raise NotTrusted("own_message_reflected")
    for certificate in trusted:
        if certificate.public_bytes(Encoding.DER) == named:
            return certificate
    raise NotTrusted("certificate_not_pinned")


# -- the proof


def _check(data: bytes, location: str, certificate: x509.Certificate, now: datetime) -> bytes:
    """The canonical bytes that were signed, without the signature."""
    form = SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        ignore_ambiguous_key_info=True,  # the pinned certificate is the key, whatever else is offered
        verification_time=now,
    )
    try:
        result = XMLVerifier().verify(data, x509_cert=certificate, parser=_parser(), expect_config=form)
    except InvalidDigest:
        _refuse("digest_mismatch", certificate)
    except InvalidSignature:
        _refuse("signature_mismatch", certificate)
    except (InvalidInput, etree.DocumentInvalid, ValueError):
        _refuse("signature_form", certificate)
    assert not isinstance(result, list)
    return result.signed_data


def _refuse(code: str, certificate: x509.Certificate) -> NoReturn:
    raise BadSignature(code, key_id=certificates.key_id_of(certificate)) from None
