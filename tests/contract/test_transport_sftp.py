"""SFTP against Debian's OpenSSH server: who is let in, what is offered, what a bad connection means."""

from __future__ import annotations

import logging.handlers
import os
import resource
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest
from support.sshd import Sshd, generate_key

from gateway.domain.errors import HostKeyMismatch, NotConfigured, RemoteRefused, RemoteUnknown
from gateway.transport.sftp import Endpoint, SftpTransport, connect

ATTEMPT = "userauth-request"
ACCEPTED = "Accepted publickey"
Start = Callable[..., tuple[Sshd, Endpoint]]


@pytest.fixture
def start(sshd_factory: Callable[..., Sshd], tmp_path: Path) -> Start:
    """A server with an ``in`` folder, and the endpoint that fits it."""

    def start_one(**options: str) -> tuple[Sshd, Endpoint]:
        public = generate_key(tmp_path / "identity")
        server = sshd_factory(tmp_path / "home", public, **options)
        (tmp_path / "home/in").mkdir()
        identity = tmp_path / "identity"
        return server, Endpoint("127.0.0.1", server.port, server.user, identity, (server.host_key,))

    return start_one


@contextmanager
def connected(endpoint: Endpoint) -> Iterator[SftpTransport]:
    transport = connect(endpoint)
    try:
        yield transport
    finally:
        transport.close()


def put(transport: SftpTransport, path: str, content: bytes) -> None:
    with transport.open_exclusive(path) as writer:
        writer.write(content)
        writer.close()


# Who the server is


def test_the_pinned_server_is_let_in_and_its_fingerprint_is_told(start: Start) -> None:
    server, endpoint = start()
    with connected(endpoint) as transport:
        told = transport.host_key
    shown = subprocess.run(
        ["ssh-keygen", "-lf", "-"], input=server.host_key, capture_output=True, text=True, check=True
    )
    assert told == shown.stdout.split()[1]
    assert server.logged(ATTEMPT) > 0


def test_t8_another_host_key_gets_no_credential_and_no_file_operation(start: Start, tmp_path: Path) -> None:
    server, endpoint = start()
    other = generate_key(tmp_path / "other")
    with pytest.raises(HostKeyMismatch) as mismatch:
        connect(replace(endpoint, host_keys=(other,)))
    assert str(mismatch.value.params["shown"]).startswith("SHA256:")
    assert server.logged("Connection from") == 1
    assert server.logged(ATTEMPT) == 0


def test_t8_a_host_key_of_another_type_gets_no_credential(start: Start, tmp_path: Path) -> None:
    server, endpoint = start()
    other = generate_key(tmp_path / "other", "ecdsa")
    with pytest.raises(HostKeyMismatch):
        connect(replace(endpoint, host_keys=(other,)))
    assert server.logged("Connection from") == 1
    assert server.logged(ATTEMPT) == 0


def test_the_second_pinned_key_serves_rotation(start: Start, tmp_path: Path) -> None:
    _, endpoint = start()
    old = generate_key(tmp_path / "old")
    with connected(replace(endpoint, host_keys=(old, *endpoint.host_keys))) as transport:
        assert transport.stat("/in") is not None


@pytest.mark.parametrize("host_keys", [(), ("ssh-ed25519",), ("ssh-ed25519 !!!",), ("ssh-dss AAAA",)])
def test_without_a_usable_pinned_key_nothing_is_connected(host_keys: tuple[str, ...], tmp_path: Path) -> None:
    generate_key(tmp_path / "identity")
    with pytest.raises(NotConfigured):
        connect(Endpoint("127.0.0.1", 1, "nobody", tmp_path / "identity", host_keys))


# Who we are


