"""One contract for both transports: the plain directory, and SFTP against Debian's OpenSSH server."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.sshd import generate_key, sshd

from gateway.domain.errors import RemoteRefused
from gateway.transport.directory import DirectoryTransport
from gateway.transport.sftp import Endpoint, SftpTransport, connect

Transport = DirectoryTransport | SftpTransport


@pytest.fixture(scope="module", params=["directory", "sftp"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Transport, Path]]:
    folder = tmp_path_factory.mktemp("partner")
    home = folder / "home"
    home.mkdir()
    if request.param == "directory":
        yield DirectoryTransport(home), home
        return
    public = generate_key(folder / "identity")
    with sshd(home, public) as server:
        transport = connect(Endpoint("127.0.0.1", server.port, server.user, folder / "identity", (server.host_key,)))
        yield transport, home
        transport.close()


@pytest.fixture
def transport(served: tuple[Transport, Path]) -> Transport:
    return served[0]


@pytest.fixture
def home(served: tuple[Transport, Path]) -> Iterator[Path]:
    """The partner's side; ``in`` is empty at the start of every test."""
    inbox = served[1] / "in"
    inbox.mkdir()
    yield served[1]
    inbox.rename(served[1] / f"done-{len(os.listdir(served[1]))}")


def put(transport: Transport, path: str, content: bytes) -> None:
    with transport.open_exclusive(path) as writer:
        writer.write(content)
        writer.sync()
        writer.close()


def get(transport: Transport, path: str, size_bytes_max: int = 1 << 30) -> bytes:
    with transport.read(path, size_bytes_max) as chunks:
        return b"".join(chunks)


@pytest.mark.parametrize("size_bytes", [0, 1, 32_639, 32_640, 32_641, 32_767, 32_768, 32_769, 65_536, 3 * 1024 * 1024])
def test_bytes_come_back_as_they_went(transport: Transport, home: Path, size_bytes: int) -> None:
    content = os.urandom(size_bytes)
    put(transport, "/in/x", content)
    assert (home / "in/x").read_bytes() == content
    assert get(transport, "/in/x", size_bytes) == content


def test_many_small_writes_are_one_file(transport: Transport, home: Path) -> None:
    with transport.open_exclusive("/in/x") as writer:
        for number in range(1_000):
            writer.write(b"%d\n" % number)
        writer.close()
    assert (home / "in/x").read_bytes() == b"".join(b"%d\n" % number for number in range(1_000))


def test_sync_is_offered(transport: Transport, home: Path) -> None:
    with transport.open_exclusive("/in/x") as writer:
        assert writer.sync() is True


def test_exclusive_create_refuses_an_existing_name(transport: Transport, home: Path) -> None:
    put(transport, "/in/x", b"first")
    with pytest.raises(RemoteRefused), transport.open_exclusive("/in/x"):
        pass
    assert (home / "in/x").read_bytes() == b"first"


def test_exclusive_create_refuses_a_dangling_link(transport: Transport, home: Path) -> None:
    (home / "in/x").symlink_to("elsewhere")
    with pytest.raises(RemoteRefused), transport.open_exclusive("/in/x"):
        pass
    assert not (home / "in/elsewhere").exists()


def test_a_missing_folder_is_no_such_file(transport: Transport, home: Path) -> None:
    with pytest.raises(RemoteRefused, match="no_such_file"), transport.open_exclusive("/none/x"):
        pass
    with pytest.raises(RemoteRefused, match="no_such_file"):
        list(transport.listing("/none"))


def test_an_abandoned_writer_leaves_its_file(transport: Transport, home: Path) -> None:
    with transport.open_exclusive("/in/.x") as writer:
        writer.write(b"half")
        writer.sync()
    assert get(transport, "/in/.x") == b"half"


def test_an_error_of_the_caller_passes_through_and_leaves_the_file(transport: Transport, home: Path) -> None:
    with pytest.raises(KeyError), transport.open_exclusive("/in/.x"):
        raise KeyError
    with pytest.raises(OSError, match="disk full here"), transport.read("/in/.x", 1):
        raise OSError("disk full here")
    assert (home / "in/.x").exists()


def test_rename_moves_the_bytes(transport: Transport, home: Path) -> None:
    put(transport, "/in/.x", b"payment")
    transport.rename("/in/.x", "/in/x")
    assert os.listdir(home / "in") == ["x"]
    assert (home / "in/x").read_bytes() == b"payment"


