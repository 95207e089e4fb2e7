"""What a partner's server can do to one request, and what we say about it (faults 36-40, 48, 54, 60, 62)."""

from __future__ import annotations

import struct

import pytest
from support.scripted_sftp import (
    ATTRS,
    CLOSE,
    EXTENDED,
    LSTAT,
    OPEN,
    READ,
    READDIR,
    REMOVE,
    RENAME,
    WRITE,
    Fault,
    ScriptedServer,
    SlowLine,
    Ticking,
    _packet,
    scripted,
)

from gateway.domain.errors import RemoteRefused, RemoteUnknown
from gateway.transport import sftp, wire
from gateway.transport.sftp import SftpTransport

CONTENT = bytes(range(256)) * 4096  # 1 MiB


def upload(transport: SftpTransport, content: bytes = CONTENT, path: str = "/in/.x") -> None:
    with transport.open_exclusive(path) as writer:
        for start in range(0, len(content), 100_000):
            writer.write(content[start : start + 100_000])
        writer.sync()
        writer.close()


def download(transport: SftpTransport, path: str = "/in/.x", size_bytes_max: int = 1 << 24) -> bytes:
    with transport.read(path, size_bytes_max) as chunks:
        return b"".join(chunks)


def every_operation(transport: SftpTransport) -> None:
    upload(transport)
    transport.rename("/in/.x", "/in/x")
    transport.stat("/in/x")
    transport.remove("/in/x")


def test_a_flawless_server_gets_every_byte() -> None:
    server = ScriptedServer()
    with scripted(server) as transport:
        upload(transport)
        assert download(transport) == CONTENT
    assert server.files[b"/in/.x"] == CONTENT


@pytest.mark.parametrize("nth", [1, 2, 17, 33])
def test_every_refused_write_fails_the_upload(nth: int) -> None:
    server = ScriptedServer({(WRITE, nth): 4})
    with scripted(server) as transport, pytest.raises(RemoteRefused) as refused:
        upload(transport)
    assert refused.value.code == "failure"
    assert refused.value.params == {"operation": "write", "path": "/in/.x"}


def test_a_writer_that_was_refused_never_closes_as_if_nothing_had_happened() -> None:
    with scripted(ScriptedServer({(WRITE, 1): 4})) as transport, transport.open_exclusive("/in/.x") as writer:
        writer.write(CONTENT)
        for call in (writer.sync, writer.close, writer.close):
            with pytest.raises(RemoteRefused):
                call()


def test_a_refused_close_fails_the_upload() -> None:
    with scripted(ScriptedServer({(CLOSE, 1): 4})) as transport, pytest.raises(RemoteRefused) as refused:
        upload(transport)
    assert refused.value.params["operation"] == "close"


def test_sync_says_whether_the_server_offers_it() -> None:
    for server, expected in (
        (ScriptedServer(), True),
        (ScriptedServer(fsync=False), False),
        (ScriptedServer({(EXTENDED, 1): 8}), False),
    ):
        with scripted(server) as transport, transport.open_exclusive("/in/.x") as writer:
            assert writer.sync() is expected


def test_a_failed_sync_is_refused() -> None:
    with scripted(ScriptedServer({(EXTENDED, 1): 4})) as transport, pytest.raises(RemoteRefused):
        upload(transport)


@pytest.mark.parametrize("fault", ["drop", "drop_after", "stall", "garbage", 6, 7])
@pytest.mark.parametrize("kind", [OPEN, WRITE, EXTENDED, CLOSE, RENAME, REMOVE, LSTAT])
def test_m9_without_a_clear_answer_the_outcome_is_unknown(kind: int, fault: Fault) -> None:
    with scripted(ScriptedServer({(kind, 1): fault}), 0.2) as transport, pytest.raises(RemoteUnknown):
        every_operation(transport)


def test_m9_a_rename_whose_reply_was_lost_is_unknown_although_it_happened() -> None:
    server = ScriptedServer({(RENAME, 1): "drop_after"})
    with scripted(server) as transport:
        upload(transport)
        with pytest.raises(RemoteUnknown):
            transport.rename("/in/.x", "/in/x")
    assert list(server.files) == [b"/in/x"]


def test_after_a_lost_answer_the_connection_is_not_trusted_again() -> None:
    with scripted(ScriptedServer({(RENAME, 1): "stall"}), 0.2) as transport:
        for _ in range(2):
            with pytest.raises(RemoteUnknown):
                transport.rename("/in/.x", "/in/x")


def test_answers_may_come_in_any_order() -> None:
    server = ScriptedServer({(WRITE, 3): 4}, reverse_writes_of=4)
    with scripted(server) as transport, transport.open_exclusive("/in/.x") as writer:
        writer.write(CONTENT[: 32_640 * 4])
        with pytest.raises(RemoteRefused):
            writer.close()


@pytest.mark.parametrize("read_bytes_max", [1_000, 32_767, 32_768])
def test_short_reads_leave_no_hole(read_bytes_max: int) -> None:
    with scripted(ScriptedServer(read_bytes_max=read_bytes_max)) as transport:
        upload(transport)
        assert download(transport) == CONTENT


def test_a_refused_read_fails_the_download() -> None:
    with scripted(ScriptedServer({(READ, 3): 4})) as transport:
        upload(transport)
        with pytest.raises(RemoteRefused):
            download(transport)


def test_t6_no_more_than_one_byte_past_the_maximum_is_asked_for() -> None:
    server = ScriptedServer()
    with scripted(server) as transport:
        upload(transport)
        with pytest.raises(RemoteRefused) as refused:
            download(transport, size_bytes_max=40_000)
    assert refused.value.code == "too_large"
    assert server.requests[READ] == 3  # the maximum in two of the server's portions, and the byte past it


