"""CMS signatures of partners, honest or not, written part by part without our code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from support.signatures import Partner


def tlv(tag: int, *parts: bytes) -> bytes:
    """One value; lengths in their shortest form."""
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 128 + len(length)]) + length + content


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    body = bytes([first * 40 + second])
    for number in rest:
        septets = [number & 127]
        while number := number >> 7:
            septets.append(number & 127 | 128)
        body += bytes(reversed(septets))
    return tlv(0x06, body)


SIGNED_DATA, DATA = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.7.1")
CONTENT_TYPE, MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
SIGNING_TIME, CHALLENGE = oid("1.2.840.113549.1.9.5"), oid("1.2.840.113549.1.9.7")
NULL = tlv(0x05)
RSA = tlv(0x30, oid("1.2.840.113549.1.1.1"), NULL)
RSA_SHA1 = tlv(0x30, oid("1.2.840.113549.1.1.5"), NULL)
HASH_SHA256 = tlv(0x30, oid("2.16.840.1.101.3.4.2.1"))
HASH_SHA1 = tlv(0x30, oid("1.3.14.3.2.26"), NULL)
ONE, THREE = tlv(0x02, b"\x01"), tlv(0x02, b"\x03")
UTC_TIME = tlv(0x17, b"260112023000Z")


def attribute(kind: bytes, *values: bytes) -> bytes:
    return tlv(0x30, kind, tlv(0x31, *values))


def honest_attributes(data: bytes) -> tuple[bytes, ...]:
    made = (
        attribute(CONTENT_TYPE, DATA),
        attribute(MESSAGE_DIGEST, tlv(0x04, sha256(data).digest())),
        attribute(SIGNING_TIME, UTC_TIME),
    )
    return tuple(sorted(made))


@dataclass(frozen=True)
class CmsForm:
    """One form of a signature; the defaults are the honest one."""

    attributes: Sequence[bytes] | None = None
    named: Partner | None = None
    """Whose certificate lies in it, when it is not the signer's."""
    identity: Partner | None = None
    certificates: int = 1
    signers: int = 1
    version: bytes = ONE
    signer_version: bytes = ONE
    content: bytes = tlv(0x30, DATA)
    content_type: bytes = SIGNED_DATA
    digests: tuple[bytes, ...] = (HASH_SHA256,)
    digest: bytes = HASH_SHA256
    algorithm: bytes = RSA
    behind_signers: bytes = b""
    behind_value: bytes = b""
    value: bytes | None = None


HONEST = CmsForm()


def cms(signer: Partner, data: bytes, form: CmsForm = HONEST, other: Partner | None = None) -> bytes:
    """The document; a second certificate or signer is that of ``other``."""
    attributes = b"".join(honest_attributes(data) if form.attributes is None else form.attributes)
    signed = tlv(0x31, attributes) if attributes else data
    parties = [signer, *([other] if other else [])]
    held = [(form.named or each).certificate.public_bytes(Encoding.DER) for each in parties[: form.certificates]]
    infos = [_signer(each, form, attributes, signed) for each in parties[: form.signers]]
    body = tlv(
        0x30,
        form.version,
        tlv(0x31, *form.digests),
        form.content,
        tlv(0xA0, *sorted(held)) if held else b"",
        tlv(0x31, *sorted(infos)),
        form.behind_signers,
    )
    return tlv(0x30, form.content_type, tlv(0xA0, body))


def _signer(signer: Partner, form: CmsForm, attributes: bytes, signed: bytes) -> bytes:
    certificate = (form.identity or form.named or signer).certificate
    serial = certificate.serial_number
    number = tlv(0x02, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    value = signer.private.sign(signed, PKCS1v15(), SHA256()) if form.value is None else form.value
    return tlv(
        0x30,
        form.signer_version,
        tlv(0x30, certificate.issuer.public_bytes(), number),
        form.digest,
        tlv(0xA0, attributes) if attributes else b"",
        form.algorithm,
        tlv(0x04, value),
        form.behind_value,
    )
