"""A gateway whose partners are a judging bank behind one OpenSSH server; workers are forked (``support.workers``)."""

from __future__ import annotations

import gc
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from support import workers
from support.banks import Answerer
from support.gateways import PAYER, Gateway, bank_key, new_gateway, person, row
from support.judge import Desk, Judge, close_business, open_for_business
from support.sshd import Sshd, generate_key, sshd
from support.stores import VAULT

from adapters import registry
from adapters.profile import Profile
from gateway.anchors import FileAnchors
from gateway.ports import Transport
from gateway.store import audit
from gateway.store.store import Store
from gateway.transport import sftp
from gateway.transport.ssh import Endpoint
from gateway.usecases import approve
from gateway.usecases.context import Context
from gateway.usecases.poll import poll
from gateway.usecases.reprocess import reprocess
from gateway.usecases.send import send

SMALL, LARGE = "vietinbank", "momo"
"""A partner that takes one payment a file, and one that takes files of several WRITEs."""
RACING = dict.fromkeys(registry.PROFILES, 5)
SIZES = {SMALL: 1, LARGE: 100}
"""Partner -> payments per file."""
_WALLETS = ("momo", "viettelmoney")
_ACCOUNTS = {code: f"11000000{number:04d}" for number, code in enumerate(registry.PROFILES)}
_ANSWER_SECONDS = 5.0
_MEMORY = Path("/dev/shm")
"""A killed process loses nothing that it wrote, on whatever disk; a power cut is for the simulation."""
_ROUNDS_MAX = 300


@dataclass
class Worker(Gateway):
    """The gateway as one worker has it: its own connections, the real store, SFTP."""

    endpoint: Endpoint | None = None
    has_looked: bool = False
    """As one that runs for some time: it has looked at every partner for files of ours that nobody knows (M15)."""

    @cached_property
    def store(self) -> Store:  # type: ignore[override]
        return Store(self.url, self.clock, lambda: VAULT, self.folder)

    @cached_property
    def context(self) -> Context:
        accounts = {code: _ACCOUNTS[code] for code in self.profiles}
        payer = replace(
            super().context.payers[PAYER],
            account=lambda partner, _programme: accounts.get(partner),
            accounts=lambda partner: [accounts[partner]],
        )
        looked_at = set(self.profiles) if self.has_looked else set[str]()
        anchors = FileAnchors(self.folder / "anchor.json", [])
        return replace(super().context, payers={PAYER: payer}, looked_at=looked_at, anchors=anchors)

    @contextmanager
    def _connect(self, code: str) -> Iterator[Transport]:
        assert self.endpoint is not None
        with closing(sftp.connect(self.endpoint)) as transport:
            yield transport

    # --- acts: each may be repeated after it died half-way, as people and daemons do ---------------------------------

    def prepare(self, count: int, partner: str | None = None) -> None:
        """Import, submit and approve ``count`` new payments (to all partners), or finish what was left half-way."""
        if not self._unapproved():
            first = int(self.value("SELECT count(*) FROM payment")) + 1
            partners = [partner] if partner else sorted(self.profiles)
            rows = [_row(number, partners[number % len(partners)]) for number in range(first, first + count)]
            imported = self.import_(rows)
            assert imported.problems == []
        self.finish()

    def finish(self) -> None:
        """Submit and approve what is not."""
        for batch in self._unapproved():
            if batch.state == "ready":
                approve.submit(self.context, batch.id, "maker", person("maker"))
            approvals = self.rows("SELECT approver FROM approval WHERE batch_id = :b", b=batch.id)
            for name in sorted({"checker", "checker2"} - {each.approver for each in approvals}):
                approve.approve(self.context, batch.id, name, person(name))

    def take_up_faults(self) -> None:
        """What an operator does once the program is mended: files over which it failed are examined again."""
        faulty = self.rows("SELECT reference FROM file_in WHERE state = 'quarantined' AND code = 'fault' ORDER BY id")
        reprocess(self.context, [each.reference for each in faulty], "checker")

    def _unapproved(self) -> list[Any]:
        return self.rows("SELECT id, state FROM batch WHERE state IN ('ready', 'submitted') ORDER BY id")

    def release(self, partner: str | None = None) -> list[str]:
        """``send``; the states that its files came to."""
        return [str(delivery.state) for delivery in send(self.context, partner=partner).deliveries]

    def fetch(self, partner: str | None = None) -> list[str]:
        """``poll``; the states that the files it found came to."""
        return [str(received.state) for received in poll(self.context, partner).received]


