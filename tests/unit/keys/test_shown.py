"""Signatures that are shown: found in any message, checked alone, whatever bytes are in them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import replace
from io import BytesIO

import pytest
from support.evidence import BANK, unsigned
from support.gateways import bank_key

from keys import certificates, shown
from keys.errors import BadKey, BadProof, KeysError

SIGNED = BANK.statement(id_="S1")


def _shown() -> shown.Shown:
    found = shown.find(BytesIO(SIGNED))
    assert found is not None
    return found


def test_the_signature_of_a_message_is_checked_without_the_message() -> None:
    signed = shown.check(_shown())
    assert signed.fingerprint[:16] == certificates.key_id_of(bank_key().certificate)
    assert len(signed.sha256) == 64


def test_a_message_without_a_signature_shows_none() -> None:
    assert shown.find(BytesIO(unsigned(SIGNED))) is None


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(BadProof):
        shown.find(BytesIO(b"<Document"))


def test_a_digest_or_value_of_another_message_does_not_fit() -> None:
    other = shown.find(BytesIO(BANK.statement(id_="S2")))
    assert other is not None
    for changed in (replace(_shown(), value=other.value), replace(_shown(), signed_info=other.signed_info)):
        with pytest.raises(BadProof, match="signature_mismatch"):
            shown.check(changed)


@pytest.mark.parametrize("text", ["", "!", "AAAA", "QQ", "QR=="])
def test_a_certificate_or_value_that_cannot_be_read_is_refused(text: str) -> None:
    for changed in (replace(_shown(), certificate=text), replace(_shown(), value=text)):
        with pytest.raises(KeysError):
            shown.check(changed)


def test_a_certificate_of_no_known_version_or_key_is_refused_and_no_bug() -> None:
    der = b64decode(_shown().certificate)
    version, rsa = b"\xa0\x03\x02\x01\x02", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
    for odd in (der.replace(version, b"\xa0\x03\x02\x01\x0a"), der.replace(rsa, rsa[:-1] + b"\x63")):
        assert odd != der
        with pytest.raises(KeysError):
            shown.check(replace(_shown(), certificate=b64encode(odd).decode()))
    with pytest.raises(BadKey, match="certificate_unreadable"):
        certificates.named(der.replace(version, b"\xa0\x03\x02\x01\x0a"))
