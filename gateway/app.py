"""Composition root: one home becomes a working gateway. The only place that sees every room."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from gateway import clock as clocks
from gateway import config as configuration
from gateway.config import Config, KeySection, PayerSection
from gateway.domain.approvals import Rule
from gateway.domain.errors import NotConfigured
from gateway.domain.schedule import Hours
from gateway.domain.signals import Rules
from gateway.lifecycle import openpgp_keys, signing_name
from gateway.proof import TranslatedVault, genuine, of_ours, read_key, translated
from gateway.spool import FolderSpool, RandomIds
from gateway.usecases.context import Context, Payer

if TYPE_CHECKING:
    from gateway.anchors import FileAnchors
    from gateway.domain.people import Root
    from gateway.ports import Anchor
    from gateway.store.store import Store
    from keys.keyring import Keyring
    from keys.operators import OperatorKey
    from keys.passphrase import Passphrase
    from keys.pgp import PgpKey
    from keys.signing import SigningKey
    from keys.token import Pin, Place
    from keys.vault import Vault

Secret = TypeVar("Secret", bound="Passphrase")

_SUCCESSOR = re.compile(r"-[0-9]+$")
"""What ``key rotate`` adds to a name."""

AskPassphrase = Callable[[str], bytes]
"""Asks a person for the passphrase of a key; raises when there is no terminal."""


class App:
    """One home. Everything is opened at first use, so that a command pays only for what it needs."""

    def __init__(
        self,
        home: Path,
        ask: AskPassphrase,
        operator_passphrase: Path | None = None,
        key_folder: Path | None = None,
    ) -> None:
        self.home = home.absolute()
        self._key_folder = key_folder
        self._ask = ask
        self._operator_passphrase = operator_passphrase
        self._signing_keys: dict[str, SigningKey] = {}
        self._openpgp_keys: dict[str, PgpKey] = {}

        self._opening = Lock()
        """Workers that need a key at once ask for its passphrase or PIN once."""

    @cached_property
    def config(self) -> Config:
        return configuration.load(self.home)

    @cached_property
    def clock(self) -> clocks.RealClock | clocks.SandboxClock:
        return clocks.clock_for(self.home, self.config.gateway.environment)

    @cached_property
    def spool(self) -> FolderSpool:
        return FolderSpool(self.home / "spool")

    @cached_property
    def keyring(self) -> Keyring:
        from keys.keyring import Keyring

        with translated():
            return Keyring(self.home / "keyring")

    def reopened(self) -> App:
        """The same home, read anew."""
        return App(self.home, self._ask, self._operator_passphrase, self._key_folder)

    # --- secrets ------------------------------------------------------------------------------------------------

    def passphrase(self, key: str) -> Passphrase:
        """Of one of our keys, from where ``chitra.toml`` says."""
        section = self._key_section(key)
        return self._passphrase(key, section.passphrase if section else "prompt")

    def new_passphrase(self, key: str, file: Path | None, ask: AskPassphrase) -> Passphrase:
        """For a key about to be made: of ``file``, else from where ``chitra.toml`` says, else from a person."""
        from keys.passphrase import Passphrase

        if file is None and self._key_section(key) is None:
            with translated():
                return Passphrase.of(ask(key))
        return self._passphrase(key, f"file:{file.absolute()}") if file else self.passphrase(key)

    def _key_section(self, key: str) -> KeySection | None:
        """Of a key, else of the one that it succeeds: ``payments`` serves ``payments-2``, too."""
        return self.config.keys.get(key) or self.config.keys.get(_SUCCESSOR.sub("", key))

    def _passphrase(self, key: str, source: str) -> Passphrase:
        from keys.passphrase import Passphrase

        return self._secret(key, source, Passphrase)

    def _secret(self, key: str, source: str, kind: type[Secret]) -> Secret:
        way, _, where = source.partition(":")
        with translated():
            if way == "file":
                return kind.from_file(self.home / where)
            if way == "fd":
                return kind.from_descriptor(int(where))
            if way == "credential":
                return kind.from_credential(_credentials(key) / where)
            return kind.of(self._ask(key))

    def operator_key(self, name: str) -> OperatorKey:
        """The key of the acting person, opened with ``--passphrase-file`` or a prompt."""
        from keys import operators

        if place := self.token_of(name):
            with translated():
                return operators.in_token(name, place, self.pin(name, self._operator_passphrase))
        source = f"file:{self._operator_passphrase.absolute()}" if self._operator_passphrase else None
        configured = self.config.keys.get(name)
        source = source or (configured.passphrase if configured else "prompt")
        with translated():
            return self.keyring.operator(name, self._passphrase(name, source), self.key_folder(name))

    def token_of(self, person: str) -> Place | None:
        """Where a person's key lies, when that is in a token."""
        section = self.config.keys.get(person)
        return self.token_place(person) if section and section.module else None

    def key_folder(self, name: str) -> Path | None:
        """Where a person's key lies, or is made: in ``--key-dir``, where ``chitra.toml`` says, or in the keyring."""
        section = self.config.keys.get(name)
        configured = Path(section.directory) if section and section.directory else None
        places = [place for place in (self._key_folder, configured) if place]
        if found := next((place for place in places if self.keyring.has_operator(name, place)), None):
            return found
        return None if self.keyring.has_operator(name) or not places else places[0]

    def signing_key(self, name: str) -> SigningKey:
        """Opened once; of a key in a token the session is kept."""
        with self._opening:
            if name not in self._signing_keys:
                with translated():
                    self._signing_keys[name] = self._signer(name)
        return self._signing_keys[name]

    def openpgp_key(self, name: str) -> PgpKey:
        if name not in self._openpgp_keys:
            with translated():
                self._openpgp_keys[name] = self.keyring.openpgp(name, self.passphrase(name))
        return self._openpgp_keys[name]

    def _signer(self, name: str) -> SigningKey:
        if place := self.token_place(name):
            return self.keyring.token_signer(name, place, self.pin(name))
        return self.keyring.signer(name, self.passphrase(name))

    def token_place(self, name: str) -> Place | None:
        """Where a key lies, when that is in a token; its label there is its name unless configured."""
        from keys.token import Place

        section = self._key_section(name)
        if section is None or section.module is None:
            return None
        return Place(Path(section.module), section.token, section.serial, section.label or name)

    def pin(self, name: str, file: Path | None = None) -> Pin:
        """Of the token of a key: of ``file``, else from where ``chitra.toml`` says."""
        from keys.token import Pin

        section = self._key_section(name)
        source = f"file:{file.absolute()}" if file else section.passphrase if section else "prompt"
        return self._secret(name, source, Pin)

    def open_keys(self) -> None:
        """Everything that a run without a person needs, so that what is missing is said at once."""
        from gateway.partners import configured_profile, uses_openpgp

        self.vault()
        for name in sorted({signing_name(self, code) for code in self.config.partners}):
            self.signing_key(name)
        for code, section in self.config.partners.items():
            if uses_openpgp(configured_profile(section)):
                for name in openpgp_keys(self, code).names:
                    self.openpgp_key(name)

    def require_partners(self) -> None:
        """Everything that is needed to reach and to prove the partners, so that what cannot work is said at once."""
        from gateway.partners import require_usable

        require_usable(self)

    @cached_property
    def _vault(self) -> TranslatedVault:
        with translated():
            return TranslatedVault(self._open_vault(), self._open_vault)

    def _open_vault(self) -> Vault:
        return self.keyring.vault(self.passphrase("vault"))

    def vault(self) -> TranslatedVault:
        """Personal data at rest, opened once."""
        return self._vault

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The admins pinned at the key ceremony; none before it."""
        from gateway.ceremony import read_roots

        with translated():
            content = self.keyring.roots()
        return read_roots(content) if content is not None else ()

    # --- the store and the use cases ---------------------------------------------------------------------------

    @cached_property
    def any_store(self) -> Store:
        """The database as it is, also when it is empty or outdated."""
        from gateway.store.store import Store

        return Store(self.database_url, self.clock, self.vault, self.home)

    @contextmanager
    def store_of(self, owner: str | None) -> Iterator[Store]:
        """The database with the role that owns its tables, at the URL ``owner``; with our own when there is none.

        Raises ``NotConfigured`` when ``owner`` means another database.
        """
        from gateway.store.grants import is_same_database
        from gateway.store.store import Store

        if owner is None:
            yield self.any_store
            return
        if not is_same_database(owner, self.database_url):
            raise NotConfigured("database_owner_elsewhere")
        store = Store(owner, self.clock, self.vault, self.home)
        try:
            yield store
        finally:
            store.close()

    @cached_property
    def store(self) -> Store:
        """The database, current and of this environment."""
        from gateway.store.revision import require_current

        self.require_database()
        require_current(self.any_store)
        with self.any_store.read() as tx:
            environment = tx.value("SELECT environment FROM instance WHERE id = 1")
        if environment != self.config.gateway.environment:
            raise NotConfigured("environment_differs", database=environment, config=self.config.gateway.environment)
        return self.any_store

    def require_database(self) -> None:
        """A SQLite file that is not there is missed, not made anew: it holds what was paid."""
        path = Path(self.database_url.removeprefix("sqlite:///"))
        if self.database_url.startswith("sqlite") and not path.exists():
            raise NotConfigured("database_missing", path=str(path))

    @property
    def database_url(self) -> str:
        """A relative SQLite path means the home."""
        url = self.config.gateway.database
        scheme, relative, path = url.partition("sqlite:///")
        if relative and not scheme and not path.startswith("/"):
            return f"sqlite:///{self.home / path}"
        return url

    @cached_property
    def anchors(self) -> FileAnchors:
        """Where it is remembered how far the database came."""
        from gateway.anchors import FileAnchors

        others = [self.home / path for path in self.config.gateway.anchors]
        return FileAnchors(self.home / "anchor.json", others, self._sign_anchor if self.config.partners else None)

    def _sign_anchor(self, data: bytes) -> tuple[str, bytes]:
        """By a key that sending needs anyway."""
        key = self.signing_key(min(signing_name(self, code) for code in self.config.partners))
        return key.key_id, key.sign(data)

    def signed_anchor(self) -> tuple[Anchor, bytes]:
        """How far the database came, signed by us, and the content of its file."""
        from gateway.anchors import as_text
        from gateway.ports import Anchor
        from gateway.usecases import audit_log

        if not self.config.partners:
            raise NotConfigured("no_partners")
        head = audit_log.head_of(self.store)
        anchor = self.anchors.signed(Anchor(head.instance, head.epoch, head.sequence, head.hash, people=head.people))
        return anchor, as_text(anchor)

    @staticmethod
    def signed_by(certificates: list[bytes]) -> Callable[[bytes, bytes], bool]:
        """Whether one of these keys made a signature over bytes."""
        return partial(of_ours, certificates)

    def own_certificates(self) -> list[bytes]:
        """Of every signing key that this keyring has or had."""
        with translated():
            return list(self.keyring.certificates())

    @staticmethod
    def kept_anchor(path: Path) -> Anchor:
        """In a file that somebody kept, of whatever home; needs no configuration."""
        from gateway.anchors import kept

        return kept(path)

    @cached_property
    def context(self) -> Context:
        from adapters import communes, directory, places, registry
        from gateway.calendar import WorkingDays
        from gateway.checking import check_for
        from gateway.partners import partner

        config = self.config
        return Context(
            store=self.store,
            clock=self.clock,
            ids=RandomIds(),
            spool=self.spool,
            vault=self.vault,
            is_working=WorkingDays(config.calendar.holidays, config.calendar.working_days),
            environment=config.gateway.environment,
            organisation=config.gateway.organisation,
            organisation_id=config.gateway.organisation_id,
            approvals_required=config.gateway.approvals_required,
            approval_rules=tuple(Rule(each.above, each.checkers, each.releaser) for each in config.approvals),
            business_hours=_business_hours(config),
            signals=Rules(**config.signals.model_dump()),
            funds_gate=_funds_gate(config),
            payers={code: _payer(code, section) for code, section in config.payers.items()},
            partners={code: partner(self, code, section) for code, section in config.partners.items()},
            default_partner=config.routing.default,
            bank=directory.resolve,
            population=registry.POPULATION,
            account_cooling_days=config.accounts.cooling_days,
            account_people_max=config.accounts.people_max,
            province=places.province_of,
            commune=communes.find,
            verify_person=genuine,
            roots=lambda: self.roots,
            read_key=read_key,
            check=check_for,
            anchors=self.anchors,
        )


def _payer(code: str, section: PayerSection) -> Payer:
    return Payer(code, section.name, section.tax_id, section.account, section.accounts_at, section.town)


def _business_hours(config: Config) -> Hours | None:
    hours = config.business_hours
    return Hours(hours.opens, hours.closes) if hours else None


def _credentials(key: str) -> Path:
    """systemd's folder of credentials."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise NotConfigured("no_credentials_directory", key=key)
    return Path(folder)


def _funds_gate(config: Config) -> bool:
    """As configured, else in production: rehearsal partners lend what they are asked for."""
    wanted = config.gateway.funds_gate
    return wanted == "on" or (wanted == "auto" and config.gateway.environment == "production")
