"""Everything that must be right before go-live, looked at without a connection to anybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from formats.errors import FormatError
from formats.iso20022 import schema
from gateway import lifecycle
from gateway.app import App
from gateway.config import FILE_NAME, PartnerSection
from gateway.domain import key_life
from gateway.domain.errors import BadProof, ChitraError, NotConfigured, Refusal, SafeMode, Soon, Tampered
from gateway.domain.key_life import KeyState
from gateway.domain.people import ADMIN
from gateway.partners import configured_profile, host_keys, pgp_pins, trusted, uses_openpgp
from gateway.proof import translated
from gateway.setup import TO_FILL_IN
from gateway.store import audit, grants
from gateway.store.revision import revision
from gateway.store.store import Store
from gateway.usecases import guard, people
from keys import certificates, files
from keys.ssh import fingerprint

FREE_MIB_MIN = 512

Params = Mapping[str, str | int]
Look = Callable[[], Params]


@dataclass(frozen=True, slots=True)
class Check:
    """One line: ``name`` is the kind, with its subject behind a colon; ``code`` and ``params`` say what was found."""

    name: str
    code: str
    params: Params
    exit_code: int = 0

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def kind(self) -> str:
        return self.name.partition(":")[0]


def examine(app: App) -> Iterator[Check]:
    """Every check; without a readable configuration there is only that one."""
    first = _check("config", lambda: _config(app))
    yield first
    if first.ok:
        for name, look in _looks(app):
            yield _check(name, look)


def _check(name: str, look: Look) -> Check:
    try:
        return Check(name, "ok", look())
    except ChitraError as error:
        return Check(name, error.code, error.params, error.exit_code)
    except FormatError as error:
        return Check(name, error.code, error.params, 1)


def _config(app: App) -> Params:
    section = app.config.gateway
    texts = {"gateway.organisation": section.organisation, "gateway.organisation_id": section.organisation_id}
    texts |= {f"payers.{code}.name": payer.name for code, payer in app.config.payers.items()}
    for key, text in texts.items():
        if text == TO_FILL_IN:
            raise NotConfigured("to_fill_in", key=key)
    return {"path": str(app.home / FILE_NAME), "partners": len(app.config.partners)}


def _looks(app: App) -> Iterator[tuple[str, Look]]:
    signing_keys, identities = _names(app, lifecycle.signing_name), _names(app, _identity_name)
    yield "clock", partial(_clock, app)
    yield "keyring", partial(_keyring, app)
    for name in signing_keys:
        yield f"key:{name}", partial(_opened, app.signing_key, name)
    for name in identities:
        yield f"key:{name}", partial(_opened, partial(_identity, app), name)
    yield "key:vault", partial(_opened, lambda _name: app.vault(), "vault")
    for name in sorted({*signing_keys, *_waiting(app)}):
        yield f"certificate:{name}", partial(_certificate, app, name)
    yield "database", partial(_database, app)
    if app.config.gateway.environment == "production" and app.database_url.startswith("postgresql"):
        yield "database-role", lambda: database_role(app.store)
    yield "audit", partial(_audit, app)
    yield "people", partial(_people, app)
    yield "anchors", partial(_anchors, app)
    yield from _partner_looks(app)
    yield "disk", partial(_disk, app.home)


def _partner_looks(app: App) -> Iterator[tuple[str, Look]]:
    sections = app.config.partners
    for message in sorted({configured_profile(section).outbox.message for section in sections.values()}):
        yield f"schema:{message}", partial(_schema, message)
    for code, section in sections.items():
        yield f"signing:{code}", partial(_key_in_use, app, code)
        yield f"trusted:{code}", partial(_trusted, app, code)
        if uses_openpgp(configured_profile(section)):
            yield f"openpgp:{code}", partial(_openpgp, app, code, section)
        if section.host:
            yield f"host-keys:{code}", partial(_host_keys, app, code)


def _names(app: App, name_of: Callable[[App, str], str]) -> list[str]:
    """Keys that are used now; where that cannot be told, another line says why."""
    found = set()
    for code in app.config.partners:
        with suppress(ChitraError):
            found.add(name_of(app, code))
    return sorted(found - {""})


def _identity_name(app: App, code: str) -> str:
    return lifecycle.identity_file(app, code).name if app.config.partners[code].host else ""


def _waiting(app: App) -> list[str]:
    """Signing keys that are to be activated."""
    with suppress(ChitraError):
        found = [each for each in lifecycle.held(app) if each.state == KeyState.PRE_ACTIVE]
        return [each.info.name for each in found if each.info.purpose == "signing"]
    return []


def _key_in_use(app: App, code: str) -> Params:
    return {"key": lifecycle.signing_name(app, code)}


def _clock(app: App) -> Params:
    return {"environment": app.config.gateway.environment, "now": app.clock.now().isoformat(timespec="minutes")}


def _keyring(app: App) -> Params:
    """Every file of ours is regular, our own and closed to others."""
    with translated():
        keys = app.keyring.list()
        for pattern in ("*.pem", "*.asc"):
            for path in app.keyring.folder.glob(pattern):
                files.read_private(path)
    return {"keys": len(keys)}


def _opened(open_key: Callable[[str], object], name: str) -> Params:
    open_key(name)
    return {"key": name}


def _identity(app: App, name: str) -> object:
    with translated():
        return app.keyring.ssh(name, app.passphrase(name))


def _certificate(app: App, name: str) -> Params:
    with translated():
        pem = app.keyring.certificate(name)
    return {"days": _days_left([pem], app.clock.now())}


def _days_left(pems: Sequence[bytes], now: datetime) -> int:
    """Of the last to end, since two are pinned for a change-over; raises when it is not valid now or soon ends."""
    with translated():
        last = max((each for pem in pems for each in certificates.load(pem)), key=lambda each: each.not_valid_after_utc)
        certificates.check_valid(last, now)
    return _long_enough(last.not_valid_after_utc, now)


def _long_enough(end: datetime, now: datetime) -> int:
    days = (end - now).days
    limit = key_life.alarm(days)
    if limit == max(key_life.ALARM_DAYS):
        raise Soon("certificate_ends_soon", days=days)
    if limit is not None:
        raise Refusal("certificate_ends_soon", days=days)
    return days


def _database(app: App) -> Params:
    with app.store.read() as tx:
        row = tx.run("SELECT instance, environment FROM instance WHERE id = 1").one()
    return {"revision": revision(app.store) or "", "instance": row.instance, "environment": row.environment}


def database_role(store: Store) -> Params:
    """Whoever works with the gateway's role cannot drop what protects the tables; raises ``Refusal``."""
    role = grants.role_of(store)
    with store.connected() as connection:
        if grants.owns(connection, role):
            raise Refusal("database_role_owns", role=role)
    return {"role": role}


