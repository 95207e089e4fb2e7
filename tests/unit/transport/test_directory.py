from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.transport.directory import DirectoryTransport


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with DirectoryTransport(tmp_path).read("/pipe", 1) as chunks, pytest.raises(RemoteRefused, match="failure"):
        next(chunks)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/link").symlink_to(tmp_path / "secret")
    with pytest.raises(RemoteRefused), DirectoryTransport(tmp_path / "home").read("/link", 100):
        pass


def test_m9_a_rename_that_stops_between_its_two_steps_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".x").write_bytes(b"payment")

    def fail(path: Path) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "unlink", fail)
    with pytest.raises(RemoteUnknown):
        DirectoryTransport(tmp_path).rename("/.x", "/x")
    assert (tmp_path / "x").read_bytes() == b"payment"


def test_a_full_disk_is_refused(tmp_path: Path) -> None:
    with DirectoryTransport(tmp_path).open_exclusive("/x") as writer, open("/dev/full", "wb") as full:
        os.dup2(full.fileno(), writer.descriptor)
        with pytest.raises(RemoteRefused, match="failure"):
            writer.write(b"payment")
