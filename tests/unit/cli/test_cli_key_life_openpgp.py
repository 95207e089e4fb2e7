"""``key rotate`` and the rest of our own OpenPGP key: the new one signs, every one that lives reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
from support import pgp as forms
from support.inprocess import Gateway
from support.pgp import GnuPG, key, put_in

from gateway import lifecycle
from gateway.app import App
from gateway.domain.errors import NotConfigured
from gateway.domain.key_life import grouped
from gateway.endings import endings
from keys.pgp import PgpKey

OURS, THEIRS = key("ours"), key("momo")
PARTNERS_GNUPG = "bank@example"
MESSAGE = b"<Document/>"


@pytest.fixture(scope="session")
def gpg() -> Iterator[GnuPG]:
    """The program of one partner."""
    with forms.gnupg() as program:
        program.done("--passphrase", "", "--quick-gen-key", PARTNERS_GNUPG, "future-default", "default", "1y")
        yield program


@pytest.fixture(scope="session")
def rotated_once(played: Path, tmp_path_factory: pytest.TempPathFactory, gpg: GnuPG) -> Path:
    """OpenPGP with two partners, and a successor of our key; not to be changed."""
    home = tmp_path_factory.mktemp("openpgp") / "home"
    shutil.copytree(played, home)
    month = Gateway(home)
    for partner in ("momo", "vietinbank"):
        rules = f'openpgp_trusted = ["{partner}.asc"]\noutbox.encryption = "openpgp"'
        month.configure(f"[partners.{partner}]", f"[partners.{partner}]\n{rules}")
    with (home / "chitra.toml").open("a") as config:
        config.write('\n[keys.openpgp]\npassphrase = "file:keyring/passphrase"\n')
    put_in(home, OURS)
    (home / "momo.asc").write_text(THEIRS.certificate.text)
    (home / "vietinbank.asc").write_bytes(gpg.done("--armor", "--export", PARTNERS_GNUPG))
    for partner in ("momo", "vietinbank"):
        (home / f"{partner}.asc").chmod(0o600)
    month.json("key", "rotate", "openpgp").done()
    return home


@pytest.fixture
def rotated(rotated_once: Path, tmp_path: Path) -> Gateway:
    shutil.copytree(rotated_once, tmp_path / "rotated")
    return Gateway(tmp_path / "rotated")


def app(month: Gateway) -> App:
    return App(month.home, lambda name: b"")


def shown(month: Gateway, name: str) -> dict[str, Any]:
    found: dict[str, Any] = month.json("key", "show", name).done()
    return found


def refused(month: Gateway, *arguments: str) -> tuple[int, str]:
    answer = month.json("key", *arguments)
    return answer.code, answer.document["error"]["code"]


def sealed(month: Gateway, partner: str = "momo") -> bytes:
    """A file of ours as it travels to a partner."""
    home = app(month)
    with home.spool.create() as message, home.spool.create() as target:
        message.write(MESSAGE)
        home.context.partner(partner).envelope().seal(message, target)
        target.seek(0)
        return target.read()


def signs(month: Gateway, partner: str = "momo") -> str:
    """The key that signs what goes to a partner now."""
    return lifecycle.openpgp_keys(app(month), partner).names[0]


def reads(month: Gateway, message: bytes, partner: str = "momo") -> bool:
    """Whether what a partner sent is opened and believed."""
    home = app(month)
    with home.spool.create() as source:
        source.write(message)
        source.seek(0)
        with closing(home.context.partner(partner).verifier().verify(source, "openpgp", 1 << 20)) as proven:
            return proven.open().read() == MESSAGE


def held(month: Gateway, name: str) -> PgpKey:
    return app(month).openpgp_key(name)


def test_a_new_key_signs_nothing_before_it_is_activated_and_reads_what_comes(rotated: Gateway) -> None:
    made = shown(rotated, "openpgp-2")
    assert (made["state"], made["line"], made["partners"]) == ("pre-active", "openpgp", [])
    assert set(shown(rotated, "openpgp")["partners"]) == {"momo", "vietinbank"}
    assert signs(rotated) == "openpgp"
    rotated.configure("[partners.momo]", '[partners.momo]\nopenpgp_key = "openpgp-2"')
    assert signs(rotated) == "openpgp", "who signs is not decided by editing a file"
    assert reads(rotated, forms.sealed(MESSAGE, THEIRS, held(rotated, "openpgp-2")))


def test_activated_it_signs_and_the_old_one_only_reads(rotated: Gateway) -> None:
    active = rotated.json("key", "activate", "openpgp-2").done()
    assert (active["state"], set(active["partners"])) == ("active", {"momo", "vietinbank"})
    assert (shown(rotated, "openpgp")["state"], shown(rotated, "openpgp")["partners"]) == ("verify-only", [])
    assert signs(rotated) == "openpgp-2"
    assert reads(rotated, forms.sealed(MESSAGE, THEIRS, OURS))
    assert {"openpgp-2"} <= {each.holder for each in endings(app(rotated))}
    assert rotated.json("db", "check").done()["ok"]


def test_gnupg_believes_the_new_key_and_what_it_encrypts_to_either_is_read(rotated: Gateway, gpg: GnuPG) -> None:
    """Also where it hides for whom a message is."""
    known = {name: rotated.json("key", "export", name).done() for name in ("openpgp", "openpgp-2")}
    for each in known.values():
        gpg.done("--import", data=each["public"].encode())
    rotated.json("key", "activate", "openpgp-2").done()
    opened = gpg("--decrypt", data=sealed(rotated, "vietinbank"))
    assert (opened.returncode, opened.stdout) == (0, MESSAGE), opened.stderr
    (line,) = (line for line in opened.stderr.decode("utf-8", "replace").splitlines() if " VALIDSIG " in line)
    assert line.upper().endswith(known["openpgp-2"]["key_id"].upper())
    for name, options in (("openpgp", ()), ("openpgp", ("--throw-keyids",)), ("openpgp-2", ())):
        by = (*options, "--compress-algo", "none", "--local-user", PARTNERS_GNUPG, "--recipient", known[name]["key_id"])
        assert reads(rotated, gpg.done("--sign", "--encrypt", *by, data=MESSAGE), "vietinbank"), (name, options)


def test_a_partner_changes_over_when_it_is_ready_and_back(rotated: Gateway) -> None:
    new = rotated.json("key", "activate", "openpgp-2", "--partner", "momo").done()
    assert new["partners"] == ["momo"]
    assert (signs(rotated, "momo"), signs(rotated, "vietinbank")) == ("openpgp-2", "openpgp")
    assert refused(rotated, "destroy", "openpgp") == (1, "key_in_use")
    rotated.json("key", "activate", "openpgp").done()
    assert signs(rotated, "momo") == "openpgp"


def test_a_retired_key_signs_nothing_any_more_and_still_reads(rotated: Gateway) -> None:
    rotated.json("key", "retire", "openpgp").done()
    with pytest.raises(NotConfigured, match="key_retired"):
        sealed(rotated)
    assert reads(rotated, forms.sealed(MESSAGE, THEIRS, OURS))
    checks = rotated.json("doctor").document["checks"]
    assert {each["name"]: each["code"] for each in checks if not each["ok"]} == {
        "openpgp:momo": "key_retired",
        "openpgp:vietinbank": "key_retired",
    }
    assert refused(rotated, "activate", "openpgp") == (1, "key_retired")
    rotated.json("key", "activate", "openpgp-2").done()
    assert signs(rotated) == "openpgp-2"


def test_one_successor_waits_at_a_time_and_may_be_destroyed(rotated: Gateway) -> None:
    assert refused(rotated, "rotate", "openpgp") == (1, "key_waits")
    assert rotated.json("key", "destroy", "openpgp-2").done()["state"] == "destroyed"
    keyring = rotated.home / "keyring"
    assert ((keyring / "openpgp-2.key").exists(), (keyring / "openpgp-2.asc").exists()) == (False, True)
    assert signs(rotated) == "openpgp"
    assert rotated.json("doctor").code == 0


def test_what_cannot_be_opened_or_has_ended_is_never_activated(rotated: Gateway) -> None:
    keyring = rotated.home / "keyring"
    kept = (keyring / "openpgp-2.asc").read_bytes()
    (keyring / "openpgp-2.asc").write_bytes((keyring / "openpgp.asc").read_bytes())
    assert refused(rotated, "activate", "openpgp-2") == (1, "certificate_swapped")
    (keyring / "openpgp-2.asc").write_bytes(kept)
    ended = key("ended", 1)
    for each in ("openpgp-2.key", "openpgp-2.asc"):
        (keyring / each).unlink()
    put_in(rotated.home, ended, "openpgp-2")
    assert refused(rotated, "activate", "openpgp-2") == (1, "own_certificate_not_valid")


def test_a_key_that_the_configuration_names_as_an_old_one_reads(rotated: Gateway) -> None:
    before = key("before")
    put_in(rotated.home, before, "letters")
    with (rotated.home / "chitra.toml").open("a") as config:
        config.write('\n[keys.letters]\npassphrase = "file:keyring/passphrase"\n')
    assert shown(rotated, "letters")["state"] == "pre-active"
    rotated.configure("[partners.momo]", '[partners.momo]\nopenpgp_old_keys = ["letters"]')
    assert shown(rotated, "letters")["state"] == "verify-only"
    assert reads(rotated, forms.sealed(MESSAGE, THEIRS, before))


def test_the_letter_tells_the_partner_of_the_new_key(rotated: Gateway, tmp_path: Path) -> None:
    told = rotated.json("key", "letter", "openpgp-2", "--partner", "momo", "-o", tmp_path / "letter.html").done()
    assert told["fingerprint"].upper() == shown(rotated, "openpgp-2")["key_id"].upper()
    text = (tmp_path / "letter.html").read_text()
    assert [group for group in grouped(told["fingerprint"]).split() if group not in text] == []
