"""Sealed backups: they open whole and with their passphrase, or say what is wrong with them."""

from __future__ import annotations

import io
import json
import os

import pytest

from keys import backup
from keys.backup import FRAME_BYTES, Sealer, opened, read_about
from keys.errors import BrokenBackup, NoBackup, WrongPassphrase
from keys.passphrase import Passphrase

PASSPHRASE = Passphrase.random()
CONTENT = os.urandom(64) * (FRAME_BYTES // 32) + b"the end"
"""Two frames and a little more."""


def sealed(content: bytes = CONTENT) -> bytes:
    target = io.BytesIO()
    sealer = Sealer(target, {"instance": "TEST00"}, PASSPHRASE)
    for start in range(0, len(content), 300_000):
        sealer.write(content[start : start + 300_000])
    sealer.close()
    return target.getvalue()


def content_of(file: bytes, passphrase: Passphrase = PASSPHRASE) -> bytes:
    return b"".join(opened(io.BytesIO(file), passphrase)[1])


def frames(file: bytes) -> tuple[bytes, list[bytes]]:
    """The two lines, and each frame with its length."""
    start = file.index(b"\n", file.index(b"\n") + 1) + 1
    head, parts = file[:start], []
    while start < len(file):
        end = start + 4 + int.from_bytes(file[start : start + 4], "big")
        parts.append(file[start:end])
        start = end
    return head, parts


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, len(CONTENT)])
def test_what_was_sealed_comes_back(size: int) -> None:
    assert content_of(sealed(CONTENT[:size])) == CONTENT[:size]


def test_it_says_what_it_is_without_a_passphrase_and_hides_its_content() -> None:
    file = sealed()
    assert read_about(io.BytesIO(file)) == {"instance": "TEST00"}
    assert CONTENT[:16] not in file
    assert PASSPHRASE.reveal() not in file


def test_no_two_backups_have_a_key_in_common() -> None:
    assert sealed() != sealed()
    one, other = frames(sealed())[1], frames(sealed())[1]
    head, mine = frames(sealed())
    with pytest.raises(BrokenBackup, match="backup_changed"):
        content_of(head + mine[0] + one[1] + other[2])


def test_another_passphrase_is_said_before_anything_is_read() -> None:
    with pytest.raises(WrongPassphrase):
        opened(io.BytesIO(sealed()), Passphrase.random())


def test_a_first_line_that_was_changed_does_not_open() -> None:
    file = sealed()
    with pytest.raises(WrongPassphrase):
        content_of(file.replace(b"TEST00", b"TEST01"))


def test_cut_short_anywhere_is_said() -> None:
    file = sealed()
    head, parts = frames(file)
    ends = [len(head) + sum(map(len, parts[:count])) for count in range(len(parts))]
    second_line = head.index(b"\n") + 10
    for end in (second_line, *ends, *(each + 2 for each in ends), *(each + 100 for each in ends[:-1]), len(file) - 1):
        with pytest.raises(BrokenBackup, match="backup_cut_short"):
            content_of(file[:end])


@pytest.mark.parametrize(
    "change",
    {
        "a bit of a frame": lambda parts: [parts[0], parts[1][:-1] + bytes([parts[1][-1] ^ 1]), parts[2]],
        "frames exchanged": lambda parts: [parts[1], parts[0], parts[2]],
        "a frame left out": lambda parts: [parts[0], parts[2]],
        "a frame twice": lambda parts: [parts[0], parts[0], parts[1], parts[2]],
        "something behind the end": lambda parts: [*parts, parts[2]],
        "a length beyond any frame": lambda parts: [b"\xff\xff\xff\xff" + parts[0][4:], *parts[1:]],
    }.items(),
    ids=lambda named: named[0],
)
def test_whatever_was_changed_is_said(change: tuple[str, object]) -> None:
    head, parts = frames(sealed())
    changed = change[1](parts)  # type: ignore[operator]
    with pytest.raises(BrokenBackup, match="backup_changed"):
        content_of(head + b"".join(changed))


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"SQLite format 3\0",
        b"{}\n",
        b'{"format": "chitra-backup-2", "about": {}, "key": {}}\n',
        json.dumps({"format": backup.FORMAT, "about": {}, "key": {"n": 2**30, "salt": "", "nonce": ""}}).encode()
        + b"\n",
    ],
)
def test_what_is_no_backup_of_this_form_is_refused(file: bytes) -> None:
    with pytest.raises(NoBackup, match="backup_form"):
        content_of(file)
