"""XML signatures (W3C XML Signature 1.1): one fixed form, written by us.

The message is exclusive-canonical as it is written, so its digest is a SHA-256 over the stream; the element made here
is spliced in at the place the renderer names, or stands beside the file (``keys.detached``). Reading a partner's
signature: ``keys.enveloped``, ``keys.detached``.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from keys import certificates
from keys.enveloped import verify_enveloped
from keys.errors import BadSignature
from keys.forms import DIGEST, DSIG, EXCLUSIVE, SIGNATURE, WHOLE_DOCUMENT, Reference
from keys.signing import SigningKey

__all__ = ["check_spliced", "sign_digest", "splice", "verify_enveloped"]

_PART_BYTES = 1 << 20

_SIGNED_INFO = (
    "<SignedInfo{namespace}>"
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"></CanonicalizationMethod>'
    f'<SignatureMethod Algorithm="{SIGNATURE}"></SignatureMethod>'
    '<Reference URI="{uri}">'
    "{transforms}"
    f'<DigestMethod Algorithm="{DIGEST}"></DigestMethod>'
    "<DigestValue>{digest}</DigestValue>"
    "</Reference>"
    "</SignedInfo>"
)
_HEAD = f'<Signature xmlns="{DSIG}">{{signed_info}}<SignatureValue>'
_TAIL = (
    "</SignatureValue>"
    "<KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo>"
    "</Signature>"
)


def sign_digest(digest: bytes, key: SigningKey) -> bytes:
    """The canonical ``Signature`` element over the SHA-256 of a canonical document that does not hold it yet."""
    return sign_reference(WHOLE_DOCUMENT, digest, key)


def sign_reference(reference: Reference, digest: bytes, key: SigningKey) -> bytes:
    """The canonical ``Signature`` element that says: what ``reference`` names has this SHA-256."""
    head, tail = _frame(reference, digest, x509.load_pem_x509_certificate(key.certificate_pem))
    return head + b64encode(key.sign(_signed_bytes(reference, digest))) + tail


def splice(source: BinaryIO, splice_at: int, signature: bytes, sink: BinaryIO) -> None:
    """Copy the unsigned document with the signature inserted at byte ``splice_at``."""
    for part in _exactly(source, splice_at):
        sink.write(part)
    sink.write(signature)
    while part := source.read(_PART_BYTES):
        sink.write(part)


def check_spliced(stream: BinaryIO, splice_at: int, signature_size: int, certificate_pem: bytes) -> bytes:
    """The SHA-256 of our own finished file without its signature, after checking every byte of both (M7)."""
    digest = sha256()
    for part in _exactly(stream, splice_at):
        digest.update(part)
    signature = b"".join(_exactly(stream, signature_size))
    while part := stream.read(_PART_BYTES):
        digest.update(part)
    _check_element(signature, digest.digest(), x509.load_pem_x509_certificate(certificate_pem))
    return digest.digest()


def _check_element(signature: bytes, digest: bytes, certificate: x509.Certificate) -> None:
    head, tail = _frame(WHOLE_DOCUMENT, digest, certificate)
    if not (signature.startswith(head) and signature.endswith(tail)):
        raise BadSignature("digest_mismatch", key_id=certificates.key_id_of(certificate))
    try:
        value = b64decode(signature[len(head) : len(signature) - len(tail)], validate=True)
        certificates.rsa_key(certificate).verify(value, _signed_bytes(WHOLE_DOCUMENT, digest), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise BadSignature("signature_mismatch", key_id=certificates.key_id_of(certificate)) from None


def _frame(reference: Reference, digest: bytes, certificate: x509.Certificate) -> tuple[bytes, bytes]:
    """What stands before and after the signature value."""
    signed_info = _signed_info(reference, digest, namespace="")
    tail = _TAIL.format(certificate=_text(certificate.public_bytes(Encoding.DER)))
    return _HEAD.format(signed_info=signed_info).encode(), tail.encode()


def _signed_bytes(reference: Reference, digest: bytes) -> bytes:
    """``SignedInfo`` as exclusive canonicalisation gives it, cut out of its signature."""
    return _signed_info(reference, digest, namespace=f' xmlns="{DSIG}"').encode()


def _signed_info(reference: Reference, digest: bytes, *, namespace: str) -> str:
    transforms = "".join(f'<Transform Algorithm="{each}"></Transform>' for each in reference.transforms)
    return _SIGNED_INFO.format(
        namespace=namespace,
        uri=reference.uri,
        transforms=f"<Transforms>{transforms}</Transforms>" if transforms else "",
        digest=_text(digest),
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _exactly(stream: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    while size_bytes:
        part = stream.read(min(size_bytes, _PART_BYTES))
        if not part:
            raise BadSignature("file_too_short")
        size_bytes -= len(part)
        yield part
