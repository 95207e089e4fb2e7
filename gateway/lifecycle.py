"""The keys of a home at work: which one is used towards which partner, and the steps of their lives."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gateway.domain import key_life
from gateway.domain.errors import NotConfigured, NotFound, Refusal
from gateway.domain.key_life import KeyState, Step
from gateway.proof import may_read, read_key, require_valid, require_valid_openpgp, translated

if TYPE_CHECKING:
    from gateway.app import App, AskPassphrase
    from gateway.config import PartnerSection
    from gateway.ports import PublicKey
    from gateway.reports.key_letter import About
    from gateway.usecases.pins import Pin as PartnerPin
    from keys.keyring import KeyInfo
    from keys.passphrase import Passphrase
    from keys.token import Pin

_SUCCEED = ("signing", "transport", "openpgp")
"""Purposes of keys that partners know, and of which one succeeds another by steps."""


@dataclass(frozen=True, slots=True)
class Held:
    """One key of ours, its state, and the partners towards whom it is used now."""

    info: KeyInfo
    state: KeyState
    line: str
    partners: tuple[str, ...]
    unused: bool = False
    """Made, and no partner is configured for it or for a key before it."""


def signing_name(app: App, code: str) -> str:
    """The key that signs files to a partner now; raises ``NotConfigured`` when it is retired."""
    return _usable(app, app.config.partners[code].signing_key, code)


def identity_file(app: App, code: str) -> Path:
    """The SSH identity with which we log in at a partner now."""
    path = app.home / app.config.partners[code].identity
    return path.with_name(_usable(app, path.name, code))


@dataclass(frozen=True, slots=True)
class OpenPgpKeys:
    """Keys of ours for OpenPGP messages with one partner."""

    names: tuple[str, ...]
    """The one in use, then all others that read what comes: of its line, and those that ``chitra.toml`` names."""
    retired: bool
    """The one in use signs nothing any more."""


def openpgp_keys(app: App, code: str) -> OpenPgpKeys:
    """Also the one that waits reads, since the partner may encrypt to it as soon as it knows it."""
    section, steps = app.config.partners[code], _steps(app)
    used = key_life.in_use(section.openpgp_key, code, steps)
    line = key_life.line_of(used, steps)
    successors = dict.fromkeys(step.name for step in reversed(steps) if step.line == line)
    known = dict.fromkeys((used, *successors, line, *section.openpgp_old_keys))
    states = {name: key_life.state_of(name, steps, {used}) for name in known}
    names = tuple(name for name, state in states.items() if state != KeyState.DESTROYED)
    return OpenPgpKeys(names, states[used] != KeyState.ACTIVE)


def _usable(app: App, configured: str, code: str) -> str:
    steps = _steps(app)
    name = key_life.in_use(configured, code, steps)
    if key_life.state_of(name, steps, {name}) != KeyState.ACTIVE:
        raise NotConfigured("key_retired", key=name, partner=code)
    return name


def held(app: App) -> list[Held]:
    """Every key of ours, also what is left of those that were destroyed."""
    steps = _steps(app)
    towards = {purpose: _used(app, purpose, steps) for purpose in _SUCCEED}
    old = {name for section in app.config.partners.values() for name in section.openpgp_old_keys}
    return [_held(info, steps, towards.get(info.purpose, {}), old) for info in _infos(app, steps)]


def _held(info: KeyInfo, steps: Sequence[Step], used: Mapping[str, str], old: Collection[str]) -> Held:
    """A storage key or a person's key is simply used; it is no partner's matter."""
    if info.purpose not in _SUCCEED:
        return Held(info, KeyState.ACTIVE, info.name, ())
    state = key_life.state_of(info.name, steps, used.values())
    if state == KeyState.PRE_ACTIVE and info.purpose == "openpgp" and info.name in old:
        state = KeyState.VERIFY_ONLY
    partners = tuple(code for code, name in used.items() if name == info.name)
    line = key_life.line_of(info.name, steps)
    lines = {key_life.line_of(name, steps) for name in used.values()}
    return Held(info, state, line, partners, state == KeyState.PRE_ACTIVE and line not in lines)


def _infos(app: App, steps: Sequence[Step]) -> Iterator[KeyInfo]:
    from keys.keyring import KeyInfo

    with translated():
        found = app.keyring.list()
    yield from found
    there = {info.name for info in found if info.purpose in _SUCCEED}
    gone = {step.name: step for step in steps if step.state == KeyState.DESTROYED and step.name not in there}
    yield from (KeyInfo(step.name, step.purpose, step.key_id, "") for step in gone.values())


def _used(app: App, purpose: str, steps: Sequence[Step]) -> dict[str, str]:
    """Partner -> the key of this purpose that is used towards it."""
    named = {code: _configured(section, purpose) for code, section in app.config.partners.items()}
    return {code: key_life.in_use(name, code, steps) for code, name in named.items() if name}


def _configured(section: PartnerSection, purpose: str) -> str | None:
    from gateway.partners import configured_profile, uses_openpgp

    if purpose == "signing":
        return section.signing_key
    if purpose == "openpgp":
        return section.openpgp_key if uses_openpgp(configured_profile(section)) else None
    return Path(section.identity).name if section.host else None


@dataclass(frozen=True, slots=True)
class Pinned:
    """A key of a partner's."""

    partner: str
    purpose: str
    pin: PartnerPin


