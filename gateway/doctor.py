"""Everything that must be right before go-live, looked at without a connection to anybody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from formats.errors import FormatError
from formats.iso20022 import schema
from gateway.app import App
from gateway.config import FILE_NAME, PartnerSection
from gateway.domain.errors import ChitraError, NotConfigured, Refusal, Tampered
from gateway.partners import configured_profile
from gateway.proof import translated
from gateway.store import audit
from gateway.store.schema import revision
from keys import certificates, files, trust
from keys.ssh import fingerprint

DAYS_LEFT_MIN = 30
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
    first = _check("config", lambda: {"path": str(app.home / FILE_NAME), "partners": len(app.config.partners)})
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


def _looks(app: App) -> Iterator[tuple[str, Look]]:
    sections = app.config.partners
    signing_keys = sorted({section.signing_key for section in sections.values()})
    identities = sorted({Path(section.identity).name for section in sections.values() if section.host})
    yield "clock", lambda: _clock(app)
    yield "keyring", lambda: _keyring(app)
    for name in signing_keys:
        yield f"key:{name}", lambda name=name: _opened(app.signing_key, name)  # type: ignore[misc]
    for name in identities:
        yield f"key:{name}", lambda name=name: _opened(lambda name: _identity(app, name), name)  # type: ignore[misc]
    yield "key:vault", lambda: _opened(lambda name: app.vault(), "vault")
    for name in signing_keys:
        yield f"certificate:{name}", lambda name=name: _certificate(app, name)  # type: ignore[misc]
    yield "database", lambda: _database(app)
    yield "audit", lambda: _audit(app)
    yield from _partner_looks(app)
    yield "disk", lambda: _disk(app.home)


def _partner_looks(app: App) -> Iterator[tuple[str, Look]]:
    written = sorted({configured_profile(section).outbox.message for section in app.config.partners.values()})
    for message in written:
        yield f"schema:{message}", lambda message=message: _schema(message)  # type: ignore[misc]
    for code, section in app.config.partners.items():
        yield f"trusted:{code}", lambda section=section: _trusted(app, section)  # type: ignore[misc]
        if section.host:
            yield f"host-keys:{code}", lambda section=section: _host_keys(section)  # type: ignore[misc]


def _clock(app: App) -> Params:
    return {"environment": app.config.gateway.environment, "now": app.clock.now().isoformat(timespec="minutes")}


def _keyring(app: App) -> Params:
    """Every file of ours is regular, our own and closed to others."""
    with translated():
        keys = app.keyring.list()
        for path in app.keyring.folder.glob("*.pem"):
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
    """Of the first to end; raises when one is not valid now or soon ends."""
    found = [each for pem in pems for each in certificates.load(pem)]
    with translated():
        for each in found:
            certificates.check_valid(each, now)
    days = min((each.not_valid_after_utc - now).days for each in found)
    if days < DAYS_LEFT_MIN:
        raise Refusal("certificate_ends_soon", days=days)
    return days


def _database(app: App) -> Params:
    with app.store.read() as tx:
        row = tx.run("SELECT instance, environment FROM instance WHERE id = 1").one()
    return {"revision": revision(app.store) or "", "instance": row.instance, "environment": row.environment}


def _audit(app: App) -> Params:
    with app.store.read() as tx:
        broken = audit.first_break(tx)
        if broken is not None:
            raise Tampered("audit_broken", sequence=broken)
        return {"records": tx.value("SELECT sequence FROM audit_head WHERE id = 1")}


def _schema(message: str) -> Params:
    schema.find(message)
    return {"message": message}


def _trusted(app: App, section: PartnerSection) -> Params:
    with translated():
        pems = trust.load_certificates(app.home / path for path in section.trusted)
    signed = any(inbox.proof != "channel" for inbox in configured_profile(section).inboxes)
    if signed and not pems:
        raise NotConfigured("no_trusted_certificate")
    return {"certificates": len(pems), "days": _days_left(pems, app.clock.now()) if pems else 0}


def _host_keys(section: PartnerSection) -> Params:
    with translated():
        pinned = [fingerprint(trust.host_key(text)) for text in section.host_keys]
    return {"pinned": ", ".join(pinned)}


def _disk(home: Path) -> Params:
    free_mib = shutil.disk_usage(home).free >> 20
    if free_mib < FREE_MIB_MIN:
        raise Refusal("disk_almost_full", free_mib=free_mib, min_mib=FREE_MIB_MIN)
    return {"free_mib": free_mib}
