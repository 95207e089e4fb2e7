"""OpenPGP (RFC 4880 and 9580, by Sequoia): a message signed inside and encrypted to its reader, usually ``NAME.pgp``.

We write one form: signed by our key, not compressed, encrypted to the partner's certificate and to our own, so that
what was sealed can be opened again. We believe a message with exactly one signature, by a pinned certificate, encrypted
to us or not at all. All of it happens in a process of its own (``keys.pgp_worker``), and what comes out is copied
before anybody sees it.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from keys import errors, files
from keys.errors import BadKey, Hostile, NotTrusted
from keys.verified import Spool, Verified, _Scratch

_WORKER = Path(__file__).with_name("pgp_worker.py")
_SECONDS_MAX = 600
_MEMORY_BYTES = 1 << 30
_MEMORY_FOLD = 4
"""Memory that a message may take: so much for the process, and so many times the size that is allowed."""
_CPU_SECONDS = 60
_BYTES_A_CPU_SECOND = 4 << 20
_CERTIFICATE_BYTES_MAX = 256 * 1024
_BY_ANOTHER_KEY = ("encrypted_to_another", "not_decryptable")
"""Refusals after which another key of ours may still open a message, whose reader may be hidden."""
ALGORITHM = "openpgp-rsa-3072"


@dataclass(frozen=True, slots=True)
class PgpCertificate:
    """What a certificate says of itself."""

    key_id: str
    """Its fingerprint, hex."""
    name: str
    not_after: datetime | None
    revoked: bool
    text: str = field(repr=False)
    """ASCII armour."""

    def check_valid(self, now: datetime) -> None:
        """Raise ``NotTrusted`` when it is revoked or over."""
        if self.revoked:
            raise NotTrusted("certificate_revoked", key_id=self.key_id)
        if self.not_after is not None and now > self.not_after:
            raise NotTrusted("certificate_expired", key_id=self.key_id)

    def is_valid(self, now: datetime) -> bool:
        """Neither revoked nor over."""
        return not self.revoked and (self.not_after is None or now <= self.not_after)


@dataclass(frozen=True, slots=True)
class PgpKey:
    """Our key, open and ready: to sign, and to read what is encrypted to us."""

    name: str
    certificate: PgpCertificate
    secret: str = field(repr=False)

    @property
    def key_id(self) -> str:
        return self.certificate.key_id


def generate(name: str, days: int) -> PgpKey:
    """RSA-3072: a primary key that certifies, a subkey that signs, one that decrypts; valid from now for ``days``."""
    done = _ask("generate", _CERTIFICATE_BYTES_MAX, name=name, days=days)
    return from_secret(name, done["secret"].encode())


def from_secret(name: str, secret: bytes) -> PgpKey:
    """The open key, from the bytes that were sealed."""
    done = _ask("describe", _CERTIFICATE_BYTES_MAX, secret=secret.decode())
    return PgpKey(name, _described(done), secret.decode())


@lru_cache(maxsize=64)
def describe(text: bytes) -> PgpCertificate:
    """One public certificate, in ASCII armour; anything else is refused."""
    if len(text) > _CERTIFICATE_BYTES_MAX or not text.isascii():
        raise BadKey("openpgp_certificate_unreadable")
    done = _ask("describe", _CERTIFICATE_BYTES_MAX, certificate=text.decode())
    return _described(done)


def _described(done: Mapping[str, Any]) -> PgpCertificate:
    ends = datetime.fromisoformat(done["not_after"]) if done["not_after"] else None
    return PgpCertificate(done["key_id"], done["name"], ends, done["revoked"], done["certificate"])


def load_certificates(paths: Iterable[Path]) -> tuple[PgpCertificate, ...]:
    """One certificate a file; files that others may write to are refused."""
    return tuple(describe(files.read_public(path)) for path in paths)


def seal(message: BinaryIO, target: BinaryIO, recipient: PgpCertificate, key: PgpKey, now: datetime) -> None:
    """Sign the message and encrypt it into ``target``; both are files of a spool. Never the same bytes twice."""
    message.flush()
    _ask(
        "seal",
        message.seek(0, 2),
        message,
        target,
        recipients=[recipient.text],
        own=key.secret,
        now=now.isoformat(),
    )


def verify_pgp(
    source: BinaryIO,
    trusted: Sequence[PgpCertificate],
    key: PgpKey,
    spool: Spool,
    now: datetime,
    size_bytes_max: int,
    old: Sequence[PgpKey] = (),
) -> Verified:
    """What is inside, proven by the one signature of one of the ``trusted`` certificates; raises ``BadProof``.

    ``old`` are keys that we had before: what was encrypted to them is still read.
    """
    return _verify(source, trusted, [key, *old], spool, now, size_bytes_max, is_ours=False)


def open_own(
    source: BinaryIO, key: PgpKey, spool: Spool, now: datetime, size_bytes_max: int, old: Sequence[PgpKey] = ()
) -> Verified:
    """What we sealed ourselves, with this key or an old one."""
    keys = [key, *old]
    return _verify(source, [each.certificate for each in keys], keys, spool, now, size_bytes_max, is_ours=True)


def may_read(source: BinaryIO, certificate: PgpCertificate, spool: Spool, size_bytes_max: int) -> bool:
    """Whether a message is encrypted to this certificate, or does not say to whom; False for anything else."""
    with closing(_Scratch(spool)) as received:
        received.fill(source, size_bytes_max)
        done = _ask("reads", size_bytes_max, received.file(), certificate=certificate.text)
    return bool(done["reads"])


def _verify(
    source: BinaryIO,
    trusted: Sequence[PgpCertificate],
    keys: Sequence[PgpKey],
    spool: Spool,
    now: datetime,
    size_bytes_max: int,
    *,
    is_ours: bool,
) -> Verified:
    with closing(_Scratch(spool)) as received, closing(spool.create()) as opened:
        received.fill(source, size_bytes_max)
        asked = {
            "trusted": [each.text for each in trusted],
            "ours": [each.certificate.text for each in keys],
            "now": now.isoformat(),
            "is_ours": is_ours,
        }
        done = _opened_by_any(keys, size_bytes_max, received.file(), opened, asked)
        opened.seek(0)
        with _Scratch(spool) as scratch:
            scratch.fill(opened, size_bytes_max)
            return scratch.vouch_for("openpgp", done["key_id"], done["certificate"].encode())


def _opened_by_any(
    keys: Sequence[PgpKey], size_bytes_max: int, source: BinaryIO, target: BinaryIO, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    """By the first of the keys that opens it; where none does, why the one that it may be for did not."""
    refused: list[Hostile] = []
    for key in keys:
        try:
            return _ask("open", size_bytes_max, source, target, own=key.secret, **asked)
        except Hostile as error:
            if error.code not in _BY_ANOTHER_KEY:
                raise
            refused.append(error)
    raise max(refused, key=lambda error: _BY_ANOTHER_KEY.index(error.code))


def _ask(
    verb: str, size_bytes: int, source: BinaryIO | None = None, target: BinaryIO | None = None, **asked: Any
) -> Mapping[str, Any]:
    """One request to a process of its own; its refusals are ours, and so is its end at a limit."""
    if importlib.util.find_spec("pysequoia") is None:
        raise BadKey("openpgp_not_installed")
    given = {name: file.fileno() for name, file in (("source", source), ("target", target)) if file is not None}
    request = {"verb": verb, "size_bytes_max": size_bytes, "limits": _limits(verb, size_bytes), **given, **asked}
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(_WORKER)],
            input=json.dumps(request).encode(),
            capture_output=True,
            pass_fds=tuple(given.values()),
            timeout=_SECONDS_MAX,
        )
        answer = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        if verb == "open":
            raise Hostile("openpgp_unfinished") from None
        raise BadKey("openpgp_unfinished") from None
    if "refused" in answer:
        kind, code, params = answer["refused"]
        raise getattr(errors, kind)(code, **params)
    done: Mapping[str, Any] = answer["done"]
    return done


def _limits(verb: str, size_bytes: int) -> dict[str, int]:
    bounds = {
        "RLIMIT_AS": _MEMORY_BYTES + _MEMORY_FOLD * size_bytes,
        "RLIMIT_CPU": _CPU_SECONDS + size_bytes // _BYTES_A_CPU_SECOND,
    }
    return bounds | {"RLIMIT_FSIZE": size_bytes} if verb == "open" else bounds