def _row(number: int, partner: str) -> Mapping[str, str]:
    return row(number, bank=partner, account=f"{'09' if partner in _WALLETS else '10'}{number:08d}")


@dataclass(frozen=True)
class Verdict:
    """What the judge says against what the store believes, when everything is quiet."""

    payments: int
    files: int
    doubled: list[str] = field(default_factory=list)
    """End-to-end ids debited more than once."""
    lost: list[str] = field(default_factory=list)
    """Approved payments without an end that stand in no file of unknown outcome."""
    corrupted: list[str] = field(default_factory=list)
    """Files whose bytes at the bank are not the sealed ones."""
    left: list[str] = field(default_factory=list)
    """Temporaries at the partner that belong to no file of unknown outcome."""
    broken_audit: int | None = None
    unknown: int = 0
    """Files of unknown outcome, every one named by ``send``."""
    exceptions: tuple[str, ...] = ()
    """Kinds of the exceptions that stand; what arrived out of its order has healed."""

    @property
    def clean(self) -> bool:
        return not (self.doubled or self.lost or self.corrupted or self.left) and self.broken_audit is None


@dataclass
class Exchange:
    """One home, one database, one server, one bank."""

    folder: Path
    url: str
    profiles: dict[str, Profile]
    server: Sshd
    identity: Path
    judge: Judge
    host: str = "127.0.0.1"
    """Where workers reach the bank's server."""

    def worker(self, has_looked: bool = False) -> Worker:
        endpoint = Endpoint(
            host=self.host,
            port=self.server.port,
            user=self.server.user,
            identity_file=self.identity,
            host_keys=(self.server.host_key,),
            answer_timeout_seconds=_ANSWER_SECONDS,
        )
        return Worker(self.folder, self.url, profiles=self.profiles, endpoint=endpoint, has_looked=has_looked)

    def waits_in_an_inbox(self, partner: str) -> bool:
        """Whether the partner has put an answer there."""
        inboxes = (self._path(inbox.folder) for inbox in self.profiles[partner].inboxes)
        return any(path.is_file() for inbox in inboxes for path in inbox.iterdir() if path.name[:1] != ".")

    def orders_wait(self) -> bool:
        """Whether the bank has still to take a file."""
        return any(path.is_file() and path.name[:1] != "." for folder in self._orders() for path in folder.iterdir())

    def temporaries(self) -> set[str]:
        return {path.name for folder in self._orders() for path in folder.iterdir() if path.name[:1] == "."}

    # --- the end of faults -------------------------------------------------------------------------------------------

    def settle(self) -> Verdict:
        """Nothing happens to workers any more: they work until nothing moves, then the judge judges."""
        self.lived(lambda worker: worker.finish())
        self.lived(lambda worker: worker.take_up_faults())
        for _ in range(_ROUNDS_MAX):
            if not self._moved() and not (verdict := self.verdict()).lost:
                return verdict
        return self.verdict()

    def lived(self, act: Callable[[Worker], Any]) -> Any:
        """What a worker that nothing happens to gave."""

        def whole() -> Any:
            with closing(self.worker()) as worker:
                return act(worker)

        end = workers.run(whole)
        assert not end.trace, end.trace
        return end.result

    def _moved(self) -> bool:
        """One round of recovery; whether anything was still to do."""
        states = self.lived(lambda worker: worker.release())
        self.until_orders_are_taken()
        received = self.lived(lambda worker: worker.fetch())
        return bool({"allocated", "sealed", "uploading", "releasing"} & set(states) or received)

    def until_orders_are_taken(self) -> None:
        """The bank works in its own time; the bound is a number of looks."""
        for _ in range(20_000):
            if not self.orders_wait():
                return
            time.sleep(0.002)
        raise AssertionError("the bank takes nothing any more")

    def _orders(self) -> list[Path]:
        return [self._path(profile.outbox.folder) for profile in self.profiles.values()]

    def _path(self, folder: str) -> Path:
        return self.server.root / folder.strip("/")

    def verdict(self) -> Verdict:
        """To be asked when nothing runs any more."""
        with closing(self.worker()) as worker:
            return self._judged(worker)

    def _judged(self, worker: Worker) -> Verdict:
        debits, booked = self.judge.debits(), self.judge.booked()
        rows = worker.rows(
            "SELECT p.end_to_end_id AS id, p.state, f.state AS file, EXISTS (SELECT 1 FROM exception x"
            " WHERE x.file_out_id = f.id AND x.kind = 'file_unknown') AS told FROM payment p LEFT JOIN payment_file l"
            " ON l.payment_id = p.id AND l.live LEFT JOIN file_out f ON f.id = l.file_id"
        )
        doubtful = worker.rows(
            "SELECT a.temporary FROM attempt a JOIN file_out f ON f.id = a.file_id WHERE f.state = 'unknown'"
        )
        sealed = {each.message_id: each.sha256 for each in worker.files()}
        ours = {each.id for each in rows}
        with worker.store.read() as tx:
            broken = audit.first_break(tx)
        return Verdict(
            payments=len(rows),
            files=len(sealed),
            doubled=[id_ for id_, count in debits.items() if count > 1 or id_ not in ours],
            lost=[each.id for each in rows if not _has_an_end(each, debits[each.id])],
            corrupted=[file.name for file in booked if sealed.get(file.message_id) != file.sha256],
            left=sorted(self.temporaries() - {each.temporary for each in doubtful}),
            broken_audit=broken,
            unknown=int(worker.value("SELECT count(*) FROM file_out WHERE state = 'unknown'")),
            exceptions=tuple(worker.open_exceptions()),
        )


