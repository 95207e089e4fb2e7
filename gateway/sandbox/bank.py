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
from gateway.sandbox import answers, letters, reading
from gateway.sandbox.beside import check
from gateway.sandbox.ledger import Answer, Ledger
from gateway.sandbox.letters import Letters
from gateway.sandbox.signing import PLACE, RECALL_PLACE, Signer, create_key, verified

_NO_SIGNATURE = f"<SplmtryData>{PLACE}</SplmtryData>".encode()
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
    """A partner of one profile; ``trusted`` are the certificates (PEM) that may sign orders, ``senders`` those
    (OpenPGP, in armour) of whoever sends and reads encrypted ones.
    """

    def __init__(
        self,
        profile: Profile,
        root: Path,
        now: Callable[[], datetime],
        trusted: Sequence[bytes],
        senders: Sequence[bytes] = (),
    ) -> None:
        self.profile = profile
        self.home = root / "home"
        self.certificate = (root / "bank" / "certificate.pem").read_bytes()
        self._now = now
        self._trusted = trusted
        self._ledger = Ledger(root / "bank" / "ledger.db")
        self._signer = Signer(root / "bank")
        self._voice = answers.Voice(profile)
        self._letters = _letters(profile, root / "bank", senders)
        self._order_name = _pattern(profile.outbox.final)

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
                beside = self.profile.outbox.beside(path.name)
                if beside is not None and (self._orders / beside).is_file():
                    (self._orders / beside).replace(self._signatures / beside)
                _move(path, self._orders / "archive")
        archived = sorted((self._orders / "archive").iterdir())
        return (path for path in archived if not self._ledger.knows(path.name))

    def _content(self, path: Path, now: datetime) -> bytes:
        """The order, once what lies beside it proves it and once it is decrypted, as the profile declares."""
        found, name = path.read_bytes(), self._order_name.match(path.name)
        beside = self.profile.outbox.beside(name[0]) if name else None
        if name and beside is not None:
            if not (self._signatures / beside).is_file():
                raise reading.Refused("DS0A", "a signature beside the file is required")
            signature = (self._signatures / beside).read_bytes()
            check(self.profile.outbox.signature, found, name[0], signature, self._trusted, now)
        if self.profile.outbox.encryption == "openpgp" and self._letters is not None:
            return self._letters.open(found)
        return found

    def _take(self, path: Path, now: datetime) -> Deed:
        name, message_id = "pain.001.001.09", "NOTPROVIDED"
        try:
            root = reading.parse(self._content(path, now))
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

    @property
    def _signatures(self) -> Path:
        """Where the signatures of archived orders lie."""
        folder = self._orders / "signatures"
        folder.mkdir(exist_ok=True)
        return folder

    # -- answers

    def _publish(self, answer: Answer) -> Deed:
        """Sign, write under a hidden name, rename, and say that it is complete where the profile wants that.

        The same answer gives the same bytes, unless it is encrypted.
        """
        inbox = self._inbox(answer.message)
        name = inbox.name(f"{answer.created:%Y%m%d}{answer.id:08d}")
        content = self._proven(inbox, self._document(answer))
        folder = self._path(inbox.folder)
        if (beside := inbox.beside(name)) is not None:
            _put(folder / beside, self._signer.beside(inbox.proof, content, name))
        _put(folder / name, content)
        if inbox.ready == "done":
            (folder / f"{name}{DONE}").touch()
        self._ledger.mark_published(answer, name)
        return Deed(self.profile.code, answer.message, name)

    def _proven(self, inbox: Inbox, document: bytes) -> bytes:
        if inbox.proof == "enveloped":
            return self._signer.sign(document)
        bare = document.replace(_NO_SIGNATURE, b"")
        return self._letters.seal(bare) if inbox.proof == "openpgp" and self._letters else bare

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


def _letters(profile: Profile, folder: Path, senders: Sequence[bytes]) -> Letters | None:
    """The partner's OpenPGP, with a key made at its first use; none where the profile has none."""
    if profile.outbox.encryption != "openpgp" and all(inbox.proof != "openpgp" for inbox in profile.inboxes):
        return None
    letters.create_key(folder, f"{profile.name} rehearsal")
    return Letters(folder, senders)


def _put(path: Path, content: bytes) -> None:
    """Whole, or not there."""
    hidden = path.with_name(f".{path.name}.part")
    hidden.write_bytes(content)
    hidden.replace(path)


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
