"""Where the daemon may listen, and how it is said."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.config import DaemonSection


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:9180", ("127.0.0.1", 9180)),
        ("127.1.2.3:0", ("127.1.2.3", 0)),
        ("[::1]:9180", ("::1", 9180)),
        ("localhost:9180", ("localhost", 9180)),
    ],
)
def test_an_address_of_this_machine_alone_is_taken(listen: str, address: tuple[str, int]) -> None:
    assert DaemonSection(listen=listen).address == address


@pytest.mark.parametrize("listen", ["0.0.0.0:9180", "[::]:9180", "192.0.2.1:9180", "gateway.example:9180"])
def test_an_address_that_others_can_reach_is_refused_until_it_is_allowed(listen: str) -> None:
    with pytest.raises(ValidationError, match="listen_beyond_loopback"):
        DaemonSection(listen=listen)
    assert DaemonSection(listen=listen, listen_beyond_loopback=True).listen == listen


@pytest.mark.parametrize("listen", ["", "on", "9180", ":9180", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ValidationError, match="HOST:PORT"):
        DaemonSection(listen=listen, listen_beyond_loopback=True)


def test_nothing_is_served_unless_it_is_asked_for() -> None:
    assert DaemonSection().listen == "off"
