"""People's keys, for approvals and decisions; the private one is the person's own.

Ed25519 where the key is sealed in a file, RSA where it lies in a person's token (``keys.token``), as the state's tokens
have it; either way equal data give an equal signature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from keys import token
from keys.errors import BadKey, BadSignature, TokenTrouble
from keys.token import Pin, Place, TokenKey

ALGORITHM = "ed25519"
RSA_BITS_MIN = 2048
PublicKey = Ed25519PublicKey | RSAPublicKey


@dataclass(frozen=True, slots=True)
class OperatorKey:
    """One person's private key, open and ready."""

    name: str
    key_id: str
    public_pem: bytes = field(repr=False)
    sign: Callable[[bytes], bytes] = field(repr=False)
    """The signature over some data: 64 bytes of Ed25519, or RSA PKCS #1 v1.5 over SHA-256."""


def generate() -> bytes:
    """32 fresh secret bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def from_secret(name: str, secret: bytes) -> OperatorKey:
    """The open key of 32 secret bytes."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    return _open(name, private.public_key(), private.sign)


def from_token(name: str, key: TokenKey) -> OperatorKey:
    """A key that lies in the person's token; raises ``BadKey`` when it is too short."""
    public = key.public_key()
    _require_long(public)
    return _open(name, public, lambda data: key.sign(data, PKCS1v15(), SHA256()))


def in_token(name: str, place: Place, pin: Pin) -> OperatorKey:
    """The open key of a person, which lies in the person's own token."""
    return from_token(name, TokenKey(place, pin))


def make_in_token(name: str, place: Place, pin: Pin) -> OperatorKey:
    """The same; made now unless it is there."""
    try:
        return in_token(name, place, pin)
    except TokenTrouble as trouble:
        if trouble.code != "token_key_missing":
            raise
    return from_token(name, token.generate(place, pin))


def key_id_of_public(public_pem: bytes) -> str:
    """First 16 hex digits of the SHA-256 over the public key (DER)."""
    return _key_id(_load(public_pem))


def verify(public_pem: bytes, signature: bytes, data: bytes) -> None:
    """Raise ``BadSignature`` unless the holder of this key signed exactly ``data``."""
    public = _load(public_pem)
    try:
        if isinstance(public, RSAPublicKey):
            public.verify(signature, data, PKCS1v15(), SHA256())
        else:
            public.verify(signature, data)
    except InvalidSignature:
        raise BadSignature("signature_mismatch", key_id=_key_id(public)) from None


def _open(name: str, public: PublicKey, sign: Callable[[bytes], bytes]) -> OperatorKey:
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return OperatorKey(name, _key_id(public), pem, sign)


def _load(public_pem: bytes) -> PublicKey:
    try:
        public = load_pem_public_key(public_pem)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("public_key_unreadable") from None
    if isinstance(public, RSAPublicKey):
        _require_long(public)
    elif not isinstance(public, Ed25519PublicKey):
        raise BadKey("public_key_unfit", min=RSA_BITS_MIN)
    return public


def _require_long(public: RSAPublicKey) -> None:
    if public.key_size < RSA_BITS_MIN:
        raise BadKey("public_key_unfit", min=RSA_BITS_MIN)


def _key_id(public: PublicKey) -> str:
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()[:16]
