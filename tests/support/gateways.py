"""A whole gateway for tests of use cases: real keys, a real store, partners that are plain folders."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from support.signatures import Partner as SigningPartner
from support.signatures import TemporarySpool, partner
from support.stores import START, VAULT, CountedStore, Points, PostgresTemplate, Time, open_store, sqlite_url

from adapters import communes, directory, places, registry
from adapters.profile import Profile
from gateway.calendar import WorkingDays
from gateway.checking import check_for
from gateway.domain.people import ADD, REVOKE, ROLE, Root
from gateway.ports import Transport
from gateway.proof import PartnerVerifier, PaymentSigner, PgpEnvelope, PgpPins, genuine, no_pgp
from gateway.store.tables import Decision
from gateway.transport.directory import DirectoryTransport
from gateway.usecases import approve, decide, enrol
from gateway.usecases.acts import ACTS
from gateway.usecases.collect import Received, collect
from gateway.usecases.context import Context, Partner, Payer
from gateway.usecases.decide import Proposal
from gateway.usecases.intake import Imported, Request, import_batch
from gateway.usecases.send import Sent, send
from keys import certificates, operators, signing
from keys.operators import OperatorKey
from keys.signing import SigningKey

PERIOD = "2026-11"
PAYER = "thachthat"
ACCOUNTS = {"vietinbank": "110000000001", "momo": "110000000002"}
ADMINS = ("admin", "admin2")
ROLES = {"maker": "maker", "checker": "checker", "checker2": "checker", "both": "maker,checker"}
FIRST_DAY_RECORDS = len(ADMINS) + 3 * len(ROLES)
"""What is in the audit record once these people are enrolled."""

COLUMNS = (
    "payment_ref",
    "beneficiary_id",
    "beneficiary_name",
    "date_of_birth",
    "commune_code",
    "benefit_month",
    "kind",
    "amount",
    "entitled_amount",
    "payee_name",
    "payee_basis",
    "account",
    "bank",
    "note",
    "predecessor_ref",
)

Row = dict[str, str]


def row(number: int, **changes: str) -> Row:
    """A good row: its own person, account and amount; ``changes`` override."""
    good = {
        "payment_ref": f"TC-{number:04d}",
        "beneficiary_id": f"001160{number:06d}",
        "beneficiary_name": "Nguyễn Văn An",
        "amount": str(500_000 + number),
        "account": f"10{number:08d}",
        "bank": "vietinbank",
    }
    return good | changes


def csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    lines = [COLUMNS, *([each.get(column, "") for column in COLUMNS] for each in rows)]
    return "".join(",".join(line) + "\r\n" for line in lines).encode()


@cache
def payments_key() -> SigningKey:
    """Our signing key, valid for two years."""
    private = signing.generate()
    pem = certificates.to_pem(certificates.self_signed(private, "UBND XA THACH THAT", START.replace(day=1), 730))
    return signing.from_secret("payments", signing.to_secret(private), pem)


@cache
def bank_key(name: str = "BANK") -> SigningPartner:
    """A partner's key for its answers."""
    return partner(name, starts=START.replace(day=1), days=730)


@cache
def person(name: str) -> OperatorKey:
    """The key of an operator, the same in every run."""
    return operators.from_secret(name, name.encode().ljust(32, b"."))


@cache
def roots() -> tuple[Root, ...]:
    """The admins that were pinned at the key ceremony."""
    return tuple(Root(name, person(name).public_pem.decode()) for name in ADMINS)


def admins() -> list[tuple[str, OperatorKey]]:
    """Both of them with their keys."""
    return [(name, person(name)) for name in ADMINS]


class CountedIds:
    """The Ids port without chance."""

    def __init__(self) -> None:
        self._last = 0

    def uetr(self) -> str:
        self._last += 1
        return str(UUID(int=self._last, version=4))

    def leap(self) -> int:
        self._last += 1
        return self._last


