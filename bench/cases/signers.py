"""Signing one of our messages with the libraries a user would pick: parse, sign in the tree, write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import BinaryIO

import xmlsec  # type: ignore
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from bench.cases import ours
from bench.harness import measured
from keys import signing


def with_xmlsec(source: BinaryIO, key_pem: bytes) -> etree._ElementTree:
    tree = etree.parse(source, etree.XMLParser(huge_tree=True))
    root = tree.getroot()
    signature = xmlsec.template.create(root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
    root.append(signature)
    reference = xmlsec.template.add_reference(signature, xmlsec.Transform.SHA256, uri="")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pem, xmlsec.KeyFormat.PEM)
    context.sign(signature)
    return tree


def with_signxml(source: BinaryIO, key_pem: bytes) -> etree._ElementTree:
    root = etree.parse(source, etree.XMLParser(huge_tree=True)).getroot()
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    return signer.sign(root, key=key_pem, always_add_key_value=True).getroottree()


def sign(count: int, library: Callable[[BinaryIO, bytes], etree._ElementTree]) -> None:
    """A message on disk becomes a signed message on disk."""
    key_pem = _pem(signing.generate())
    with ours.temporary() as unsigned, ours.temporary() as sink:
        ours.unsigned(count, unsigned)
        with measured():
            library(unsigned, key_pem).write(sink)


def _pem(private: RSAPrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


if __name__ == "__main__":
    sign(int(sys.argv[2]), {"xmlsec": with_xmlsec, "signxml": with_signxml}[sys.argv[1]])
