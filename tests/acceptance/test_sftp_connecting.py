"""Faults 52 to 58, 75 and 76: what goes wrong while connecting changes nothing, and the same bytes go out later."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sftp_line import Line, line, sealed_snapshot
from support.sftp_proxy import Gate, fault_proxy
from support.sshd import generate_key

IMPATIENT_SECONDS = 1.0
LOGIN_SECONDS = 6.0
"""Enough for a key exchange on a busy machine."""
PATIENT_SECONDS = 30.0


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed_snapshot(tmp_path_factory.mktemp("sealed"), 4)


@pytest.fixture
def ours(sealed: Path, tmp_path: Path) -> Iterator[Line]:
    with line(sealed, tmp_path) as mine:
        yield mine


def requires_nothing_done(ours: Line) -> None:
    assert ours.state == "sealed"
    assert ours.gateway.value("SELECT count(*) FROM attempt") == 0


def requires_sent_later(ours: Line) -> None:
    content = ours.sealed()
    assert ours.send() is None
    ours.bank.take()
    assert ours.bank.taken == [(ours.final_name, content)]


GATES: list[tuple[int, Gate, str, int]] = [
    (52, "silent", "handshake_failed", 0),
    (51, "dripping", "handshake_failed", 0),
    (53, "silent after the key", "handshake_failed", 1),
    (54, "silent after the login", "sftp_refused", 1),
    (75, "closed", "handshake_failed", 0),
]


@pytest.mark.parametrize(("number", "gate", "code", "logins"), GATES)
def test_m8_a_connection_that_never_comes_about_is_given_up_and_tried_again_later(
    ours: Line, number: int, gate: Gate, code: str, logins: int
) -> None:
    ours.proxy.gate = gate
    ours.change(connect_timeout_seconds=LOGIN_SECONDS if logins else IMPATIENT_SECONDS)
    said = ours.send()
    assert said is not None
    assert (said.code, said.exit_code) == (code, 1)
    assert ours.proxy.logins == logins
    requires_nothing_done(ours)
    ours.proxy.gate = "open"
    ours.change(connect_timeout_seconds=PATIENT_SECONDS)
    requires_sent_later(ours)


def test_t8_a_rotated_host_key_nobody_announced_gets_no_credential(ours: Line, tmp_path: Path) -> None:
    """55, 56: the operator pins the new key in the second slot, and the same bytes go out."""
    (tmp_path / "rotated").mkdir()
    key = generate_key(tmp_path / "rotated" / "proxy-identity")
    (tmp_path / "rotated" / "identity").write_bytes((tmp_path / "identity").read_bytes())
    (tmp_path / "rotated" / "identity").chmod(0o600)
    with fault_proxy(ours.server, tmp_path / "rotated" / "identity") as rotated:
        ours.change(port=rotated.port)
        said = ours.send()
        assert said is not None
        assert (said.code, said.exit_code) == ("host_key_mismatch", 5)
        assert (rotated.connections, rotated.logins) == (1, 0)
        requires_nothing_done(ours)
        ours.change(host_keys=(*ours.endpoint.host_keys, key))
        requires_sent_later(ours)


def test_t8_a_name_that_leads_to_another_machine_gets_no_credential(
    ours: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """76: whatever the name service says, the host key decides."""
    (tmp_path / "elsewhere").mkdir()
    generate_key(tmp_path / "elsewhere" / "identity")
    at = ("127.0.0.2", ours.proxy.port)
    with fault_proxy(ours.server, tmp_path / "elsewhere" / "identity", at) as elsewhere:
        addresses = {"bank.example": "127.0.0.2"}
        real = socket.getaddrinfo

        def resolved(host: str, port: int, *rest: Any, **options: Any) -> Any:
            return real(addresses.get(host, host), port, *rest, **options)

        monkeypatch.setattr(socket, "getaddrinfo", resolved)
        ours.change(host="bank.example")
        said = ours.send()
        assert said is not None
        assert said.code == "host_key_mismatch"
        assert (elsewhere.connections, elsewhere.logins) == (1, 0)
        requires_nothing_done(ours)
        addresses["bank.example"] = "127.0.0.1"
        requires_sent_later(ours)


def test_m8_a_server_at_its_connection_limit_is_tried_again_later(sealed: Path, tmp_path: Path) -> None:
    """75, by OpenSSH itself: one connection that never logs in takes the only place."""
    with line(sealed, tmp_path, MaxStartups="1") as ours:
        ours.change(port=ours.server.port, user=ours.server.user, host_keys=(ours.server.host_key,))
        with socket.create_connection(("127.0.0.1", ours.server.port)) as occupant:
            assert occupant.recv(4) == b"SSH-"
            said = ours.send()
            assert said is not None
            assert (said.code, said.exit_code) == ("handshake_failed", 1)
            requires_nothing_done(ours)
        requires_sent_later(ours)
