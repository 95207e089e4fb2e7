"""One world: a gateway with its workers and people, two partners, an attacker, in an order drawn from a seed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support.banks import Answerer
from support.gateways import ACCOUNTS, Gateway, bank_key, new_gateway, payments_key
from support.signatures import TemporarySpool
from support.signatures import partner as signing_partner
from support.stores import START, VAULT

from adapters.profile import Delivery, Profile, Ready
from gateway.domain.errors import ChitraError, NotConfigured
from gateway.ports import MessageSigner, Transport
from gateway.proof import PartnerVerifier
from gateway.store.store import Store
from gateway.usecases.context import Context, Partner
from gateway.usecases.poll import poll
from gateway.usecases.send import send
from simulation.attacker import Attacker
from simulation.bank import Bank
from simulation.chance import Chance
from simulation.clerk import Clerk
from simulation.courier import Courier
from simulation.deciders import Deciders
from simulation.ending import Ending
from simulation.forger import Forger
from simulation.judge import Judge
from simulation.meddler import Meddler
from simulation.operators import Operators
from simulation.oracles import PERSONAL, Oracles
from simulation.process import Process
from simulation.server import Server
from simulation.store import SimulatedStore, in_memory
from simulation.transport import connect
from simulation.violation import Violation, require

WORKERS = 4
_DAY_MINUTES = 1440


@cache
def stranger() -> Answerer:
    """Somebody whose key nobody pinned."""
    return Answerer(signing_partner("STRANGER", starts=START.replace(day=1), days=730))


_FORMS: dict[Delivery, int] = {"rename": 5, "marker": 2, "direct": 2, "dropbox": 1}
_READY: dict[Ready, int] = {"rename": 4, "done": 1, "stable": 1}


def varied(profile: Profile, chance: Chance) -> Profile:
    """The partner as this seed has it: its form of delivery, and when its files are complete."""
    form = chance.weighted(_FORMS)
    archives = (f"{profile.outbox.folder}/archive",) if chance.happens(0.5) else ()
    ready = chance.weighted(_READY)
    return replace(
        profile,
        outbox=replace(profile.outbox, delivery=form, archives=archives),
        inboxes=tuple(replace(inbox, ready=ready) for inbox in profile.inboxes),
    )


@cache
def _template() -> bytes:
    """A database with its people and nothing else."""
    with TemporaryDirectory(prefix="chitra-simulation-") as folder:
        return (new_gateway(Path(folder)).snapshot() / "chitra.db").read_bytes()


@dataclass(frozen=True)
class Outcome:
    """How a run ended; ``broken`` is None when every promise was kept."""

    seed: int
    steps: int
    digest: str
    fired: dict[int, int]
    broken: str | None
    promise: str | None
    told: list[str]
    debited: int
    """End-to-end ids that the banks debited."""
    ends: dict[str, int]
    """State -> payments at the end."""


def run(seed: int, steps: int = 200, keep: int = 40) -> Outcome:
    """One seed from an empty gateway to its end, in a folder of its own that is gone afterwards."""
    folder = in_memory("chitra-simulation")
    folder.mkdir()
    try:
        world = World(folder, seed, keep)
        try:
            return world.whole(steps)
        finally:
            world.close()
    finally:
        shutil.rmtree(folder)


class World:
    """Everything of one run. ``context`` is the product's, with ports of ours."""

    def __init__(self, folder: Path, seed: int, keep: int = 40) -> None:
        self.seed, self.chance, self.step = seed, Chance(seed, keep), 0
        self._outside = Process("world", lambda: None, self.chance)
        self.running = self._outside
        (folder / "chitra.db").write_bytes(_template())
        gateway = Gateway(folder, f"sqlite:///{folder / 'chitra.db'}")
        gateway.profiles = {code: varied(profile, self.chance) for code, profile in gateway.profiles.items()}
        self.clock = gateway.clock
        self.store = SimulatedStore(gateway.url, self.clock, self.chance, lambda: self.running)
        self.raw = self.store.raw()
        self.servers = {code: self._server() for code in gateway.profiles}
        self.banks = {code: self._bank(gateway, code) for code in gateway.profiles}
        self.judge = Judge(self.raw, self.banks)
        for bank in self.banks.values():
            bank.swept, bank.misdirected = self.judge.sweep, self.judge.forge
        self.oracles = Oracles(self.raw, self.judge, self.banks)
        self.operators = Operators(self.chance, self.judge, tuple(self.banks), self.raw)
        self.deciders = Deciders(self.chance, self.judge, self.banks, self.raw)
        self.forger = self._forger(gateway)
        self.clerk = Clerk(seed, gateway.url.removeprefix("sqlite:///"))
        self.meddler = Meddler(seed, self.clock, self.raw, folder)
        self.courier = Courier(seed, self.clock, self.raw, folder, stranger())
        self.attacker = Attacker(self.chance, self.judge, self.banks, stranger())
        self.context = self._context(gateway)
        self.store.before_commit = self.judge.before_commit
        self.store.after_commit = self._committed
        self.waiting: list[Process] = []
        self._changed = False
        self._started = 0

    # --- building -----------------------------------------------------------------------------------------------

    def _server(self) -> Server:
        return Server(lambda: int(self.clock.now().timestamp()))

    def _bank(self, gateway: Gateway, code: str) -> Bank:
        profile, server = gateway.profiles[code], self.servers[code]
        for folder in (profile.outbox.folder, f"{profile.outbox.folder}/archive"):
            server.make(folder)
        for inbox in profile.inboxes:
            server.make(inbox.folder)
            server.make(inbox.archive)
        answerer = Answerer(bank_key(code.upper()))
        bank = Bank(profile, ACCOUNTS[code], server, self.chance, answerer, lambda: self.clock.value.date())
        server.watch = partial(self._seen, bank)
        server.is_blind = profile.outbox.delivery == "dropbox"
        return bank

    def _forger(self, gateway: Gateway) -> Forger:
        store = Store(gateway.url, self.clock, lambda: VAULT)
        store.engine = self.store.engine
        return Forger(self.seed, gateway.url.removeprefix("sqlite:///"), store)

    def _seen(self, bank: Bank, folder: str, name: str) -> None:
        if folder == bank.outbox and (order := bank.order_at(name)):
            self.judge.appear(bank, order)
        bank.look(folder, name)

    def _context(self, gateway: Gateway) -> Context:
        """The test gateway's own, so that a new part of it is never forgotten here."""
        context = gateway.context
        partners = {code: self._partner(partner) for code, partner in context.partners.items()}
        return replace(context, store=self.store, partners=partners)

    def _partner(self, partner: Partner) -> Partner:
        trusted, own = [bank_key(partner.code.upper()).pem], [payments_key().certificate_pem]
        return replace(
            partner,
            connect=lambda: self._connected(partner),
            signer=lambda: self._signer(partner),
            verifier=lambda: PartnerVerifier(trusted, own, TemporarySpool(), self.clock),
        )

    @contextmanager
    def _connected(self, partner: Partner) -> Iterator[Transport]:
        server, outbox = self.servers[partner.code], partner.profile.outbox.folder
        with closing(connect(server, outbox, partner.code, self.running, self.judge)) as transport:
            yield transport

    def _signer(self, partner: Partner) -> MessageSigner:
        """Faults 5, 6 and 113: dying at rendering and signing; a key that cannot be opened."""
        self.running.may_die(5, "at rendering")
        self.running.may_die(6, "at signing")
        if self.chance.fault(113):
            raise NotConfigured("passphrase_wrong", key="payments")
        return partner.signer()

    # --- steps --------------------------------------------------------------------------------------------------

    def whole(self, steps: int) -> Outcome:
        """All steps, then the end; what breaks is told with its step."""
        try:
            for self.step in range(1, steps + 1):
                self.turn()
                self.look()
                self.forger.act(self.context)
                self.clerk.act()
                self.meddler.act(self.context)
                self.courier.act(self.context)
            Ending(self).run()
        except Violation as violation:
            return self._outcome(str(violation), violation.promise)
        return self._outcome(None, None)

    def turn(self) -> None:
        act = self.chance.weighted(
            {
                self._go_on: 30 if self.waiting else 0,
                self._send: 9,
                self._poll: 8,
                self._person: 17,
                self._decide: 7,
                self._bank_works: 26,
                self._time_passes: 9,
                self._attack: 7,
                self._lock_lost: 3 if self.waiting else 0,
                self.restart: 2,
            }
        )
        act()

    def _go_on(self) -> None:
        process = self.chance.one(self.waiting)
        self._let(process, self.chance.number(1, 12))

    def _send(self) -> None:
        self._start("send", partial(send, self.context, partner=self._partner_or_all()))

    def _poll(self) -> None:
        self._start("poll", partial(poll, self.context, partner=self._partner_or_all()))

    def _partner_or_all(self) -> str | None:
        """The daemon works for each partner by itself, a person's command for all."""
        return self.chance.one((*self.banks, None))

    def _person(self) -> None:
        self.let_run(Process("person", self.operators.act(self.context), self.chance))

    def _decide(self) -> None:
        self.let_run(Process("deciders", lambda: self.deciders.act(self.context), self.chance))
        self.deciders.bring(self.context)

    def _bank_works(self) -> None:
        self.chance.one(list(self.banks.values())).work()

    def _attack(self) -> None:
        self.attacker.act()

    def _time_passes(self) -> None:
        """Minutes to days; fault 111: the clock goes back."""
        if self.chance.likely(111):
            self.clock.pass_(hours=-1)
        else:
            minutes = self.chance.weighted({5: 5, 60: 4, 300: 3, 1440: 2, 4320: 1})
            self.chance.tell(f"{minutes} minutes pass")
            self.pass_(minutes)

    def pass_(self, minutes: int) -> None:
        """Day by day: a partner may close each of them."""
        while minutes > 0:
            self.clock.pass_(minutes=min(minutes, _DAY_MINUTES))
            minutes -= _DAY_MINUTES
            for bank in self.banks.values():
                bank.books.day_passes()

    def _lock_lost(self) -> None:
        """Faults 74 and 109: the session of a worker that slept for too long has ended, and it does not know."""
        held = sorted(self.store.locks.held)
        if held:
            name = self.chance.one(held)
            self.chance.count(74 if name.startswith("inbox-") else 109)
            self.store.locks.lose(name)

    def restart(self) -> None:
        """Every process dies where it stands."""
        self.chance.tell("restart")
        for process in self.waiting:
            process.kill()
        self.waiting.clear()

    # --- processes ----------------------------------------------------------------------------------------------

    def _start(self, name: str, act: Callable[[], Any]) -> None:
        """To its end at once, or step by step among others."""
        self._started += 1
        process = Process(f"{name}{self._started}", act, self.chance)
        if len(self.waiting) < WORKERS and self.chance.happens(0.4):
            self.waiting.append(process)
            self._let(process, self.chance.number(1, 25))
        else:
            self.let_run(process)

    def let_run(self, process: Process) -> None:
        self.running = process
        process.run()
        self.running = self._outside
        self._finished(process)

    def _let(self, process: Process, points: int) -> None:
        self.running = process
        process.go(points)
        self.running = self._outside
        if process.over:
            self.waiting.remove(process)
            self._finished(process)

    def _finished(self, process: Process) -> None:
        """Only errors of ours may come out, and they name nobody (A3)."""
        if self.judge.broken:
            raise self.judge.broken
        if process.error is not None and not isinstance(process.error, ChitraError):
            raise Violation("bug", f"{process.name}: {process.error!r}") from process.error
        for error in process.errors():
            self.chance.tell(f"{process.name}: {error}")
            require(not PERSONAL.search(str(error)), "A3", str(error))

    def _committed(self, verbs: list[str]) -> None:
        self._changed = True
        self.oracles.acts += len(verbs)

    def look(self) -> None:
        if self.judge.broken:
            raise self.judge.broken
        if self._changed:
            self._changed = False
            self.oracles.look()

    def _outcome(self, broken: str | None, promise: str | None) -> Outcome:
        states = dict(self.raw.execute("SELECT state, count(*) FROM payment GROUP BY state ORDER BY state"))
        debited = sum(len(bank.ledger.debited) for bank in self.banks.values())
        fired = dict(sorted(self.chance.fired.items()))
        told = list(self.chance.told)
        return Outcome(self.seed, self.step, self.chance.digest, fired, broken, promise, told, debited, states)

    def close(self) -> None:
        for process in self.waiting:
            process.kill()
        self.raw.close()
        self.store.close()
