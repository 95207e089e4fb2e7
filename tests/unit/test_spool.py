"""Scratch files of the home: unnamed, private, and in words when the disk is full."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.domain.errors import ChitraError
from gateway.spool import FolderSpool


@contextmanager
def _limited(kind: int, most: int) -> Iterator[None]:
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


@pytest.fixture
def spool(tmp_path: Path) -> FolderSpool:
    return FolderSpool(tmp_path / "spool")


def test_a_scratch_file_gives_back_what_was_written_and_has_no_name(spool: FolderSpool, tmp_path: Path) -> None:
    with closing(spool.create()) as scratch:
        scratch.write(b"payment" * 10_000)
        assert list((tmp_path / "spool").iterdir()) == []
        scratch.seek(0)
        assert scratch.read() == b"payment" * 10_000


def test_too_many_open_files_are_said_in_words(spool: FolderSpool) -> None:
    spool.create().close()
    with _limited(resource.RLIMIT_NOFILE, 3), pytest.raises(ChitraError, match=r"spool_trouble.*EMFILE"):
        spool.create()


def _write_far(spool: FolderSpool) -> None:
    with closing(spool.create()) as scratch:
        scratch.write(bytes(100_000))


def test_a_file_that_finds_no_room_is_said_in_words(spool: FolderSpool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file on a full disk: a device that has no room stands for it."""
    monkeypatch.setattr("tempfile.mkstemp", lambda dir: (os.open("/dev/full", os.O_RDWR), dir / "none"))
    monkeypatch.setattr("os.unlink", lambda path: None)
    with pytest.raises(ChitraError, match=r"spool_trouble.*ENOSPC"):
        _write_far(spool)
