"""Partners as configured: the adapter's profile with the contract's overrides, and how to reach and prove them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adapters import registry
from adapters.profile import Inbox, Profile
from gateway.config import PartnerSection, Section
from gateway.domain.errors import NotConfigured
from gateway.lifecycle import identity_file, signing_name
from gateway.ports import Transport
from gateway.proof import PartnerVerifier, PaymentSigner, PgpEnvelope, PgpPins, translated
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
        verifier=lambda: _verifier(app, section),
        envelope=lambda: PgpEnvelope(pgp_pins(app, section), app.spool, app.clock),
    )


def require_usable(app: App) -> None:
    """Whether every partner could be reached and proven, as far as can be told without a connection; raises."""
    for code, section in app.config.partners.items():
        _verifier(app, section)
        if uses_openpgp(configured_profile(section)):
            pgp_pins(app, section)
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
    from keys import trust

    assert section.host is not None
    assert section.user is not None
    with translated():
        host_keys = tuple(trust.host_key(text) for text in section.host_keys)
    identity = identity_file(app, code)
    return Endpoint(
        host=section.host,
        port=section.port,
        user=section.user,
        identity_file=identity,
        host_keys=host_keys,
        identity_passphrase=lambda: app.passphrase(identity.name).reveal(),
    )


def trusted(app: App, section: PartnerSection) -> tuple[bytes, ...]:
    """The certificates that may sign a partner's answers, PEM."""
    from keys import trust

    with translated():
        return trust.load_certificates(app.home / path for path in section.trusted)


def _verifier(app: App, section: PartnerSection) -> PartnerVerifier:
    with translated():
        own = app.keyring.certificates()
    return PartnerVerifier(trusted(app, section), own, app.spool, app.clock, lambda: pgp_pins(app, section))


def uses_openpgp(profile: Profile) -> bool:
    """Whether any file of the partner is an OpenPGP message."""
    return profile.outbox.encryption == "openpgp" or any(inbox.proof == "openpgp" for inbox in profile.inboxes)


def pgp_pins(app: App, section: PartnerSection) -> PgpPins:
    """The partner's OpenPGP certificates and our key for it, opened at first use."""
    from keys import pgp

    if not section.openpgp_trusted:
        raise NotConfigured("openpgp_not_declared")
    with translated():
        trusted = pgp.load_certificates(app.home / path for path in section.openpgp_trusted)
    return PgpPins(trusted, app.openpgp_key(section.openpgp_key))
