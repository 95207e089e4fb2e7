"""SSH identities: Ed25519 in OpenSSH's own format, under bcrypt; ``ssh-keygen`` and any client can read them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from keys.errors import BadKey, WrongPassphrase
from keys.passphrase import Cost, Passphrase

ALGORITHM = "ssh-ed25519"
_ROUNDS: dict[Cost, int] = {"interactive": 64, "random": 1}


@dataclass(frozen=True, slots=True)
class SshIdentity:
    """Our side of an SFTP log-in."""

    name: str
    public_line: str
    """``ssh-ed25519 AAAA... NAME``, as it is given to the partner."""
    fingerprint: str
    """``SHA256:...``, as OpenSSH shows it."""
    private_openssh: bytes = field(repr=False)
    """The private key, open, in OpenSSH format: for the SSH client's memory, never for a file."""


def generate(name: str, passphrase: Passphrase) -> tuple[bytes, bytes]:
    """Content of ``NAME`` (private, under the passphrase) and ``NAME.pub``."""
    private = Ed25519PrivateKey.generate()
    bcrypt = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(_ROUNDS[passphrase.cost])
    sealed = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, bcrypt.build(passphrase.reveal()))
    return sealed, f"{_public_line(private, name)}\n".encode()


def unseal(name: str, content: bytes, passphrase: Passphrase) -> SshIdentity:
    """The open identity."""
    try:
        private = load_ssh_private_key(content, password=passphrase.reveal())
    except ValueError:
        raise WrongPassphrase(name) from None
    except TypeError:
        raise BadKey("key_not_sealed", key=name) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise BadKey("key_not_ed25519", key=name)
    line = _public_line(private, name)
    opened = private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return SshIdentity(name, line, fingerprint(line), opened)


def fingerprint(public_line: str) -> str:
    """``SHA256:...`` of ``ssh-ed25519 AAAA...``, as OpenSSH shows it."""
    blob = b64decode(public_line.split()[1])
    return "SHA256:" + b64encode(sha256(blob).digest()).decode().rstrip("=")


def _public_line(private: Ed25519PrivateKey, name: str) -> str:
    return f"{private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()} {name}"
