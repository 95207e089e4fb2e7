from __future__ import annotations

import socket
from contextlib import suppress

import pytest

from gateway.transport.ssh import ProgressSocket


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
