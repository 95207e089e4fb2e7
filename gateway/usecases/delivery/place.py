"""One file at its partner: what lies there, how it is written, which packet releases it. No database.

==========  ===================================  =========================================
form        what is uploaded before the release  the release: from here on it may be a payment
==========  ===================================  =========================================
rename      a hidden temporary                   the plain rename to the final name
marker      the data, under its final name       the exclusive create of the marker beside it
direct      nothing                              the exclusive create of the final name
dropbox     nothing                              likewise; the server forbids every look
==========  ===================================  =========================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from adapters.profile import Outbox
from gateway.ports import Transport
from gateway.store.tables import Attempt, WireObject
from gateway.usecases.delivery.evidence import Evidence

Parts = Callable[[], Iterator[bytes]]


class Place:
    """The folder of one partner, as far as it concerns one file; ``parts`` are the sealed bytes."""

    def __init__(self, transport: Transport, outbox: Outbox, wire: WireObject, parts: Parts) -> None:
        self._transport, self._outbox, self._wire, self._parts = transport, outbox, wire, parts

    @property
    def host_key(self) -> str:
        return self._transport.host_key

    @property
    def uploads_first(self) -> bool:
        """Whether the bytes are there, and checked, before the release."""
        return self._outbox.delivery in ("rename", "marker")

    def temporary(self, attempt: int) -> str:
        """The name that an attempt writes to."""
        if self._outbox.delivery == "rename":
            return self._outbox.temporary_name(self._wire.name, attempt)
        return self._wire.name

    # --- looking ------------------------------------------------------------------------------------------------

    def look(self) -> Evidence:
        """The final name, then the archives in their order: where a partner moves a file it is found in one of both."""
        if self._outbox.delivery == "dropbox":
            return Evidence.UNSEEN
        marked = self._outbox.delivery == "marker" and self._has_marker()
        found = self._compare(self._path(self._wire.name))
        if found is Evidence.NOTHING:
            found = self._look_in_archives()
            return Evidence.MARKER if marked and found is Evidence.NOTHING else found
        return Evidence.MARKED if marked and found is Evidence.SAME else found

    def look_for_marker(self) -> Evidence:
        """What a look finds when the marker is there, else nothing; before anything of ours is removed."""
        if self._outbox.delivery == "marker" and self._has_marker():
            return self.look()
        return Evidence.NOTHING

    def _has_marker(self) -> bool:
        return self._transport.stat(self._marker) is not None

    def _look_in_archives(self) -> Evidence:
        names = {Evidence.SAME: Evidence.ARCHIVED, Evidence.PREFIX: Evidence.MOVING}
        for folder in self._outbox.archives:
            found = self._compare(f"{folder}/{self._wire.name}")
            if found is not Evidence.NOTHING:
                return names.get(found, found)
        return Evidence.NOTHING

    def _compare(self, path: str) -> Evidence:
        """Same, prefix, other or nothing; by size first, then by the bytes."""
        found = self._transport.stat(path)
        if found is None:
            return Evidence.NOTHING
        if not found.is_regular or found.size_bytes > self._wire.size_bytes:
            return Evidence.OTHER
        sha256, size_bytes = self._digest(path)
        if size_bytes == self._wire.size_bytes:
            return Evidence.SAME if sha256 == self._wire.sha256 else Evidence.OTHER
        return Evidence.PREFIX if sha256 == self._digest_of_first(size_bytes) else Evidence.OTHER

    def _digest(self, path: str) -> tuple[str, int]:
        sha256, size_bytes = hashlib.sha256(), 0
        with self._transport.read(path, self._wire.size_bytes) as parts:
            for part in parts:
                sha256.update(part)
                size_bytes += len(part)
        return sha256.hexdigest(), size_bytes

    def _digest_of_first(self, size_bytes: int) -> str:
        sha256 = hashlib.sha256()
        for part in self._parts():
            sha256.update(part[:size_bytes])
            size_bytes -= min(size_bytes, len(part))
        return sha256.hexdigest()

    def lying(self) -> Evidence:
        """What the final name itself bears."""
        return self._compare(self._path(self._wire.name))

    # --- writing ------------------------------------------------------------------------------------------------

    def upload(self, name: str, opened: Callable[[], None], handed_over: Callable[[], None]) -> bool:
        """Write exclusively, make durable, close, read back: whether the bytes there are the bytes sealed (M7)."""
        self._write(name, opened, handed_over)
        return self._digest(self._path(name))[0] == self._wire.sha256

    def lay(self) -> bool:
        """A signature, which alone is no payment, under its final name: whether its bytes lie there, whole, after that.

        What is left of an earlier attempt is written anew.
        """
        found = self.lying()
        if found in (Evidence.SAME, Evidence.OTHER):
            return found is Evidence.SAME
        self.take_back(found)
        if self.upload(self._wire.name, _nothing, _nothing):
            return True
        self._transport.remove(self._path(self._wire.name))
        return False

    def release(self, temporary: str) -> Evidence:
        """The payment itself. What was found when the server had said yes to everything."""
        if self._outbox.delivery == "rename":
            self._transport.rename(self._path(temporary), self._path(self._wire.name))
        elif self._outbox.delivery == "marker":
            with self._transport.open_exclusive(self._marker) as marker:
                marker.close()
        else:
            self._write(self._wire.name, _nothing, _nothing)
        return self._read_back() if self._outbox.delivery == "direct" else Evidence.CONFIRMED

    def _read_back(self) -> Evidence:
        """Written without a temporary: what lies there now speaks, unless the partner has taken it already."""
        found = self.look()
        return Evidence.CONFIRMED if found is Evidence.NOTHING else found

    def _write(self, name: str, opened: Callable[[], None], handed_over: Callable[[], None]) -> None:
        with self._transport.open_exclusive(self._path(name)) as remote:
            opened()
            parts = self._parts()
            held = next(parts, b"")
            for following in parts:
                remote.write(held)
                held = following
            handed_over()  # before the last part goes: no answer to it says that it did not arrive
            remote.write(held)
            remote.sync()
            remote.close()

    # --- removing -----------------------------------------------------------------------------------------------

    def clear(self, attempt: Attempt) -> bool:
        """Remove what an attempt uploaded, which is the fence; False when somebody else took whole bytes of it."""
        if not self.is_temporary(attempt):
            if not self.uploads_first:
                return True  # it wrote nothing before its release
            if attempt.writing_at is None and not self._is_empty(attempt.temporary):
                return True  # it never came to write: what lies there is not ours to remove
        removed = self._transport.remove(self._path(attempt.temporary))
        return removed or attempt.writing_at is None or attempt.incomplete

    def take_back(self, found: Evidence) -> None:
        """Remove a signature, or the part of one, that was found under its final name."""
        if found in (Evidence.SAME, Evidence.PREFIX):
            self._transport.remove(self._path(self._wire.name))

    def is_temporary(self, attempt: Attempt) -> bool:
        """Whether it wrote to another name than the final one; a delivery by hand wrote to none."""
        return attempt.temporary not in ("", self._wire.name)

    def _is_empty(self, name: str) -> bool:
        found = self._transport.stat(self._path(name))
        return found is not None and found.size_bytes == 0

    @property
    def _marker(self) -> str:
        return self._path(self._wire.name + self._outbox.marker)

    def _path(self, name: str) -> str:
        return f"{self._outbox.folder}/{name}"


def _nothing() -> None:
    """Nobody notes it."""
