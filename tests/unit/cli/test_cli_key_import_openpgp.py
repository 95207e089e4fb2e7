"""``key import --purpose openpgp``, ``key letter`` of an OpenPGP key: the same ceremony as for every other key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support import pgp as forms
from support.inprocess import Answer, Gateway
from support.pgp import key, put_in, revoked

from gateway.app import App
from gateway.domain.errors import BadProof
from gateway.domain.key_life import grouped
from gateway.endings import endings
from keys.pgp import PgpCertificate, PgpKey

OURS, OLD, NEW = key("ours"), key("momo", 400 * 86_400), key("momo next", 500 * 86_400)


@pytest.fixture
def agreed(month: Gateway) -> Gateway:
    """OpenPGP with one partner, by the certificate that ``chitra.toml`` names."""
    month.configure("[partners.momo]", '[partners.momo]\nopenpgp_trusted = ["momo.asc"]\noutbox.encryption = "openpgp"')
    with (month.home / "chitra.toml").open("a") as config:
        config.write('\n[keys.openpgp]\npassphrase = "file:keyring/passphrase"\n')
    put_in(month.home, OURS)
    written(month.home, "momo.asc", OLD.certificate)
    return month


def app(month: Gateway) -> App:
    return App(month.home, lambda name: b"")


def written(folder: Path, name: str, certificate: PgpCertificate) -> Path:
    path = folder / name
    path.write_text(certificate.text)
    path.chmod(0o600)
    return path


def propose(month: Gateway, path: Path, fingerprint: str) -> Answer:
    options = ("--partner", "momo", "--purpose", "openpgp", "--fingerprint", fingerprint, "--reason", "ceremony")
    return month.json("key", "import", path, *options, "--operator", "checker")


def confirm(month: Gateway, proposed: Answer, of: PgpKey) -> None:
    typed = ("--fingerprint", grouped(of.key_id).upper())
    month.json("decision", "confirm", proposed.document["decision"], "--operator", "checker2", *typed).done()


def imported(month: Gateway, folder: Path, of: PgpKey) -> None:
    confirm(month, propose(month, written(folder, "next.asc", of.certificate), of.key_id), of)


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.code, answer.document["error"]["code"]


def believes(month: Gateway, signer: PgpKey, days_ago: int = 0) -> bool:
    home = app(month)
    verifier = home.context.partner("momo").verifier()
    if days_ago:
        verifier = verifier.as_of(home.clock.now() - timedelta(days=days_ago))
    with home.spool.create() as answer:
        answer.write(forms.sealed(b"<Document/>", signer, OURS))
        answer.seek(0)
        try:
            verifier.verify(answer, "openpgp", 1 << 20).close()
        except BadProof:
            return False
    return True


def test_m11_t9_a_certificate_is_believed_when_two_people_typed_its_fingerprint(
    agreed: Gateway, tmp_path: Path
) -> None:
    path = written(tmp_path, "next.asc", NEW.certificate)
    assert error_of(propose(agreed, path, OLD.key_id)) == (1, "fingerprint_differs")
    proposed = propose(agreed, path, NEW.key_id)
    assert (proposed.code, proposed.document["state"]) == (3, "proposed")
    assert not believes(agreed, NEW), "one person is not enough"
    confirm(agreed, proposed, NEW)
    assert believes(agreed, NEW)
    assert believes(agreed, OLD), "for the change-over both"


def test_t9_files_go_to_the_old_certificate_until_it_is_retired(agreed: Gateway, tmp_path: Path) -> None:
    imported(agreed, tmp_path, NEW)
    assert _reader(agreed) == OLD.key_id
    assert {each.not_after for each in endings(app(agreed)) if each.holder == "momo openpgp"} == {
        NEW.certificate.not_after
    }
    agreed.json("key", "retire", OLD.key_id, "--partner", "momo").done()
    assert _reader(agreed) == NEW.key_id
    assert not believes(agreed, OLD)
    assert believes(agreed, OLD, days_ago=1), "what came before stays proven"


def test_what_was_revoked_or_is_known_is_not_imported(agreed: Gateway, tmp_path: Path) -> None:
    gone = written(tmp_path, "gone.asc", revoked(NEW))
    assert error_of(propose(agreed, gone, NEW.key_id)) == (1, "certificate_revoked")
    known = written(tmp_path, "known.asc", OLD.certificate)
    assert error_of(propose(agreed, known, OLD.key_id)) == (1, "pin_known")
    secret = tmp_path / "secret.asc"
    secret.write_text(NEW.secret)
    assert error_of(propose(agreed, secret, NEW.key_id)) == (1, "openpgp_certificate_secret")


def test_the_letter_shows_the_whole_fingerprint_of_our_key(agreed: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "letter.html"
    told = agreed.json("key", "letter", "openpgp", "--partner", "momo", "-o", path).done()
    assert told["fingerprint"] == OURS.key_id
    groups = grouped(told["fingerprint"]).split()
    assert len(groups) == 10
    text = path.read_text()
    assert [group for group in groups if group not in text] == []
    assert "OpenPGP" in text


def _reader(month: Gateway) -> str:
    """To whom a file is encrypted now."""
    home = app(month)
    with home.spool.create() as message, home.spool.create() as target:
        message.write(b"<Document/>")
        return home.context.partner("momo").envelope().seal(message, target)
