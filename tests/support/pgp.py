"""OpenPGP keys and messages for tests: partners with keys that are quick to make, honest messages and forged ones."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from pysequoia import ArmorKind, Cert, Profile, SignatureMode, Tsk, armor, encrypt, sign
from pysequoia.packet import PacketPile
from support.services import require_tool
from support.signatures import TemporarySpool

import keys.sealed
from keys import files, pgp
from keys.passphrase import Passphrase
from keys.pgp import PgpCertificate, PgpKey
from keys.sealed import Header

_NESTED_AT = -1
"""Of a one-pass signature packet: whether no other one follows."""


@cache
def key(name: str, validity_seconds: int | None = None) -> PgpKey:
    """Somebody's key, the same one at every call."""
    made = Tsk.generate(user_id=name, profile=Profile.RFC4880, validity_seconds=validity_seconds)
    return PgpKey(name, described(made.extract_certificate()), str(made))


def described(certificate: Cert) -> PgpCertificate:
    """As ``keys.pgp.describe`` says it, without another process."""
    names = ", ".join(str(each) for each in certificate.user_ids)
    ends, revoked = certificate.expiration, certificate.is_revoked
    return PgpCertificate(certificate.fingerprint, names, ends, revoked, str(certificate))


def revoked(of: PgpKey) -> PgpCertificate:
    """Its certificate after it was revoked."""
    public, secret = _public(of), _secret(of)
    return described(Cert.from_bytes(bytes(public) + bytes(public.revoke(secret.certifier()))))


def sealed(data: bytes, signer: PgpKey, *readers: PgpKey) -> bytes:
    """Signed and encrypted, as a partner's program does it."""
    return encrypt(data, recipients=[_public(each) for each in readers], signer=_secret(signer).signer(), armor=False)


def unsigned(data: bytes, *readers: PgpKey) -> bytes:
    return encrypt(data, recipients=[_public(each) for each in readers], armor=False)


def signed(data: bytes, signer: PgpKey) -> bytes:
    """Signed only: one-pass signature, literal data, signature."""
    return sign(_secret(signer).signer(), data, armor=False)


def clear_text(data: bytes, signer: PgpKey) -> bytes:
    return sign(_secret(signer).signer(), data, mode=SignatureMode.CLEAR)


def detached(data: bytes, signer: PgpKey) -> bytes:
    return sign(_secret(signer).signer(), data, mode=SignatureMode.DETACHED, armor=False)


def twice(data: bytes, first: PgpKey, second: PgpKey) -> bytes:
    """Two signatures side by side over the same data."""
    (opening, literal, closing), (before, _, after) = (_packets(signed(data, each)) for each in (first, second))
    return before[:_NESTED_AT] + b"\x00" + opening + literal + closing + after


def literal_of(message: bytes) -> bytes:
    """The data packet of a signed message, without its signature."""
    return _packets(message)[1]


def armored(message: bytes) -> bytes:
    return armor(message, ArmorKind.Message).encode()


def seal(data: bytes, signer: PgpKey, reader: PgpCertificate, now: datetime | None = None) -> bytes:
    """By the product."""
    with TemporarySpool().create() as message, TemporarySpool().create() as target:
        message.write(data)
        pgp.seal(message, target, reader, signer, now or datetime.now(UTC))
        target.seek(0)
        return target.read()


def put_in(home: Path, of: PgpKey, name: str = "openpgp") -> None:
    """A key that was quick to make, sealed in a rehearsal home as every key of it is."""
    keyring, passphrase = home / "keyring", Passphrase.from_file(home / "keyring" / "passphrase")
    header = Header(name, "openpgp", "openpgp", of.key_id, "2026-01-01T00:00:00+07:00")
    files.create(keyring / f"{name}.key", keys.sealed.seal(header, of.secret.encode(), passphrase))
    files.create(keyring / f"{name}.asc", of.certificate.text.encode())


def far(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


class GnuPG:
    """The partner's program, with a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._gpg, self._folder = require_tool("gpg"), folder

    def __call__(self, *arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        command = [self._gpg, "--homedir", str(self._folder), "--batch", "--yes", "--trust-model", "always"]
        return subprocess.run([*command, "--status-fd", "2", *arguments], input=data, capture_output=True)

    def done(self, *arguments: str, data: bytes = b"") -> bytes:
        ended = self(*arguments, data=data)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@contextmanager
def gnupg() -> Iterator[GnuPG]:
    """In a folder whose name is short, as the agent's socket needs it."""
    folder = Path(tempfile.mkdtemp(prefix="gpg"))
    try:
        yield GnuPG(folder)
    finally:
        subprocess.run([require_tool("gpgconf"), "--homedir", str(folder), "--kill", "all"], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _packets(message: bytes) -> list[bytes]:
    return [bytes(each) for each in PacketPile.from_bytes(message)]


def _public(of: PgpKey) -> Cert:
    return Cert.from_bytes(of.certificate.text.encode())


def _secret(of: PgpKey) -> Tsk:
    return Tsk.from_bytes(of.secret.encode())
