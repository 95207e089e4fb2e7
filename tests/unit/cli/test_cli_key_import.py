"""``key import``, ``key letter``: a partner's keys by the word of two people, and ours on paper."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from support.inprocess import Answer, Gateway
from support.services import require_tool
from support.signatures import Partner, document, partner, sign

from gateway.app import App
from gateway.domain.errors import BadProof, Tampered
from gateway.domain.key_life import grouped
from gateway.partners import host_keys, trusted
from gateway.usecases import integrity
from keys import trust

SERVER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJsIo2EjNRFZ0yXtJ5mMFZi8T0Ewp0vQzvKrSDfbMFYR"


def app(month: Gateway) -> App:
    return App(month.home, lambda key: b"")


@pytest.fixture(scope="module")
def renewed(played: Path) -> Partner:
    """The bank's next certificate."""
    now = App(played, lambda key: b"").clock.now()
    return partner("MOMO 2", starts=now - timedelta(days=1))


def fingerprint_of(certificate: Any) -> str:
    return str(certificate.fingerprint(SHA256()).hex())


def propose(month: Gateway, path: Path, fingerprint: str, purpose: str = "answers", code: str = "momo") -> Answer:
    options = ("--partner", code, "--purpose", purpose, "--fingerprint", fingerprint, "--reason", "ceremony")
    return month.json("key", "import", path, *options, "--operator", "checker")


def confirm(month: Gateway, proposed: Answer, *options: str) -> Answer:
    decision = proposed.document["decision"]
    return month.json("decision", "confirm", decision, "--operator", "checker2", *options)


def imported(month: Gateway, folder: Path, bank: Partner) -> str:
    """Key id of a certificate that two people imported."""
    path, fingerprint = folder / "next.pem", fingerprint_of(bank.certificate)
    path.write_bytes(bank.pem)
    confirm(month, propose(month, path, grouped(fingerprint)), "--fingerprint", fingerprint.upper()).done()
    return fingerprint[:16]


