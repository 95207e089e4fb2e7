"""``operator``: root admins at the key ceremony, and what two of them say of people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.inprocess import Gateway

BOTH = ("--operator", "admin", "--operator", "admin2")


@pytest.fixture
def secret(month: Gateway) -> Path:
    return month.home / "keyring" / "passphrase"


def _people(month: Gateway) -> dict[str, list[str]]:
    return {each["operator"]: each["roles"] for each in month.json("operator", "list").done()["operators"]}


def test_two_admins_who_are_present_enrol_give_roles_and_revoke_at_once(month: Gateway, secret: Path) -> None:
    added = month.json("operator", "add", "lan", "--role", "maker", *BOTH, "--passphrase-file", secret).done()
    assert (added["operator"], added["roles"], added["state"]) == ("lan", ["maker"], "executed")
    changed = month.json("operator", "role", "lan", "--role", "auditor", *BOTH, "--reason", "new post").done()
    assert (changed["roles"], changed["key_id"]) == (["auditor"], added["key_id"])
    assert _people(month)["lan"] == ["auditor"]
    month.json("operator", "revoke", "lan", *BOTH, "--reason", "has left").done()
    assert month.json("operator", "show", "lan").done()["revoked_at"]
    assert month.json("db", "check").code == 0


def test_one_admin_proposes_and_the_other_confirms(month: Gateway, secret: Path) -> None:
    role = ("--role", "maker", "--passphrase-file", secret)
    proposed = month.json("operator", "add", "lan", *role, "--operator", "admin")
    assert (proposed.code, proposed.document["state"]) == (3, "proposed")
    assert "lan" not in _people(month)
    shown = month.words("decision", "show", proposed.document["decision"]).out
    assert "BEGIN" not in shown
    assert proposed.document["key_id"] in shown
    again = month.json("decision", "confirm", proposed.document["decision"], "--operator", "admin")
    assert again.document["error"]["code"] == "second_person_needed"
    month.json("decision", "confirm", proposed.document["decision"], "--operator", "admin2").done()
    assert _people(month)["lan"] == ["maker"]


def test_a_key_lies_in_a_folder_of_the_persons_own(month: Gateway, secret: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    add = ("operator", "add", "lan", "--role", "checker", "--passphrase-file", secret)
    month.json("--key-dir", own, *add, *BOTH).done()
    assert sorted(path.name for path in own.iterdir()) == ["lan.key", "lan.pem"]
    assert not (month.home / "keyring" / "operators" / "lan.key").exists()
    month.json("stop", "--reason", "a doubt").done()
    start = ("start", "--operator", "lan", "--reason", "looked", "--passphrase-file", secret)
    assert month.json(*start).document["error"]["code"] == "key_missing"
    assert month.json("--key-dir", own, *start).code == 3
    own_section = f'[keys.lan]\npassphrase = "file:{secret}"\ndirectory = "{own}"\n'
    month.configure("[keys.vault]", f"{own_section}[keys.vault]")
    assert month.json(*start).document["error"]["code"] == "decision_open"
    own.chmod(0o750)
    assert month.json(*start).document["error"]["code"] == "unsafe_file"


def test_nobody_but_admins_speaks_of_people(month: Gateway) -> None:
    refused = month.json("operator", "revoke", "maker", "--operator", "checker", "--reason", "why")
    assert (refused.code, refused.document["error"]["code"]) == (1, "role_missing")
    three = month.json("operator", "revoke", "maker", *BOTH, "--operator", "checker", "--reason", "why")
    assert three.code == 2


def test_a_key_made_for_a_proposal_that_was_withdrawn_is_used_again(month: Gateway, secret: Path) -> None:
    add = ("operator", "add", "lan", "--role", "maker", "--passphrase-file", secret)
    first = month.json(*add, "--operator", "admin").document
    month.json("decision", "withdraw", first["decision"], "--operator", "admin").done()
    assert month.json(*add).done()["key_id"] == first["key_id"]


def test_the_root_admins_are_shown_with_the_digest_for_the_paper_and_fixed_once(month: Gateway) -> None:
    shown = month.json("operator", "root").done()
    assert shown["admins"] == ["admin", "admin2"]
    assert shown["digest"][:4] in month.words("operator", "root").out
    again = month.json("operator", "root", "ha", "binh")
    assert (again.code, again.document["error"]["code"]) == (1, "roots_exist")


def test_m11_an_older_home_acts_again_once_two_admins_have_enrolled_its_people(month: Gateway, secret: Path) -> None:
    roots = month.home / "keyring" / "roots.json"
    before = json.loads(roots.read_text())["admins"]
    roots.unlink()
    missing = month.json("operator", "add", "lan", "--role", "maker", *BOTH, "--passphrase-file", secret)
    assert (missing.code, missing.document["error"]["code"]) == (1, "roots_missing")
    fixed = month.json("operator", "root", "admin", "admin2").done()
    assert json.loads(roots.read_text())["admins"] == before
    assert fixed["admins"] == ["admin", "admin2"]
    other = month.json("operator", "root", "ha", "ha")
    assert other.document["error"]["code"] == "roots_exist"


@pytest.mark.parametrize("content", ["junk", "{}", '{"admins": {"admin": "k"}}', '{"admins": []}'])
def test_m11_pinned_admins_that_were_edited_are_refused(month: Gateway, content: str) -> None:
    roots = month.home / "keyring" / "roots.json"
    roots.write_text(content)
    assert month.json("operator", "root").document["error"]["code"] == "roots_unreadable"


def test_m11_pinned_admins_that_others_may_write_are_refused(month: Gateway) -> None:
    (month.home / "keyring" / "roots.json").chmod(0o644)
    assert month.json("operator", "root").document["error"]["code"] == "unsafe_file"