@dataclass
class Gateway:
    """One home. ``wrap`` stands between the gateway and its partners' folders."""

    folder: Path
    url: str
    clock: Time = field(default_factory=Time)
    profiles: dict[str, Profile] = field(default_factory=lambda: dict(_profiles()))
    wrap: Callable[[Transport], Transport] = lambda transport: transport
    points: Points | None = None
    pgp_pins: Callable[[], PgpPins] = no_pgp

    @cached_property
    def store(self) -> CountedStore:
        store = open_store(self.url, clock=self.clock, folder=self.folder)
        store.points = self.points
        return store

    @cached_property
    def context(self) -> Context:
        return Context(
            store=self.store,
            clock=self.clock,
            ids=CountedIds(),
            spool=TemporarySpool(),
            vault=lambda: VAULT,
            is_working=WorkingDays(),
            environment="sandbox",
            organisation="UBND XA THACH THAT",
            organisation_id="0101234567",
            approvals_required=2,
            payers={PAYER: _payer()},
            partners={code: self._partner(code) for code in self.profiles},
            default_partner="vietinbank",
            bank=directory.resolve,
            population=registry.POPULATION,
            province=places.province_of,
            commune=communes.find,
            verify_person=genuine,
            roots=roots,
            check=check_for,
        )

    def _partner(self, code: str) -> Partner:
        key, trusted = payments_key(), [bank_key().pem]
        return Partner(
            code=code,
            profile=self.profiles[code],
            connect=lambda: self._connect(code),
            signer=lambda: PaymentSigner(key, self.clock),
            envelope=lambda: PgpEnvelope(self.pgp_pins(), TemporarySpool(), self.clock),
            verifier=lambda: PartnerVerifier(
                trusted, [key.certificate_pem], TemporarySpool(), self.clock, self.pgp_pins
            ),
        )

    @contextmanager
    def _connect(self, code: str) -> Iterator[Transport]:
        transport = self.wrap(DirectoryTransport(self.place(code)))
        with closing(transport):
            yield transport

    def place(self, code: str = "vietinbank") -> Path:
        """The partner's folders."""
        return self.folder / code

    # --- acts ---------------------------------------------------------------------------------------------------

    def import_(self, rows: Sequence[Mapping[str, str]], **changes: Any) -> Imported:
        request = Request(io.BytesIO(csv_of(rows)), "list.csv", "pension", PERIOD, "maker", PAYER)
        return import_batch(self.context, replace(request, **changes), {})

    def approved(self, *rows: Mapping[str, str]) -> str:
        """A batch from import to its second approval."""
        imported = self.import_(rows)
        assert imported.problems == []
        batch = imported.batch.id
        approve.submit(self.context, batch, "maker", person("maker"))
        for name in ("checker", "checker2"):
            approve.approve(self.context, batch, name, person(name))
        return batch

    def send(self) -> Sent:
        return send(self.context)

    def collect(self, code: str = "vietinbank") -> list[Received]:
        received, errors = collect(self.context, self.context.partners[code])
        assert not errors
        return received

    def receive(self, inbox: str, name: str, content: bytes, code: str = "vietinbank") -> Received:
        """One file of the partner, put into its folder for ``inbox`` (a message) and collected at once."""
        self.put(inbox, name, content, code)
        (received,) = self.collect(code)
        if received.bug:
            raise received.bug
        return received

    def put(self, inbox: str, name: str, content: bytes, code: str = "vietinbank") -> None:
        found = next(each for each in self.profiles[code].inboxes if each.message == inbox)
        (self.place(code) / found.folder.strip("/") / found.name(name)).write_bytes(content)

    def by_two(self, verb: str, subject: str, **params: str) -> Decision:
        """What one checker proposes and the other confirms."""
        proposal = Proposal(subject, "looked at", params)
        decision = decide.propose(self.context, ACTS[verb], proposal, "checker", person("checker"))
        return decide.confirm(self.context, ACTS, decision.reference, "checker2", person("checker2"))

    def revoke(self, name: str, *, void: bool = False) -> None:
        """By both admins."""
        self._state(REVOKE, enrol.changed(self.context, name, "has left", void))

    def give_roles(self, name: str, *roles: str) -> None:
        """Other ones than before, by both admins."""
        self._state(ROLE, enrol.changed(self.context, name, "new post", False, roles))

    def _state(self, verb: str, proposal: Proposal) -> None:
        with self.store.begin() as tx:
            enrol.together(self.context, tx, verb, proposal, admins())

    # --- looks --------------------------------------------------------------------------------------------------

    def rows(self, sql: str, **params: Any) -> list[Any]:
        with self.store.read() as tx:
            return tx.rows(sql, **params)

    def value(self, sql: str, **params: Any) -> Any:
        with self.store.read() as tx:
            return tx.value(sql, **params)

    def states(self) -> dict[str, str]:
        """payment_ref -> state"""
        found = self.rows("SELECT payment_ref, state FROM payment ORDER BY payment_ref")
        return {each.payment_ref: each.state for each in found}

    def end_to_end_id(self, payment_ref: str = "TC-0001") -> str:
        return str(self.value("SELECT end_to_end_id FROM payment WHERE payment_ref = :r", r=payment_ref))

    def exceptions(self) -> list[str]:
        """Kinds, sorted, as often as they stand."""
        return sorted(each.kind for each in self.rows("SELECT kind FROM exception"))

    def open_exceptions(self) -> list[str]:
        """Kinds of those that nobody has resolved and that have not healed."""
        return sorted(each.kind for each in self.rows("SELECT kind FROM exception WHERE state = 'open'"))

    def files(self) -> list[Any]:
        return self.rows("SELECT * FROM file_out ORDER BY id")

    def outbox(self, code: str = "vietinbank") -> dict[str, bytes]:
        """What lies in the partner's in-folder, by name."""
        return {path.name: path.read_bytes() for path in sorted((self.place(code) / "in").iterdir())}

    # --- copies -------------------------------------------------------------------------------------------------

    def snapshot(self) -> Path:
        """Flush everything to the files, so that the folder can be copied."""
        with self.store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        self.store.close()
        return self.folder

    def close(self) -> None:
        self.store.close()