def test_an_encrypted_identity_is_opened_with_its_passphrase(start: Start, tmp_path: Path) -> None:
    public = generate_key(tmp_path / "sealed", passphrase="correct horse")
    server, endpoint = start()
    (server.log.parent / "authorized_keys").write_text(public)
    sealed = replace(endpoint, identity_file=tmp_path / "sealed", identity_passphrase=lambda: b"correct horse")
    with connected(sealed) as transport:
        assert transport.stat("/in") is not None
    assert "horse" not in repr(sealed)
    for wrong in (b"battery", None):
        with pytest.raises(NotConfigured, match="identity_unreadable"):
            connect(replace(sealed, identity_passphrase=lambda passphrase=wrong: passphrase))  # type: ignore[misc]


def test_an_unknown_identity_is_refused_after_one_attempt(start: Start, tmp_path: Path) -> None:
    server, endpoint = start()
    generate_key(tmp_path / "unknown")
    with pytest.raises(RemoteRefused, match="auth_refused"):
        connect(replace(endpoint, identity_file=tmp_path / "unknown"))
    assert server.logged("Failed publickey") == 1
    assert server.logged("method password") == server.logged("method none") == 0


def test_an_identity_that_is_no_text_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "identity").write_bytes(b"\xc1\xff")
    (tmp_path / "identity").chmod(0o600)
    generate_key(tmp_path / "host")
    pinned = (tmp_path / "host.pub").read_text()
    with pytest.raises(NotConfigured, match="identity_unreadable"):
        connect(Endpoint("127.0.0.1", 1, "nobody", tmp_path / "identity", (pinned,)))


def test_an_identity_others_may_read_is_not_used(start: Start, tmp_path: Path) -> None:
    server, endpoint = start()
    endpoint.identity_file.chmod(0o644)
    with pytest.raises(NotConfigured, match="identity_unsafe"):
        connect(endpoint)
    (tmp_path / "link").symlink_to(endpoint.identity_file)
    with pytest.raises(NotConfigured, match="identity_missing"):
        connect(replace(endpoint, identity_file=tmp_path / "link"))
    assert server.logged("Connection from") == 0


# What is offered


def test_the_key_exchange_our_client_sends_holds_only_the_allow_list(tmp_path: Path) -> None:
    public = generate_key(tmp_path / "identity")
    offer = _kexinit(lambda port: Endpoint("127.0.0.1", port, "nobody", tmp_path / "identity", (public,)))
    kex, host_keys, cipher_out, cipher_in, mac_out, mac_in, zip_out, zip_in, *_ = offer
    assert host_keys == ["ssh-ed25519"]
    assert cipher_out == cipher_in
    assert cipher_in == ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes128-ctr"]
    assert mac_out == mac_in
    assert all(name.startswith("hmac-sha2-") for name in mac_in)
    assert zip_out == zip_in == ["none"]
    assert "kex-strict-c-v00@openssh.com" in kex
    assert set(kex) - {"ext-info-c", "kex-strict-c-v00@openssh.com", "mlkem768x25519-sha256"} == {
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
    }


@pytest.mark.parametrize(
    "weak",
    [
        {"Ciphers": "aes256-cbc,3des-cbc"},
        {"KexAlgorithms": "diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"},
        {"Ciphers": "aes256-ctr", "MACs": "hmac-sha1,hmac-md5"},
    ],
)
def test_a_server_with_weak_algorithms_only_is_refused(start: Start, weak: dict[str, str]) -> None:
    server, endpoint = start(**weak)
    with pytest.raises(RemoteRefused, match="algorithms_refused"):
        connect(endpoint)
    assert server.logged(ATTEMPT) == 0


def test_aes_gcm_is_what_we_agree_on_with_openssh(start: Start) -> None:
    server, endpoint = start()
    with connected(endpoint):
        assert server.logged("cipher: aes256-gcm@openssh.com") == 2


