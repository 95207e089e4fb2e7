"""Signing keys: RSA-3072 with a self-signed certificate, for messages to partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from keys import certificates, token
from keys.errors import BadKey, BadSignature
from keys.token import TokenKey

ALGORITHM = "rsa-3072"
BITS = 3072


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One private key of ours, open and ready; every signature records key id, certificate and validity (A4)."""

    name: str
    key_id: str
    certificate_pem: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime
    _private: rsa.RSAPrivateKey | TokenKey = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """RSA signature (PKCS #1 v1.5) over the SHA-256 of ``data``: equal data, equal signature."""
        return self._private.sign(data, PKCS1v15(), SHA256())

    def check_valid(self, now: datetime) -> None:
        """Raise ``NotTrusted`` when the certificate is not valid at ``now``."""
        certificates.check_valid(x509.load_pem_x509_certificate(self.certificate_pem), now)


def verify(certificate_pem: bytes, signature: bytes, data: bytes) -> None:
    """Raise ``BadSignature`` unless the key of this certificate signed exactly ``data``; asks for no validity now."""
    certificate = certificates.load(certificate_pem)[0]
    try:
        certificates.rsa_key(certificate).verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=certificates.key_id_of(certificate)) from None


def generate() -> rsa.RSAPrivateKey:
    """A fresh private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=BITS)


def to_secret(private: rsa.RSAPrivateKey) -> bytes:
    """The bytes to seal."""
    return private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def from_secret(name: str, secret: bytes, pem: bytes) -> SigningKey:
    """The open key; its certificate must be about this very key.

    The secret came out of an authenticated seal, so the arithmetic proof of the key (0.1 s) is not repeated.
    """
    private = load_der_private_key(secret, password=None, unsafe_skip_rsa_key_validation=True)
    certificate = certificates.load(pem)[0]
    if not isinstance(private, rsa.RSAPrivateKey) or private.public_key() != certificate.public_key():
        raise BadKey("certificate_of_another_key", key=name)
    return _of_pair(name, private, certificate)


def from_token(name: str, private: TokenKey, pem: bytes) -> SigningKey:
    """The key in a token; its certificate must be about this very key."""
    certificate = certificates.load(pem)[0]
    token.require_about(certificate, private, name)
    return _of_pair(name, private, certificate)


def _of_pair(name: str, private: rsa.RSAPrivateKey | TokenKey, certificate: x509.Certificate) -> SigningKey:
    return SigningKey(
        name=name,
        key_id=certificates.key_id_of(certificate),
        certificate_pem=certificates.to_pem(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        _private=private,
    )
