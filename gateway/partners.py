"""Partners as configured: the adapter's profile with the contract's overrides, and how to reach and prove them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from adapters import registry
from adapters.profile import Inbox, Profile
from gateway.config import PartnerSection, Section
from gateway.domain.errors import NotConfigured
from gateway.lifecycle import identity_file, openpgp_keys, signing_name
from gateway.ports import PublicKey, Transport
from gateway.proof import PartnerVerifier, PaymentSigner, PgpEnvelope, PgpPins, Then, read_key, translated
from gateway.usecases.context import Partner

if TYPE_CHECKING:
    from gateway.app import App


def partner(app: App, code: str, section: PartnerSection) -> Partner:
    """One partner; nothing is opened before it is used."""
    return Partner(
        code=code,
        profile=configured_profile(section),
        connect=lambda: _connect(app, code, section),
        signer=lambda: PaymentSigner(app.signing_key(signing_name(app, code)), app.clock),
        verifier=lambda: _verifier(app, code, section),
        envelope=lambda: PgpEnvelope(pgp_pins(app, code, section), app.spool, app.clock),
        configured_keys=lambda purpose: configured_keys(app, section, purpose),
    )


def require_usable(app: App) -> None:
    """Whether every partner could be reached and proven, as far as can be told without a connection; raises."""
    for code, section in app.config.partners.items():
        _verifier(app, code, section)
        if uses_openpgp(configured_profile(section)):
            pgp_pins(app, code, section)
        if section.directory is None:
            from gateway.transport import ssh

            ssh.require_usable(_endpoint(app, code, section))


def configured_profile(section: PartnerSection) -> Profile:
    """The adapter's profile, overridden key by key."""
    try:
        profile = registry.profile(section.adapter)
    except registry.UnknownAdapter as error:
        raise NotConfigured(error.code, **error.params) from None
    outbox = replace(profile.outbox, **_given(section.outbox))
    if outbox.delivery == "dropbox" and outbox.signature != "enveloped":
        raise NotConfigured("dropbox_with_signature", signature=outbox.signature)
    return replace(
        profile,
        outbox=outbox,
        inboxes=tuple(_inboxes(profile, section)),
        limits=replace(profile.limits, **_given(section.limits)),
        **{key: value for key, value in _simple(section).items() if value is not None},
    )


def _simple(section: PartnerSection) -> dict[str, Any]:
    return {
        "cutoff": section.cutoff,
        "statement_by": section.statement_by,
        "acknowledgement_hours": section.acknowledgement_hours,
        "person_hours": section.person_hours,
        "return_window_days": section.return_window_days,
        "poll_seconds": section.poll_seconds,
    }


def _inboxes(profile: Profile, section: PartnerSection) -> Iterator[Inbox]:
    for inbox in profile.inboxes:
        override = section.inboxes.get(inbox.message)
        yield replace(inbox, **_given(override)) if override else inbox


def _given(section: Section) -> dict[str, Any]:
    return section.model_dump(exclude_none=True)


def _connect(app: App, code: str, section: PartnerSection) -> AbstractContextManager[Transport]:
    """A connection, imported late: many commands never connect."""
    if section.directory is not None:
        from gateway.transport.directory import DirectoryTransport

        return closing(DirectoryTransport(app.home / section.directory))
    from gateway.transport import sftp

    return closing(sftp.connect(_endpoint(app, code, section)))


def _endpoint(app: App, code: str, section: PartnerSection) -> Any:
    from gateway.transport.sftp import Endpoint

    assert section.host is not None
    assert section.user is not None
    identity = identity_file(app, code)
    return Endpoint(
        host=section.host,
        port=section.port,
        user=section.user,
        identity_file=identity,
        host_keys=host_keys(app, code),
        identity_passphrase=lambda: app.passphrase(identity.name).reveal(),
    )


def trusted(app: App, code: str, moment: datetime | None = None) -> tuple[bytes, ...]:
    """The certificates that may sign a partner's answers, PEM: now, or what arrived at some moment."""
    return tuple(each.text.encode() for each in believed(app, code, "answers", moment))


def host_keys(app: App, code: str) -> tuple[str, ...]:
    """The keys by which a partner's server is believed now."""
    return tuple(each.text for each in believed(app, code, "server"))


def _retired(app: App, code: str) -> frozenset[str]:
    from gateway.store import key_steps

    with app.store.read() as tx:
        return frozenset(key_steps.retired(tx, code, "answers")) | frozenset(key_steps.retired(tx, code, "openpgp"))


def believed(app: App, code: str, purpose: str, moment: datetime | None = None) -> list[PublicKey]:
    """A partner's keys of one purpose that count now, or for what arrived at some moment."""
    from gateway.usecases import pins

    with app.store.read() as tx:
        return pins.believed(app.context, tx, code, purpose, moment or app.clock.now())


def configured_keys(app: App, section: PartnerSection, purpose: str) -> list[PublicKey]:
    """The partner's keys that ``chitra.toml`` names."""
    from keys import files, trust

    with translated():
        if purpose == "server":
            return [read_key("server", text.encode()) for text in section.host_keys]
        if purpose == "openpgp":
            texts = [files.read_public(app.home / path) for path in section.openpgp_trusted]
            return [read_key("openpgp", text) for text in texts]
        pems = trust.load_certificates(app.home / path for path in section.trusted)
    return [read_key("answers", pem) for pem in pems]


def _verifier(app: App, code: str, section: PartnerSection, moment: datetime | None = None) -> PartnerVerifier:
    """For now, or for what arrived at some moment."""
    with translated():
        own = app.keyring.certificates()
    return PartnerVerifier(
        trusted(app, code, moment),
        own,
        app.spool,
        app.clock if moment is None else Then(moment),
        lambda: pgp_pins(app, code, section, moment),
        lambda then: _verifier(app, code, section, then),
        _retired(app, code),
    )


def uses_openpgp(profile: Profile) -> bool:
    """Whether any file of the partner is an OpenPGP message."""
    return profile.outbox.encryption == "openpgp" or any(inbox.proof == "openpgp" for inbox in profile.inboxes)


def pgp_pins(app: App, code: str, section: PartnerSection, moment: datetime | None = None) -> PgpPins:
    """The partner's OpenPGP certificates, now or for what arrived at some moment, and our key for it."""
    from keys import pgp

    trusted = [each.text.encode() for each in believed(app, code, "openpgp", moment)]
    if not trusted:
        raise NotConfigured("openpgp_not_declared")
    ours = openpgp_keys(app, code)
    key, *others = (app.openpgp_key(name) for name in ours.names or (section.openpgp_key,))
    with translated():
        described = tuple(map(pgp.describe, trusted))
    return PgpPins(described, key, tuple(others), ours.retired)
