"""Signatures that lie beside files, or inside OpenPGP messages, in the proof of a payment: shown, or said in words."""

from __future__ import annotations

import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from support.evidence import BANK, debit, status
from support.gateways import Gateway, bank_key, copy_of, payments_key
from support.inboxes import folder, lay, round_, ruled, told
from support.proofs import body_of, proven, recipe
from support.services import require_tool
from support.tampering import edit

from gateway import proving
from gateway.bundle_check import check_body
from gateway.domain import bundles
from gateway.domain.errors import BadProof, Tampered
from gateway.sandbox import beside
from keys import shown

FORMS = {"detached": "sig", "cms": "p7s"}
ANOTHER = "0" * 64
BANKS = bank_key().certificate.public_bytes(Encoding.DER)


def received(gateway: Gateway, form: str) -> bytes:
    """A statement about two payments with a signature of the bank's beside it; returns its bytes."""
    ruled(gateway, proof=form)
    content, bank = BANK.statement(debit(gateway), debit(gateway, "TC-0002")), bank_key()
    signature = beside.make(form, content, "STM_1.xml", bank.private, bank.certificate)
    lay(folder(gateway) / f"STM_1.xml.{FORMS[form]}", signature)
    lay(folder(gateway) / "STM_1.xml", content)
    assert told(round_(gateway)[0]) == ["processed"]
    return content


@pytest.mark.parametrize("form", FORMS)
def test_t9_a_signature_beside_a_partners_file_is_shown_and_is_over_that_file(
    sent: Gateway, tmp_path: Path, form: str
) -> None:
    content = received(sent, form)
    bundle = proven(sent)
    (booking,) = body_of(bundle)["bookings"]
    signed = shown.check(shown.of_fields(booking["signature"]))
    assert booking["file"]["sha256"] == signed.sha256 == sha256(content).hexdigest()
    assert proving.check(bundle).found.files[-1].fingerprint == sha256(BANKS).hexdigest()
    assert sent.end_to_end_id("TC-0002") not in bundle.decode()
    done = recipe(tmp_path, bundle)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"certificate {signed.fingerprint}" in done.stdout


@pytest.mark.parametrize("form", FORMS)
def test_a_signature_beside_another_file_does_not_fit(sent: Gateway, tmp_path: Path, form: str) -> None:
    received(sent, form)
    bundle = proven(sent)
    for change in ({"sha256": ANOTHER}, {"proof": "channel"}):
        body = body_of(bundle)
        body["bookings"][0]["file"].update(change)
        with pytest.raises(BadProof, match="bundle_signature"):
            check_body(body)
    body = body_of(bundle)
    body["bookings"][0]["file"]["sha256"] = ANOTHER
    done = recipe(tmp_path, bundles.encode({"body": body, "signature": {}}))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "DOES NOT FIT: signature over the file")


def test_no_changed_byte_of_what_a_p7s_signs_fits_here_or_by_the_recipe(sent: Gateway, tmp_path: Path) -> None:
    received(sent, "cms")
    body = body_of(proven(sent))
    signature = b64decode(body["bookings"][0]["signature"]["cms"])
    signer = signature.index(BANKS) + len(BANKS)
    for place in range(signer, len(signature), 3):
        with pytest.raises(BadProof, match="bundle_signature"):
            check_body(_flipped(body, signature, place))
    for place in range(signer, len(signature), 90):
        changed = _flipped(body, signature, place)
        assert recipe(tmp_path, bundles.encode({"body": changed, "signature": {}})).returncode == 1, place


def _flipped(body: dict[str, Any], signature: bytes, place: int) -> dict[str, Any]:
    changed, data = deepcopy(body), bytearray(signature)
    data[place] ^= 1
    changed["bookings"][0]["signature"]["cms"] = b64encode(data).decode()
    return changed


