"""One connection kept for many uses: made anew after an error, a loss or a long pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from support.stores import Time

from gateway.domain.errors import Busy, HostKeyMismatch, RemoteRefused, RemoteUnknown
from gateway.ports import Transport
from gateway.transport.directory import DirectoryTransport
from gateway.transport.keeper import Keeper


class Server:
    """A partner that counts who connects; ``refusal`` and ``silent`` say how it behaves."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.opened = self.closed = 0
        self.refusal: Exception | None = None
        self.silent = False

    @contextmanager
    def connect(self) -> Iterator[Transport]:
        if self.refusal:
            raise self.refusal
        self.opened += 1
        try:
            yield _Connection(self, self._root)
        finally:
            self.closed += 1


class _Connection(DirectoryTransport):
    def __init__(self, server: Server, root: Path) -> None:
        super().__init__(root)
        self._server = server

    def stat(self, path: str) -> object:  # type: ignore[override]
        if self._server.silent:
            raise RemoteUnknown("timeout")
        if path == "/":
            raise RemoteRefused("permission_denied")
        return super().stat(path)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def keeper_of(server: Server, idle_seconds_max: int = 120) -> Keeper:
    return Keeper(server.connect, Time(), idle_seconds_max)


def use(keeper: Keeper) -> Transport:
    with keeper.connect() as transport:
        return transport


def test_a_connection_is_kept_for_the_next_use_also_when_the_server_refuses_to_be_asked(server: Server) -> None:
    keeper = keeper_of(server)
    assert use(keeper) is use(keeper) is use(keeper)
    assert (server.opened, server.closed, keeper.connections) == (1, 0, 1)


def test_one_that_answers_no_more_is_made_anew(server: Server) -> None:
    keeper = keeper_of(server)
    first = use(keeper)
    server.silent = True
    assert use(keeper) is not first
    assert (server.opened, server.closed) == (2, 1)


@pytest.mark.parametrize("error", [RemoteUnknown("connection_lost"), ZeroDivisionError(), KeyboardInterrupt()])
def test_one_whose_user_failed_is_given_up(server: Server, error: BaseException) -> None:
    keeper = keeper_of(server)
    with pytest.raises(type(error)), keeper.connect():
        raise error
    assert (server.opened, server.closed) == (1, 1)
    use(keeper)
    assert server.opened == 2


def test_t8_a_server_with_another_host_key_is_refused_when_the_connection_is_made_anew(server: Server) -> None:
    keeper = keeper_of(server)
    use(keeper)
    server.silent, server.refusal = True, HostKeyMismatch("host_key_mismatch", host="h", shown="SHA256:x")
    with pytest.raises(HostKeyMismatch):
        use(keeper)
    assert keeper.failures == 1


def test_failures_are_counted_until_a_connection_comes_about(server: Server) -> None:
    keeper = keeper_of(server)
    server.refusal = RemoteRefused("unreachable", host="h", port=1)
    for expected in (1, 2, 3):
        with pytest.raises(RemoteRefused):
            use(keeper)
        assert keeper.failures == expected
    server.refusal = None
    use(keeper)
    assert keeper.failures == 0


def test_the_last_contact_is_when_the_server_last_answered(server: Server) -> None:
    keeper = keeper_of(server)
    assert keeper.contact is None
    use(keeper)
    first = keeper.contact
    use(keeper)
    assert isinstance(first, datetime)
    assert keeper.contact is not None
    assert keeper.contact > first
    server.silent, server.refusal = True, RemoteRefused("unreachable", host="h", port=1)
    last = keeper.contact
    with pytest.raises(RemoteRefused):
        use(keeper)
    assert keeper.contact == last


def test_it_is_given_up_before_a_pause_that_is_too_long_for_the_partner(server: Server) -> None:
    keeper = keeper_of(server, idle_seconds_max=120)
    use(keeper)
    keeper.rest(120)
    assert server.closed == 0
    keeper.rest(121)
    assert server.closed == 1
    use(keeper)
    assert server.opened == 2


def test_a_side_errand_waits_neither_for_a_connection_in_use_nor_for_a_dead_partner(server: Server) -> None:
    keeper = keeper_of(server)
    with keeper.connect_at_once() as first, pytest.raises(Busy), keeper.connect_at_once():
        raise AssertionError("one user at a time")
    assert use(keeper) is first
    server.silent, server.refusal = True, RemoteRefused("unreachable", host="h", port=1)
    with pytest.raises(RemoteRefused):
        use(keeper)
    with pytest.raises(Busy), keeper.connect_at_once():
        raise AssertionError("a dead partner is not asked")
