"""``key``, ``operator``: what we hold, and who may act."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from support.inprocess import Gateway

from gateway.app import App
from keys import pgp
from keys.errors import BadKey
from keys.keyring import Keyring
from keys.passphrase import Passphrase


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("a long enough passphrase\n")
    path.chmod(0o600)
    return path


def test_list_names_every_key_and_nothing_secret(month: Gateway) -> None:
    answer = month.json("key", "list")
    keys = {each["key"]: each for each in answer.done()["keys"]}
    assert {name: key["purpose"] for name, key in keys.items()} == {
        **dict.fromkeys(("admin", "admin2", "maker", "checker", "checker2"), "operator"),
        **{"payments": "signing", "vault": "storage", "sftp": "transport"},
    }
    assert keys["payments"]["not_after"] > keys["payments"]["created"]
    assert (month.home / "keyring" / "passphrase").read_text().strip() not in answer.out


def test_show_is_one_row_of_the_list(month: Gateway) -> None:
    for group, rows in (("key", "keys"), ("operator", "operators")):
        listed = {each[group]: each for each in month.json(group, "list").done()[rows]}
        shown = month.json(group, "show", "checker").done()
        assert listed["checker"].items() <= shown.items()
    assert month.json("operator", "show", "nobody").document["error"]["code"] == "operator_unknown"
    assert month.json("schemas", "show", "pain.001.001.09").done()["installed"] is True
    assert month.json("schemas", "show", "pain.999").document["error"]["code"] == "schema_unknown"


@pytest.mark.parametrize(
    ("name", "begins"),
    [("payments", "-----BEGIN CERTIFICATE-----"), ("sftp", "ssh-ed25519 "), ("maker", "-----BEGIN PUBLIC KEY-----")],
)
def test_export_prints_the_public_half(month: Gateway, name: str, begins: str) -> None:
    assert month.words("key", "export", name).out.startswith(begins)
    exported = month.json("key", "export", name).done()
    assert exported["public"].startswith(begins)
    assert "PRIVATE" not in exported["public"]


def test_export_of_a_certificate_is_the_file_of_the_keyring(month: Gateway) -> None:
    assert month.words("key", "export", "payments").out == (month.home / "keyring" / "payments.pem").read_text()


def test_the_vault_key_and_unknown_keys_have_nothing_to_export(month: Gateway) -> None:
    assert month.json("key", "export", "vault").document["error"]["code"] == "key_has_no_public_half"
    assert month.json("key", "export", "../passphrase").document["error"]["code"] == "key_unknown"


@pytest.mark.parametrize("purpose", ["signing", "transport"])
def test_generate_makes_a_sealed_key_and_records_it(month: Gateway, secret: Path, purpose: str) -> None:
    made = month.json("key", "generate", "spare", "--purpose", purpose, "--passphrase-file", secret).done()
    assert (made["key"], made["purpose"]) == ("spare", purpose)
    assert made in month.json("key", "list").done()["keys"]
    with sqlite3.connect(month.home / "chitra.db") as db:
        assert db.execute("SELECT count(*) FROM audit WHERE verb = 'key generate'").fetchone() == (1,)


def test_an_openpgp_key_is_made_sealed_and_its_certificate_exported(month: Gateway, secret: Path) -> None:
    pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
    made = month.json("key", "generate", "letters", "--purpose", "openpgp", "--passphrase-file", secret).done()
    assert (made["purpose"], made["algorithm"], len(made["key_id"])) == ("openpgp", "openpgp-rsa-3072", 40)
    assert made in month.json("key", "list").done()["keys"]
    exported = month.json("key", "export", "letters").done()["public"]
    assert exported.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert pgp.describe(exported.encode()).key_id == made["key_id"]
    keyring = Keyring(month.home / "keyring")
    assert keyring.openpgp("letters", Passphrase.from_file(secret)).key_id == made["key_id"]
    (month.home / "keyring" / "letters.asc").write_text(exported.replace("=", "==", 1))
    with pytest.raises(BadKey, match="certificate_swapped"):
        keyring.openpgp("letters", Passphrase.from_file(secret))


def test_generate_never_overwrites_a_key(month: Gateway, secret: Path) -> None:
    before = (month.home / "keyring" / "payments.key").read_bytes()
    answer = month.json("key", "generate", "payments", "--purpose", "signing", "--passphrase-file", secret)
    assert (answer.code, answer.document["error"]["code"]) == (1, "key_exists")
    assert (month.home / "keyring" / "payments.key").read_bytes() == before


def test_without_terminal_and_source_a_new_key_is_refused_at_once(month: Gateway) -> None:
    answer = month.json("key", "generate", "spare", "--purpose", "signing")
    assert (answer.code, answer.document["error"]) == (
        1,
        answer.document["error"] | {"code": "no_passphrase", "key": "spare"},
    )


def test_an_open_passphrase_file_is_refused(month: Gateway, secret: Path) -> None:
    secret.chmod(0o644)
    answer = month.json("operator", "add", "lan", "--role", "maker", "--passphrase-file", secret)
    assert (answer.code, answer.document["error"]["code"]) == (1, "unsafe_file")


def test_a_person_is_enrolled_once_with_roles_and_can_act(month: Gateway, secret: Path) -> None:
    roles = ("--role", "maker", "--role", "auditor")
    added = month.json("operator", "add", "lan", *roles, "--passphrase-file", secret).done()
    people = {each["operator"]: each for each in month.json("operator", "list").done()["operators"]}
    assert people["lan"]["roles"] == ["auditor", "maker"] == added["roles"]
    assert people["lan"]["key_id"] == added["key_id"]
    assert set(people) == {"admin", "admin2", "maker", "checker", "checker2", "lan"}
    again = month.json("operator", "add", "lan", "--role", "checker", "--passphrase-file", secret)
    assert (again.code, again.document["error"]["code"]) == (1, "operator_exists")


def test_an_unknown_role_or_none_is_wrong_usage(month: Gateway, secret: Path) -> None:
    assert month.json("operator", "add", "lan", "--role", "king", "--passphrase-file", secret).code == 2
    assert month.json("operator", "add", "lan", "--passphrase-file", secret).code == 2


def test_a3_the_storage_key_gets_a_generation_and_a_whole_month_is_sealed_anew(month: Gateway) -> None:
    old = App(month.home, lambda key: b"").vault()
    made = month.json("key", "rewrap").done()
    assert made["done"]
    assert made["envelopes"]["payment"] == 40
    assert month.json("db", "check").done() == {"ok": True, "findings": []}
    payment = month.json("payment", "list").done()["payments"][0]["end_to_end_id"]
    assert month.json("payment", "show", payment, "--unmask", "--reason", "asked").code == 0
    with App(month.home, lambda key: b"").store.read() as tx:
        row = tx.run("SELECT id, personal FROM payment ORDER BY id").first()
    assert row is not None
    assert old.open(row.personal, f"payment:{row.id}"), "a process that had the key open before opens it again"
    assert month.json("key", "show", "vault").done()["key_id"] == old._vault.key_id