def _profiles() -> Mapping[str, Profile]:
    return {code: registry.profile(code) for code in ACCOUNTS}


def _payer() -> Payer:
    return Payer(
        PAYER,
        "UBND XA THACH THAT",
        "0101234567",
        account=lambda partner, _programme: ACCOUNTS.get(partner),
        accounts=lambda partner: [ACCOUNTS[partner]] if partner in ACCOUNTS else [],
        town="Ha Noi",
    )


def new_gateway(folder: Path, url: str | None = None, **options: Any) -> Gateway:
    """An empty gateway with its people; ``url`` names a fresh, established database, else one of SQLite is made."""
    if url or "clock" in options:
        gateway = Gateway(folder, url or sqlite_url(folder), **options)
        _enrol(gateway)
    else:
        database, moment = _first_day()
        (folder / "chitra.db").write_bytes(database)
        gateway = Gateway(folder, f"sqlite:///{folder / 'chitra.db'}", Time(moment), **options)
    _make_folders(gateway)
    return gateway


@cache
def _first_day() -> tuple[bytes, datetime]:
    """A database of SQLite with everyone enrolled, and when that was done."""
    with tempfile.TemporaryDirectory(prefix="chitra-first-day-") as name:
        folder = Path(name)
        gateway = Gateway(folder, sqlite_url(folder))
        _enrol(gateway)
        gateway.snapshot()
        return (folder / "chitra.db").read_bytes(), gateway.clock.value


class FirstDay:
    """A database of PostgreSQL with everyone enrolled, of which each gateway gets a copy."""

    def __init__(self, url: str) -> None:
        self._template = PostgresTemplate(url)
        with (
            tempfile.TemporaryDirectory(prefix="chitra-first-day-") as folder,
            closing(Gateway(Path(folder), url)) as one,
        ):
            _enrol(one)
            self._moment = one.clock.value

    @contextmanager
    def gateway(self, folder: Path) -> Iterator[Gateway]:
        """Like ``new_gateway``, until its database is dropped."""
        with self._template.copy() as url:
            gateway = Gateway(folder, url, Time(self._moment))
            _make_folders(gateway)
            yield gateway


def _enrol(gateway: Gateway) -> None:
    with gateway.store.begin() as tx:
        enrol.add_roots(tx, roots())
        for name, roles in ROLES.items():
            proposal = enrol.added(name, roles.split(","), person(name).public_pem.decode(), "first day")
            enrol.together(gateway.context, tx, ADD, proposal, admins())
    gateway.__dict__.pop("context")  # a test may give it other partners before it is used


def _make_folders(gateway: Gateway) -> None:
    for code, profile in gateway.profiles.items():
        wanted = [profile.outbox.folder, *(path for box in profile.inboxes for path in (box.folder, box.archive))]
        for path in wanted:
            (gateway.place(code) / path.strip("/")).mkdir(parents=True, exist_ok=True)


def copy_of(snapshot: Path, folder: Path, **options: Any) -> Gateway:
    """A gateway that goes on from a snapshot, in a folder of its own; its clock goes on a day later at the latest."""
    shutil.copytree(snapshot, folder, dirs_exist_ok=True)
    return Gateway(folder, f"sqlite:///{folder / 'chitra.db'}", **options)