def pinned(app: App) -> list[Pinned]:
    """Every key of a partner's that is or was believed."""
    from gateway.usecases import pins

    with app.store.read() as tx:
        return [
            Pinned(code, purpose, pin)
            for code in app.config.partners
            for purpose in pins.PURPOSES
            for pin in pins.pins(app.context, tx, code, purpose)
        ]


def retire_pin(app: App, partner: str, key_id: str, actor: str) -> Pinned:
    """Believe a key of a partner's no longer, from now on."""
    from gateway.usecases import pins

    purpose, pin = pins.retire(app.context, partner, key_id, actor)
    return Pinned(partner, purpose, pin)


def letter(app: App, name: str, partner: str) -> About:
    """What a letter to a partner says of a key of ours."""
    from gateway.reports.key_letter import About

    info, gateway = _one(app, name).info, app.config.gateway
    key = _public_key(app, info)
    return About(
        organisation=gateway.organisation,
        organisation_id=gateway.organisation_id,
        partner=app.context.partner(partner).profile.name,
        environment=gateway.environment,
        name=name,
        purpose=info.purpose,
        algorithm=info.algorithm,
        subject=key.subject,
        fingerprint=key.fingerprint,
        shown=key.key_id,
        not_before=key.not_before,
        not_after=key.not_after,
        made_at=app.clock.now(),
    )


def _public_key(app: App, info: KeyInfo) -> PublicKey:
    with translated():
        if info.purpose == "signing":
            return read_key("answers", app.keyring.certificate(info.name))
        if info.purpose == "openpgp":
            return read_key("openpgp", app.keyring.openpgp_certificate(info.name))
        return read_key("server", (app.keyring.folder / f"{info.name}.pub").read_bytes())


# -- steps


def next_name(app: App, name: str) -> str:
    """The name of the key that is to succeed ``name``; raises when one waits already."""
    found = _one(app, name)
    waiting = [each.info.name for each in held(app) if each.line == found.line and each.state == KeyState.PRE_ACTIVE]
    if waiting and name not in waiting:
        raise Refusal("key_waits", key=waiting[0], line=found.line)
    taken = {each.info.name for each in held(app)}
    return next(each for number in range(2, len(taken) + 3) if (each := f"{found.line}-{number}") not in taken)


def make(app: App, name: str, purpose: str, secret: Passphrase) -> KeyInfo:
    """A new key of ours, in the keyring or in the token that is configured for its name."""
    now, common_name = app.clock.now(), f"Chitra {name}"
    with translated():
        if purpose == "transport":
            return app.keyring.generate_ssh(name, secret)
        if purpose == "openpgp":
            return app.keyring.generate_openpgp(name, common_name, secret, now=now)
        if place := app.token_place(name):
            return app.keyring.generate_in_token(name, common_name, place, cast("Pin", secret), now=now)
        return app.keyring.generate_signing(name, common_name, secret, now=now)


def take_from_token(app: App, name: str, pin: Pin, certificate: bytes) -> KeyInfo:
    """A signing key that is in its token already, with the certificate that somebody issued for it."""
    place = app.token_place(name)
    if place is None:
        raise NotConfigured("key_without_token", key=name)
    with translated():
        return app.keyring.take_from_token(name, place, pin, certificate, now=app.clock.now())


def new_secret(app: App, name: str, purpose: str, file: Path | None, ask: AskPassphrase) -> Passphrase:
    """For a key about to be made: a passphrase, or the PIN of the token."""
    if purpose == "signing" and app.token_place(name):
        return app.pin(name, file)
    return app.new_passphrase(name, file, ask)


