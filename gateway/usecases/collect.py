"""Collect: a round over a partner's inboxes. Bytes are stored before they are understood, and moved away at the partner
only after our commit (T3, T4); no file, no folder and no lost connection delays the others (T7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial

from adapters.profile import Inbox
from gateway.domain.errors import ChitraError, NotConfigured, NotYet, RemoteRefused, RemoteUnknown
from gateway.domain.states import InboundState
from gateway.ports import LockHeld, RemoteFile
from gateway.store import chains, evidence, sightings
from gateway.store.sightings import Memory, Seen
from gateway.store.tables import FileIn
from gateway.usecases.context import Context, Partner
from gateway.usecases.inboxes import inbox_of
from gateway.usecases.line import Line
from gateway.usecases.readiness import Look, look
from gateway.usecases.received import Received, opened
from gateway.usecases.take import Taker, tell_once
from gateway.usecases.understand import from_store, quarantine

__all__ = ["MoreWaits", "Received", "collect"]

_REFUSALS_MAX = 3
"""Files that may not be moved away are tried again at every round, but not all of them."""
_TRIES_MAX = 5
"""From so many on a person hears of a file that cannot be read."""
_READS_MIN = 2
"""How often a file is read before it is moved away unbelieved: it may have been half of one, or a mixture of two."""


class MoreWaits(ChitraError):
    """Nothing is wrong: more lies in a folder than one round takes, and the next one may follow at once."""

    exit_code = 0


def collect(context: Context, partner: Partner) -> tuple[list[Received], list[ChitraError]]:
    """Everything in a partner's inboxes; the errors are those of the connection or a listing."""
    received: list[Received] = []
    errors: list[ChitraError] = []
    try:
        with context.store.exclusive(f"inbox-{partner.code}") as lock, Line(partner) as line:
            received += _unread(context, partner, lock)
            for inbox in partner.profile.inboxes:
                line.begin()
                try:
                    received += _Round(context, partner, inbox, line, lock, errors).run()
                except RemoteRefused as error:
                    errors.append(error)  # one folder is closed to us; the others are not
                except RemoteUnknown as error:
                    errors.append(error)
                    line.lost(error)
                except ChitraError:
                    raise
                except Exception as bug:  # a boundary: T7, the next inbox goes on; ``poll`` raises it at its end
                    received.append(Received("", partner.code, "", inbox.message, "", bug=bug))
                if line.is_unreachable or context.stop.requested:
                    break
    except ChitraError as error:
        errors.append(error)
    _forget_healed(context, received)
    return received, list(_paced(partner, received, errors))


def _forget_healed(context: Context, received: list[Received]) -> None:
    """What one file opened and a later one of this round has healed (a page, a day) is nothing for a person."""
    opening = [file for file in received if file.file and file.matched.exceptions]
    if opening:
        with context.store.read() as tx:
            healed = chains.healed(tx, [file.file for file in opening])
        for file in opening:
            file.matched.exceptions = max(0, file.matched.exceptions - healed[file.file])


def _paced(partner: Partner, received: list[Received], errors: list[ChitraError]) -> Iterator[ChitraError]:
    """No round may follow at once where time has to tell something: whether a file still grows, or was half of one."""
    unhurried = any(inbox.ready == "stable" for inbox in partner.profile.inboxes) or any(
        file.state == InboundState.QUARANTINED for file in received
    )
    for error in errors:
        yield NotYet(error.code, **error.params) if unhurried and isinstance(error, MoreWaits) else error


def _unread(context: Context, partner: Partner, lock: LockHeld) -> Iterator[Received]:
    """What a crash left stored and not understood: from the stored bytes, whatever became of the partner's file."""
    last = 0
    while files := _portion(context, partner, last):
        for file in files:
            if context.stop.requested:
                return
            lock.prove_alive()
            yield _taken_up(context, partner, file)
        last = files[-1].id


def _portion(context: Context, partner: Partner, last: int) -> list[FileIn]:
    with context.store.read() as tx:
        return evidence.unread(tx, partner.code, last)


def _taken_up(context: Context, partner: Partner, file: FileIn) -> Received:
    """One whose inbox is no more is set aside: a person puts the inbox back and has it reprocessed."""
    try:
        inbox = inbox_of(partner, file)
    except NotConfigured as error:
        return quarantine(context, file, error)
    try:
        return from_store(context, partner, inbox, file)
    except ChitraError as error:
        return Received(file.reference, partner.code, file.name, "", file.state, error)
    except Exception as bug:  # a boundary: T7, the next file goes on; ``poll`` raises it at its end
        return Received(file.reference, partner.code, file.name, "", file.state, bug=bug)


