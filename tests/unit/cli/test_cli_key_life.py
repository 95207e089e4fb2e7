"""``key rotate``, ``activate``, ``retire``, ``destroy``: one key of ours succeeds another."""

from __future__ import annotations

import json
import shutil
import sqlite3
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from support.inprocess import Gateway

from gateway import lifecycle
from gateway.app import App
from gateway.domain.errors import BadProof, NotConfigured
from keys.xmldsig import splice


def app(month: Gateway) -> App:
    return App(month.home, lambda key: b"")


def shown(month: Gateway, name: str) -> dict[str, Any]:
    found: dict[str, Any] = month.json("key", "show", name).done()
    return found


def signs(month: Gateway, partner: str) -> str:
    """Key id of what signs for a partner now."""
    return app(month).context.partner(partner).signer().key_id


def refused(month: Gateway, *arguments: str) -> tuple[int, str]:
    answer = month.json("key", *arguments)
    return answer.code, answer.document["error"]["code"]


@pytest.fixture(scope="session")
def rotated_once(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month with a successor of ``payments``; not to be changed."""
    home = tmp_path_factory.mktemp("rotated") / "home"
    shutil.copytree(played, home)
    Gateway(home).json("key", "rotate", "payments").done()
    return home


@pytest.fixture
def rotated(rotated_once: Path, tmp_path: Path) -> Gateway:
    shutil.copytree(rotated_once, tmp_path / "rotated")
    return Gateway(tmp_path / "rotated")


def test_a_new_key_signs_nothing_before_it_is_activated(rotated: Gateway) -> None:
    made, before = shown(rotated, "payments-2"), shown(rotated, "payments")["key_id"]
    assert (made["state"], made["line"], made["partners"]) == ("pre-active", "payments", [])
    assert signs(rotated, "momo") == before
    rotated.configure('signing_key = "payments"', 'signing_key = "payments-2"')
    assert signs(rotated, "momo") == before, "who signs is not decided by editing a file"


def test_activated_it_signs_for_everybody_and_the_old_one_only_verifies(rotated: Gateway) -> None:
    active = rotated.json("key", "activate", "payments-2").done()
    assert (active["state"], set(active["partners"])) == ("active", set(app(rotated).config.partners))
    assert signs(rotated, "momo") == signs(rotated, "vietinbank") == active["key_id"]
    assert (shown(rotated, "payments")["state"], shown(rotated, "payments")["partners"]) == ("verify-only", [])


def test_a_partner_changes_over_when_it_is_ready(rotated: Gateway) -> None:
    rotated.json("key", "activate", "payments-2", "--partner", "momo").done()
    assert signs(rotated, "momo") == shown(rotated, "payments-2")["key_id"]
    assert signs(rotated, "vietinbank") == shown(rotated, "payments")["key_id"]
    assert {shown(rotated, name)["state"] for name in ("payments", "payments-2")} == {"active"}
    assert refused(rotated, "destroy", "payments") == (1, "key_in_use")


def test_a_change_over_can_be_taken_back(rotated: Gateway) -> None:
    rotated.json("key", "activate", "payments-2").done()
    rotated.json("key", "activate", "payments", "--partner", "momo").done()
    assert signs(rotated, "momo") == shown(rotated, "payments")["key_id"]


def test_one_successor_waits_at_a_time(rotated: Gateway) -> None:
    assert refused(rotated, "rotate", "payments") == (1, "key_waits")
    rotated.json("key", "activate", "payments-2").done()
    assert rotated.json("key", "rotate", "payments").done()["key"] == "payments-3"


def test_a_retired_key_signs_nothing_any_more_whatever_is_configured(rotated: Gateway) -> None:
    rotated.json("key", "retire", "payments").done()
    with pytest.raises(NotConfigured, match="key_retired"):
        signs(rotated, "momo")
    answer = rotated.json("doctor")
    found = {each["name"]: each["code"] for each in answer.document["checks"] if not each["ok"]}
    assert found["signing:momo"] == "key_retired"
    assert refused(rotated, "activate", "payments") == (1, "key_retired")
    rotated.json("key", "activate", "payments-2").done()
    assert signs(rotated, "momo") == shown(rotated, "payments-2")["key_id"]


def test_a_destroyed_key_leaves_its_certificate_and_nothing_to_sign_with(rotated: Gateway) -> None:
    rotated.json("key", "activate", "payments-2").done()
    gone = rotated.json("key", "destroy", "payments").done()
    assert gone["state"] == "destroyed"
    assert not (rotated.home / "keyring" / "payments.key").exists()
    assert (rotated.home / "keyring" / "payments.pem").exists()
    assert refused(rotated, "activate", "payments") == (1, "key_destroyed")
    rotated.json("key", "destroy", "payments").done()
    assert "payments" in {each["key"] for each in rotated.json("key", "list").done()["keys"]}


def test_t5_a_file_of_ours_coming_back_is_known_also_when_its_key_is_destroyed(rotated: Gateway) -> None:
    body, reflected = b"<Document><A>1</A></Document>", app(rotated).spool.create()
    element = app(rotated).context.partner("momo").signer().signature(sha256(body).digest())
    splice(BytesIO(body), len(body) - len("</Document>"), element, reflected)
    rotated.json("key", "activate", "payments-2").done()
    rotated.json("key", "destroy", "payments").done()
    reflected.seek(0)
    with pytest.raises(BadProof, match="own_message_reflected"):
        app(rotated).context.partner("momo").verifier().verify(reflected, "enveloped", 1 << 20)


def test_a_destruction_that_was_cut_short_is_taken_up_again(rotated: Gateway) -> None:
    rotated.json("key", "activate", "payments-2").done()
    shutil.copy(rotated.home / "keyring" / "payments.key", rotated.home / "kept")
    rotated.json("key", "destroy", "payments").done()
    shutil.copy(rotated.home / "kept", rotated.home / "keyring" / "payments.key")
    assert shown(rotated, "payments")["state"] == "destroyed"
    rotated.json("key", "destroy", "payments").done()
    assert not (rotated.home / "keyring" / "payments.key").exists()


def test_the_ssh_identity_changes_over_the_same_way(month: Gateway) -> None:
    assert month.json("key", "rotate", "sftp").done()["key"] == "sftp-2"
    month.json("key", "activate", "sftp-2", "--partner", "momo").done()
    assert shown(month, "sftp-2")["partners"] == ["momo"]
    assert "momo" not in shown(month, "sftp")["partners"]


def test_the_partner_lets_the_new_identity_in(served: Gateway) -> None:
    served.json("key", "rotate", "sftp").done()
    served.json("key", "activate", "sftp-2", "--partner", "momo").done()
    answer = served.json("partner", "test", "momo")
    assert answer.document["error"]["code"] == "auth_refused", "the partner does not know it yet"
    served.json("partner", "test", "vietinbank").done()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("rotate", "nobody"), "key_unknown"),
        (("rotate", "vault"), "key_without_successors"),
        (("activate", "vault"), "key_without_successors"),
        (("retire", "maker"), "key_without_successors"),
        (("destroy", "payments"), "key_in_use"),
        (("activate", "payments", "--partner", "nobody"), "partner_unknown"),
    ],
)
def test_what_is_no_key_of_ours_towards_partners_is_refused(
    month: Gateway, arguments: tuple[str, ...], code: str
) -> None:
    assert refused(month, *arguments) == (1, code)


def test_a_successor_of_a_rotation_that_was_killed_is_told_and_can_be_removed(
    month: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "_take", killed)
        assert month.json("key", "rotate", "sftp").code != 0
    assert shown(month, "sftp-2")["unused"]
    assert not shown(month, "sftp")["unused"]
    assert "chitra key destroy sftp-2" in month.words("key", "list").out
    month.json("key", "destroy", "sftp-2").done()
    assert "chitra key destroy" not in month.words("key", "list").out


def test_a_key_that_nobody_is_configured_for_cannot_be_activated(month: Gateway, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a long enough passphrase\n")
    secret.chmod(0o600)
    month.json("key", "generate", "spare", "--purpose", "signing", "--passphrase-file", secret).done()
    assert refused(month, "activate", "spare") == (1, "key_line_unused")


def test_fault_113_a_swapped_pair_or_an_ended_certificate_is_never_activated(rotated: Gateway) -> None:
    keyring = rotated.home / "keyring"
    kept = (keyring / "payments-2.pem").read_bytes()
    (keyring / "payments-2.pem").write_bytes((keyring / "payments.pem").read_bytes())
    assert refused(rotated, "activate", "payments-2") == (1, "certificate_of_another_key")
    (keyring / "payments-2.pem").write_bytes(kept)
    (keyring / "payments-2.pem").chmod(0o644)
    assert refused(rotated, "activate", "payments-2") == (1, "unsafe_file")
    (keyring / "payments-2.pem").chmod(0o600)
    _later(rotated, 800)
    assert refused(rotated, "activate", "payments-2") == (1, "own_certificate_not_valid")


def _later(month: Gateway, days: int) -> None:
    clock = month.home / "clock"
    setting = json.loads(clock.read_text())
    clock.write_text(json.dumps({**setting, "offset_seconds": setting["offset_seconds"] + days * 86400}))


def test_doctor_tells_of_an_end_more_urgently_each_time(month: Gateway) -> None:
    for days_left, expected in ((65, 0), (50, 3), (20, 1), (5, 1)):
        _later(month, shown(month, "payments")["days_left"] - days_left)
        assert month.json("doctor").code == expected, days_left
    assert shown(month, "payments")["days_left"] == 5


def test_a1_a2_every_step_is_recorded_and_a_changed_one_is_found(rotated: Gateway) -> None:
    rotated.json("key", "activate", "payments-2").done()
    assert rotated.json("db", "check").done()["ok"]
    with sqlite3.connect(rotated.home / "chitra.db") as db:
        db.execute("DROP TRIGGER key_step_fixed_update")
        db.execute("UPDATE key_step SET partner = 'momo' WHERE state = 'active'")
        db.execute(
            "CREATE TRIGGER key_step_fixed_update BEFORE UPDATE ON key_step"
            " BEGIN SELECT RAISE(ABORT, 'T9 key step is insert-only'); END"
        )
    answer = rotated.json("db", "check")
    assert answer.code == 5
    assert {each["code"] for each in answer.document["findings"]} == {"record_differs"}