def for_encryption_only(bank: Partner) -> bytes:
    """A certificate of the same key that says it is not for signing."""
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "data_encipherment", "key_agreement", "key_cert_sign"),
            *("crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    old = bank.certificate
    builder = x509.CertificateBuilder(old.issuer, old.subject, old.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(old.not_valid_before_utc).not_valid_after(old.not_valid_after_utc)
    builder = builder.add_extension(x509.KeyUsage(key_encipherment=True, **usage), critical=True)
    return builder.sign(bank.private, SHA256()).public_bytes(Encoding.PEM)


def believes(month: Gateway, bank: Partner, code: str = "momo") -> bool:
    home = app(month)
    answer = home.spool.create()
    answer.write(sign(document(), bank))
    answer.seek(0)
    try:
        home.context.partner(code).verifier().verify(answer, "enveloped", 1 << 20).close()
    except BadProof:
        return False
    return True


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.code, answer.document["error"]["code"]


def test_m11_t9_a_certificate_is_believed_when_two_people_typed_its_fingerprint(
    month: Gateway, tmp_path: Path, renewed: Partner
) -> None:
    path, fingerprint = tmp_path / "next.pem", fingerprint_of(renewed.certificate)
    path.write_bytes(renewed.pem)
    proposed = propose(month, path, grouped(fingerprint))
    assert (proposed.code, proposed.document["state"]) == (3, "proposed")
    assert not believes(month, renewed), "one person is not enough"
    assert error_of(confirm(month, proposed)) == (1, "fingerprint_missing")
    other = f"{'0' if fingerprint[0] != '0' else '1'}{fingerprint[1:]}"
    assert error_of(confirm(month, proposed, "--fingerprint", other)) == (1, "fingerprint_differs")
    assert not believes(month, renewed)
    assert confirm(month, proposed, "--fingerprint", f" {grouped(fingerprint).upper()} ").done()["state"] == "executed"
    assert believes(month, renewed)
    assert not believes(month, renewed, "vietinbank"), "for this partner only"
    pinned = [each for each in month.json("key", "list").done()["pinned"] if each["partner"] == "momo"]
    assert {each["decision"] for each in pinned if each["purpose"] == "answers"} == {
        None,
        proposed.document["decision"],
    }
    assert month.json("db", "check").done()["ok"]


def test_the_first_person_types_what_the_file_really_is(month: Gateway, tmp_path: Path, renewed: Partner) -> None:
    path = tmp_path / "next.pem"
    path.write_bytes(renewed.pem)
    assert error_of(propose(month, path, "ab" * 32)) == (1, "fingerprint_differs")
    assert error_of(propose(month, path, "ab12")) == (1, "fingerprint_unreadable")


def test_the_old_and_the_new_have_two_slots(month: Gateway, tmp_path: Path, renewed: Partner) -> None:
    imported(month, tmp_path, renewed)
    third = partner("MOMO 3", starts=app(month).clock.now() - timedelta(days=1))
    path = tmp_path / "third.pem"
    path.write_bytes(third.pem)
    assert error_of(propose(month, path, fingerprint_of(third.certificate))) == (1, "pin_slots_full")
    again = tmp_path / "next.pem"
    assert error_of(propose(month, again, fingerprint_of(renewed.certificate))) == (1, "pin_known")


def test_a_retired_certificate_proves_nothing_that_comes_later_and_still_what_came_before(
    month: Gateway, tmp_path: Path, renewed: Partner
) -> None:
    before = list(integrity.check(app(month).context))
    old = trust.load_certificates([month.home / "keyring" / "partners" / "momo.pem"])
    imported(month, tmp_path, renewed)
    (first,) = [
        each
        for each in month.json("key", "list").done()["pinned"]
        if (each["partner"], each["purpose"], each["decision"]) == ("momo", "answers", None)
    ]
    gone = month.json("key", "retire", first["key_id"], "--partner", "momo").done()
    assert gone["state"] == "verify-only"
    assert trusted(app(month), "momo") == (renewed.pem,)
    assert set(trusted(app(month), "momo", app(month).clock.now() - timedelta(days=1))) == {renewed.pem, *old}
    assert list(integrity.check(app(month).context)) == before == [], "what it proved stays proven"
    again = month.json("key", "retire", first["key_id"], "--partner", "momo")
    assert error_of(again) == (1, "pin_unknown")
    path = tmp_path / "old.pem"
    path.write_bytes(old[0])
    assert error_of(propose(month, path, first["fingerprint"])) == (1, "pin_known"), "retired for good"


def test_a_revoked_certificate_has_its_own_error(month: Gateway, tmp_path: Path, renewed: Partner) -> None:
    key_id = imported(month, tmp_path, renewed)
    month.json("key", "retire", key_id, "--partner", "momo").done()
    answer = app(month).spool.create()
    answer.write(sign(document(), renewed))
    answer.seek(0)
    with pytest.raises(BadProof, match="certificate_retired"):
        app(month).context.partner("momo").verifier().verify(answer, "enveloped", 1 << 20)


def test_a_servers_key_is_imported_and_the_old_one_retired(month: Gateway, tmp_path: Path) -> None:
    (old,) = host_keys(app(month), "momo")
    path = tmp_path / "host.pub"
    path.write_text(f"{SERVER_KEY} momo.example\n")
    shown = app(month).context.read_key("server", SERVER_KEY.encode())
    proposed = propose(month, path, shown.key_id, "server")
    confirm(month, proposed, "--fingerprint", grouped(shown.fingerprint)).done()
    assert set(host_keys(app(month), "momo")) == {old, SERVER_KEY}
    old_id = app(month).context.read_key("server", old.encode()).key_id
    month.json("key", "retire", old_id, "--partner", "momo").done()
    assert host_keys(app(month), "momo") == (SERVER_KEY,)


def test_fault_88_what_cannot_sign_or_has_ended_is_not_imported(month: Gateway, tmp_path: Path) -> None:
    ended = partner("ENDED", starts=app(month).clock.now() - timedelta(days=400), days=365)
    path = tmp_path / "ended.pem"
    path.write_bytes(ended.pem)
    assert error_of(propose(month, path, fingerprint_of(ended.certificate))) == (1, "certificate_expired")
    path.write_bytes(ended.pem * 2)
    assert error_of(propose(month, path, "ab" * 32)) == (1, "certificate_not_alone")
    path.write_bytes(for_encryption_only(ended))
    assert error_of(propose(month, path, "ab" * 32)) == (1, "certificate_wrong_purpose")
    path.write_text("nothing")
    assert error_of(propose(month, path, "ab" * 32)) == (1, "certificate_unreadable")
    assert error_of(propose(month, path, "ab" * 32, "server")) == (1, "host_key_algorithm")
    assert error_of(propose(month, path, "ab" * 32, code="nobody")) == (1, "partner_unknown")


def test_m11_a_pin_that_somebody_put_into_the_database_is_an_alarm(
    month: Gateway, tmp_path: Path, renewed: Partner
) -> None:
    imported(month, tmp_path, renewed)
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute("DROP TRIGGER decision_fixed")
        db.execute("DROP TRIGGER decision_ends_once")
        db.execute("UPDATE decision SET confirmation = proposal WHERE verb = 'key import'")
    with pytest.raises(Tampered, match="decision_not_genuine"):
        trusted(app(month), "momo")


def test_m11_the_database_itself_wants_the_decision_of_two(month: Gateway) -> None:
    with (
        sqlite3.connect(month.home / "chitra.db") as db,
        pytest.raises(sqlite3.IntegrityError, match="by the decision of two only"),
    ):
        db.execute(
            "INSERT INTO key_step (id, name, key_id, line, purpose, partner, state, actor, at)"
            " VALUES (99, 'x', 'x', 'x', 'answers', 'momo', 'active', 'me', 'now')"
        )


@pytest.mark.parametrize(("name", "purpose"), [("payments", "signing"), ("sftp", "transport")])
def test_a_letter_shows_the_fingerprint_in_groups_and_places_for_two_signatures(
    month: Gateway, tmp_path: Path, name: str, purpose: str
) -> None:
    path = tmp_path / "letter.html"
    told = month.json("key", "letter", name, "--partner", "momo", "-o", path).done()
    text = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    groups = grouped(told["fingerprint"]).split()
    assert len(groups) == 16
    assert "<br>".join("&nbsp;&nbsp;".join(groups[row : row + 4]) for row in range(0, 16, 4)) in text
    words = ("Người thứ nhất · First person", "Người thứ hai · Second person", "Hiệu lực đến", "UBND XA THACH THAT")
    assert [word for word in words if word not in text] == []
    assert "http" not in text
    again = month.json("key", "letter", name, "--partner", "momo", "-o", path)
    assert error_of(again) == (1, "file_exists")


def test_what_no_partner_knows_has_no_letter(month: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "letter.html"
    answer = month.json("key", "letter", "vault", "--partner", "momo", "-o", path)
    assert error_of(answer) == (1, "key_without_successors")
    assert error_of(month.json("key", "letter", "payments", "--partner", "x", "-o", path)) == (1, "partner_unknown")
    assert not path.exists()


def test_the_letters_fingerprint_is_the_one_that_openssl_shows(month: Gateway, tmp_path: Path) -> None:
    told = month.json("key", "letter", "payments", "--partner", "momo", "-o", tmp_path / "l.html").done()
    pem = shutil.copy(month.home / "keyring" / "payments.pem", tmp_path / "p.pem")
    command = [require_tool("openssl"), "x509", "-in", pem, "-noout", "-fingerprint", "-sha256"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.strip().partition("=")[2].replace(":", "").lower() == told["fingerprint"]
