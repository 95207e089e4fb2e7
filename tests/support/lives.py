"""One installation whose host fails: its database is set back, its power cut, its signer is never twice the same.

The judge is the bank's own book: whoever is paid, by account, amount and order, is paid once (M1); nothing is called
sent that the bank never had; after the last fault everything has its end or is told (M2).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from lxml import etree
from stateful.ledger import Bank
from support.banks import TinyBank, WatchedTransport
from support.disk import Disk
from support.gateways import Gateway, new_gateway, payments_key, person, row
from support.stores import START, Crashed, Points

from gateway.anchors import FileAnchors
from gateway.domain.errors import ChitraError
from gateway.ports import MessageSigner, RemoteFile, Transport
from gateway.proof import PaymentSigner
from gateway.store import audit
from gateway.usecases import decide
from gateway.usecases.acts import ACTS
from gateway.usecases.context import Partner
from gateway.usecases.decide import Proposal
from gateway.usecases.poll import poll
from gateway.usecases.resume import survey
from keys import certificates, signing

PLACES = 30
"""Operations among which the one that fails is drawn; beyond the last one nothing fails."""
ROUNDS = 4
MANY = 100_000


@dataclass
class Life:
    """One home and one bank, on and on through its processes."""

    folder: Path
    chance: Random
    fired: Counter[int] = field(default_factory=Counter)
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    """Message id -> every byte string that lay under a final name."""
    lines: int = 0
    signers: list[MessageSigner] = field(default_factory=list)
    """One of them is taken at each signing; none: the usual one."""
    crowded: bool = False
    """Whether 100,000 files of others lie in every folder of the partner (61)."""

    def __post_init__(self) -> None:
        (self.folder / "home").mkdir(parents=True)
        new_gateway(self.folder / "home").close()
        self.now = START
        self.bank = _Copying(self.home / "vietinbank", self.bodies)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def database(self) -> Path:
        return self.home / "chitra.db"

    # --- processes --------------------------------------------------------------------------------------------------

    @contextmanager
    def process(self, points: Points | None = None) -> Iterator[Gateway]:
        """One process over the home. It may die of ``Crashed``; refusals of ours end it, too."""
        gateway = Gateway(self.home, f"sqlite:///{self.database}", points=points)
        gateway.clock.value = self.now
        if points is not None:
            gateway.wrap = self._watched(points)
        elif self.crowded:
            gateway.wrap = self._crowded
        places = FileAnchors(self.home / "anchor.json", [self.folder / "outside.anchor"])
        partners = {code: self._signing(partner) for code, partner in gateway.context.partners.items()}
        gateway.__dict__["context"] = replace(gateway.context, anchors=places, partners=partners)
        try:
            yield gateway
        except (Crashed, ChitraError):
            pass
        finally:
            self.now = gateway.clock.value
            gateway.close()

    def _watched(self, points: Points) -> Callable[[Transport], Transport]:
        bank = TinyBank(self.home / "vietinbank", takes=False)
        return lambda inner: WatchedTransport(inner, points, bank)

    def _crowded(self, inner: Transport) -> Transport:
        return _Crowded(inner, self.fired)

    def _signing(self, partner: Partner) -> Partner:
        return replace(partner, signer=lambda: self.chance.choice(self.signers)) if self.signers else partner

    # --- what happens -----------------------------------------------------------------------------------------------

    def approve(self) -> None:
        count = self.chance.randint(1, 2)
        with self.process() as gateway:
            gateway.approved(*(row(self.lines + number) for number in range(1, count + 1)))
        self.lines += count

    def send(self, points: Points | None = None) -> None:
        with self.process(points) as gateway:
            gateway.send()

    def back_up(self, to: Path) -> None:
        with self.process() as gateway:
            gateway.snapshot()
        shutil.copyfile(self.database, to)

    def restore(self, backup: Path) -> None:
        """The database alone goes back, or the home's own anchor with it; the anchor outside stays."""
        for path in self.home.glob("chitra.db*"):
            path.unlink()
        shutil.copyfile(backup, self.database)
        if self.chance.random() < 0.3:
            (self.home / "anchor.json").unlink(missing_ok=True)

    # --- the end ----------------------------------------------------------------------------------------------------

    def come_to_an_end(self) -> None:
        """No faults; people resume and start what may be started; the bank books all it has, and says so."""
        for turn in range(ROUNDS):
            with self.process() as gateway:
                self._resume(gateway)
                self._start(gateway)
            self.send()
            self.bank.take()
            with self.process() as gateway:
                gateway.put("camt.053", f"end{turn}", self.bank.statement(self.bank.taken))
                poll(gateway.context)

    def _resume(self, gateway: Gateway) -> None:
        if gateway.value("SELECT safe_since FROM instance"):
            survey(gateway.context)
            _decide(gateway, "resume", "all")

    def _start(self, gateway: Gateway) -> None:
        """Batches that were open when the database was set back are compared with the bank's book first."""
        self.bank.take()
        for each in gateway.rows("SELECT DISTINCT scope, subject, code FROM stop WHERE lifted_at IS NULL"):
            if each.code != "perhaps_sent" or not self._was_paid(gateway, each.subject):
                _decide(gateway, "start", f"{each.scope} {each.subject}".strip())

    def _was_paid(self, gateway: Gateway, batch: str) -> bool:
        known = gateway.rows("SELECT end_to_end_id FROM payment WHERE batch_id = :b", b=batch)
        return not {each.end_to_end_id for each in known}.isdisjoint(self.bank.debited)

    def verdict(self) -> tuple[int, int, int]:
        """(paid twice, lost, corrupted)"""
        with self.process() as gateway:
            with gateway.store.read() as tx:
                broken = audit.first_break(tx) is not None
            states = {each.end_to_end_id: each.state for each in gateway.rows("SELECT * FROM payment")}
            stopped = gateway.value("SELECT count(*) FROM stop WHERE lifted_at IS NULL")
            unknown = gateway.value("SELECT count(*) FROM file_out WHERE state = 'unknown'")
            told = gateway.value("SELECT count(*) FROM exception WHERE state = 'open'")
        paid = Counter(self.bank.payees)
        lost = [each for each, state in states.items() if state != "settled" and not (stopped or unknown or told)]
        untrue = [each for each, state in states.items() if state == "settled" and each not in self.bank.debited]
        other = [each for each, bodies in self.bodies.items() if len(bodies) > 1]
        return sum(count - 1 for count in paid.values()), len(lost), len(untrue) + len(other) + broken


