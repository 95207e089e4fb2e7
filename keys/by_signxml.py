"""What signxml judges for us: value and digest of a document's one signature, and a signature by the schema.

Loaded when something is to be judged.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NoReturn

from cryptography import x509
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from keys import certificates
from keys.errors import BadSignature, Hostile
from keys.signature import parser

logging.getLogger("signxml").setLevel(logging.WARNING)  # it logs whole messages when asked for debugging (A3)


class _Verifier(XMLVerifier):
    """signxml writes and reads the document between its steps, in ASCII: that spoils names and instructions."""

    def _tostring(self, xml_node: etree._Element, **_: object) -> bytes:
        return etree.tostring(xml_node, encoding="UTF-8")


def signed_bytes(data: bytes, location: str, certificate: x509.Certificate, now: datetime) -> bytes:
    """The canonical bytes that were signed, without the signature; raises ``BadProof``."""
    form = SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=frozenset({SignatureMethod.RSA_SHA256}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
        ignore_ambiguous_key_info=True,  # the pinned certificate is the key, whatever else is offered
        verification_time=now,
    )
    try:
        result = _Verifier().verify(data, x509_cert=certificate, parser=parser(), expect_config=form)
    except etree.C14NError:
        raise Hostile("namespace_forbidden") from None
    except InvalidDigest:
        _refuse("digest_mismatch", certificate)
    except InvalidSignature:
        _refuse("signature_mismatch", certificate)
    except (InvalidInput, etree.LxmlError, ValueError):
        _refuse("signature_form", certificate)
    assert not isinstance(result, list)
    return result.signed_data


def check_schema(signature: etree._Element) -> None:
    """Raises ``DocumentInvalid`` of lxml for an element that is no ``Signature`` of the standard."""
    XMLVerifier().validate_schema(signature)  # type: ignore[no-untyped-call]


def _refuse(code: str, certificate: x509.Certificate) -> NoReturn:
    raise BadSignature(code, key_id=certificates.key_id_of(certificate)) from None
