from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.scripted_sftp import Ticking
from support.sshd import generate_key

from gateway.domain.errors import RemoteRefused
from gateway.transport import ssh
from gateway.transport.ssh import Endpoint, ProgressSocket


def test_a_send_that_makes_no_progress_fails_instead_of_waiting_for_ever() -> None:
    ours, theirs = socket.socketpair()
    with theirs, ProgressSocket(ours.family, ours.type, ours.proto, ours.detach()) as progress:
        progress.stall_seconds = 0.05
        progress.setblocking(False)
        with suppress(BlockingIOError):
            while socket.socket.send(progress, bytes(1 << 20)):
                pass
        with pytest.raises(ConnectionAbortedError):
            progress.send(b"more")


def test_many_addresses_that_do_not_answer_share_the_time_for_connecting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, tried = Ticking(), list[str]()

    def addresses(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (f"192.0.2.{number}", port)) for number in (1, 2, 3)]

    def never_answering(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address[0])
        clock.seconds += timeout
        raise TimeoutError

    monkeypatch.setattr(ssh, "time", clock)
    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    monkeypatch.setattr(socket, "create_connection", never_answering)
    pinned = (generate_key(tmp_path / "identity"),)
    with pytest.raises(RemoteRefused, match="unreachable"):
        ssh.connect(Endpoint("bank.example", 22, "nobody", tmp_path / "identity", pinned, connect_timeout_seconds=30.0))
    assert tried == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    assert clock.seconds < 31
