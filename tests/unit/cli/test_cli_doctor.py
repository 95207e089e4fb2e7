"""``doctor``, ``db``, ``schemas``: what must be right before anything else."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.inprocess import Gateway, chitra
from support.tampering import past_triggers

from formats.iso20022 import schema
from gateway.app import App
from gateway.endings import endings


def failures(month: Gateway) -> tuple[int, dict[str, str]]:
    """Exit code, and the code of every check that failed."""
    answer = month.json("doctor")
    return answer.code, {each["name"]: each["code"] for each in answer.document["checks"] if not each["ok"]}


def test_everything_is_right_in_a_rehearsal_home(month: Gateway) -> None:
    checks: list[dict[str, Any]] = month.json("doctor").done()["checks"]
    kinds = {each["name"].partition(":")[0] for each in checks}
    assert kinds == {
        *(
            "config",
            "clock",
            "keyring",
            "key",
            "signing",
            "certificate",
            "database",
            "audit",
            "people",
            "anchors",
            "schema",
            "trusted",
            "host-keys",
        ),
        "disk",
    }
    assert all(each["ok"] and each["message"] for each in checks)
    assert len(month.words("doctor").out.splitlines()) == len(checks) + 1


def test_an_unreadable_configuration_is_the_only_finding(month: Gateway) -> None:
    month.configure("[gateway]", "[gateway")
    assert failures(month) == (1, {"config": "config_unreadable"})


def test_m11_a_home_without_root_admins_is_found(month: Gateway) -> None:
    (month.home / "keyring" / "roots.json").unlink()
    assert failures(month)[1]["people"] == "roots_missing"


def test_m11_a_role_that_nobody_signed_is_found(month: Gateway) -> None:
    with closing(sqlite3.connect(month.home / "chitra.db")) as raw:
        past_triggers(raw, "UPDATE operator SET roles = 'checker,maker' WHERE name = 'maker'")
    assert failures(month) == (5, {"people": "person_differs"})


def test_a_key_that_others_can_read_is_found(month: Gateway) -> None:
    (month.home / "keyring" / "payments.key").chmod(0o644)
    code, found = failures(month)
    assert code == 1
    assert found["keyring"] == found["key:payments"] == "unsafe_file"


def test_a_wrong_passphrase_is_found(month: Gateway) -> None:
    (month.home / "keyring" / "passphrase").write_text("another passphrase\n")
    code, found = failures(month)
    assert code == 1
    assert {found[name] for name in ("key:payments", "key:sftp", "key:vault")} == {"wrong_passphrase"}


def test_a_clock_file_in_production_and_another_environment_are_found(month: Gateway) -> None:
    month.configure('environment = "sandbox"', 'environment = "production"')
    assert failures(month)[1]["clock"] == "clock_file_in_production"
    (month.home / "clock").unlink()
    assert failures(month)[1]["database"] == "environment_differs"


def test_m15_a_production_home_without_an_anchor_outside_is_found(month: Gateway) -> None:
    month.configure('environment = "sandbox"', 'environment = "production"')
    assert failures(month)[1]["anchors"] == "no_anchor_outside"


def test_m15_a_database_behind_its_anchor_is_found_and_nothing_is_changed(month: Gateway) -> None:
    month.json("send")
    anchor = month.home / "anchor.json"
    found = json.loads(anchor.read_text())
    anchor.write_text(json.dumps(found | {"sequence": 10_000_000}))
    assert failures(month) == (5, {"anchors": "safe_mode"})
    anchor.write_text(json.dumps(found))
    assert failures(month)[1] == {}


def test_a_certificate_that_ends_is_found_before_and_after(month: Gateway) -> None:
    clock = month.home / "clock"
    original = clock.read_text()
    for days, expected in ((715, "certificate_ends_soon"), (800, "certificate_expired")):
        _add_days(clock, original, days)
        code, found = failures(month)
        assert found["certificate:payments"] == expected
        assert code in (1, 5)


def _add_days(clock: Path, original: str, days: int) -> None:
    setting = json.loads(original)
    clock.write_text(json.dumps({**setting, "offset_seconds": setting["offset_seconds"] + days * 86400}))


def test_a2_an_edited_audit_record_is_an_alarm(month: Gateway) -> None:
    with sqlite3.connect(month.home / "chitra.db") as db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE audit SET actor = 'nobody' WHERE sequence = 5")
    assert failures(month) == (5, {"audit": "audit_broken"})


def test_a_partner_without_certificate_is_found(month: Gateway) -> None:
    month.configure('trusted = ["keyring/partners/momo.pem"]', "trusted = []")
    assert failures(month) == (1, {"trusted:momo": "no_trusted_certificate"})


def test_openpgp_with_a_partner_is_looked_through(month: Gateway) -> None:
    """A key that is missing, a certificate that is, one that is revoked; then both fingerprints are shown."""
    pytest.importorskip("pysequoia", reason="the extra openpgp is not installed")
    from support.pgp import key, put_in, revoked

    month.configure("[partners.momo]", '[partners.momo]\ninboxes."camt.053".proof = "openpgp"')
    assert failures(month) == (1, {"openpgp:momo": "openpgp_not_declared"})
    month.configure("[partners.momo]", '[partners.momo]\nopenpgp_trusted = ["momo.asc"]')
    pinned, partner = month.home / "momo.asc", key("momo", 400 * 86_400)
    pinned.write_text(revoked(partner).text)
    pinned.chmod(0o600)
    with (month.home / "chitra.toml").open("a") as config:
        config.write('\n[keys.openpgp]\npassphrase = "file:keyring/passphrase"\n')
    assert failures(month)[1]["openpgp:momo"] == "key_missing"
    put_in(month.home, key("ours"))
    assert failures(month)[1] == {"openpgp:momo": "certificate_revoked"}
    (told,) = (each for each in month.json("doctor").document["checks"] if not each["ok"])
    assert told["message"].endswith(f"chitra key retire {partner.key_id} --partner momo")
    pinned.write_text(partner.certificate.text)
    assert failures(month) == (0, {})
    shown = {check["name"]: check for check in month.json("doctor").done()["checks"]}["openpgp:momo"]
    assert key("ours").key_id in str(shown)
    assert partner.key_id in str(shown)
    (ending,) = (each for each in endings(App(month.home, lambda key: b"")) if each.holder == "momo openpgp")
    assert ending.not_after == partner.certificate.not_after


def test_a_missing_schema_is_found(month: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    code, found = failures(month)
    assert (code, list(found)) == (1, ["schema:pain.001.001.09"])


def test_a_database_that_is_gone_is_missed_and_never_replaced_by_an_empty_one(month: Gateway) -> None:
    month.configure("sqlite:///chitra.db", "sqlite:///other.db")
    assert failures(month)[1]["database"] == "database_missing"
    assert month.json("db", "upgrade").document["error"]["code"] == "database_missing"
    assert not (month.home / "other.db").exists()


def test_an_empty_database_is_found_and_upgrade_fills_it(month: Gateway) -> None:
    month.configure("sqlite:///chitra.db", "sqlite:///other.db")
    (month.home / "other.db").touch()
    assert failures(month)[1]["database"] == "database_outdated"
    upgraded = month.json("db", "upgrade").done()
    assert (upgraded["before"], upgraded["changed"]) == (None, True)
    assert failures(month) == (5, {"people": "person_differs", "anchors": "safe_mode"}), (
        "M15: it took the place of one that has sent"
    )
    (month.home / "anchor.json").unlink()
    assert failures(month) == (5, {"people": "person_differs"}), "M11: the root admins are not in it"
    assert month.json("db", "upgrade").done()["changed"] is False


def test_schemas_are_listed_without_a_home() -> None:
    listed = chitra("--json", "schemas", "list").done()["schemas"]
    assert {"message", "namespace", "installed", "package", "version"} <= listed[0].keys()
    assert "pain.001.001.09" in {each["message"] for each in listed}


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty place for schemas, beside one real schema file to install."""
    try:
        path = schema.find("pain.001.001.09")
    except schema.SchemaMissing:
        pytest.skip("pain.001.001.09 is not installed: make schemas")
    source = tmp_path / "source"
    source.mkdir()
    (source / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(schema, "FOLDER", tmp_path / "xsd")
    return source


def test_schemas_are_taken_from_a_folder_or_a_zip(installed: Path, tmp_path: Path) -> None:
    archive = tmp_path / "schemas.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(next(installed.iterdir()), "deep/pain.001.001.09.xsd")
    for source in (installed, archive):
        done = chitra("--json", "schemas", "install", "--from", source).done()
        assert (done["installed"], done["refused"]) == (["pain.001.001.09"], [])
        schema.find("pain.001.001.09").unlink()


def test_a_schema_with_another_hash_is_refused(installed: Path) -> None:
    next(installed.iterdir()).write_text("<other/>")
    answer = chitra("--json", "schemas", "install", "--from", installed)
    assert (answer.code, answer.document["refused"]) == (3, ["pain.001.001.09.xsd"])
    assert answer.document["installed"] == []


def test_a_source_without_schemas_is_one_line(tmp_path: Path) -> None:
    answer = chitra("--json", "schemas", "install", "--from", tmp_path)
    assert (answer.code, answer.document["error"]["code"]) == (1, "no_schemas_found")
