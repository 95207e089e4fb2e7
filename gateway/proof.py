"""Keys as the use cases need them: the ports over ``keys``, whose small error tree ends here in the domain's."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO

from gateway.domain.errors import BadProof, NotConfigured, Tampered
from gateway.domain.key_life import plain_fingerprint
from gateway.ports import Clock, Proven, PublicKey, Spool
from keys import certificates, cms, detached, errors, operators, pgp, signing, ssh, trust, xmldsig
from keys.pgp import PgpCertificate, PgpKey
from keys.signing import SigningKey
from keys.vault import Vault

_PART_BYTES = 1 << 20


@contextmanager
def translated() -> Iterator[None]:
    """Errors of keys as errors of the domain, code and parameters kept."""
    try:
        yield
    except errors.BadProof as error:
        raise BadProof(error.code, **error.params) from None
    except (errors.BrokenEnvelope, errors.BrokenBackup) as error:
        raise Tampered(error.code, **error.params) from None
    except errors.KeysError as error:
        raise NotConfigured(error.code, **error.params) from None


class TranslatedVault:
    """The vault behind its port; sealing and blinding cannot fail, opening can."""

    def __init__(self, vault: Vault, again: Callable[[], Vault] | None = None) -> None:
        self._again = again
        self._take(vault)

    def _take(self, vault: Vault) -> None:
        self._vault = vault
        self.seal, self.blind, self.prefix = vault.seal, vault.blind, vault.prefix

    def reopen(self) -> None:
        """The key file may have a generation more since it was opened."""
        if self._again:
            with translated():
                self._take(self._again())

    def open(self, envelope: bytes, context: str) -> bytes:
        if self._again and not self._vault.knows(envelope):
            self.reopen()
        with translated():
            return self._vault.open(envelope, context)


class PaymentSigner:
    """Our signing key for messages, valid now."""

    def __init__(self, key: SigningKey, clock: Clock) -> None:
        self._key, self._clock = key, clock

    @property
    def key_id(self) -> str:
        return self._key.key_id

    def signature(self, digest: bytes) -> bytes:
        with translated():
            return xmldsig.sign_digest(digest, self._valid_key())

    def signature_beside(self, form: str, digest: bytes, name: str) -> bytes:
        with translated():
            if form == "detached":
                return detached.sign_detached(digest, name, self._valid_key())
            if form == "cms":
                return cms.sign_cms(digest, self._clock.now(), self._valid_key())
        raise NotConfigured("proof_not_supported", proof=form)

    def signature_over(self, data: bytes) -> bytes:
        with translated():
            return self._valid_key().sign(data)

    def _valid_key(self) -> SigningKey:
        require_valid(self._key, self._clock.now())
        return self._key

    def digest_of(self, message: BinaryIO, splice_at: int, signature_bytes: int) -> bytes:
        with translated():
            return xmldsig.check_spliced(message, splice_at, signature_bytes, self._key.certificate_pem)


def require_valid(key: SigningKey, now: datetime) -> None:
    """Raise ``NotConfigured`` unless the certificate of a key of ours is valid now."""
    try:
        key.check_valid(now)
    except errors.NotTrusted as error:
        raise NotConfigured("own_certificate_not_valid", key=key.name, reason=error.code) from None


def require_valid_openpgp(key: PgpKey, now: datetime) -> None:
    """The same of an OpenPGP key of ours."""
    try:
        key.certificate.check_valid(now)
    except errors.NotTrusted as error:
        raise NotConfigured("own_certificate_not_valid", key=key.name, reason=error.code) from None


@dataclass(frozen=True, slots=True)
class PgpPins:
    """OpenPGP with one partner: the certificates that are pinned, and our key."""

    trusted: tuple[PgpCertificate, ...]
    key: PgpKey
    old: tuple[PgpKey, ...] = ()
    """Other keys of ours, before it and after it: what is encrypted to them is read."""
    retired: bool = False
    """Our key signs nothing any more, and no other one was activated in its place."""

    def signing_key(self) -> PgpKey:
        """Ours, to sign now; raises ``NotConfigured`` when it is retired."""
        if self.retired:
            raise NotConfigured("key_retired", key=self.key.name)
        return self.key


def no_pgp() -> PgpPins:
    """Of a partner with whom it was not agreed."""
    raise NotConfigured("openpgp_not_declared")


class PgpEnvelope:
    """Messages sealed by our OpenPGP key to a certificate of the partner's."""

    def __init__(self, pins: PgpPins, spool: Spool, clock: Clock) -> None:
        self._pins, self._spool, self._clock = pins, spool, clock

    def seal(self, message: BinaryIO, target: BinaryIO) -> str:
        key, reader, now = self._pins.signing_key(), self._reader(), self._clock.now()
        require_valid_openpgp(key, now)
        try:
            reader.check_valid(now)
        except errors.NotTrusted as error:
            raise NotConfigured("reader_not_valid", key=reader.key_id, reason=error.code) from None
        with translated():
            pgp.seal(message, target, reader, key, now)
        self._require_same(message, target)
        return reader.key_id

    def _reader(self) -> PgpCertificate:
        """The first that is valid: the one before it goes on to be used until it ends or is retired."""
        trusted, now = self._pins.trusted, self._clock.now()
        return next((each for each in trusted if each.is_valid(now)), trusted[0])

    def _require_same(self, message: BinaryIO, sealed: BinaryIO) -> None:
        """M7: what the partner will find inside is the message, to the byte."""
        most = sealed.seek(0, io.SEEK_END)
        sealed.seek(0)
        with translated(), pgp.open_own(sealed, self._pins.key, self._spool, self._clock.now(), most) as opened:
            message.seek(0)
            digest = hashlib.sha256()
            for part in iter(partial(message.read, _PART_BYTES), b""):
                digest.update(part)
            if digest.hexdigest() != opened.sha256:
                raise Tampered("sealed_bytes_differ", file=self._pins.key.name)

    def open(self, source: BinaryIO, size_bytes_max: int) -> Proven:
        pins = self._pins
        with translated():
            return pgp.open_own(source, pins.key, self._spool, self._clock.now(), size_bytes_max, pins.old)

    def readers(self) -> Collection[str]:
        return [each.key_id for each in self._pins.trusted if each.is_valid(self._clock.now())]


