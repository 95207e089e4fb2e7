from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko.sftp import CMD_EXTENDED

from gateway.sandbox.server import FSYNC, SandboxServer


class Visitor:
    """Opens SFTP sessions of one key."""

    def __init__(self, server: SandboxServer, key: paramiko.PKey) -> None:
        self.server = server
        self.key = key
        self.open: list[paramiko.Transport] = []

    def enter(self, user: str, key: paramiko.PKey | None = None) -> paramiko.SFTPClient:
        transport = paramiko.Transport(("127.0.0.1", self.server.port))
        self.open.append(transport)
        transport.connect(username=user, pkey=key or self.key)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        return client


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    for name in ("one", "two"):
        (tmp_path / name / "in").mkdir(parents=True)
    (tmp_path / "secret").write_text("not served")
    key = paramiko.ECDSAKey.generate()
    users = {name: tmp_path / name for name in ("one", "two")}
    server = SandboxServer(tmp_path, users, [f"{key.get_name()} {key.get_base64()} comment"])
    server.start()
    visitor = Visitor(server, key)
    yield visitor
    for transport in visitor.open:
        transport.close()
    server.stop()


def write(client: paramiko.SFTPClient, path: str, content: bytes) -> None:
    with client.open(path, "wx") as file:
        file.write(content)


def test_a_file_is_written_synced_renamed_and_read_back(visitor: Visitor, tmp_path: Path) -> None:
    client = visitor.enter("one")
    with client.open("/in/.a.part", "wx") as file:
        file.write(b"x" * 100_000)
        file.flush()
        client._request(CMD_EXTENDED, FSYNC, file.handle)
    client.rename("/in/.a.part", "/in/a.xml")
    assert client.listdir("/in") == ["a.xml"]
    assert client.stat("/in/a.xml").st_size == 100_000
    with client.open("/in/a.xml") as file:
        assert file.read() == b"x" * 100_000
    client.remove("/in/a.xml")
    assert list((tmp_path / "one" / "in").iterdir()) == []


def test_exclusive_create_refuses_an_existing_file(visitor: Visitor) -> None:
    client = visitor.enter("one")
    write(client, "/in/a", b"first")
    with pytest.raises(OSError, match="Failure"):
        write(client, "/in/a", b"second")
    with client.open("/in/a") as file:
        assert file.read() == b"first"


def test_rename_never_replaces(visitor: Visitor) -> None:
    client = visitor.enter("one")
    write(client, "/in/a", b"first")
    write(client, "/in/b", b"second")
    with pytest.raises(OSError, match="Failure"):
        client.rename("/in/b", "/in/a")
    with pytest.raises(OSError, match="unsupported"):
        client.posix_rename("/in/b", "/in/a")
    with client.open("/in/a") as file:
        assert file.read() == b"first"


@pytest.mark.parametrize("path", ["../secret", "/../secret", "/in/../../secret", "../two/in"])
def test_no_path_leads_out_of_the_home(visitor: Visitor, path: str) -> None:
    client = visitor.enter("one")
    with pytest.raises(FileNotFoundError):
        client.stat(path)
    with pytest.raises(FileNotFoundError):
        client.open(path)


def test_links_are_not_followed(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "one" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "one" / "folder").symlink_to(tmp_path)
    client = visitor.enter("one")
    for path in ("/link", "/folder/secret"):
        with pytest.raises(OSError, match=r"Failure|denied"):
            client.open(path).read()
    with pytest.raises(OSError, match=r"unsupported|denied"):
        client.symlink("/in", "/other")


def test_each_user_sees_its_own_home(visitor: Visitor) -> None:
    write(visitor.enter("one"), "/in/a", b"one")
    assert visitor.enter("two").listdir("/in") == []


def test_unknown_keys_and_users_are_refused(visitor: Visitor) -> None:
    with pytest.raises(paramiko.AuthenticationException):
        visitor.enter("one", paramiko.ECDSAKey.generate())
    with pytest.raises(paramiko.AuthenticationException):
        visitor.enter("three")


def test_the_host_key_is_ed25519_and_stays_the_same(visitor: Visitor, tmp_path: Path) -> None:
    again = SandboxServer(tmp_path, {}, [])
    visitor.enter("one")
    shown = visitor.open[-1].get_remote_server_key()
    assert again.host_key == visitor.server.host_key == f"ssh-ed25519 {shown.get_base64()}"
    again.start()
    again.stop()
