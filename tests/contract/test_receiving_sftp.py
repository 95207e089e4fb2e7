"""Receiving over Debian's OpenSSH server: what a real server lists, refuses and moves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.evidence import BANK
from support.gateways import Gateway, new_gateway
from support.inboxes import archive, folder, lay, names, round_, ruled, sightings, told, withheld
from support.sshd import generate_key, sshd

from gateway.transport.sftp import Endpoint, connect


@contextmanager
def _served(gateway: Gateway, sftp: str = "internal-sftp") -> Iterator[None]:
    """The partner's folders behind the server."""
    identity = gateway.folder / f"identity {sftp}"
    with sshd(gateway.place(), generate_key(identity), sftp=sftp) as server:
        endpoint = Endpoint("127.0.0.1", server.port, server.user, identity, (server.host_key,))
        gateway.wrap = lambda _directory: connect(endpoint)
        yield


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Gateway]:
    gateway = new_gateway(tmp_path)
    yield gateway
    gateway.close()


@pytest.mark.parametrize(("ready", "rounds"), [("rename", 1), ("done", 1), ("stable", 2)])
def test_t4_a_file_is_received_and_moved_away_by_every_rule(here: Gateway, ready: str, rounds: int) -> None:
    ruled(here, ready=ready)
    lay(folder(here) / "STM_1.xml", BANK.statement())
    if ready == "done":
        lay(folder(here) / "STM_1.xml.done", b"")
    with _served(here):
        assert [told(round_(here)[0]) for _ in range(rounds)][-1] == ["processed"]
        assert round_(here) == ([], [])
    assert "STM_1.xml" in names(archive(here))
    assert names(folder(here)) == sightings(here) == []


def test_73_a_server_that_refuses_every_move_is_read_once(here: Gateway) -> None:
    lay(folder(here) / "STM_1.xml", BANK.statement())
    with _served(here, "internal-sftp -P rename"):
        rounds = [told(round_(here)[0]) for _ in range(4)]
    assert rounds == [["processed"], ["processed"], [], []]
    assert here.value("SELECT count(*) FROM file_in") == 1
    assert here.exceptions() == ["archive_denied"]
    with _served(here):
        round_(here)
    assert names(archive(here)) == ["STM_1.xml"]


def test_62_odd_names_of_a_real_server_are_said_and_not_touched(here: Gateway) -> None:
    odd = (b"STM_\n.xml", b"STM_\xff.xml", b"STM_1.XML")
    for name in odd:
        (folder(here) / os.fsdecode(name)).write_bytes(b"1")
    (folder(here) / "STM_2.xml").symlink_to("/etc/passwd")
    with _served(here):
        first, second = round_(here)[0], round_(here)[0]
    assert {each.name for each in first} == {withheld(odd[0]), withheld(odd[1]), "STM_1.XML", "STM_2.xml"}
    assert second == []
    assert here.value("SELECT count(*) FROM file_in") == 0


def test_72_a_name_that_is_taken_in_the_archive_is_not_replaced(here: Gateway) -> None:
    lay(archive(here) / "STM_1.xml", b"earlier")
    lay(folder(here) / "STM_1.xml", BANK.statement())
    with _served(here):
        ((received,), _errors) = round_(here)
    assert (archive(here) / "STM_1.xml").read_bytes() == b"earlier"
    assert (archive(here) / f"STM_1.xml.{received.file}").read_bytes() == BANK.statement()