def test_rename_never_overwrites(transport: Transport, home: Path) -> None:
    put(transport, "/in/.x", b"second")
    put(transport, "/in/x", b"first")
    with pytest.raises(RemoteRefused):
        transport.rename("/in/.x", "/in/x")
    assert (home / "in/x").read_bytes() == b"first"
    assert (home / "in/.x").read_bytes() == b"second"


def test_rename_of_a_removed_name_is_refused(transport: Transport, home: Path) -> None:
    """The fence: after a successful remove a frozen sender's rename fails."""
    put(transport, "/in/.x", b"payment")
    assert transport.remove("/in/.x")
    with pytest.raises(RemoteRefused, match="no_such_file"):
        transport.rename("/in/.x", "/in/x")


def test_remove_says_whether_there_was_something(transport: Transport, home: Path) -> None:
    put(transport, "/in/x", b"")
    assert transport.remove("/in/x") is True
    assert transport.remove("/in/x") is False


def test_remove_refuses_a_folder(transport: Transport, home: Path) -> None:
    (home / "in/folder").mkdir()
    with pytest.raises(RemoteRefused):
        transport.remove("/in/folder")


def test_stat_tells_size_time_and_kind(transport: Transport, home: Path) -> None:
    put(transport, "/in/x", b"12345")
    os.utime(home / "in/x", (1_700_000_000, 1_700_000_000))
    found = transport.stat("/in/x")
    assert found is not None
    assert (found.name, found.size_bytes, found.modified, found.is_regular) == ("x", 5, 1_700_000_000, True)


def test_stat_of_nothing_is_none_and_of_a_link_is_the_link(transport: Transport, home: Path) -> None:
    (home / "in/link").symlink_to("x")
    found = transport.stat("/in/link")
    assert transport.stat("/in/x") is None
    assert found is not None
    assert not found.is_regular


def test_read_stops_at_the_maximum(transport: Transport, home: Path) -> None:
    put(transport, "/in/x", bytes(100_001))
    assert len(get(transport, "/in/x", 100_001)) == 100_001
    with pytest.raises(RemoteRefused, match="too_large"):
        get(transport, "/in/x", 100_000)


def test_read_of_nothing_or_of_a_folder_is_refused(transport: Transport, home: Path) -> None:
    (home / "in/folder").mkdir()
    with pytest.raises(RemoteRefused, match="no_such_file"):
        get(transport, "/in/x")
    with pytest.raises(RemoteRefused):
        get(transport, "/in/folder")


def test_read_may_be_left_half_way(transport: Transport, home: Path) -> None:
    put(transport, "/in/x", bytes(3 << 20))
    with transport.read("/in/x", 1 << 30) as chunks:
        next(chunks)
    assert transport.stat("/in/x") is not None


def test_listing_tells_kinds_and_withholds_unsafe_names(transport: Transport, home: Path) -> None:
    for name in ("a.xml", ".tmp", "Báo cáo.xml", "b\nc", "d\\e", "f\u202eg"):
        (home / "in" / name).write_bytes(b"1")
    (home / b"in/caf\xe9".decode(errors="surrogateescape")).write_bytes(b"1")
    (home / "in/folder").mkdir()
    (home / "in/link").symlink_to("a.xml")
    os.mkfifo(home / "in/pipe")
    listed = list(transport.listing("/in"))
    kinds = {found.name: found.is_regular for found in listed if not found.withheld}
    regular = {"a.xml": True, ".tmp": True, "Báo cáo.xml": True}
    assert kinds == {**regular, "folder": False, "link": False, "pipe": False}
    hidden = {hashlib.sha256(name).hexdigest() for name in (b"b\nc", b"d\\e", "f\u202eg".encode(), b"caf\xe9")}
    assert {found.name for found in listed if found.withheld} == hidden


def test_listing_streams_many_names_and_may_be_left_early(transport: Transport, home: Path) -> None:
    for number in range(2_500):
        (home / "in" / f"{number:06d}.xml").touch()
    assert len({found.name for found in transport.listing("/in")}) == 2_500
    next(iter(transport.listing("/in")))
    assert transport.stat("/in/000000.xml") is not None


def test_paths_do_not_leave_the_partners_folder(transport: Transport, home: Path) -> None:
    outside = home.parent / "outside"
    outside.write_bytes(b"secret")
    with pytest.raises(RemoteRefused):
        get(transport, "/../outside")
