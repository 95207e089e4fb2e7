"""Detached XML signatures: a document of its own, beside the file whose raw bytes it signs, named in its reference.

We write the form that we read: one reference to the file's name, no transform, SHA-256, RSA-SHA256, the certificate in
``KeyInfo``. Nothing of the file is understood before its bytes are proven; whatever they are, they are what was signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from lxml import etree

from keys import signature as judged
from keys import xmldsig
from keys.errors import BadSignature
from keys.forms import DSIG, whole_file
from keys.signing import SigningKey
from keys.verified import Spool, Verified, _Scratch


def sign_detached(digest: bytes, name: str, key: SigningKey) -> bytes:
    """The canonical ``Signature`` document over the SHA-256 of the file ``name``, a plain basename."""
    return xmldsig.sign_reference(whole_file(name), digest, key)


def verify_detached(
    source: BinaryIO,
    signature: bytes,
    name: str,
    trusted: Sequence[bytes],
    spool: Spool,
    now: datetime,
    size_bytes_max: int,
    own: Sequence[bytes] = (),
) -> Verified:
    """The bytes of the file ``name``, proven by one of the ``trusted`` certificates (PEM); raises ``BadProof``.

    The signature comes first: a file beside a bad one is not read at all. ``own`` as in ``verify_enveloped``.
    """
    element = _parse(signature)
    judged.check_form(element, whole_file(name))
    certificate = judged.believed_certificate(element, judged.pins(trusted, own, now))
    signed = judged.check_value(element, certificate)
    with _Scratch(spool) as scratch:
        scratch.fill(source, size_bytes_max)
        judged.check_digest(signed, scratch.digest(), certificate)
        return scratch.vouch("detached", certificate)


def _parse(signature: bytes) -> etree._Element:
    judged.check_size(signature)
    element = judged.parse(signature)
    if element.tag != f"{{{DSIG}}}Signature":
        raise BadSignature("signature_missing")
    return element
