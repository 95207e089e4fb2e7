"""``chitra.toml``: read once, typed, frozen. Every key is described in the file that ``init`` writes."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from gateway.domain.errors import NotConfigured
from gateway.domain.identifiers import programme as spelled

FILE_NAME = "chitra.toml"

Delivery = Literal["rename", "direct", "marker", "dropbox"]


class Section(BaseModel):
    """Frozen; an unknown key is an error, since a misspelt limit would be no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GatewaySection(Section):
    environment: Literal["sandbox", "production"]
    organisation: str
    organisation_id: str
    database: str = "sqlite:///chitra.db"
    approvals_required: int = Field(default=2, ge=1)
    funds_gate: Literal["auto", "on", "off"] = "auto"
    """Whether missing money holds a batch; ``auto``: in production."""
    anchors: tuple[str, ...] = ()
    """Files on other disks or hosts that notice when the database is set back."""


class PayerSection(Section):
    name: str
    tax_id: str
    town: str = ""
    """Of its address; requests to open accounts need one."""
    accounts: dict[str, str]
    programme_accounts: dict[str, dict[str, str]] = {}
    """Per programme, where it differs: programme -> partner -> account."""

    def account(self, partner: str, programme: str) -> str | None:
        """The account to debit at ``partner`` for ``programme``."""
        own = {spelled(name): accounts for name, accounts in self.programme_accounts.items()}
        return own.get(programme, {}).get(partner) or self.accounts.get(partner)

    def accounts_at(self, partner: str) -> list[str]:
        """Every account at ``partner``."""
        tables = [self.accounts, *self.programme_accounts.values()]
        return [table[partner] for table in tables if partner in table]


class RoutingSection(Section):
    default: str


class OutboxOverride(Section):
    folder: str | None = None
    filename: str | None = None
    delivery: Delivery | None = None
    signature: Literal["enveloped", "detached", "cms"] | None = None
    encryption: Literal["none", "openpgp"] | None = None
    marker: str | None = Field(default=None, pattern=r"^[._-][A-Za-z0-9._-]*[A-Za-z0-9]$")
    archives: tuple[str, ...] | None = None
    opens: time | None = None
    closes: time | None = None

    @model_validator(mode="after")
    def _hours(self) -> OutboxOverride:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("opens and closes are given together")
        if self.opens is not None and self.closes is not None and self.opens >= self.closes:
            raise ValueError("opens must be before closes on the same day")
        return self

    @field_validator("archives")
    @classmethod
    def _folders(cls, archives: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"(/[A-Za-z0-9][A-Za-z0-9._-]*)+", folder) for folder in archives):
            raise ValueError("folders as the server names them, such as /in/archive")
        return archives

    @field_validator("filename")
    @classmethod
    def _names_apart(cls, pattern: str) -> str:
        """Two files never have one name, and every name is plain."""
        try:
            names = {
                pattern.format(date=date(2026, 1, 2), sequence=number, message_id=f"M{number}") for number in (1, 2)
            }
        except (KeyError, ValueError, IndexError):
            raise ValueError("only {date:...}, {sequence:...} and {message_id} are known") from None
        if len(names) < 2 or not all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name) for name in names):
            raise ValueError("needs {sequence} or {message_id}, and letters, digits, dots, _ and - only")
        return pattern


class InboxOverride(Section):
    folder: str | None = None
    archive: str | None = None
    pattern: str | None = None
    proof: Literal["enveloped", "detached", "cms", "openpgp", "channel"] | None = None
    size_bytes_max: int | None = Field(default=None, ge=1)
    ready: Literal["rename", "done", "stable"] | None = None
    stable_polls: int | None = Field(default=None, ge=2)
    wait_minutes_max: int | None = Field(default=None, ge=1)
    files_per_round_max: int | None = Field(default=None, ge=1)


class LimitsOverride(Section):
    payments_per_file_max: int | None = Field(default=None, ge=1)
    amount_per_file_max: int | None = Field(default=None, ge=1)
    amount_per_payment_max: int | None = Field(default=None, ge=1)
    amount_per_day_max: int | None = Field(default=None, ge=1)
    amount_per_account_max: int | None = Field(default=None, ge=1)
    amount_per_person_max: int | None = Field(default=None, ge=1)
    name_chars_max: int | None = Field(default=None, ge=1, le=70)
    remittance_chars_max: int | None = Field(default=None, ge=1, le=140)


class PartnerSection(Section):
    """What our contract with a partner says; over SFTP (``host``) or in a plain folder (``directory``)."""

    adapter: str
    host: str | None = None
    port: int = 22
    user: str | None = None
    identity: str = "keyring/sftp"
    host_keys: tuple[str, ...] = ()
    directory: str | None = None
    signing_key: str = "payments"
    trusted: tuple[str, ...] = ()
    openpgp_key: str = "openpgp"
    openpgp_old_keys: tuple[str, ...] = ()
    openpgp_trusted: tuple[str, ...] = ()
    outbox: OutboxOverride = OutboxOverride()
    inboxes: dict[str, InboxOverride] = {}
    """By message: ``[partners.X.inboxes."camt.053"]``."""
    limits: LimitsOverride = LimitsOverride()
    cutoff: time | None = None
    statement_by: time | None = None
    acknowledgement_hours: int | None = None
    person_hours: int | None = None
    return_window_days: int | None = None
    poll_seconds: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_way(self) -> PartnerSection:
        if (self.host is None) == (self.directory is None):
            raise ValueError("exactly one of host and directory")
        if self.host is not None and not (self.user and 1 <= len(self.host_keys) <= 2):
            raise ValueError("host needs user and one or two host_keys")
        return self