@pytest.mark.parametrize(("cipher", "attempts"), [("aes256-ctr", 0), ("aes256-gcm@openssh.com", 1)])
def test_without_strict_key_exchange_only_aes_gcm_gets_a_credential(cipher: str, attempts: int, tmp_path: Path) -> None:
    generate_key(tmp_path / "identity")
    host_key = paramiko.Ed25519Key.from_private_key_file(str(tmp_path / "identity"))
    pinned = f"{host_key.get_name()} {host_key.get_base64()}"
    judge = _Judge()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve_without_strict_kex, args=(listener, host_key, cipher, judge)).start()
        port = listener.getsockname()[1]
        with pytest.raises(RemoteRefused, match="auth_refused" if attempts else "algorithms_refused"):
            connect(Endpoint("127.0.0.1", port, "nobody", tmp_path / "identity", (pinned,)))
    assert judge.attempts == attempts


# Bad connections


def test_nobody_listening_is_unreachable(tmp_path: Path) -> None:
    public = generate_key(tmp_path / "identity")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RemoteRefused, match="unreachable"):
        connect(Endpoint("127.0.0.1", port, "nobody", tmp_path / "identity", (public,)))


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-silent\r\n"])
def test_a_server_that_falls_silent_while_connecting_is_given_up(greeting: bytes, tmp_path: Path) -> None:
    public = generate_key(tmp_path / "identity")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        endpoint = Endpoint("127.0.0.1", port, "nobody", tmp_path / "identity", (public,), connect_timeout_seconds=0.3)
        threading.Thread(target=lambda: _greet(listener, greeting)).start()
        with pytest.raises(RemoteRefused, match="handshake_failed"):
            connect(endpoint)


def test_a_server_without_sftp_is_refused(start: Start) -> None:
    _, endpoint = start(sftp="/nonexistent")
    with pytest.raises(RemoteRefused, match="sftp_refused"):
        connect(endpoint)


def test_m9_a_server_that_stops_answering_is_unknown(start: Start) -> None:
    server, endpoint = start()
    with connected(replace(endpoint, answer_timeout_seconds=0.5)) as transport:
        put(transport, "/in/.x", b"payment")
        with _stopped(server), pytest.raises(RemoteUnknown, match="timeout"):
            transport.rename("/in/.x", "/in/x")


def test_m9_a_server_that_stops_reading_is_unknown(start: Start) -> None:
    server, endpoint = start()
    endless = bytes(8 << 20)
    with (
        connected(replace(endpoint, answer_timeout_seconds=0.5)) as transport,
        transport.open_exclusive("/in/.x") as writer,
        _stopped(server),
        pytest.raises(RemoteUnknown),
    ):
        writer.write(endless)


def test_m9_a_connection_cut_in_the_middle_of_an_upload_is_unknown(start: Start) -> None:
    server, endpoint = start()
    with connected(endpoint) as transport, transport.open_exclusive("/in/.x") as writer:
        writer.write(bytes(1 << 20))
        for pid in _sessions(server):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(RemoteUnknown, match="connection_lost"):
            writer.write(bytes(8 << 20))
        with pytest.raises(RemoteUnknown):
            writer.close()


@pytest.mark.parametrize("denied", ["write", "close", "rename"])
def test_what_openssh_denies_is_refused(start: Start, denied: str) -> None:
    _, endpoint = start(sftp=f"internal-sftp -P {denied}")
    with connected(endpoint) as transport, pytest.raises(RemoteRefused, match="permission_denied"):
        _send(transport)


def test_sync_that_openssh_does_not_offer_is_false(start: Start) -> None:
    _, endpoint = start(sftp="internal-sftp -P fsync")
    with connected(endpoint) as transport, transport.open_exclusive("/in/.x") as writer:
        assert writer.sync() is False


def test_a_disk_that_fills_up_in_the_middle_is_refused(start: Start, tmp_path: Path) -> None:
    """A limit on file size stands for the full disk."""
    server, endpoint = start()
    with connected(endpoint) as transport:
        for pid in _sessions(server):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
        with pytest.raises(RemoteRefused, match="failure"):
            put(transport, "/in/.x", bytes(3 << 20))
    assert (tmp_path / "home/in/.x").stat().st_size == 1 << 20


# One connection


