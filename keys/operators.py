"""Operators' keys: Ed25519, for approvals and decisions. The private one is the person's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from keys.errors import BadKey, BadSignature

ALGORITHM = "ed25519"


@dataclass(frozen=True, slots=True)
class OperatorKey:
    """One person's private key, open and ready."""

    name: str
    key_id: str
    public_pem: bytes = field(repr=False)
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """64 bytes over ``data``: equal data, equal signature."""
        return self._private.sign(data)


def generate() -> bytes:
    """32 fresh secret bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def from_secret(name: str, secret: bytes) -> OperatorKey:
    """The open key of 32 secret bytes."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public = private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OperatorKey(name, _key_id(public), pem, private)


def key_id_of_public(public_pem: bytes) -> str:
    """First 16 hex digits of the SHA-256 over the public key (DER)."""
    return _key_id(_load(public_pem))


def verify(public_pem: bytes, signature: bytes, data: bytes) -> None:
    """Raise ``BadSignature`` unless the holder of this key signed exactly ``data``."""
    public = _load(public_pem)
    try:
        public.verify(signature, data)
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=_key_id(public)) from None


def _load(public_pem: bytes) -> Ed25519PublicKey:
    try:
        public = load_pem_public_key(public_pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("public_key_unreadable") from None
    if not isinstance(public, Ed25519PublicKey):
        raise BadKey("public_key_not_ed25519")
    return public


def _key_id(public: Ed25519PublicKey) -> str:
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]
