"""Sealed key files: one line of JSON that says how, then the secret under scrypt and AES-256-GCM.

The header line is authenticated with the secret, so that a key cannot be renamed or given another purpose.
"""

from __future__ import annotations

import binascii
import json
import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from keys.errors import BadKey, WrongPassphrase
from keys.passphrase import Cost, Passphrase

FORMAT = "chitra-sealed-key-1"
TOKEN_FORMAT = "chitra-token-key-1"
ROUNDS: dict[Cost, int] = {"interactive": 2**17, "random": 2**12}
ROUNDS_MAX = 2**20
_BLOCK = 8
_LANES = 1
_WRAP = 76


@dataclass(frozen=True, slots=True)
class Header:
    """What may be known of a key without its passphrase; times are ISO 8601 with offset."""

    name: str
    purpose: str
    algorithm: str
    key_id: str
    created: str
    not_after: str | None = None


def seal(header: Header, secret: bytes, passphrase: Passphrase) -> bytes:
    """The content of a key file."""
    salt, nonce, rounds = os.urandom(16), os.urandom(12), ROUNDS[passphrase.cost]
    line = _line(header, salt, nonce, rounds)
    cipher = AESGCM(derive(passphrase, salt, rounds))
    text = b64encode(cipher.encrypt(nonce, secret, line)).decode()
    wrapped = [text[start : start + _WRAP] for start in range(0, len(text), _WRAP)]
    return b"\n".join([line, *(part.encode() for part in wrapped), b""])


def read_header(content: bytes) -> Header:
    """What the file says of itself; not yet authenticated."""
    return _parse(content.partition(b"\n")[0])[0]


def refer(header: Header) -> bytes:
    """The content of a file about a key that lies elsewhere, in a token."""
    return json.dumps({"format": TOKEN_FORMAT, **asdict(header)}).encode() + b"\n"


def read_reference(content: bytes) -> Header:
    """What such a file says of the key."""
    try:
        fields: dict[str, Any] = json.loads(content)
        if fields.pop("format") == TOKEN_FORMAT:
            return Header(**fields)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise BadKey("key_file_format")


def unseal(content: bytes, name: str, purpose: str, passphrase: Passphrase) -> tuple[Header, bytes]:
    """Header and secret; the header must be of this name and purpose."""
    line, _, text = content.partition(b"\n")
    header, salt, nonce, rounds = _parse(line)
    if (header.name, header.purpose) != (name, purpose):
        raise BadKey("key_of_another_purpose", key=name, expected=purpose, got=header.purpose)
    try:
        return header, AESGCM(derive(passphrase, salt, rounds)).decrypt(nonce, b64decode(text), line)
    except (InvalidTag, binascii.Error):
        raise WrongPassphrase(name) from None


def _line(header: Header, salt: bytes, nonce: bytes, rounds: int) -> bytes:
    kdf = {"name": "scrypt", "n": rounds, "r": _BLOCK, "p": _LANES, "salt": b64encode(salt).decode()}
    cipher = {"name": "aes-256-gcm", "nonce": b64encode(nonce).decode()}
    return json.dumps({"format": FORMAT, **asdict(header), "kdf": kdf, "cipher": cipher}).encode()


def _parse(line: bytes) -> tuple[Header, bytes, bytes, int]:
    try:
        fields: dict[str, Any] = json.loads(line)
        if fields.pop("format") != FORMAT:
            raise BadKey("key_file_format")
        kdf, cipher = fields.pop("kdf"), fields.pop("cipher")
        rounds = int(kdf["n"])
        if not 2 <= rounds <= ROUNDS_MAX:
            raise BadKey("key_file_format")
        return Header(**fields), b64decode(kdf["salt"]), b64decode(cipher["nonce"]), rounds
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadKey("key_file_format") from None


def derive(passphrase: Passphrase, salt: bytes, rounds: int) -> bytes:
    """A key of 32 bytes; in the time that ``rounds`` take."""
    return Scrypt(salt=salt, length=32, n=rounds, r=_BLOCK, p=_LANES).derive(passphrase.reveal())