def test_one_connection_serves_many_files(start: Start) -> None:
    server, endpoint = start()
    with connected(endpoint) as transport:
        for number in range(50):
            put(transport, f"/in/.{number}", b"payment")
            transport.rename(f"/in/.{number}", f"/in/{number}")
            assert transport.stat(f"/in/{number}") is not None
    assert server.logged("Connection from") == server.logged(ACCEPTED) == 1


def test_keys_are_exchanged_again_in_the_middle_of_a_file(start: Start) -> None:
    server, endpoint = start(RekeyLimit="1M none")
    content = os.urandom(4 << 20)
    with connected(endpoint) as transport:
        put(transport, "/in/x", content)
        with transport.read("/in/x", len(content)) as chunks:
            assert b"".join(chunks) == content
    assert server.logged("rekey") > 2


def test_a3_nothing_of_a_connection_reaches_the_log(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    _, endpoint = start()
    caplog.set_level(logging.DEBUG)
    records = logging.handlers.BufferingHandler(capacity=1_000)
    root = logging.getLogger()
    root.addHandler(records)
    try:
        with connected(endpoint) as transport:
            put(transport, "/in/x", b"payment")
        with pytest.raises(RemoteRefused):
            connect(replace(endpoint, user="nobody-here"))
    finally:
        root.removeHandler(records)
    assert [record for record in records.buffer if record.name.startswith("paramiko")] == []


def _send(transport: SftpTransport) -> None:
    with transport.open_exclusive("/in/.x") as writer:
        writer.write(b"payment")
        writer.sync()
        writer.close()
    transport.rename("/in/.x", "/in/x")


def _kexinit(endpoint_at: Callable[[int], Endpoint]) -> list[list[str]]:
    """The ten name lists of the first packet a client sends, read from the bare socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = endpoint_at(listener.getsockname()[1])
        client = threading.Thread(target=_connect_in_vain, args=(endpoint,))
        client.start()
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            connection.sendall(b"SSH-2.0-listener\r\n")
            assert stream.readline().startswith(b"SSH-2.0-")
            size, padding = struct.unpack(">IB", stream.read(5))
            payload = stream.read(size - 1)[: size - 1 - padding]
        client.join()
    assert payload[0] == 20
    return _name_lists(payload[17:])


def _connect_in_vain(endpoint: Endpoint) -> None:
    with suppress(RemoteRefused):
        connect(endpoint)


def _name_lists(payload: bytes) -> list[list[str]]:
    lists = []
    for _ in range(10):
        size = struct.unpack(">I", payload[:4])[0]
        lists.append(payload[4 : 4 + size].decode().split(","))
        payload = payload[4 + size :]
    return lists


class _Judge(paramiko.ServerInterface):
    """Counts credentials and refuses them all."""

    def __init__(self) -> None:
        self.attempts = 0

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self.attempts += 1
        return paramiko.AUTH_FAILED


def _serve_without_strict_kex(listener: socket.socket, key: paramiko.PKey, cipher: str, judge: _Judge) -> None:
    connection, _ = listener.accept()
    transport = paramiko.Transport(connection, strict_kex=False)
    transport.get_security_options().ciphers = (cipher,)
    transport.add_server_key(key)
    transport.start_server(threading.Event(), judge)
    transport.join(10)


def _greet(listener: socket.socket, greeting: bytes) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(greeting)
        while connection.recv(4096):
            pass


def _sessions(server: Sshd) -> list[int]:
    """The processes of the server's connections, all generations."""
    found, parents = [], [server.pid]
    while parents:
        children = Path(f"/proc/{parents[0]}/task/{parents.pop(0)}/children").read_text().split()
        found += [int(pid) for pid in children]
        parents += [int(pid) for pid in children]
    return found


@contextmanager
def _stopped(server: Sshd) -> Iterator[None]:
    sessions = _sessions(server)
    for pid in sessions:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in sessions:
            os.kill(pid, signal.SIGKILL)