@dataclass
class _Copying(Bank):
    """Keeps every byte string and every payee of what it takes."""

    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    payees: list[tuple[str, str]] = field(default_factory=list)

    def __init__(self, place: Path, bodies: dict[str, set[bytes]]) -> None:
        super().__init__(place)
        self.bodies, self.payees = bodies, []

    def take(self) -> None:
        for path in sorted((self.place / "in").iterdir()):
            if not path.name.startswith("."):
                content = path.read_bytes()
                root = etree.fromstring(content)
                self.bodies.setdefault(root.findtext(".//{*}GrpHdr/{*}MsgId") or "", set()).add(content)
                self.payees += [
                    (each.findtext(".//{*}CdtrAcct//{*}Othr/{*}Id") or "", each.findtext(".//{*}InstdAmt") or "")
                    for each in root.iter("{*}CdtTrfTxInf")
                ]
        super().take()


def _decide(gateway: Gateway, verb: str, subject: str) -> None:
    proposal = Proposal(subject, "looked at")
    decision = decide.propose(gateway.context, ACTS[verb], proposal, "checker", person("checker"))
    decide.confirm(gateway.context, ACTS, decision.reference, "checker2", person("checker2"))


# --- the faults -----------------------------------------------------------------------------------------------------


def restored(life: Life) -> None:
    """108: yesterday's backup is restored after more was approved and sent."""
    backup = life.folder / "backup.db"
    life.approve()
    if life.chance.random() < 0.4:
        _some_sending(life)
    life.back_up(backup)
    life.chance.choice((life.approve, lambda: None))()
    life.chance.choice((life.send, lambda: _some_sending(life)))()
    if life.chance.random() < 0.7:
        life.bank.take()
    life.restore(backup)
    life.fired[108] += 1


