"""SFTP against Debian's OpenSSH server: a disk that is really full, small requests that do not queue."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.sshd import Sshd, generate_key

from gateway.domain.errors import RemoteRefused
from gateway.transport import ssh
from gateway.transport.sftp import Endpoint, SftpTransport, connect


def endpoint(server: Sshd, tmp_path: Path) -> Endpoint:
    return Endpoint("127.0.0.1", server.port, server.user, tmp_path / "identity", (server.host_key,))


def put(transport: SftpTransport, path: str, content: bytes) -> None:
    with transport.open_exclusive(path) as writer:
        writer.write(content)
        writer.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_refused_and_leaves_no_more_than_fits(
    sshd_factory: Callable[..., Sshd], tmp_path: Path, small_disk: Path
) -> None:
    """39"""
    server = sshd_factory(small_disk, generate_key(tmp_path / "identity"))
    (small_disk / "in").mkdir()
    with closing(connect(endpoint(server, tmp_path))) as transport:
        with pytest.raises(RemoteRefused, match="failure"):
            put(transport, "/in/.x", bytes(3 << 20))
        assert transport.remove("/in/.x")
        put(transport, "/in/.x", b"payment")
    assert (small_disk / "in/.x").read_bytes() == b"payment"


def test_small_requests_do_not_wait_for_the_answer_to_earlier_ones(
    sshd_factory: Callable[..., Sshd], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nagle's algorithm would hold the second of two back for a round trip."""
    opened: list[socket.socket] = []

    class Kept(ssh.ProgressSocket):
        def __init__(self, *arguments: int) -> None:
            super().__init__(*arguments)
            opened.append(self)

    monkeypatch.setattr(ssh, "ProgressSocket", Kept)
    server = sshd_factory(tmp_path / "home", generate_key(tmp_path / "identity"))
    with closing(connect(endpoint(server, tmp_path))):
        assert opened[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
