"""A connection that is lost between two steps of connecting is a refusal in words, wherever that is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from support.restarts import children
from support.sshd import Sshd, generate_key

from gateway.domain.errors import RemoteRefused
from gateway.transport.sftp import connect
from gateway.transport.ssh import Endpoint, _PinnedTransport


@pytest.fixture
def server(sshd_factory: Callable[..., Sshd], tmp_path: Path) -> Sshd:
    return sshd_factory(tmp_path / "home", generate_key(tmp_path / "identity"))


@pytest.mark.parametrize("step", ["get_remote_server_key", "auth_publickey", "open_session"])
def test_36_a_server_that_is_gone_before_the_next_step_refuses(
    server: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Its process for this connection is killed, and we have noticed, before we take the step."""
    taken = getattr(_PinnedTransport, step)

    def after_the_loss(transport: _PinnedTransport, *arguments: object, **named: object) -> object:
        for pid in children(server.pid):
            os.kill(pid, signal.SIGKILL)
        transport.join(10)
        return taken(transport, *arguments, **named)

    monkeypatch.setattr(_PinnedTransport, step, after_the_loss)
    endpoint = Endpoint("127.0.0.1", server.port, server.user, tmp_path / "identity", (server.host_key,))
    with pytest.raises(RemoteRefused):
        connect(endpoint)
