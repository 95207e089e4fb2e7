"""The signing key in a token, by the command line: made there, used towards partners, and its PIN kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inprocess import Gateway
from support.softhsm import MODULE, PIN, WRONG, token

from gateway.app import App
from gateway.domain.errors import NotConfigured


@pytest.fixture
def with_token(month: Gateway, tmp_path: Path) -> Gateway:
    """A home whose key ``hsm`` is to lie in a token; its PIN in a file."""
    label = token("cli").label
    _keep(tmp_path / "pin", PIN)
    with (month.home / "chitra.toml").open("a") as file:
        file.write(f'\n[keys.hsm]\npassphrase = "file:{tmp_path / "pin"}"\nmodule = "{MODULE}"\ntoken = "{label}"\n')
    month.configure('signing_key = "payments"', 'signing_key = "hsm"')
    return month


def _keep(path: Path, pin: str) -> None:
    path.write_text(f"{pin}\n")
    path.chmod(0o600)


def test_a_key_made_in_a_token_signs_for_the_partners(with_token: Gateway) -> None:
    made = with_token.json("key", "generate", "hsm", "--purpose", "signing").done()
    assert (made["algorithm"], made["state"]) == ("rsa-3072 in token", "active")
    assert not (with_token.home / "keyring" / "hsm.key").exists()
    signer = App(with_token.home, lambda key: b"").context.partner("momo").signer()
    assert signer.key_id == made["key_id"]
    assert signer.signature(b"0" * 32).startswith(b"<Signature")
    assert with_token.json("doctor").done()["ok"]
    rotated = with_token.json("key", "rotate", "hsm").done()
    assert (rotated["key"], rotated["algorithm"]) == ("hsm-2", "rsa-3072 in token")
    with_token.json("key", "activate", "hsm-2").done()
    assert App(with_token.home, lambda key: b"").context.partner("momo").signer().key_id == rotated["key_id"]


def test_a_wrong_pin_in_a_file_costs_one_try_however_often_it_runs(with_token: Gateway, tmp_path: Path) -> None:
    with_token.json("key", "generate", "hsm", "--purpose", "signing").done()
    _keep(tmp_path / "pin", WRONG)
    codes = []
    for _run in range(3):
        with pytest.raises(NotConfigured) as refused:
            App(with_token.home, lambda key: b"").context.partner("momo").signer()
        codes.append(refused.value.code)
    assert codes == ["token_pin_wrong", "token_pin_refused_before", "token_pin_refused_before"]


def test_a_certificate_is_taken_for_keys_in_tokens_only(with_token: Gateway) -> None:
    pem = with_token.home / "keyring" / "payments.pem"
    arguments = ("--purpose", "signing", "--certificate", str(pem))
    answer = with_token.json("key", "generate", "payments", *arguments)
    assert answer.document["error"]["code"] == "key_without_token"
    answer = with_token.json("key", "generate", "hsm", *arguments)
    assert answer.document["error"]["code"] == "token_key_missing"


@pytest.mark.parametrize("line", ['token = "cli"', f'module = "{MODULE}"', 'label = "x"', 'module = "vendor.so"'])
def test_half_a_place_is_no_place(month: Gateway, line: str) -> None:
    with (month.home / "chitra.toml").open("a") as file:
        file.write(f'\n[keys.hsm]\npassphrase = "prompt"\n{line}\n')
    assert month.json("key", "list").document["error"]["code"] == "config_wrong"
