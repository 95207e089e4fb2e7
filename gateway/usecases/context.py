"""What every step of a payout works with; built once by the composition root (``gateway.app``)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from adapters.profile import Profile, RegistryProfile
from gateway.domain.approvals import Rule
from gateway.domain.calendar import IsWorking
from gateway.domain.errors import NotConfigured, NotFound
from gateway.domain.people import Root
from gateway.domain.schedule import Hours
from gateway.domain.signals import Rules
from gateway.ports import (
    Anchors,
    Clock,
    Envelope,
    Ids,
    MessageCheck,
    MessageSigner,
    NoAnchors,
    NoStop,
    PublicKey,
    Spool,
    Stop,
    Transport,
    Vault,
    Verifier,
)
from gateway.store.store import Store


class Bank(Protocol):
    """A bank or wallet of the directory."""

    @property
    def name(self) -> str: ...

    @property
    def napas_bin(self) -> str: ...

    @property
    def kind(self) -> str:
        """bank or wallet."""


@dataclass(frozen=True, slots=True)
class Payer:
    code: str
    name: str
    tax_id: str
    account: Callable[[str, str], str | None]
    """(partner, programme) -> account to debit, or None."""
    accounts: Callable[[str], Collection[str]]
    """partner -> every account there."""
    town: str = ""
    """Of its address, for requests to open accounts."""


class Commune(Protocol):
    """One of today."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...


class FoundCommune(Protocol):
    """Which commune is meant; several are candidates for a person."""

    @property
    def kind(self) -> str:
        """Empty, disputed, merged, divided, several, unknown or province_missing."""

    @property
    def communes(self) -> Sequence[Commune]: ...

    @property
    def before(self) -> str:
        """Codes and names of wards of before July 2025."""

    @property
    def commune(self) -> Commune | None:
        """The one that is certain."""


def no_envelope() -> Envelope:
    """Of a partner with whom no encryption was agreed."""
    raise NotConfigured("openpgp_not_declared")


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner as configured: the profile with its overrides, and how to reach it."""

    code: str
    profile: Profile
    connect: Callable[[], AbstractContextManager[Transport]]
    signer: Callable[[], MessageSigner]
    verifier: Callable[[], Verifier]
    envelope: Callable[[], Envelope] = no_envelope
    """For files that travel encrypted."""

    configured_keys: Callable[[str], Sequence[PublicKey]] = lambda purpose: ()
    """Purpose (``answers``, ``server``) -> the partner's keys that the configuration names."""


def _no_keys(purpose: str, content: bytes) -> PublicKey:
    raise NotConfigured("key_unreadable", purpose=purpose)


@dataclass(frozen=True, slots=True)
class Context:
    store: Store
    clock: Clock
    ids: Ids
    spool: Spool
    vault: Callable[[], Vault]
    is_working: IsWorking
    environment: str
    organisation: str
    organisation_id: str
    approvals_required: int
    """Of every batch; ``approval_rules`` say what larger ones need."""
    payers: Mapping[str, Payer]
    partners: Mapping[str, Partner]
    default_partner: str
    bank: Callable[[str], Bank | None]
    """The bank directory: by adapter code, short code or NAPAS BIN."""
    population: RegistryProfile
    """Who says whether people are who they are said to be."""
    province: Callable[[str], str | None]
    """Where a commune lies, by its code; of a province itself; None for what is no place."""
    commune: Callable[[str, str], FoundCommune]
    """(code or name as written, province or nothing) -> which commune of today is meant."""
    verify_person: Callable[[str, bytes, bytes], bool]
    """(public key PEM, data, signature) -> genuine."""
    roots: Callable[[], tuple[Root, ...]]
    """The admins pinned outside the database; none before the key ceremony."""
    check: Callable[[str, int], MessageCheck]
    """(message, number of transfers) -> a check to follow the writing."""
    read_key: Callable[[str, bytes], PublicKey] = _no_keys
    """(purpose, content of a file) -> a partner's key; raises ``NotConfigured`` for one that cannot be used."""
    stop: Stop = field(default_factory=NoStop)
    """Asked between two files: no further one is begun."""
    looked_at: set[str] = field(default_factory=set)
    """Partners at which this process has looked for files of ours that the database does not know (M15)."""
    approval_rules: tuple[Rule, ...] = ()
    business_hours: Hours | None = None
    """What is submitted outside them needs a releaser; None: at any time."""
    account_cooling_days: int = 7
    """So long an account that took the place of another one is not paid to without two people."""
    account_people_max: int = 3
    """An account with more people than these is put before a person."""
    signals: Rules | None = None
    """What a checker must acknowledge before a batch is approved; None: nothing is looked for."""
    funds_gate: bool = False
    """Whether a batch waits until the account's statements show the money for it."""
    anchors: Anchors = field(default_factory=NoAnchors)
    """What notices that the database was set back."""

    def partner(self, code: str) -> Partner:
        if code not in self.partners:
            raise NotFound("partner_unknown", partner=code, known=", ".join(sorted(self.partners)))
        return self.partners[code]

    def named(self, code: str | None) -> list[Partner]:
        """All partners, or the one that is named."""
        return list(self.partners.values()) if code is None else [self.partner(code)]

    def partner_for(self, napas_bin: str) -> Partner:
        """Where money for an account at this bank goes: its own partner, else the default one."""
        own = (each for each in self.partners.values() if each.profile.napas_bin == napas_bin)
        found = next(own, None) or self.partners.get(self.default_partner)
        if found is None:
            raise NotConfigured("no_partners")
        return found

    def payer(self, code: str) -> Payer:
        if code not in self.payers:
            raise NotConfigured("payer_unknown", payer=code, known=", ".join(sorted(self.payers)))
        return self.payers[code]

    def today(self) -> date:
        return self.clock.now().date()