def rotate(app: App, name: str, passphrase: Passphrase, actor: str) -> Held:
    """Make the key that is to succeed ``name``; nothing uses it before it is activated."""
    found, new = _one(app, name), next_name(app, name)
    info = make(app, new, found.info.purpose, passphrase)
    _take(app, Held(info, KeyState.PRE_ACTIVE, found.line, ()), KeyState.PRE_ACTIVE, "", actor)
    return _one(app, new)


def activate(app: App, name: str, partner: str | None, actor: str) -> Held:
    """From now on this key is used, towards one partner or all whose line it is; it must open and be valid."""
    found = _one(app, name)
    steps = _steps(app)
    _require_not_ended(found, steps)
    if partner is not None:
        app.context.partner(partner)
    used = _used(app, found.info.purpose, steps)
    lines = {key_life.line_of(key, steps) for code, key in used.items() if partner in (None, code)}
    if found.line not in lines:
        raise Refusal("key_line_unused", key=name, line=found.line)
    _require_opens(app, found.info)
    _take(app, found, KeyState.ACTIVE, partner or "", actor)
    return _one(app, name)


def retire(app: App, name: str, actor: str) -> Held:
    """From now on this key signs nothing and opens no connection, whatever is configured."""
    found = _one(app, name)
    _require_not_ended(found, _steps(app))
    _take(app, found, KeyState.VERIFY_ONLY, "", actor)
    return _one(app, name)


def destroy(app: App, name: str, actor: str) -> Held:
    """Remove the private half of a key that is not used any more; what was cut short is taken up again."""
    found = _one(app, name)
    if found.state == KeyState.ACTIVE:
        raise Refusal("key_in_use", key=name, partners=", ".join(found.partners))
    if found.state != KeyState.DESTROYED:
        if found.info.purpose == "openpgp":
            _require_unread(app, found)
        _take(app, found, KeyState.DESTROYED, "", actor)
    with translated():
        app.keyring.destroy(found.info)
    return _one(app, name)


def _require_unread(app: App, found: Held) -> None:
    """No stored file is encrypted to it: what cannot be opened any more proves nothing."""
    from gateway.store import blobs, files

    info = found.info
    if found.unused and not (app.keyring.folder / f"{info.name}.asc").exists():
        return  # its making was cut short before anybody could have known it
    with translated():
        certificate = app.keyring.openpgp_certificate(info.name)
    with app.store.read() as tx:
        for stored in files.openpgp_messages(tx):
            if info.created and datetime.fromisoformat(stored.at) < info.created:
                return
            with closing(app.spool.create()) as spool:
                blobs.copy(tx, stored.sha256, spool)
                if may_read(spool, certificate, app.spool):
                    raise Refusal("key_reads_files", key=info.name, file=stored.reference)


def purpose_of(app: App, name: str) -> str:
    """Of a key of ours that may have a successor."""
    return _one(app, name).info.purpose


def _one(app: App, name: str) -> Held:
    """A key of ours that may have a successor."""
    found = [each for each in held(app) if each.info.name == name]
    if not found:
        raise NotFound("key_unknown", key=name)
    fitting = [each for each in found if each.info.purpose in _SUCCEED]
    if not fitting:
        raise Refusal("key_without_successors", key=name, purpose=found[0].info.purpose)
    return fitting[0]


def _require_not_ended(found: Held, steps: Sequence[Step]) -> None:
    if found.state == KeyState.DESTROYED:
        raise Refusal("key_destroyed", key=found.info.name)
    if key_life.is_retired(found.info.name, steps):
        raise Refusal("key_retired", key=found.info.name)


def _require_opens(app: App, info: KeyInfo) -> None:
    """The pair belongs together, the passphrase is at hand, the certificate is valid."""
    with translated():
        if info.purpose == "transport":
            app.keyring.ssh(info.name, app.passphrase(info.name))
        elif info.purpose == "openpgp":
            require_valid_openpgp(app.openpgp_key(info.name), app.clock.now())
        else:
            require_valid(app.signing_key(info.name), app.clock.now())


def _take(app: App, found: Held, state: KeyState, partner: str, actor: str) -> None:
    from gateway.store import key_steps

    info = found.info
    with app.store.begin() as tx:
        step = Step(info.name, info.key_id, found.line, info.purpose, partner, state, tx.now())
        key_steps.add(tx, step, actor)


def _steps(app: App) -> list[Step]:
    from gateway.store import key_steps

    with app.store.read() as tx:
        return key_steps.of_ours(tx)
