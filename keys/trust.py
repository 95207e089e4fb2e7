"""What we trust: partners' pinned certificates and host keys; and proofs that are no signature, said openly."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from keys import certificates, files
from keys.errors import BadKey
from keys.verified import Spool, Verified, _vouch

_HOST_KEYS = frozenset({"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"})
HOST_RSA_BITS_MIN = 2048


def load_certificates(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Every certificate of these files, PEM, one each; files others may write to are refused."""
    found = [each for path in paths for each in certificates.load(files.read_public(path))]
    for each in found:
        certificates.require_signs(each)
    return tuple(certificates.to_pem(each) for each in found)


def host_key(text: str) -> str:
    """A pinned host key as ``algorithm base64``, without its comment; anything else is refused."""
    algorithm, _, _ = text.strip().partition(" ")
    if algorithm not in _HOST_KEYS:
        raise BadKey("host_key_algorithm", allowed=" ".join(sorted(_HOST_KEYS)))
    try:
        key = load_ssh_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise BadKey("host_key_unreadable") from None
    if isinstance(key, RSAPublicKey) and key.key_size < HOST_RSA_BITS_MIN:
        raise BadKey("host_key_too_short", bits_min=HOST_RSA_BITS_MIN)
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def accept_channel(source: BinaryIO, spool: Spool) -> Verified:
    """Bytes whose only proof is the pinned SFTP server they came from; four eyes allowed that in the profile."""
    return _vouch("channel", source, spool)


def accept_unproven(source: BinaryIO, spool: Spool) -> Verified:
    """Bytes without any proof, such as a file a person imports; they never move money (T9)."""
    return _vouch("none", source, spool)
