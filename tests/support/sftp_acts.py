"""What a fault proxy can do to one request: refuse, cut, delay, lose, lie, or let something happen beside it."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from support.sftp_proxy import (
    END_OF_FILE,
    EXTENDED,
    FAILURE,
    FOR_EVER,
    NAME,
    OK,
    OPENDIR,
    READDIR,
    STATUS,
    Act,
    Cut,
    Exchange,
    Rule,
    cut_string,
    string,
)

_POSIX_RENAME = b"posix-rename@openssh.com"
_READ_FLAG, _WRITE_FLAG = 0x01, 0x02

# --- answers -------------------------------------------------------------------------------------------------------


def refused(code: int = FAILURE) -> Act:
    """Not done, and said so."""
    return lambda exchange: exchange.status(code)


def refused_though_done(code: int = FAILURE) -> Act:
    """Done, and said not to be."""

    def act(exchange: Exchange) -> bytes:
        exchange.forward()
        return exchange.status(code)

    return act


def swallowed(exchange: Exchange) -> bytes:
    """Not done, and said to be."""
    return exchange.status(OK)


def only_to(flag: str, act: Act) -> Act:
    """For an OPEN with this purpose, "read" or "write"; the others pass."""
    wanted = {"read": _READ_FLAG, "write": _WRITE_FLAG}[flag]

    def chosen(exchange: Exchange) -> bytes | None:
        (flags,) = struct.unpack(">I", cut_string(exchange.body)[1][:4])
        return act(exchange) if flags & wanted else exchange.forward()

    return chosen


# --- the line ------------------------------------------------------------------------------------------------------


def cut_before(exchange: Exchange) -> bytes:
    """The request is lost with the connection."""
    raise Cut


def cut_after(exchange: Exchange) -> bytes:
    """Done; its answer is lost with the connection."""
    exchange.forward()
    raise Cut


def torn(size_bytes: int) -> Act:
    """Of a WRITE only the first bytes arrive, and the connection ends."""

    def act(exchange: Exchange) -> bytes:
        handle, rest = cut_string(exchange.body)
        _, data = cut_string(rest[8:])
        exchange.forward(string(handle) + rest[:8] + string(data[:size_bytes]))
        raise Cut

    return act


def lost(exchange: Exchange) -> None:
    """Done; its answer never comes."""
    exchange.forward()
    exchange.long_enough()
    exchange.until_the_client_has_gone()
    raise Cut


def silent(exchange: Exchange) -> None:
    """Not done, and nothing is answered any more."""
    exchange.long_enough()
    exchange.until_the_client_has_gone()
    raise Cut


def late(exchange: Exchange) -> bytes:
    """Done after a while, in time."""
    exchange.pause()
    return exchange.forward()


def held_until(event: threading.Event) -> Act:
    """Stuck on its way; done when everybody has stopped waiting for it."""

    def act(exchange: Exchange) -> bytes:
        exchange.long_enough()
        event.wait()
        exchange.forward()
        raise Cut

    return act


def dripping(exchange: Exchange) -> None:
    """Done; the answer comes a byte at a time (slow loris)."""
    answer = exchange.forward()
    exchange.long_enough()
    for byte in string(answer):
        exchange.session.channel.sendall(bytes([byte]))
        exchange.pause(0.2)


def one_byte_each(exchange: Exchange) -> bytes:
    """A READ that gets a single byte, after a pause: every answer is in time, the file never ends."""
    handle, rest = cut_string(exchange.body)
    exchange.long_enough()
    exchange.pause(0.5)
    return exchange.forward(string(handle) + rest[:8] + struct.pack(">I", 1))


# --- things that happen beside it ------------------------------------------------------------------------------------


def after_it(happens: Callable[[], object], then: Act | None = None) -> Act:
    """Done; before the answer goes out, something happens at the partner, and perhaps the connection is ``cut``."""

    def act(exchange: Exchange) -> bytes:
        answer = exchange.forward()
        happens()
        if then is cut_after:
            raise Cut
        return answer

    return act


def before_it(happens: Callable[[], object], then: Act) -> Act:
    """Something happens at the partner, then the request meets ``then``."""

    def act(exchange: Exchange) -> bytes | None:
        happens()
        return then(exchange)

    return act


def half_renamed(root: Path) -> Act:
    """The server stops between link and unlink: both names stand."""

    def act(exchange: Exchange) -> bytes:
        source, rest = cut_string(exchange.body)
        target, _ = cut_string(rest)
        os.link(_local(root, source), _local(root, target))
        raise Cut

    return act


def clobbering(exchange: Exchange) -> bytes:
    """A RENAME that replaces its target."""
    return exchange.forward(string(_POSIX_RENAME) + exchange.body, EXTENDED)


def _local(root: Path, path: bytes) -> Path:
    return root / path.decode().lstrip("/")


# --- listings --------------------------------------------------------------------------------------------------------


class StaleListing:
    """Every listing of a folder shows what the first one showed, until ``fresh`` is set."""

    def __init__(self, ending: bytes) -> None:
        self.fresh = False
        self._pages: list[bytes] = []
        self._at = 0
        self.rules = (
            Rule(OPENDIR, self._open, 1, FOR_EVER, ending),
            Rule(READDIR, self._read, 1, FOR_EVER, ending),
        )

    def _open(self, exchange: Exchange) -> bytes:
        self._at = 0
        return exchange.forward()

    def _read(self, exchange: Exchange) -> bytes:
        if self.fresh:
            return exchange.forward()
        if self._at == len(self._pages):
            self._pages.append(exchange.forward())
        page = self._pages[self._at]
        self._at += page[0] != STATUS
        return page[:1] + exchange.number + page[5:]


Entry = tuple[bytes, bytes]
"""Name, and the whole entry as it travels."""


def edited(edit: Callable[[Sequence[Entry]], Sequence[Entry]]) -> Act:
    """A READDIR whose names are left out, repeated or turned round."""

    def act(exchange: Exchange) -> bytes:
        answer = exchange.forward()
        if answer[0] != NAME:
            return answer
        entries = edit(_entries(answer[5:]))
        if not entries:
            return exchange.status(END_OF_FILE)
        return answer[:5] + struct.pack(">I", len(entries)) + b"".join(whole for _, whole in entries)

    return act


def _entries(fields: bytes) -> list[Entry]:
    """Attributes as OpenSSH writes them: flags, size, uid and gid, permissions, times."""
    (count,) = struct.unpack(">I", fields[:4])
    rest, found = fields[4:], []
    for _ in range(count):
        name, after = cut_string(rest)
        _, after = cut_string(after)
        after = after[4 + 8 + 8 + 4 + 8 :]
        found.append((name, rest[: len(rest) - len(after)]))
        rest = after
    return found
