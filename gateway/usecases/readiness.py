"""What of a partner's folder is to be taken now: complete by the rule of its inbox, new, and not more than a round's
share. No rule proves anything, the signature decides; it only spares reading what is still being written.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from adapters.profile import Inbox
from gateway.ports import RemoteFile
from gateway.store.sightings import Memory, Seen, mark

_STRANGE_MAX = 100
"""Odd names that are told in one round; a folder full of them must not fill the queue of people at once."""
_KNOWN_TRIES = 3
"""What a name counts for under which something was received already: new ones come first."""
_WITHHELD = "sha256:"
"""Before the hash of a name that is not repeated; no accepted name has a colon."""


@dataclass(slots=True)
class Look:
    """What one listing means."""

    take: list[RemoteFile] = field(default_factory=list)
    """In the order in which they are to be read."""
    note: list[Seen] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)
    say: list[tuple[str, Seen]] = field(default_factory=list)
    """(kind of exception, what it is about), each said now for the first time."""
    left: int = 0
    """How many more were complete or new than a round takes."""


def look(inbox: Inbox, listing: Iterable[RemoteFile], memory: Memory, now: datetime) -> Look:
    """Decide over a whole listing; keeps what is undecided and new, never all that lies there.

    An inbox with companions or signatures is the exception: its new names are held until each has its other half.
    """
    looking = _Looking(inbox, memory, now)
    {"rename": looking.renamed, "done": looking.marked, "stable": looking.settled}[inbox.ready](listing)
    looking.gone()
    return looking.found


def waits_since(seen: Seen, moment: datetime) -> bool:
    """Seen first at this moment or before it."""
    return bool(seen.first_seen_at) and datetime.fromisoformat(seen.first_seen_at) <= moment


class _Looking:
    """One listing on its way."""

    def __init__(self, inbox: Inbox, memory: Memory, now: datetime) -> None:
        self._inbox, self._memory = inbox, memory
        self._late = now - timedelta(minutes=inbox.wait_minutes_max)
        self._lying: set[str] = set()
        """Names of ``memory.pending`` that are still there."""
        self._companions: dict[str, RemoteFile] = {}
        self._signatures: dict[str, RemoteFile] = {}
        """By the name of the file that each lies beside."""
        self._known = {seen.name for seen in memory.due}
        """Files whose companion may lie there, too: received already, or without their signature."""
        self.found = Look()

    # --- the three rules -----------------------------------------------------------------------------------------

    def renamed(self, listing: Iterable[RemoteFile]) -> None:
        """Everything is complete."""
        self.found.take = self._share(self._candidates(listing))

    def settled(self, listing: Iterable[RemoteFile]) -> None:
        """Complete is what looked the same for some rounds, across runs of the command."""
        for remote in self._share(self._candidates(listing)):
            seen = self._again(remote)
            if seen.polls >= self._inbox.stable_polls:
                self.found.take.append(remote)
            else:
                self._wait(seen, "file_unstable", noted=True)

    def marked(self, listing: Iterable[RemoteFile]) -> None:
        """Complete is what has its companion beside it."""
        files = {remote.name: remote for remote in self._candidates(listing)}
        self.found.take = self._share(files[name] for name in files.keys() & self._companions.keys())
        for name in sorted(files.keys() - self._companions.keys()):
            self._wait(self._as_pending(files[name]), "file_without_done", noted=False)
        for name in sorted(self._companions.keys() - files.keys() - self._known):
            self._wait(self._as_pending(self._companions[name]), "done_without_file", noted=False)

    # --- parts ---------------------------------------------------------------------------------------------------

    def _candidates(self, listing: Iterable[RemoteFile]) -> Iterator[RemoteFile]:
        """New files of this inbox, each with its signature where one must lie beside it (T9)."""
        if self._inbox.beside("") is None:
            yield from self._new(listing)
            return
        files = {remote.name: remote for remote in self._new(listing)}
        yield from (files[name] for name in files.keys() & self._signatures.keys())
        for name in sorted(files.keys() - self._signatures.keys()):
            self._wait(self._as_pending(files[name]), "file_without_signature", noted=False)
        for name in sorted(self._signatures.keys() - files.keys() - self._known):
            self._wait(self._as_pending(self._signatures[name]), "signature_without_file", noted=False)
        self._known |= files.keys() - self._signatures.keys()

    def _new(self, listing: Iterable[RemoteFile]) -> Iterator[RemoteFile]:
        """Files that are not known to be received; odd names, companions and signatures are put aside."""
        for remote in listing:
            file, signed = self._inbox.completed(remote.name), self._inbox.signed(remote.name)
            if remote.name in self._memory.pending:
                self._lying.add(remote.name)
            if remote.withheld or self._is_strange(remote):
                self._strange(remote)
            elif file is not None:
                self._companions[file] = remote
            elif signed is not None:
                self._signatures[signed] = remote
            elif self._inbox.accepts(remote.name):
                if mark(remote) not in self._memory.marks:
                    yield remote
                elif self._inbox.ready == "done" or self._inbox.beside(remote.name):
                    self._known.add(remote.name)

    def _is_strange(self, remote: RemoteFile) -> bool:
        """Ours to all appearance, and nothing that may be touched: a link, another case, odd characters."""
        name = self._inbox.completed(remote.name) or self._inbox.signed(remote.name) or remote.name
        return not remote.is_regular if self._inbox.accepts(name) else self._inbox.resembles(name)

    def _strange(self, remote: RemoteFile) -> None:
        name = f"{_WITHHELD}{remote.name}" if remote.withheld else remote.name
        seen = self._memory.pending.get(name) or Seen(name, 0, 0)
        if name in self._memory.pending:
            self._lying.add(name)
        if seen.said != "name_withheld" and len(self.found.say) < _STRANGE_MAX:
            self._tell_once("name_withheld", seen)

    def _share(self, remotes: Iterable[RemoteFile]) -> list[RemoteFile]:
        """At most a round's share, each name once: those first that failed least, then those waited for."""

        def counted() -> Iterator[RemoteFile]:
            for remote in remotes:
                self.found.left += 1
                yield remote

        share = heapq.nsmallest(self._inbox.files_per_round_max, counted(), key=self._turn)
        self.found.left -= len(share)
        return list({remote.name: remote for remote in share}.values())

    def _turn(self, remote: RemoteFile) -> tuple[int, bool, str]:
        seen = self._memory.pending.get(remote.name)
        known = _KNOWN_TRIES if hash(remote.name) in self._memory.received else 0
        return (seen.tries if seen else known, seen is None, remote.name)

    def _as_pending(self, remote: RemoteFile) -> Seen:
        """As it is remembered, or as a new sight."""
        seen = self._memory.pending.get(remote.name)
        return seen or Seen(remote.name, remote.size_bytes, remote.modified)

    def _again(self, remote: RemoteFile) -> Seen:
        """One more round saw it: the same as before, or changed."""
        seen = self._as_pending(remote)
        same = (seen.size_bytes, seen.modified) == (remote.size_bytes, remote.modified)
        polls = seen.polls + 1 if same and seen.first_seen_at else 1
        return replace(seen, size_bytes=remote.size_bytes, modified=remote.modified, polls=polls)

    def _wait(self, seen: Seen, kind: str, noted: bool) -> None:
        """Not complete: remembered, and said once when it takes too long."""
        if seen.said != kind and waits_since(seen, self._late):
            self._tell_once(kind, seen)
        elif noted or not seen.first_seen_at:
            self.found.note.append(seen)

    def _tell_once(self, kind: str, seen: Seen) -> None:
        self.found.say.append((kind, replace(seen, said=kind)))

    def gone(self) -> None:
        """What was waited for and lies there no longer is forgotten; names of other inboxes are not ours to forget."""
        self.found.forget = sorted(filter(self._is_ours, self._memory.pending.keys() - self._lying))

    def _is_ours(self, name: str) -> bool:
        file = self._inbox.completed(name) or self._inbox.signed(name) or name
        return name.startswith(_WITHHELD) or self._inbox.accepts(file) or self._inbox.resembles(file)