class Then:
    """The clock as it stood once."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment


class PartnerVerifier:
    """Proofs of one partner: its pinned certificates, and ours, to recognise our own message coming back."""

    def __init__(
        self,
        trusted: Sequence[bytes],
        own: Sequence[bytes],
        spool: Spool,
        clock: Clock,
        pgp_pins: Callable[[], PgpPins] = no_pgp,
        at: Callable[[datetime], PartnerVerifier] | None = None,
        retired: Collection[str] = (),
    ) -> None:
        """``retired`` are key ids that were believed once, so that they are named as such."""
        self._trusted, self._own, self._spool, self._clock, self._pgp_pins = trusted, own, spool, clock, pgp_pins
        self._at, self._retired = at, retired

    def verify(self, source: BinaryIO, proof: str, size_bytes_max: int) -> Proven:
        now: datetime = self._clock.now()
        with self._judged():
            if proof == "enveloped":
                return xmldsig.verify_enveloped(source, self._trusted, self._spool, now, size_bytes_max, self._own)
            if proof == "openpgp":
                pins = self._pgp_pins()
                return pgp.verify_pgp(source, pins.trusted, pins.key, self._spool, now, size_bytes_max, pins.old)
            if proof == "channel":
                return trust.accept_channel(source, self._spool)
        raise NotConfigured("proof_not_supported", proof=proof)

    @contextmanager
    def _judged(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except BadProof as error:
            if error.params.get("key_id") in self._retired:
                raise BadProof("certificate_retired", **error.params) from None
            raise

    def as_of(self, moment: datetime) -> PartnerVerifier:
        """For what arrived at that moment."""
        if self._at is not None:
            return self._at(moment)
        return PartnerVerifier(self._trusted, self._own, self._spool, Then(moment), self._pgp_pins)

    def verify_own(self, source: BinaryIO, size_bytes_max: int) -> Proven:
        """By any key that we have or had: what it signed stays ours when its certificate has ended."""
        with translated():
            try:
                return xmldsig.verify_enveloped(source, self._own, self._spool, self._clock.now(), size_bytes_max)
            except errors.NotTrusted as error:
                if error.code != "certificate_expired":
                    raise
                pem, end = certificates.ended(self._own, str(error.params["key_id"]))
            source.seek(0)
            return xmldsig.verify_enveloped(source, [pem], self._spool, end, size_bytes_max)

    def verify_beside(self, source: BinaryIO, proof: str, signature: bytes, name: str, size_bytes_max: int) -> Proven:
        rest = (self._trusted, self._spool, self._clock.now(), size_bytes_max, self._own)
        with self._judged():
            if proof == "detached":
                return detached.verify_detached(source, signature, name, *rest)
            if proof == "cms":
                return cms.verify_cms(source, signature, *rest)
        raise NotConfigured("proof_not_supported", proof=proof)


def read_key(purpose: str, content: bytes) -> PublicKey:
    """A partner's certificate (``answers``), its server's key (``server``), its OpenPGP certificate (``openpgp``)."""
    with translated():
        return {"answers": _certificate, "server": _server_key, "openpgp": _openpgp}[purpose](content)


def _certificate(content: bytes) -> PublicKey:
    found = certificates.load_one(content)
    return PublicKey(
        key_id=certificates.key_id_of(found),
        fingerprint=certificates.fingerprint(found),
        text=certificates.to_pem(found).decode(),
        subject=certificates.subject_of(found),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
    )


def _server_key(content: bytes) -> PublicKey:
    """Its key id is what OpenSSH shows."""
    text = trust.host_key(content.decode("ascii", "replace"))
    shown = ssh.fingerprint(text)
    return PublicKey(shown, plain_fingerprint(shown) or "", text, text.partition(" ")[0])


def _openpgp(content: bytes) -> PublicKey:
    found = pgp.describe(content)
    return PublicKey(
        key_id=found.key_id,
        fingerprint=found.key_id.lower(),
        text=found.text,
        subject=found.name,
        not_after=found.not_after,
        revoked=found.revoked,
    )


def may_read(message: BinaryIO, certificate: bytes, spool: Spool) -> bool:
    """Whether an OpenPGP message is encrypted to this certificate."""
    size_bytes = message.seek(0, io.SEEK_END)
    message.seek(0)
    with translated():
        return pgp.may_read(message, pgp.describe(certificate), spool, size_bytes)


def of_ours(ours: Sequence[bytes], data: bytes, signature: bytes) -> bool:
    """A signature over ``data`` by one of these signing keys."""
    return any(_is_by(each, data, signature) for each in ours)


def _is_by(certificate: bytes, data: bytes, signature: bytes) -> bool:
    try:
        signing.verify(certificate, signature, data)
    except errors.BadSignature:
        return False
    except errors.KeysError as error:
        raise NotConfigured(error.code, **error.params) from None
    return True


def genuine(public_pem: str, data: bytes, signature: bytes) -> bool:
    """A person's signature over ``data``."""
    try:
        operators.verify(public_pem.encode(), signature, data)
    except errors.KeysError:
        return False
    return True
