"""Orders that are signed beside or encrypted, as a rehearsal partner judges them: with code of its own."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from support.gateways import payments_key
from support.signatures import NOW, TemporarySpool, partner
from unit.sandbox.payer import Line, World, order

from adapters.banks import vietinbank
from adapters.profile import Encryption, Signature
from gateway.sandbox import beside
from gateway.sandbox.bank import Bank
from gateway.sandbox.reading import Refused
from keys.cms import sign_cms, verify_cms
from keys.detached import sign_detached, verify_detached

DATA, NAME = b"<Document/>\r\n", "CHITRA_20261102_000001.xml"
AT = payments_key().not_before + timedelta(days=1)
ORDER = "CHITRA_20261102_000001.xml"


def by_the_gateway(form: str, data: bytes = DATA) -> bytes:
    digest = sha256(data).digest()
    return sign_cms(digest, AT, payments_key()) if form == "cms" else sign_detached(digest, NAME, payments_key())


@pytest.mark.parametrize("form", ["cms", "detached"])
def test_what_the_gateway_signs_is_believed_and_nothing_else(form: str) -> None:
    known, signature = [payments_key().certificate_pem], by_the_gateway(form)
    beside.check(form, DATA, NAME, signature, known, AT)
    spoiled = signature.replace(b"\x04\x20", b"\x04\x21") if form == "cms" else signature.replace(b"SignedInfo", b"S")
    for data, value, trusted in (
        (DATA + b" ", signature, known),
        (DATA, by_the_gateway(form, b"other"), known),
        (DATA, signature[:-1] + bytes([signature[-1] ^ 1]), known),
        (DATA, spoiled, known),
        (DATA, b"", known),
        (DATA, signature, [partner("BANK", starts=AT - timedelta(days=9)).pem]),
        (DATA, signature, []),
    ):
        with pytest.raises(Refused, match="DS0B"):
            beside.check(form, data, NAME, value, trusted, AT)


def test_the_gateway_believes_what_it_signs() -> None:
    bank = partner("BANK")
    made = {form: beside.make(form, DATA, NAME, bank.private, bank.certificate) for form in ("cms", "detached")}
    cms = verify_cms(io.BytesIO(DATA), made["cms"], [bank.pem], TemporarySpool(), NOW, 1000)
    xml = verify_detached(io.BytesIO(DATA), made["detached"], NAME, [bank.pem], TemporarySpool(), NOW, 1000)
    assert cms.open().read() == xml.open().read() == DATA


NewBank = Callable[[Signature, Encryption], Bank]


@pytest.fixture
def new_bank(world: World, tmp_path: Path) -> NewBank:
    """The partner of ``world`` with another outbox."""

    def make(signature: Signature, encryption: Encryption) -> Bank:
        outbox = replace(vietinbank.PROFILE.outbox, signature=signature, encryption=encryption)
        trusted = [(tmp_path / "payer" / "certificate.pem").read_bytes()]
        return Bank.create(replace(vietinbank.PROFILE, outbox=outbox), tmp_path / "other", world.time, trusted)

    return make


def _refusal(bank: Bank) -> str:
    assert [deed.what for deed in bank.work()][:1] == ["refused"]
    (answer,) = (bank.home / "out" / "status").glob("*.xml")
    return answer.read_text()


@pytest.mark.parametrize("given", [None, b"no signature"])
def test_an_order_without_a_good_signature_beside_is_refused(
    world: World, new_bank: NewBank, given: bytes | None
) -> None:
    bank = new_bank("cms", "none")
    (bank.home / "in" / ORDER).write_bytes(world.signer.sign(order((Line("E1", "1"),))))
    if given is not None:
        (bank.home / "in" / f"{ORDER}.p7s").write_bytes(given)
    assert ("DS0A" if given is None else "DS0B") in _refusal(bank)


def test_an_order_with_its_signature_beside_is_taken(world: World, new_bank: NewBank) -> None:
    bank, content = new_bank("cms", "none"), world.signer.sign(order((Line("E1", "1"),)))
    (bank.home / "in" / f"{ORDER}.p7s").write_bytes(world.signer.beside("cms", content, ORDER))
    (bank.home / "in" / ORDER).write_bytes(content)
    assert [deed.what for deed in bank.work()][:1] == ["order"]


def test_an_order_in_the_open_is_refused_where_it_must_be_encrypted(world: World, new_bank: NewBank) -> None:
    pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
    bank = new_bank("enveloped", "openpgp")
    (bank.home / "in" / f"{ORDER}.pgp").write_bytes(world.signer.sign(order((Line("E1", "1"),))))
    assert "DS0B" in _refusal(bank)