class _Round:
    """One inbox, once."""

    def __init__(
        self,
        context: Context,
        partner: Partner,
        inbox: Inbox,
        line: Line,
        lock: LockHeld,
        remarks: list[ChitraError],
    ) -> None:
        self._context, self._partner, self._inbox, self._line, self._lock = context, partner, inbox, line, lock
        self._taker = Taker(context, partner, inbox, line, lock)
        self._remarks = remarks

    def run(self) -> Iterator[Received]:
        """Look, remember, take what is new, then try again what could not be moved away."""
        folder, share = self._inbox.folder, self._inbox.files_per_round_max
        with self._context.store.read() as tx:
            memory = sightings.memory(tx, self._partner.code, folder, share)
        found = look(self._inbox, self._line.transport.listing(folder), memory, self._context.clock.now())
        if found.left:
            self._remarks.append(MoreWaits("more_waits", folder=folder, files=found.left))
        yield from self._remember(found)
        yield from self._take(found.take, memory)
        yield from self._put_away(seen for seen in memory.due if self._inbox.accepts(seen.name))

    def _remember(self, found: Look) -> Iterator[Received]:
        if not (found.note or found.forget or found.say):
            return
        with self._context.store.begin() as tx:
            sightings.note(tx, self._partner.code, self._inbox.folder, found.note)
            sightings.forget(tx, self._partner.code, self._inbox.folder, found.forget)
            for kind, seen in found.say:
                tell_once(tx, self._partner, self._inbox, kind, seen)
        for kind, seen in found.say:
            yield Received("", self._partner.code, seen.name, self._inbox.message, "", matched=opened(kind))

    def _take(self, files: list[RemoteFile], memory: Memory) -> Iterator[Received]:
        for remote in files:
            if self._line.is_given_up or self._context.stop.requested:
                return
            step: Callable[[], Received | None] = partial(self._taker.take, remote.name, memory.marks)
            if remote.size_bytes > self._inbox.size_bytes_max:
                step = partial(self._taker.too_large, remote, memory.pending.get(remote.name))
            yield from self._tried(Seen(remote.name, remote.size_bytes, remote.modified), step)

    def _put_away(self, files: Iterable[Seen]) -> Iterator[Received]:
        """What was set aside once is read again, and so is a copy whose taking a crash cut short, and what a server
        that tells no times may have replaced.
        """
        for seen in files:
            if self._line.is_given_up or self._taker.refusals >= _REFUSALS_MAX or self._context.stop.requested:
                return
            yield from self._tried(seen, partial(self._again, seen))

    def _again(self, seen: Seen) -> Received | None:
        if not self._taker.remembers(seen):
            return None
        undecided = seen.state in (InboundState.QUARANTINED, InboundState.DUPLICATE)
        unsure = (undecided and seen.polls < _READS_MIN) or seen.modified <= 0
        return self._taker.take(seen.name, ()) if unsure else self._taker.put_away(seen)

    def _tried(self, seen: Seen, step: Callable[[], Received | None]) -> Iterator[Received]:
        """One file; what goes wrong with it is told, and puts it behind the others in the next round."""
        self._lock.prove_alive()
        failed = Received("", self._partner.code, seen.name, self._inbox.message, "")
        try:
            taken = step()
        except ChitraError as error:
            if isinstance(error, RemoteUnknown):
                self._line.lost(error)
            self._failed(seen)
            told = isinstance(error, RemoteRefused | RemoteUnknown) and self._told(seen.name)
            taken = replace(failed, error=error, matched=opened("file_unread") if told else failed.matched)
        except Exception as bug:  # a boundary: T7, the next file goes on; ``poll`` raises it at its end
            self._failed(seen)
            taken = replace(failed, bug=bug)
        if taken is not None:
            yield taken

    def _failed(self, seen: Seen) -> None:
        with self._context.store.begin() as tx:
            sightings.failed(tx, self._partner.code, self._inbox.folder, seen)

    def _told(self, name: str) -> bool:
        """Whether a person was told now that a file cannot be read; once for a file."""
        with self._context.store.begin() as tx:
            seen = sightings.find(tx, self._partner.code, self._inbox.folder, name)
            if seen is None or seen.file_in_id is not None or seen.tries < _TRIES_MAX or seen.said == "file_unread":
                return False
            tell_once(tx, self._partner, self._inbox, "file_unread", seen)
            return True
