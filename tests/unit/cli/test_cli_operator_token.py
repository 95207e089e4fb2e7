"""A person whose key lies in the person's own token: enrolled, signing, and refused, like everybody else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytest.importorskip("pkcs11", reason="the extra pkcs11 is not installed")
from support.inprocess import Answer, Gateway
from support.services import require_tool
from support.softhsm import MODULE, PIN, WRONG, Token, token

from gateway.app import App
from gateway.sandbox import people
from gateway.usecases.allocate import allocate

BOTH = ("--operator", "admin", "--operator", "admin2")


@pytest.fixture
def own() -> Token:
    return token("lan")


@pytest.fixture
def enrolled(month: Gateway, own: Token, tmp_path: Path) -> Gateway:
    """Checker by a key that the token made at enrolment."""
    in_token(month, "lan", own)
    month.json("operator", "add", "lan", "--role", "checker", *BOTH, "--passphrase-file", pin(tmp_path)).done()
    return month


def in_token(month: Gateway, name: str, of: Token) -> None:
    """Somebody's key is in this token, under the label ``lan``."""
    with (month.home / "chitra.toml").open("a") as config:
        config.write(f'\n[keys.{name}]\npassphrase = "prompt"\nmodule = "{MODULE}"\n')
        config.write(f'token = "{of.label}"\nlabel = "lan"\n')


def pin(folder: Path, digits: str = PIN) -> Path:
    path = folder / f"pin-{digits}"
    path.write_text(digits)
    path.chmod(0o600)
    return path


def submitted(month: Gateway, folder: Path) -> str:
    app, path = App(month.home, lambda key: b""), folder / "list.csv"
    period = f"{app.clock.now():%Y-%m}"
    people.write_csv(path, people.payments(3, 99, period))
    options = ("--programme", "social", "--period", period, "--payer", "thachthat")
    batch = month.json("batch", "import", path, *options, "--operator", "maker").done()["batch"]
    month.json("batch", "submit", batch, "--operator", "maker").done()
    return str(batch)


def approve(month: Gateway, batch: str, folder: Path, digits: str = PIN) -> Answer:
    return month.json("batch", "approve", batch, "--operator", "lan", "--passphrase-file", pin(folder, digits))


def test_m11_a_batch_is_approved_by_a_key_that_never_leaves_the_persons_token(
    enrolled: Gateway, tmp_path: Path
) -> None:
    batch = submitted(enrolled, tmp_path)
    approve(enrolled, batch, tmp_path).done()
    enrolled.json("batch", "approve", batch, "--operator", "checker").done()
    app = App(enrolled.home, lambda key: b"")
    assert allocate(app.context, batch), "both signatures count"
    assert enrolled.json("db", "check").done()["ok"]
    assert not list((enrolled.home / "keyring" / "operators").glob("lan*"))


def test_openssl_believes_the_signature(enrolled: Gateway, tmp_path: Path) -> None:
    shown = enrolled.json("operator", "show", "lan").done()
    (tmp_path / "lan.pem").write_text(shown["public_key"])
    (tmp_path / "data").write_bytes(b"a decision")
    key = App(enrolled.home, lambda name: b"", pin(tmp_path)).operator_key("lan")
    (tmp_path / "signature").write_bytes(key.sign(b"a decision"))
    assert key.key_id == shown["key_id"]
    command = [require_tool("openssl"), "dgst", "-sha256", "-verify", "lan.pem", "-signature", "signature", "data"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_a_wrong_pin_signs_nothing_and_says_so(enrolled: Gateway, tmp_path: Path) -> None:
    batch = submitted(enrolled, tmp_path)
    token("another")  # and with it the library forgets who was logged in
    answer = approve(enrolled, batch, tmp_path, WRONG)
    assert (answer.code, answer.document["error"]["code"]) == (1, "token_pin_wrong")
    assert enrolled.json("batch", "show", batch).done()["state"] == "submitted"


def test_m11_another_key_in_the_same_place_is_not_the_person(enrolled: Gateway, own: Token, tmp_path: Path) -> None:
    batch, other = submitted(enrolled, tmp_path), token("other")
    enrolled.configure(f'token = "{own.label}"', f'token = "{other.label}"')
    answer = approve(enrolled, batch, tmp_path)
    assert (answer.code, answer.document["error"]["code"]) == (1, "token_key_missing")
    in_token(enrolled, "binh", other)
    enrolled.json("operator", "add", "binh", "--role", "checker", *BOTH, "--passphrase-file", pin(tmp_path)).done()
    answer = approve(enrolled, batch, tmp_path)
    assert (answer.code, answer.document["error"]["code"]) == (1, "key_not_enrolled")


def test_a_key_that_is_in_the_token_already_is_taken(enrolled: Gateway, own: Token, tmp_path: Path) -> None:
    in_token(enrolled, "cuc", own)
    add = ("operator", "add", "cuc", "--role", "maker", *BOTH, "--passphrase-file", pin(tmp_path))
    answer = enrolled.json(*add)
    assert answer.document["error"]["code"] == "operator_key_unfit", "it is the key of another person"
