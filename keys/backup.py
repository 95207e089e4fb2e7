"""Sealed backups: a line of JSON that says what it is, a wrapped key, then frames under AES-256-GCM.

Each file has a random key of its own, wrapped under scrypt of a passphrase; the first line is authenticated with it. A
frame's nonce is its number and whether it is the last one, so that nothing is cut off, put in or moved unnoticed. Both
ways hold one frame in memory.
"""

from __future__ import annotations

import binascii
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import BrokenBackup, NoBackup, WrongPassphrase
from keys.passphrase import Passphrase
from keys.sealed import ROUNDS, ROUNDS_MAX, derive

FORMAT = "chitra-backup-1"
FRAME_BYTES = 1024 * 1024
_TAG_BYTES = 16
_LENGTH_BYTES = 4
_COUNTER_BYTES = 11
_LINE_BYTES_MAX = 1024 * 1024
_NAME = "backup"


class Sealer:
    """Write a backup: ``write`` as often as needed, then ``close`` once; a file without it is cut short."""

    def __init__(self, target: BinaryIO, about: Mapping[str, Any], passphrase: Passphrase) -> None:
        secret, salt, nonce = os.urandom(32), os.urandom(16), os.urandom(12)
        rounds = ROUNDS[passphrase.cost]
        kdf = {"name": "scrypt", "n": rounds, "salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode()}
        line = json.dumps({"format": FORMAT, "about": about, "key": kdf}).encode()
        wrapped = AESGCM(derive(passphrase, salt, rounds)).encrypt(nonce, secret, line)
        target.write(line + b"\n" + b64encode(wrapped) + b"\n")
        self._target, self._cipher = target, AESGCM(secret)
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) > FRAME_BYTES:  # the last frame is never empty behind others
            self._frame(bytes(self._waiting[:FRAME_BYTES]), last=False)
            del self._waiting[:FRAME_BYTES]

    def close(self) -> None:
        self._frame(bytes(self._waiting), last=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), data, None)
        self._target.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1


def read_about(source: BinaryIO) -> dict[str, Any]:
    """What a backup says of itself; not yet authenticated. Leaves the stream behind the first line."""
    return _parse(source.readline(_LINE_BYTES_MAX))[0]


def opened(source: BinaryIO, passphrase: Passphrase) -> tuple[dict[str, Any], Iterator[bytes]]:
    """What it says of itself, and its content; the last part has come only when the iterator ends.

    Raises ``NoBackup``, ``WrongPassphrase``, and while it is read ``BrokenBackup``.
    """
    line = source.readline(_LINE_BYTES_MAX)
    about, salt, nonce, rounds = _parse(line)
    wrapped = source.readline(_LINE_BYTES_MAX)
    if not wrapped.endswith(b"\n"):
        raise BrokenBackup("backup_cut_short")
    try:
        secret = AESGCM(derive(passphrase, salt, rounds)).decrypt(nonce, b64decode(wrapped), line[:-1])
    except (InvalidTag, binascii.Error):
        raise WrongPassphrase(_NAME) from None
    return about, _frames(source, AESGCM(secret))


def _frames(source: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    number, following = 0, _next_frame(source)
    while following is not None:
        sealed, following = following, _next_frame(source)
        yield _open(cipher, number, sealed, last=following is None)
        number += 1
    if number == 0:
        raise BrokenBackup("backup_cut_short")


def _next_frame(source: BinaryIO) -> bytes | None:
    length = source.read(_LENGTH_BYTES)
    if not length:
        return None
    size = int.from_bytes(length, "big")
    if len(length) == _LENGTH_BYTES and size > FRAME_BYTES + _TAG_BYTES:
        raise BrokenBackup("backup_changed")
    sealed = source.read(size)
    if len(length) < _LENGTH_BYTES or len(sealed) < size:
        raise BrokenBackup("backup_cut_short")
    return sealed


def _open(cipher: AESGCM, number: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), sealed, None)
    except (InvalidTag, ValueError):
        pass
    if last and _opens(cipher, number, sealed):
        raise BrokenBackup("backup_cut_short")
    raise BrokenBackup("backup_changed")


def _opens(cipher: AESGCM, number: int, sealed: bytes) -> bool:
    """As a frame that others follow."""
    try:
        cipher.decrypt(_nonce(number, last=False), sealed, None)
    except (InvalidTag, ValueError):
        return False
    return True


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes([last])


def _parse(line: bytes) -> tuple[dict[str, Any], bytes, bytes, int]:
    try:
        fields: dict[str, Any] = json.loads(line)
        if not line.endswith(b"\n") or fields["format"] != FORMAT:
            raise NoBackup("backup_form")
        key, about = fields["key"], dict(fields["about"])
        rounds = int(key["n"])
        if not 2 <= rounds <= ROUNDS_MAX:
            raise NoBackup("backup_form")
        return about, b64decode(key["salt"]), b64decode(key["nonce"]), rounds
    except (ValueError, KeyError, TypeError):
        raise NoBackup("backup_form") from None