def failed_over(life: Life) -> None:
    """107: while a file is being sent, a standby takes over that never heard of the last commits."""
    standby = life.folder / "standby.db"
    life.approve()
    life.back_up(standby)
    life.chance.choice((life.approve, lambda: None))()
    points, place = Points(), life.chance.randrange(PLACES)

    def after(number: int, _name: str) -> None:
        if number == place:
            with sqlite3.connect(standby) as source, sqlite3.connect(life.database) as target:
                source.backup(target)
            life.fired[107] += 1
            if life.chance.random() < 0.7:
                life.bank.take()

    points.after = after
    life.send(points)


def signed_anew(life: Life) -> None:
    """114: no two signatures are alike, and the process dies at any operation: signed once, stored, and never again."""
    life.signers = _signers()
    life.approve()
    for _ in range(3):
        place = life.chance.randrange(PLACES)
        points = Points()

        def before(number: int, name: str, at: int = place) -> None:
            if number == at:
                life.fired[114] += 1
                raise Crashed(name)

        points.before = before
        life.send(points)


def power_cut(life: Life) -> None:
    """31: the power fails within a commit; of its write-ahead log any sectors are there, or not."""
    life.approve()
    place, points, disk = life.chance.randrange(25), Points(), Disk(life.database)

    acknowledged = [0]

    def before(_number: int, name: str) -> None:
        if name == "commit":
            disk.remember()
            acknowledged.append(_acts(life.database))

    def after(number: int, name: str) -> None:
        if name == "commit" and number >= place:
            disk.cut(life.chance)
            life.fired[31] += 1
            raise Crashed(name)

    points.before, points.after = before, after
    life.send(points)
    disk.come_back()
    assert _acts(life.database) >= acknowledged[-1], "D1: what was acknowledged is gone"


def _acts(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])


def crowded(life: Life) -> None:
    """61: every listing shows 100,000 files more."""
    life.approve()
    _some_sending(life)
    life.crowded = True


FAULTS: dict[int, Callable[[Life], None]] = {
    31: power_cut,
    61: crowded,
    107: failed_over,
    108: restored,
    114: signed_anew,
}


def _some_sending(life: Life) -> None:
    """To its end, or dying at any operation."""
    place, points = life.chance.randrange(2 * PLACES), Points()

    def before(number: int, name: str) -> None:
        if number == place:
            raise Crashed(name)

    points.before = before
    life.send(points)


def _signers() -> list[MessageSigner]:
    """Two keys of ours in turn: equal data gives other bytes."""
    private = signing.generate()
    pem = certificates.to_pem(certificates.self_signed(private, "UBND XA THACH THAT", START.replace(day=1), 730))
    other = signing.from_secret("payments", signing.to_secret(private), pem)
    return [PaymentSigner(each, _Now()) for each in (payments_key(), other)]


class _Now:
    def now(self) -> datetime:
        return START


class _Crowded:
    """A partner whose folders hold 100,000 names that are nobody's of ours, before and behind those that are."""

    def __init__(self, inner: Transport, fired: Counter[int]) -> None:
        self._inner, self._fired = inner, fired

    def listing(self, folder: str) -> Iterator[RemoteFile]:
        self._fired[61] += 1
        for number in range(MANY // 2):
            yield RemoteFile(f"A{number}.other", 1, 0, is_regular=True)
        yield from self._inner.listing(folder)
        for number in range(MANY // 2):
            yield RemoteFile(f"z{number}.other", 1, 0, is_regular=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def live(fault: int, seed: int, folder: Path) -> tuple[Life, tuple[int, int, int]]:
    """One life with ``fault`` in it, to its end, and what the judge says."""
    life = Life(folder, Random(f"{fault} {seed}"))
    FAULTS[fault](life)
    life.come_to_an_end()
    return life, life.verdict()
