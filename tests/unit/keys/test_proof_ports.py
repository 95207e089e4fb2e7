"""Signatures as the use cases are given them: through the ports, with the domain's errors."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from support.forgeries import Cast
from support.signatures import NOW, TemporarySpool

from gateway.domain.errors import BadProof, NotConfigured
from gateway.proof import PartnerVerifier, PaymentSigner
from keys.signing import SigningKey
from keys.xmldsig import sign_digest, splice

NAME, DATA = "PAY_20260112_000001.xml", b"<Document/>"


class At:
    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def beside(signing_key: SigningKey, clock: At | None = None, form: str = "detached") -> bytes:
    return PaymentSigner(signing_key, clock or At()).signature_beside(form, sha256(DATA).digest(), NAME)


@pytest.mark.parametrize("form", ["detached", "cms"])
def test_what_the_signer_lays_beside_a_file_the_verifier_believes(signing_key: SigningKey, form: str) -> None:
    verifier = PartnerVerifier([signing_key.certificate_pem], [], TemporarySpool(), At())
    proven = verifier.verify_beside(io.BytesIO(DATA), form, beside(signing_key, form=form), NAME, 100)
    assert (proven.proof, proven.key_id, proven.open().read()) == (form, signing_key.key_id, DATA)


def test_t9_a_proof_of_one_form_is_none_of_another(signing_key: SigningKey) -> None:
    verifier = PartnerVerifier([signing_key.certificate_pem], [], TemporarySpool(), At())
    for declared, given in (("cms", "detached"), ("detached", "cms")):
        with pytest.raises(BadProof):
            verifier.verify_beside(io.BytesIO(DATA), declared, beside(signing_key, form=given), NAME, 100)
    for form in ("enveloped", "channel"):
        with pytest.raises(NotConfigured, match="proof_not_supported"):
            verifier.verify_beside(io.BytesIO(DATA), form, beside(signing_key), NAME, 100)
        with pytest.raises(NotConfigured, match="proof_not_supported"):
            beside(signing_key, form=form)


def test_a_bad_signature_beside_is_a_bad_proof_of_the_domain(signing_key: SigningKey, cast: Cast) -> None:
    verifier = PartnerVerifier([cast.bank.pem], [signing_key.certificate_pem], TemporarySpool(), At())
    with pytest.raises(BadProof, match="own_message_reflected"):
        verifier.verify_beside(io.BytesIO(DATA), "detached", beside(signing_key), NAME, 100)


def test_a_certificate_of_ours_that_is_not_valid_signs_nothing_beside(signing_key: SigningKey) -> None:
    with pytest.raises(NotConfigured, match="own_certificate_not_valid"):
        beside(signing_key, At(NOW - timedelta(days=1)))


def test_a_file_of_ours_is_known_when_the_certificate_has_ended_and_still_proves_nothing_of_a_partner(
    signing_key: SigningKey, cast: Cast
) -> None:
    body, ours = b"<Document><A>1</A></Document>", io.BytesIO()
    splice(io.BytesIO(body), len(body) - len("</Document>"), sign_digest(sha256(body).digest(), signing_key), ours)
    later = At(signing_key.not_after + timedelta(days=1))
    own = [cast.stranger.pem, signing_key.certificate_pem]
    verifier = PartnerVerifier([cast.bank.pem], own, TemporarySpool(), later)
    ours.seek(0)
    with verifier.verify_own(ours, 10_000) as proven:  # type: ignore[attr-defined]
        assert proven.key_id == signing_key.key_id
    ours.seek(0)
    with pytest.raises(BadProof, match="own_message_reflected"):
        verifier.verify(ours, "enveloped", 10_000)


def test_a_proof_is_judged_as_of_the_day_it_came(signing_key: SigningKey) -> None:
    later = At(signing_key.not_after + timedelta(days=1))
    verifier = PartnerVerifier([signing_key.certificate_pem], [], TemporarySpool(), later)
    with pytest.raises(BadProof, match="certificate_expired"):
        verifier.verify_beside(io.BytesIO(DATA), "detached", beside(signing_key), NAME, 100)
    then = verifier.as_of(NOW)
    assert then.verify_beside(io.BytesIO(DATA), "detached", beside(signing_key), NAME, 100).key_id == signing_key.key_id
