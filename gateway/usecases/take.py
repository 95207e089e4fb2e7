"""Take one file out of a partner's inbox: fetch it unchanged, store its bytes, understand them, move it away.

Each step begins from what is committed: a crash anywhere is taken up again from the hash. The scratch file is private
and unnamed; what must last is in the database before the partner's folder is touched (T3, T4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from typing import BinaryIO

from adapters.profile import DONE, Inbox
from gateway.domain.crash import crash_point
from gateway.domain.errors import Alarm, ChitraError, RemoteRefused, RemoteUnknown
from gateway.domain.states import InboundState
from gateway.ports import LockHeld, RemoteFile
from gateway.store import blobs, evidence, moves, sightings
from gateway.store.sightings import Seen, mark
from gateway.store.store import Transaction
from gateway.store.tables import FileIn
from gateway.usecases.context import Context, Partner
from gateway.usecases.line import Line
from gateway.usecases.match import Matched
from gateway.usecases.readiness import waits_since
from gateway.usecases.received import Received, opened
from gateway.usecases.understand import understand_or_set_aside

SIGNATURE_BYTES_MAX = 64 * 1024
"""None that is larger would be believed: it is not read, and the file beside it not either."""


@dataclass(slots=True)
class Taker:
    """Works in one inbox over one connection."""

    context: Context
    partner: Partner
    inbox: Inbox
    line: Line
    lock: LockHeld
    refusals: int = 0
    """How many files could not be moved away so far."""

    def take(self, name: str, known: Collection[bytes]) -> Received | None:
        """Fetch, store, understand, move away; None for what is gone, still being written, or known already.

        What was set aside is moved only when a later round has read the same bytes: perhaps it was half of a file, or
        a mixture of two.
        """
        with closing(self.context.spool.create()) as spool:
            read = self._fetched(name, known, spool)
            if not isinstance(read, RemoteFile):
                return read
            crash_point("bytes spooled")
            beside = self._signature(name)
            if beside is None and self.inbox.beside(name) is not None:
                return None  # taken away since the list was made
            file, again = self._store(read, spool, beside)
            done = understand_or_set_aside(self.context, self.partner, self.inbox, file, spool)
        if done.state == InboundState.QUARANTINED and not again:
            return done
        error, said = self._put_away(read, file)
        if again and error is None and done.state == file.state:
            return None
        return replace(done, error=done.error or error, matched=opened("archive_denied") if said else done.matched)

    def put_away(self, seen: Seen) -> Received | None:
        """Try once more to move away what was received before; a refusal is told once, a lost answer each time."""
        assert seen.file_in_id is not None
        with self.context.store.read() as tx:
            file = tx.session.get_one(FileIn, seen.file_in_id)
        error, said = self._put_away(_remote(seen), file)
        if error is None or not (said or isinstance(error, RemoteUnknown)):
            return None
        found = opened("archive_denied") if said else Matched()
        return Received(file.reference, self.partner.code, file.name, self.inbox.message, file.state, error, found)

    def remembers(self, seen: Seen) -> bool:
        """Nothing was received under the name since."""
        now = self._remembered(seen.name)
        return now is not None and now.file_in_id == seen.file_in_id

    def _remembered(self, name: str) -> Seen | None:
        with self.context.store.read() as tx:
            return sightings.find(tx, self.partner.code, self.inbox.folder, name)

    def too_large(self, remote: RemoteFile, seen: Seen | None) -> Received:
        """T6: above the cap nothing is read; it stays at the partner, and an exception says so once."""
        params: dict[str, str | int] = {
            "name": remote.name,
            "size_bytes": remote.size_bytes,
            "max": self.inbox.size_bytes_max,
        }
        found = Matched()
        if seen is None or (seen.said, seen.size_bytes) != ("file_too_large", remote.size_bytes):
            with self.context.store.begin() as tx:
                tell = Seen(remote.name, remote.size_bytes, remote.modified, tries=1, said="file_too_large")
                sightings.note(tx, self.partner.code, self.inbox.folder, [tell])
                evidence.raise_exception(tx, "file_too_large", self.partner.code, params)
            found = opened("file_too_large")
        error = Alarm("file_too_large", **params)
        return Received("", self.partner.code, remote.name, self.inbox.message, InboundState.QUARANTINED, error, found)

    # --- fetching and storing ------------------------------------------------------------------------------------

    def _fetched(self, name: str, known: Collection[bytes], spool: BinaryIO) -> RemoteFile | Received | None:
        """The file as it was before and after it was read; None, or what to say, when it is gone or has changed."""
        path, transport = f"{self.inbox.folder}/{name}", self.line.transport
        found = transport.stat(path)
        if found is None:
            self._gone(name)
            return None
        if mark(found) in known or not found.is_regular:
            return None  # the list told less of it, or something else
        if found.size_bytes > self.inbox.size_bytes_max:
            return self.too_large(found, self._remembered(name))
        try:
            with transport.read(path, self.inbox.size_bytes_max) as parts:
                size_bytes = sum(spool.write(part) for part in parts)
        except RemoteRefused:
            if transport.stat(path) is None:
                return None  # another reader of this folder was quicker
            raise
        if found.size_bytes == size_bytes and transport.stat(path) == found:
            return found
        return self._still_written(found)

    def _signature(self, name: str) -> bytes | None:
        """What lies beside the file to prove it; None when there is none, or no such proof is declared."""
        beside = self.inbox.beside(name)
        path = f"{self.inbox.folder}/{beside}"
        found = self.line.transport.stat(path) if beside else None
        if found is None or not found.is_regular:
            return None
        with self.line.transport.read(path, SIGNATURE_BYTES_MAX) as parts:
            return b"".join(parts)

    def _gone(self, name: str) -> None:
        with self.context.store.begin() as tx:
            seen = sightings.find(tx, self.partner.code, self.inbox.folder, name)
            if seen is not None and seen.file_in_id is not None:
                self._settle(tx, name, seen.file_in_id)

    def _still_written(self, found: RemoteFile) -> Received | None:
        """Left for the next round; said once when that has gone on too long."""
        late = self.context.clock.now() - timedelta(minutes=self.inbox.wait_minutes_max)
        with self.context.store.begin() as tx:
            sightings.failed(tx, self.partner.code, self.inbox.folder, _seen(found))
            seen = sightings.find(tx, self.partner.code, self.inbox.folder, found.name)
            if seen is None or seen.said == "file_unstable" or not waits_since(seen, late):
                return None
            tell_once(tx, self.partner, self.inbox, "file_unstable", seen)
        return Received("", self.partner.code, found.name, self.inbox.message, "", matched=opened("file_unstable"))

    def _store(self, read: RemoteFile, spool: BinaryIO, beside: bytes | None) -> tuple[FileIn, bool]:
        """Transaction A: raw bytes, their row, and what they lie under; and whether this arrival is known already."""
        code, folder = self.partner.code, self.inbox.folder
        with self.context.store.begin() as tx:
            sha256, size_bytes = blobs.digest(spool)
            signature = None if beside is None else blobs.put(tx, BytesIO(beside))
            earlier = evidence.arrived(tx, code, folder, read.name, sha256, signature)
            if earlier is not None:
                sightings.confirm(tx, code, folder, replace(_seen(read), file_in_id=earlier.id))
                return earlier, True
            blobs.put(tx, spool)
            file = evidence.receive(tx, code, folder, read.name, sha256, size_bytes, signature_sha256=signature)
            moves.noted_first(tx, "file_in", file.reference, file.state, f"from {folder}/{read.name}")
            sightings.note(tx, code, folder, [replace(_seen(read), file_in_id=file.id)])
            tx.record("system", "file receive", file.reference, sha256, partner=code, state=file.state)
            return file, False

    # --- moving away ---------------------------------------------------------------------------------------------

    def _put_away(self, read: RemoteFile, file: FileIn) -> tuple[ChitraError | None, bool]:
        """T4: move it to the archive and note that; the file was understood, whatever becomes of that.

        Returns what went wrong, and whether an exception was opened for it.
        """
        try:
            if self._archive(read, file.reference):
                with self.context.store.begin() as tx:
                    self._settle(tx, read.name, file.id)
        except (RemoteRefused, RemoteUnknown) as error:
            said = self._denied(read, file.id)
            if isinstance(error, RemoteUnknown):
                self.line.lost(error)
            return error, said
        return None, False

    def _archive(self, read: RemoteFile, reference: str) -> bool:
        """Whether it lies in the inbox no longer; other content under its name stays, to be read as well."""
        found = self.line.transport.stat(f"{self.inbox.folder}/{read.name}")
        if found not in (None, read):
            return False
        if found is not None and not self._moved_as_read(read, self._move(read.name, reference)):
            return False
        for companion in self._companions(read.name):
            if self.line.transport.stat(f"{self.inbox.folder}/{companion}"):
                self._move(companion, reference)
        return True

    def _companions(self, name: str) -> Iterator[str]:
        if (beside := self.inbox.beside(name)) is not None:
            yield beside
        if self.inbox.ready == "done":
            yield f"{name}{DONE}"

    def _moved_as_read(self, read: RemoteFile, target: str) -> bool:
        """Whether what lies in the archive is what was read; what changed in between goes back to be read as well."""
        transport = self.line.transport
        found = transport.stat(target)
        if found is None or (found.size_bytes, found.modified) == (read.size_bytes, read.modified):
            return True
        transport.rename(target, f"{self.inbox.folder}/{read.name}")
        return False

    def _move(self, name: str, reference: str) -> str:
        """Never over another file, not even at a server whose rename would do that; "not there" is done."""
        transport = self.line.transport
        source, target = f"{self.inbox.folder}/{name}", f"{self.inbox.archive}/{name}"
        if transport.stat(target) is not None:
            target = f"{target}.{reference}"
        self.lock.prove_alive()
        try:
            transport.rename(source, target)
        except RemoteRefused:
            if transport.stat(source) is not None:
                raise
        return target

    def _settle(self, tx: Transaction, name: str, file_in_id: int) -> None:
        evidence.archived(tx, file_in_id)
        sightings.forget(tx, self.partner.code, self.inbox.folder, [name])

    def _denied(self, read: RemoteFile, file_in_id: int) -> bool:
        """Remembered as received, so that it is not read at every round; whether a person was told of it now.

        A person hears of a folder from the second refusal of a file on, once for all files of the folder.
        """
        self.refusals += 1
        code, folder = self.partner.code, self.inbox.folder
        with self.context.store.begin() as tx:
            seen = sightings.find(tx, code, folder, read.name)
            say = seen is not None and seen.tries > 0 and not sightings.is_said(tx, code, folder, "archive_denied")
            if seen is not None and say:
                tell_once(tx, self.partner, self.inbox, "archive_denied", seen, file_in_id=file_in_id)
            sightings.failed(tx, code, folder, _seen(read))
            return say


def tell_once(tx: Transaction, partner: Partner, inbox: Inbox, kind: str, seen: Seen, **links: int) -> None:
    """One exception about a name of an inbox, and the note that it was said."""
    params: dict[str, str | int] = {"name": seen.name, "folder": inbox.folder}
    evidence.raise_exception(tx, kind, partner.code, params, **links)
    sightings.note(tx, partner.code, inbox.folder, [replace(seen, said=kind)])


def _seen(remote: RemoteFile) -> Seen:
    return Seen(remote.name, remote.size_bytes, remote.modified)


def _remote(seen: Seen) -> RemoteFile:
    return RemoteFile(seen.name, seen.size_bytes, seen.modified, is_regular=True)