class KeySection(Section):
    passphrase: str = Field(pattern=r"^(prompt|file:.+|credential:.+|fd:([3-9]|[1-9][0-9]+))$")
    """Of a key in a token its PIN."""
    directory: str | None = Field(default=None, pattern=r"^/.+")
    """Of a person's key: a folder of the person's own, outside the home."""
    module: str | None = Field(default=None, pattern=r"^/.+")
    """The vendor's PKCS#11 library: the key lies in a token."""
    token: str = ""
    serial: str = ""
    label: str | None = None
    """Of the key in the token."""

    @model_validator(mode="after")
    def _which_token(self) -> KeySection:
        named = bool(self.token or self.serial)
        if named != (self.module is not None) or (self.label and not named):
            raise ValueError("a key in a token needs module, and token or serial")
        return self


class ApprovalSection(Section):
    """What batches above an amount need besides."""

    above: int = Field(ge=1)
    checkers: int = Field(ge=1, le=9)
    releaser: bool = False


class HoursSection(Section):
    """When lists are handed over as a rule; outside a releaser signs, too."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> HoursSection:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes on the same day")
        return self


class SignalsSection(Section):
    """From where on something in a list must be acknowledged before it is approved."""

    people_per_account_max: int = Field(default=3, ge=1)
    account_change_days: int = Field(default=30, ge=0)
    own_percent_max: int = Field(default=150, ge=100)
    list_percent_max: int = Field(default=400, ge=100)
    age_max: int = Field(default=110, ge=1)


class CalendarSection(Section):
    holidays: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()


class AccountsSection(Section):
    """When an account of a person is looked at before it is paid to."""

    cooling_days: int = Field(default=7, ge=0, le=366)
    """So many days an account that took the place of another one is not paid to without two people."""
    people_max: int = Field(default=3, ge=1)
    """An account with more people than these is put before a person."""


class DaemonSection(Section):
    poll_seconds: int = Field(default=30, ge=1)
    """Pause between two rounds at a partner."""
    quiet_poll_seconds: int = Field(default=600, ge=1)
    """The same outside the partner's hours."""
    backoff_seconds_max: int = Field(default=900, ge=1)
    """Longest pause while a partner cannot be reached."""
    idle_seconds_max: int = Field(default=120, ge=0)
    """Longest pause over which a connection is kept."""
    listen: str = "off"
    """HOST:PORT of the pages /health and /metrics."""
    listen_beyond_loopback: bool = False

    @model_validator(mode="after")
    def _for_this_machine(self) -> DaemonSection:
        if self.listen == "off":
            return self
        host, port = self.address
        if not 0 <= port <= 65535:
            raise ValueError("listen needs HOST:PORT, for example 127.0.0.1:9180")
        if not self.listen_beyond_loopback and not _is_loopback(host):
            raise ValueError("listen is not on this machine alone; listen_beyond_loopback = true allows it")
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of ``listen``; -1 for none."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port) if port.isdecimal() and host else -1


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Config(Section):
    gateway: GatewaySection
    payers: dict[str, PayerSection]
    routing: RoutingSection
    partners: dict[str, PartnerSection] = {}
    keys: dict[str, KeySection] = {}
    approvals: tuple[ApprovalSection, ...] = ()
    business_hours: HoursSection | None = None
    signals: SignalsSection = SignalsSection()
    calendar: CalendarSection = CalendarSection()
    daemon: DaemonSection = DaemonSection()
    accounts: AccountsSection = AccountsSection()
    columns: dict[str, tuple[str, ...]] = {}
    """Further headings of batch files: column -> headings."""

    @field_validator("approvals")
    @classmethod
    def _more_for_more(cls, rules: tuple[ApprovalSection, ...]) -> tuple[ApprovalSection, ...]:
        """A larger batch never needs fewer people."""
        for less, more in pairwise(rules):
            if more.above <= less.above:
                raise ValueError("each above must be greater than the one before")
            if more.checkers < less.checkers or (less.releaser and not more.releaser):
                raise ValueError("a larger batch cannot need fewer checkers, or no releaser any more")
        return rules

    @model_validator(mode="after")
    def _not_fewer(self) -> Config:
        if any(rule.checkers < self.gateway.approvals_required for rule in self.approvals):
            raise ValueError("approvals.checkers cannot be fewer than gateway.approvals_required")
        return self

    @model_validator(mode="after")
    def _known(self) -> Config:
        if self.partners and self.routing.default not in self.partners:
            raise ValueError(f"routing.default names no partner: {self.routing.default}")
        return self

    def payer(self, code: str | None) -> str:
        """``code``, or the only payer; raises ``NotConfigured`` when neither says."""
        if code is None and len(self.payers) == 1:
            return next(iter(self.payers))
        if code not in self.payers:
            raise NotConfigured("payer_unknown", payer=code or "", known=", ".join(sorted(self.payers)))
        return code


def load(home: Path) -> Config:
    """The configuration of a home; raises ``NotConfigured`` with file and key."""
    path = home / FILE_NAME
    try:
        with path.open("rb") as source:
            document: dict[str, Any] = tomllib.load(source)
    except (FileNotFoundError, NotADirectoryError):
        raise NotConfigured("no_home", home=str(home)) from None
    except OSError as error:
        raise NotConfigured("config_unreadable", path=str(path), reason=error.strerror or "") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotConfigured("config_unreadable", path=str(path), reason=str(error)) from None
    try:
        return Config.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotConfigured("config_wrong", path=str(path), key=where, reason=first["msg"]) from None