def _audit(app: App) -> Params:
    with app.store.read() as tx:
        broken = audit.first_break(tx)
        if broken is not None:
            raise Tampered("audit_broken", sequence=broken)
        return {"records": tx.value("SELECT sequence FROM audit_head WHERE id = 1")}


def _people(app: App) -> Params:
    """M11: everybody follows from the pinned root admins, and the database says the same of them."""
    with app.store.read() as tx:
        everybody = people.followed(app.context, tx).everybody
        for difference in people.differences(app.context, tx):
            raise Tampered("person_differs", operator=difference.where.removeprefix("operator "))
    active = [person for person in everybody.values() if not person.revoked]
    return {"people": len(active), "admins": sum(ADMIN in person.roles for person in active)}


def _anchors(app: App) -> Params:
    """M15: the places outside the database can be read, agree with it, and in production one lies outside the home."""
    if app.config.gateway.environment == "production" and not app.config.gateway.anchors:
        raise NotConfigured("no_anchor_outside")
    if (reason := guard.set_back(app.context)) is not None:
        raise SafeMode("safe_mode", why="database_set_back", reason=reason)
    return {"places": 1 + len(app.config.gateway.anchors)}


def _schema(message: str) -> Params:
    schema.find(message)
    return {"message": message}


def _trusted(app: App, code: str) -> Params:
    section, pems = app.config.partners[code], trusted(app, code)
    signed = any(inbox.proof not in ("channel", "openpgp") for inbox in configured_profile(section).inboxes)
    if signed and not pems:
        raise NotConfigured("no_trusted_certificate")
    return {"certificates": len(pems), "days": _days_left(pems, app.clock.now()) if pems else 0}


def _openpgp(app: App, code: str, section: PartnerSection) -> Params:
    """The library is there, our key opens, no certificate is revoked, and neither ours nor the partner's last one soon
    ends."""
    pins, now = pgp_pins(app, code, section), app.clock.now()
    with translated():
        pins.signing_key().certificate.check_valid(now)
    try:
        with translated():
            for each in pins.trusted:
                each.check_valid(now)
    except BadProof as error:
        raise BadProof(error.code, partner=code, **error.params) from None
    for side in ([pins.key.certificate], pins.trusted):
        ends = [each.not_after for each in side]
        if None not in ends:
            _long_enough(max(filter(None, ends)), now)
    return {"key": pins.key.key_id, "pinned": ", ".join(each.key_id for each in pins.trusted)}


def _host_keys(app: App, code: str) -> Params:
    return {"pinned": ", ".join(fingerprint(each) for each in host_keys(app, code))}


def _disk(home: Path) -> Params:
    free_mib = shutil.disk_usage(home).free >> 20
    if free_mib < FREE_MIB_MIN:
        raise Refusal("disk_almost_full", free_mib=free_mib, min_mib=FREE_MIB_MIN)
    return {"free_mib": free_mib}
