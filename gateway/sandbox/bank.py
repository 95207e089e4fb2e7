"""One rehearsal partner: takes orders from its served home, books them, answers, ends its days.

It is another party: it knows the gateway's certificates and the partner's profile, nothing else. ``root/home`` is what
SFTP serves; ``root/bank`` (key, ledger) is its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Formatter

from adapters.profile import DONE, Inbox, Profile
from gateway.sandbox import answers, reading
from gateway.sandbox.ledger import Answer, Ledger
from gateway.sandbox.signing import RECALL_PLACE, Signer, create_key, verified

_FIELDS = {"date": "[0-9]+", "sequence": "[0-9]+", "message_id": "[A-Za-z0-9]+"}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a partner did: took or refused an order, or sent an answer."""

    partner: str
    what: str
    """``order``, ``recall``, ``refused``, ``pain.002``, ``camt.029``, ``camt.054`` or ``camt.053``."""
    name: str
    """File name, in the archive or in the answer's folder."""


class Bank:
    """A partner of one profile; ``trusted`` are the certificates (PEM) that may sign orders."""

    def __init__(self, profile: Profile, root: Path, now: Callable[[], datetime], trusted: Sequence[bytes]) -> None:
        self.profile = profile
        self.home = root / "home"
        self.certificate = (root / "bank" / "certificate.pem").read_bytes()
        self._now = now
        self._trusted = trusted
        self._ledger = Ledger(root / "bank" / "ledger.db")
        self._signer = Signer(root / "bank")
        self._voice = answers.Voice(profile)
        self._order_name = _pattern(profile.outbox.filename)

    @classmethod
    def create(cls, profile: Profile, root: Path, now: Callable[[], datetime], trusted: Sequence[bytes]) -> Bank:
        """A new partner: folders, key and certificate, empty books open since today."""
        private = root / "bank"
        private.mkdir(parents=True, mode=0o700)
        for folder in _folders(profile):
            (root / "home" / folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        create_key(private, f"{profile.name} rehearsal", now())
        Ledger.create(private / "ledger.db", now().date()).close()
        return cls(profile, root, now, trusted)

    @property
    def ledger(self) -> Ledger:
        """The books, for the judge."""
        return self._ledger

    def close(self) -> None:
        self._ledger.close()

    def work(self) -> list[Deed]:
        """End days that are over, take what lies in the order folder, book what is due, send every answer."""
        now = self._now()
        for day in self._ledger.open_days(now.date()):
            with self._ledger.transaction():
                self._ledger.book(day, now)
                self._ledger.close_day(day, now)
        deeds = [self._take(path, now) for path in self._arrived()]
        with self._ledger.transaction():
            self._ledger.book(now.date(), now)
        return deeds + [self._publish(answer) for answer in self._ledger.unpublished()]

    # -- orders

    def _arrived(self) -> Iterator[Path]:
        """Finished orders, moved to the archive first; a crash after the move is found here again."""
        for path in sorted(self._orders.iterdir()):
            if path.is_file() and not path.is_symlink() and self._order_name.fullmatch(path.name):
                _move(path, self._orders / "archive")
        archived = sorted((self._orders / "archive").iterdir())
        return (path for path in archived if not self._ledger.knows(path.name))

    def _take(self, path: Path, now: datetime) -> Deed:
        name, message_id = "pain.001.001.09", "NOTPROVIDED"
        try:
            root = reading.parse(path)
            if reading.is_recall(root):
                recall = reading.recall(verified(root, self._trusted, now, RECALL_PLACE))
                with self._ledger.transaction():
                    self._ledger.recall(path.name, recall, now)
                return Deed(self.profile.code, "recall", path.name)
            name = reading.message_name(root)
            message_id = reading.quoted_message_id(root) or message_id
            order = reading.read(verified(root, self._trusted, now))
        except reading.Refused as refusal:
            with self._ledger.transaction():
                self._ledger.refuse(path.name, name, message_id[:35], refusal, now)
            return Deed(self.profile.code, "refused", path.name)
        with self._ledger.transaction():
            self._ledger.record(path.name, order, now)
        return Deed(self.profile.code, "order", path.name)

    @property
    def _orders(self) -> Path:
        return self._path(self.profile.outbox.folder)

    # -- answers

    def _publish(self, answer: Answer) -> Deed:
        """Sign, write under a hidden name, rename, and say that it is complete where the profile wants that.

        The same answer gives the same bytes.
        """
        inbox = self._inbox(answer.message)
        name = inbox.name(f"{answer.created:%Y%m%d}{answer.id:08d}")
        document = self._document(answer)
        folder = self._path(inbox.folder)
        hidden = folder / f".{name}.part"
        hidden.write_bytes(self._signer.sign(document) if inbox.proof == "enveloped" else document)
        hidden.replace(folder / name)
        if inbox.ready == "done":
            (folder / f"{name}{DONE}").touch()
        self._ledger.mark_published(answer, name)
        return Deed(self.profile.code, answer.message, name)

    def _document(self, answer: Answer) -> bytes:
        if answer.order_id is not None:
            order = self._ledger.order(answer.order_id)
            if answer.message == "camt.029":
                return answers.resolution(self._voice, answer, order, self._ledger.transfers(answer))
            return answers.status_report(self._voice, answer, order, self._ledger.transfers(answer))
        account = self._ledger.account(answer.account or "")
        entries = self._ledger.entries(answer).fetchall()
        if answer.message == "camt.054":
            return answers.notification(self._voice, answer, account, entries)
        closed = self._ledger.statement(account["number"], answer.day or answer.created.date())
        return answers.statement(self._voice, answer, account, closed, entries)

    def _inbox(self, message: str) -> Inbox:
        """A recall is answered where orders are."""
        wanted = "pain.002" if message == "camt.029" else message
        return next(inbox for inbox in self.profile.inboxes if inbox.message == wanted)

    def _path(self, folder: str) -> Path:
        return self.home / folder.lstrip("/")


def _folders(profile: Profile) -> Iterator[str]:
    yield profile.outbox.folder
    yield f"{profile.outbox.folder}/archive"
    for inbox in profile.inboxes:
        yield from (inbox.folder, inbox.archive)


def _pattern(filename: str) -> re.Pattern[str]:
    """The names an outbox format can give; hidden names never match."""
    parts = Formatter().parse(filename)
    return re.compile("".join(re.escape(text) + (_FIELDS[field] if field else "") for text, field, _, _ in parts))


def _move(path: Path, folder: Path) -> None:
    """Into ``folder`` without replacing anything: a name that comes again gets a number."""
    number = 1
    while True:
        try:
            os.link(path, folder / (path.name if number == 1 else f"{path.name}.{number}"))
        except FileExistsError:
            number += 1
        else:
            path.unlink()
            return
