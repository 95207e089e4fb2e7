"""The rehearsal partner's own key and how it signs and checks: enveloped XMLDSig by signxml."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from gateway.sandbox import beside
from gateway.sandbox.reading import Refused

PLACE = '<Envlp><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/></Envlp>'
"""Stands where the signature goes when a document is signed."""

_ORDER_PLACE = "CstmrCdtTrfInitn/SplmtryData/Envlp"
RECALL_PLACE = "CstmrPmtCxlReq/SplmtryData/Envlp"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


class Signer:
    """Signs answers; key and certificate are files of the partner's private folder."""

    def __init__(self, folder: Path) -> None:
        key = serialization.load_pem_private_key(
            (folder / "key.pem").read_bytes(), None, unsafe_skip_rsa_key_validation=True
        )
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        self._certificate = (folder / "certificate.pem").read_text()

    def beside(self, form: str, content: bytes, name: str) -> bytes:
        """The signature that lies beside the file ``name``."""
        certificate = x509.load_pem_x509_certificate(self._certificate.encode())
        return beside.make(form, content, name, self._key, certificate)

    def sign(self, document: bytes) -> bytes:
        """The document with an enveloped signature at its place: RSA-SHA256, exclusive c14n, reference URI ``""``."""
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, huge_tree=True))
        signed = signer.sign(root, key=self._key, cert=self._certificate)
        return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def create_key(folder: Path, common_name: str, now: datetime) -> bytes:
    """A new RSA key and self-signed certificate in ``folder``; returns the certificate (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _self_signed(key, common_name, now).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(folder / "key.pem", private)
    (folder / "certificate.pem").write_bytes(certificate)
    return certificate


def verified(
    root: etree._Element, trusted: Sequence[bytes], now: datetime, place: str = _ORDER_PLACE
) -> etree._Element:
    """The signed content of an order, without its signature; refuses what no pinned certificate signed."""
    if len(list(root.iter(_SIGNATURE))) != 1:
        raise Refused("DS0A", "exactly one signature is required")
    pinned = _pinned(root, trusted)
    if not pinned.not_valid_before_utc <= now <= pinned.not_valid_after_utc:
        raise Refused("DS0D", "certificate is not valid now")
    try:
        result = XMLVerifier().verify(root, x509_cert=pinned, expect_config=_strict(now, place))
    except SignXMLException as error:
        raise Refused("DS0B", "signature is not correct") from error
    if isinstance(result, list) or result.signed_xml is None or result.signed_xml.tag != root.tag:
        raise Refused("DS0B", "signature does not cover the document")
    return result.signed_xml


def write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _strict(now: datetime, where: str) -> SignatureConfiguration:
    place = "/".join(f"{{*}}{name}" for name in where.split("/"))
    return SignatureConfiguration(
        location=f"./{place}/",
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        verification_time=now,
    )


def _pinned(root: etree._Element, trusted: Sequence[bytes]) -> x509.Certificate:
    """The pinned certificate that the signature names; the choice proves nothing, the verification does."""
    shown = root.findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate") or ""
    for pem in trusted:
        certificate = x509.load_pem_x509_certificate(pem)
        if "".join(pem.decode().split("-----")[2].split()) == "".join(shown.split()):
            return certificate
    raise Refused("DS0H", "signer is not known")


def _self_signed(key: rsa.RSAPrivateKey, common_name: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=365))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