def test_the_connection_goes_on_after_an_abandoned_read_and_write() -> None:
    server = ScriptedServer()
    with scripted(server) as transport:
        upload(transport)
        with transport.read("/in/.x", 1 << 24) as chunks:
            next(chunks)
        with transport.open_exclusive("/in/.y") as writer:
            writer.write(CONTENT)
        transport.rename("/in/.x", "/in/x")
        assert server.requests[CLOSE] == 3


def test_unsafe_names_are_withheld_and_never_left_out() -> None:
    server = ScriptedServer(names=(b".", b"..", b"a.xml", b"../x", b"b\0", b"c\n", b"\xff", b"d.xml"))
    with scripted(server) as transport:
        listed = list(transport.listing("/out"))
    assert [found.name for found in listed if not found.withheld] == ["a.xml", "d.xml"]
    assert len({found.name for found in listed if found.withheld}) == 4


def test_a_listing_that_breaks_off_is_not_a_short_listing() -> None:
    server = ScriptedServer({(READDIR, 2): "drop"}, names=(b"a.xml",))
    with scripted(server) as transport, pytest.raises(RemoteUnknown):
        list(transport.listing("/out"))


# A server that is slow, but always in time (51)

ANSWER_SECONDS_MAX = 60.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(wire, "time", ticking)
    return ticking


def slow(clock: Ticking, server: ScriptedServer, answer_seconds: float) -> SftpTransport:
    line = SlowLine(server, clock, answer_seconds)
    return SftpTransport(line, wire.Session(line, ANSWER_SECONDS_MAX), "")


def test_t6_a_byte_with_every_answer_is_given_up_after_the_time_of_one_answer(clock: Ticking) -> None:
    server = ScriptedServer(read_bytes_max=1, files={b"/in/x": bytearray(CONTENT)})
    with pytest.raises(RemoteUnknown, match="timeout"):
        download(slow(clock, server, 1.0), "/in/x")
    assert clock.seconds < 2 * ANSWER_SECONDS_MAX


class Dripping(SlowLine):
    """One byte a second, whatever the patience of the reader."""

    def recv(self, size: int) -> bytes:
        self.clock.seconds += 1
        byte = bytes(self._arriving[:1])
        del self._arriving[:1]
        return byte


def test_t6_an_answer_that_drips_is_given_up_after_the_time_of_one_answer(clock: Ticking) -> None:
    line = Dripping(ScriptedServer(files={b"/in/x": bytearray(CONTENT)}), clock, 0)
    transport = SftpTransport(line, wire.Session(line, ANSWER_SECONDS_MAX), "")
    with pytest.raises(RemoteUnknown, match="timeout"):
        download(transport, "/in/x")
    assert clock.seconds < 4 * ANSWER_SECONDS_MAX


def test_t6_writes_that_are_confirmed_just_in_time_are_given_up(clock: Ticking) -> None:
    server = ScriptedServer()
    with pytest.raises(RemoteUnknown, match="timeout"):
        upload(slow(clock, server, ANSWER_SECONDS_MAX - 1))
    assert clock.seconds < len(CONTENT) / 8192 + 4 * ANSWER_SECONDS_MAX


class Endless(ScriptedServer):
    """A listing that shows the same names again and again."""

    def _readdir(self, number: bytes) -> bytes:
        self._listed = False
        return super()._readdir(number)


def test_t6_a_listing_of_one_name_at_a_time_is_given_up(clock: Ticking) -> None:
    with pytest.raises(RemoteUnknown, match="timeout"):
        list(slow(clock, Endless(names=(b"x",)), 1.0).listing("/in"))
    assert clock.seconds < 2 * ANSWER_SECONDS_MAX


def test_a_slow_line_that_moves_enough_is_waited_for(clock: Ticking) -> None:
    """32 KiB with every answer, one in two seconds: a long time for a file, and no reason to give it up."""
    server = ScriptedServer(files={b"/in/x": bytearray(CONTENT * 16)})
    assert download(slow(clock, server, 2.0), "/in/x", len(CONTENT) * 16) == CONTENT * 16
    assert clock.seconds > 10 * ANSWER_SECONDS_MAX


def test_t6_a_listing_that_never_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp, "_NAMES_MAX", 100)
    with scripted(Endless(names=(b"x", b"y", b"z"))) as transport:
        with pytest.raises(RemoteRefused, match="too_large"):
            list(transport.listing("/in"))
        assert transport.remove("/in/x") is False


def test_a_file_of_just_the_maximum_is_read_in_one_round_trip() -> None:
    """The byte past it is asked for together with the rest."""
    server = ScriptedServer(files={b"/in/x": bytearray(b"payment")})
    with scripted(server) as transport:
        assert download(transport, "/in/x", 7) == b"payment"
    assert server.requests[READ] == 2


class Boasting(ScriptedServer):
    """Every file has the largest size that can be told."""

    def _act(self, kind: int, number: bytes, rest: bytes) -> bytes:
        if kind == LSTAT:
            return _packet(ATTRS, number + struct.pack(">IQ", 1, 2**64 - 1))
        return super()._act(kind, number, rest)


def test_t6_a_size_that_no_database_holds_is_told_as_the_largest_that_it_does() -> None:
    with scripted(Boasting()) as transport:
        found = transport.stat("/in/x")
    assert found is not None
    assert found.size_bytes == 2**63 - 1
