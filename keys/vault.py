"""Personal data at rest: AES-256-GCM envelopes bound to their row, and a blind index to find them again.

Envelope: version (1 byte), key id (8), nonce (12), ciphertext with tag (16 more than the plaintext).

A storage key is one secret or several: *generations*, of which the last one seals. Blind indexes come from the first
for ever, since what people signed rests on them; so a new generation changes no digest and forgets no person.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from keys.errors import BrokenEnvelope

ALGORITHM = "aes-256-gcm"
SECRET_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_ID_BYTES = 8
_PREFIX_BYTES = len(_VERSION) + _KEY_ID_BYTES
_BLOCK_BYTES = 64


class Vault:
    """One storage key, open. Encryption, blind indexes and the key id come from separate derived keys."""

    __slots__ = ("_blinds", "_ciphers", "_secret", "key_id", "prefix")

    def __init__(self, secret: bytes, *later: bytes) -> None:
        self._secret = secret
        self._ciphers = {_prefix(each): AESGCM(_derive(each, b"seal", 32)) for each in (secret, *later)}
        self._blinds: dict[str, _Blind] = {}
        self.key_id = _prefix(secret)[len(_VERSION) :].hex()
        self.prefix = _prefix((secret, *later)[-1])
        """What every envelope that is sealed now begins with."""

    @classmethod
    def of_generations(cls, secrets: bytes) -> Vault:
        """From the content of the key file: 32 bytes a generation, the oldest first."""
        return cls(*generations(secrets))

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt; 37 bytes longer; opens only with the same ``context``."""
        nonce = urandom(_NONCE_BYTES)
        return self.prefix + nonce + self._ciphers[self.prefix].encrypt(nonce, plaintext, context.encode())

    def open(self, envelope: bytes, context: str) -> bytes:
        """Decrypt; ``BrokenEnvelope`` when it was changed, moved to another row or sealed by another key."""
        cipher = self._ciphers.get(envelope[:_PREFIX_BYTES])
        if cipher is None:
            raise BrokenEnvelope("envelope_of_another_vault", key_id=self.key_id)
        start = _PREFIX_BYTES + _NONCE_BYTES
        try:
            return cipher.decrypt(envelope[_PREFIX_BYTES:start], envelope[start:], context.encode())
        except (InvalidTag, ValueError):
            raise BrokenEnvelope("envelope_broken", key_id=self.key_id) from None

    def knows(self, envelope: bytes) -> bool:
        """Whether one of its generations sealed it, by its first bytes."""
        return envelope[:_PREFIX_BYTES] in self._ciphers

    def blind(self, purpose: str, value: str) -> bytes:
        """32 bytes: HMAC-SHA256 of the value under a key of this purpose alone."""
        index = self._blinds.get(purpose)
        if index is None:
            index = self._blinds[purpose] = _Blind(_derive(self._secret, b"blind " + purpose.encode(), 32))
        return index.digest(value.encode())

    def __repr__(self) -> str:
        return f"Vault(key_id={self.key_id!r})"


class _Blind:
    """HMAC-SHA256 (RFC 2104) with both key blocks hashed once: half the time of ``hmac`` for short values."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def generate() -> bytes:
    """A fresh storage secret."""
    return urandom(SECRET_BYTES)


def generations(secrets: bytes) -> Sequence[bytes]:
    """The secrets of a key file, the oldest first."""
    return [secrets[start : start + SECRET_BYTES] for start in range(0, len(secrets), SECRET_BYTES)]


def _prefix(secret: bytes) -> bytes:
    return _VERSION + _derive(secret, b"key id", _KEY_ID_BYTES)


def _derive(secret: bytes, purpose: bytes, size_bytes: int) -> bytes:
    return HKDFExpand(SHA256(), size_bytes, b"chitra vault 1: " + purpose).derive(secret)
