"""Four eyes: who may approve, and what an approval is worth once the content has changed behind our back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from support.homes import MONTHS, Home
from support.stages import Stages

SMALL = MONTHS / "month.2026-11.small.csv"


def test_m11_two_other_people_must_approve(submitted_home: Home) -> None:
    home, batch = submitted_home, submitted_home.batch
    refused = home.chitra("batch", "approve", batch, "--operator", "maker")
    assert (refused.code, refused.json["error"]["code"]) == (1, "role_missing")

    first = home.chitra("batch", "approve", batch, "--operator", "checker").done()
    assert (first["state"], first["approvals"]) == ("submitted", ["checker"])
    again = home.chitra("batch", "approve", batch, "--operator", "checker")
    assert (again.code, again.json["error"]["code"]) == (1, "already_approved")
    assert home.send().done() == {"files": [], "errors": [], "received": []}

    second = home.chitra("batch", "approve", batch, "--operator", "checker2").done()
    assert (second["state"], second["approvals"]) == ("approved", ["checker", "checker2"])


def test_m11_maker_with_the_role_of_a_checker_cannot_approve_the_own_batch(sqlite_home: Home) -> None:
    passphrase = sqlite_home.path / "keyring" / "passphrase"
    sqlite_home.chitra(
        "operator", "add", "both", "--role", "maker", "--role", "checker", "--passphrase-file", passphrase
    ).done()
    imported = sqlite_home.chitra(
        "batch", "import", SMALL, "--programme", "pension", "--period", "2026-11", "--operator", "both"
    )
    batch = imported.done()["batch"]
    own = ("--operator", "both", "--passphrase-file", passphrase)
    sqlite_home.chitra("batch", "submit", batch, *own).done()
    refused = sqlite_home.chitra("batch", "approve", batch, *own)
    assert (refused.code, refused.json["error"]["code"]) == (1, "maker_cannot_approve")


def test_m11_a_key_swapped_in_the_database_sends_nothing(approved_home: Home) -> None:
    home = approved_home
    swapped = (
        "UPDATE operator SET public_key = (SELECT public_key FROM operator WHERE name = 'maker') WHERE name = 'checker'"
    )
    tamper(home, swapped, "operator_key_fixed", "operator_changed_by_decision")
    sent = home.send()
    assert sent.code == 5
    assert [error["code"] for error in sent.json["errors"]] == ["approval_void"]
    assert home.orders() == {}
    assert home.chitra("audit", "verify").code == 5


def test_m11_who_is_revoked_by_two_admins_approves_nothing_more(submitted_home: Home) -> None:
    home, batch = submitted_home, submitted_home.batch
    home.chitra("batch", "approve", batch, "--operator", "checker").done()
    proposed = home.chitra("operator", "revoke", "checker2", "--operator", "admin", "--reason", "has left")
    assert (proposed.code, proposed.json["state"]) == (3, "proposed")
    alone = home.chitra("decision", "confirm", proposed.json["decision"], "--operator", "checker")
    assert (alone.code, alone.json["error"]["code"]) == (1, "role_missing")
    home.chitra("decision", "confirm", proposed.json["decision"], "--operator", "admin2").done()
    refused = home.chitra("batch", "approve", batch, "--operator", "checker2")
    assert (refused.code, refused.json["error"]["code"]) == (1, "role_missing")
    both = ("--operator", "admin", "--operator", "admin2")
    secret = home.path / "keyring" / "passphrase"
    home.chitra("operator", "add", "hoa", "--role", "checker", *both, "--passphrase-file", secret).done()
    home.chitra("operator", "revoke", "checker", *both, "--reason", "has left, too").done()
    approved = home.chitra("batch", "approve", batch, "--operator", "hoa", "--passphrase-file", secret).done()
    assert (approved["state"], approved["approvals"]) == ("approved", ["checker", "hoa"])
    sent = home.send()  # the partners cannot be reached, but the files are made
    assert sent.json["files"]
    assert sent.json["errors"] == []


def test_wrong_passphrase_is_one_line_that_names_the_key(sqlite_stages: Stages, tmp_path: Path) -> None:
    wrong = tmp_path / "passphrase"
    wrong.write_text("not the passphrase at all")
    wrong.chmod(0o600)
    with sqlite_stages.copy("submitted", tmp_path) as home:
        refused = home.chitra("batch", "approve", home.batch, "--operator", "checker", "--passphrase-file", wrong)
        assert home.chitra("batch", "show", home.batch).done()["state"] == "submitted"
    assert refused.code == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "checker" in refused.stderr


def test_missing_key_is_one_line_that_names_it(sqlite_home: Home) -> None:
    batch = sqlite_home.imported(SMALL)
    (sqlite_home.path / "keyring" / "operators" / "maker.key").unlink()
    refused = sqlite_home.chitra("batch", "submit", batch, "--operator", "maker")
    assert refused.code == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "maker" in refused.stderr


def test_m12_the_database_refuses_to_change_an_approved_payment(approved_home: Home) -> None:
    engine = create_engine(approved_home.database)
    with pytest.raises(Exception, match="M12"), engine.begin() as connection:
        connection.execute(text("UPDATE payment SET amount = amount + 1"))
    engine.dispose()


def test_m12_amount_changed_behind_our_back_after_the_approval_sends_nothing(approved_home: Home) -> None:
    home = approved_home
    tamper(home, "UPDATE payment SET amount = amount + 1 WHERE line = 2")
    sent = home.send()
    assert sent.code == 5
    assert [error["code"] for error in sent.json["errors"]] == ["approval_void"]
    assert home.orders() == {}
    assert home.states(home.batch) == {"approved": 40}


def test_m12_amount_changed_after_sealing_is_not_released(approved_sqlite_home: Home) -> None:
    """The files are made while no partner can be reached; then one amount changes."""
    home = approved_sqlite_home
    reachable = {code: server.port for code, server in home.servers.items()}
    for code in reachable:
        home.configure_partner(code, port=1)
    assert home.send().code == 1
    tamper(home, "UPDATE payment SET amount = amount + 1 WHERE line = 2")
    for code, port in reachable.items():
        home.configure_partner(code, port=port)
    sent = home.send()
    assert sent.code == 5
    assert sorted(file["state"] for file in sent.json["files"]) == ["sent"] * 4 + ["uploading"]
    assert len(home.orders()) == 4


def tamper(home: Home, sql: str, *guards: str) -> None:
    """What someone with access to the database can do."""
    engine = create_engine(home.database)
    with engine.begin() as connection:
        for guard in guards or ("payment_content_fixed",):
            _drop(connection, guard)
        connection.execute(text(sql))
    engine.dispose()


def _drop(connection: Connection, guard: str) -> None:
    on = f" ON {guard.partition('_')[0]}" if connection.dialect.name == "postgresql" else ""
    connection.execute(text(f"DROP TRIGGER {guard}{on}"))