def test_the_signature_shown_is_the_one_that_proved_the_file_whatever_lay_beside_its_first_copy(sent: Gateway) -> None:
    """The bank's good signature over other bytes came first, and was not believed."""
    ruled(sent, proof="cms")
    content, bank = BANK.statement(debit(sent)), bank_key()
    for name, signed in (("STM_1.xml", content + b" "), ("STM_2.xml", content)):
        lay(folder(sent) / f"{name}.p7s", beside.make("cms", signed, name, bank.private, bank.certificate))
        lay(folder(sent) / name, content)
        round_(sent)
    (booking,) = body_of(proven(sent))["bookings"]
    assert shown.check(shown.of_fields(booking["signature"])).sha256 == booking["file"]["sha256"]


# --- ours ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def approved(approved_home: Path, tmp_path: Path) -> Iterator[Gateway]:
    gateway = copy_of(approved_home, tmp_path)
    yield gateway
    gateway.close()


def sent_with(gateway: Gateway, **rules: Any) -> None:
    profile = gateway.profiles["vietinbank"]
    gateway.profiles["vietinbank"] = replace(profile, outbox=replace(profile.outbox, **rules))
    gateway.__dict__.pop("context", None)
    (delivery,) = gateway.send().deliveries
    assert delivery.state == "sent"


@pytest.mark.parametrize("form", FORMS)
def test_our_signature_beside_the_file_is_shown_and_is_over_what_travelled(
    approved: Gateway, tmp_path: Path, form: str
) -> None:
    sent_with(approved, signature=form)
    bundle = proven(approved)
    travelled = body_of(bundle)["file"]["travelled"]
    (name,) = (each for each in approved.outbox() if each.endswith(f".{FORMS[form]}"))
    assert travelled["beside"]["name"] == name
    signed = proving.check(bundle).found.files
    assert [each.file for each in signed] == [approved.files()[0].message_id, name]
    assert {each.fingerprint[:16] for each in signed} == {payments_key().key_id}
    assert recipe(tmp_path, bundle).returncode == 0
    body = body_of(bundle)
    body["file"]["travelled"]["sha256"] = body["file"]["sha256"] = ANOTHER
    with pytest.raises(BadProof, match="bundle_signature"):
        check_body(body)
    assert recipe(tmp_path, bundles.encode({"body": body, "signature": {}})).returncode == 1


def test_openssl_verifies_the_file_that_the_partner_holds_by_the_p7s_in_the_proof(
    approved: Gateway, tmp_path: Path
) -> None:
    sent_with(approved, signature="cms")
    beside_it = body_of(proven(approved))["file"]["travelled"]["beside"]
    (content,) = (each for name, each in approved.outbox().items() if name.endswith(".xml"))
    (tmp_path / "p7s").write_bytes(b64decode(beside_it["signature"]["cms"]))
    options = ["-binary", "-inform", "DER", "-in", "p7s", "-noverify", "-content", "file"]
    command = [require_tool("openssl"), "cms", "-verify", *options]
    for data, fits in ((content, True), (content + b" ", False)):
        (tmp_path / "file").write_bytes(data)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60)
        assert (done.returncode == 0) is fits, done.stderr


def test_a_p7s_that_is_not_over_the_stored_file_is_an_alarm_and_no_proof(approved: Gateway) -> None:
    sent_with(approved, signature="cms")
    edit(approved, "UPDATE wire_object SET sha256 = (SELECT sha256 FROM file_out) WHERE ordinal = 1")
    with pytest.raises(Tampered, match="sealed_bytes_differ"):
        proven(approved)


# --- what cannot be shown --------------------------------------------------------------------------------------------


def test_what_a_partner_does_not_sign_is_said_in_words(sent: Gateway, tmp_path: Path) -> None:
    ruled(sent, "pain.002", proof="channel")
    status(sent, transfers=((sent.end_to_end_id(), "ACSP", None),))
    bundle = proven(sent)
    (answer,) = body_of(bundle)["answers"]
    assert answer["file"]["not_shown"].startswith("The partner signs nothing")
    assert proving.check(bundle).found.files[-1].not_shown == "channel"
    assert answer["file"]["not_shown"] in recipe(tmp_path, bundle).stdout
    body = body_of(bundle)
    body["answers"][0]["file"]["not_shown"] = ""
    with pytest.raises(BadProof, match="bundle_signature"):
        check_body(body)