def _has_an_end(payment: Any, debits: int) -> bool:
    """Debited and known as that; or not debited, and a person is told that this is unknown."""
    return payment.state == "settled" if debits else payment.file == "unknown" and bool(payment.told)


@contextmanager
def exchange(
    url: str | None = None, seed: int = 1, sizes: Mapping[str, int] = SIZES, **server_options: str
) -> Iterator[Exchange]:
    """A new home on a fresh, established database (``url``; else SQLite), its server and its bank.

    ``sizes``: its partners, and how many payments a file to each may hold. ``server_options``: of the SSH server.
    """
    folder = Path(tempfile.mkdtemp(prefix="chitra-exchange-", dir=_MEMORY if _MEMORY.is_dir() else None))
    root = folder / "bank"
    root.mkdir()
    identity = folder / "identity"
    profiles = {code: _profile(code, size) for code, size in sizes.items()}
    desks = [_desk(profile, root) for profile in profiles.values()]
    bank = None
    try:
        with closing(new_gateway(folder, url)) as made:
            address = made.url
        ledger = folder / "ledger.jsonl"
        bank = open_for_business(desks, ledger, Answerer(bank_key()), seed)
        with sshd(root, generate_key(identity), LogLevel="INFO", **server_options) as server:
            yield Exchange(folder, address, profiles, server, identity, Judge(ledger))
    finally:
        if bank is not None:
            close_business(bank)
        shutil.rmtree(folder)


def _profile(code: str, payments_per_file_max: int) -> Profile:
    """The adapter's profile with folders of its own below one root, and a size of files."""
    profile = registry.profile(code)
    return replace(
        profile,
        outbox=replace(profile.outbox, folder=f"/{code}{profile.outbox.folder}"),
        inboxes=tuple(
            replace(inbox, folder=f"/{code}{inbox.folder}", archive=f"/{code}{inbox.archive}")
            for inbox in profile.inboxes
        ),
        limits=replace(profile.limits, payments_per_file_max=payments_per_file_max),
    )


def _desk(profile: Profile, root: Path) -> Desk:
    folders = [profile.outbox.folder, *(path for box in profile.inboxes for path in (box.folder, box.archive))]
    for folder in folders:
        (root / folder.strip("/")).mkdir(parents=True, exist_ok=True)
    boxes = {inbox.message: inbox for inbox in profile.inboxes}
    return Desk(
        code=profile.code,
        account=_ACCOUNTS[profile.code],
        orders=root / profile.outbox.folder.strip("/"),
        statuses=root / boxes["pain.002"].folder.strip("/"),
        statements=root / boxes["camt.053"].folder.strip("/"),
        status_name=boxes["pain.002"].pattern,
        statement_name=boxes["camt.053"].pattern,
    )


def warm(folder: Path) -> None:
    """Import, compile and open everything that a worker will need, by one small round over plain folders."""
    with closing(new_gateway(folder)) as gateway:
        gateway.approved(row(1), row(2, bank=LARGE, account="0912345678"))
        gateway.send()
        answers = Answerer(bank_key())
        gateway.receive("pain.002", "1", answers.status(str(gateway.files()[0].message_id), group=("ACSP", "")))
        gateway.receive("camt.053", "2", answers.statement(id_="S1", opening=5))
    gc.collect()
    gc.freeze()  # what is here stays, so that workers share its memory
