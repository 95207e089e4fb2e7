"""``audit``: anybody can check the record, also of a copy and without a key."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from support.inprocess import Answer, Gateway, chitra


def _edit(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute(statement)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_a2_the_record_of_a_month_is_whole_and_agrees_with_the_anchor(month: Gateway) -> None:
    found = month.json("audit", "verify").done()
    assert (found["ok"], found["compared"]) == (True, 1)
    assert found["records"] > 50
    assert found["head"] == month.json("audit", "head").done()["hash"]
    assert f"{found['records']} acts" in month.words("audit", "verify").out


def test_a2_an_edit_is_an_alarm_that_names_the_record(month: Gateway) -> None:
    _edit(month.home / "chitra.db", "UPDATE audit SET actor = 'nobody' WHERE sequence = 5")
    answer = month.json("audit", "verify")
    (finding,) = answer.document["findings"]
    assert (answer.code, finding["code"], answer.document["first_broken"]) == (5, "audit_edited", 5)
    assert "edited" in month.words("audit", "verify").out


def test_a2_a_head_on_paper_finds_a_tail_that_was_cut_off(month: Gateway) -> None:
    written = month.json("audit", "head").done()["written"]
    assert month.json("audit", "verify", "--head", written).done()["compared"] == 2
    (month.home / "anchor.json").unlink()
    _edit(
        month.home / "chitra.db",
        "DELETE FROM audit WHERE sequence > (SELECT sequence - 3 FROM audit_head)",
    )
    _edit(
        month.home / "chitra.db",
        "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1)",
    )
    assert month.json("audit", "verify").done()["compared"] == 0
    answer = month.json("audit", "verify", "--head", written)
    assert (answer.code, [each["code"] for each in answer.document["findings"]]) == (5, ["outside_is_ahead"])
    assert month.json("audit", "verify", "--head", "12 feed").document["error"]["code"] == "head_unreadable"


def test_a_copy_is_verified_without_home_or_key_and_stays_as_it_is(month: Gateway, tmp_path: Path) -> None:
    _edit(month.home / "chitra.db", "PRAGMA user_version")
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("chitra.db", "anchor.json"):
        shutil.copy(month.home / name, folder)
    (folder / "chitra.db").chmod(0o444)
    before = (folder / "chitra.db").read_bytes()
    answer = chitra(
        *("--home", tmp_path, "--json", "audit", "verify"),
        *("--database", folder / "chitra.db", "--anchor", folder / "anchor.json"),
    )
    assert answer.done()["compared"] == 1
    assert (folder / "chitra.db").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["anchor.json", "chitra.db"]


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but long enough for one" * 50])
def test_what_is_no_database_is_said(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    answer = chitra("--json", "audit", "verify", "--database", path)
    assert answer.code == 1
    assert answer.document["error"]["code"] in ("database_missing", "database_outdated", "database_unreachable")


def test_acts_are_listed_and_the_words_of_people_are_masked(month: Gateway) -> None:
    month.json("stop", "--reason", "Nguyễn Văn An has called", "--programme", "pension").done()
    (act,) = month.json("audit", "list", "pension").done()["acts"]
    assert (act["verb"], act["details"]["reason"]) == ("stop", "…")
    assert "Nguyễn" not in month.words("audit", "list", "--limit", "1").out
    shown = month.json("audit", "list", "pension", "--unmask", "--reason", "complaint 7").done()
    assert [each["details"].get("reason") for each in shown["acts"]] == ["complaint 7", "Nguyễn Văn An has called"]
    assert month.json("audit", "list", "--limit", "1").done()["acts"][0]["verb"] == "unmask"


def test_db_check_finds_nothing_in_an_honest_month(month: Gateway) -> None:
    assert month.json("db", "check").done() == {"ok": True, "findings": []}
    assert "as it must be" in month.words("db", "check").out


def test_db_check_says_where_what_was_expected_what_is_there_and_what_to_do(month: Gateway) -> None:
    _edit(month.home / "chitra.db", "UPDATE payment SET amount = amount + 1 WHERE id = 7")
    answer = month.json("db", "check")
    found = {(each["code"], each["where"].split()[0]) for each in answer.document["findings"]}
    assert answer.code == 5
    assert {("definition_missing", "trigger"), ("content_differs", "payment"), ("rows_differ", "batch")} <= found
    assert all(each["message"] for each in answer.document["findings"])
    assert "imported and approved" in " ".join(month.words("db", "check").out.split())


def test_db_check_tells_a_proof_that_cannot_be_checked_again_to_a_person(month: Gateway) -> None:
    month.configure('trusted = ["keyring/partners/momo.pem"]', "trusted = []")
    answer = month.json("db", "check")
    assert (answer.code, {each["code"] for each in answer.document["findings"]}) == (3, {"proof_not_repeatable"})


def test_a2_anchors_are_signed_and_one_that_somebody_made_up_is_found(month: Gateway) -> None:
    """The whole record was rewritten, and an anchor that fits it was written without our key."""
    path = month.home / "anchor.json"
    genuine = json.loads(path.read_text())
    assert genuine["key_id"] == month.json("key", "show", "payments").done()["key_id"]
    for signature, code in (("", "anchor_unsigned"), ("00" * 384, "anchor_forged"), ("zz", "anchor_forged")):
        path.write_text(json.dumps(genuine | {"signature": signature}))
        answer = month.json("audit", "verify")
        assert (answer.code, [each["code"] for each in answer.document["findings"]]) == (5, [code])
    path.write_text(json.dumps(genuine | {"sequence": genuine["sequence"] - 1}))
    found = {each["code"] for each in month.json("audit", "verify").document["findings"]}
    assert found == {"outside_differs", "anchor_forged"}


def test_a2_a_signed_anchor_proves_a_copy_offline_by_our_certificate_alone(month: Gateway, tmp_path: Path) -> None:
    written = month.json("audit", "anchor", "-o", tmp_path / "kept.anchor").done()
    assert written["sequence"] == month.json("audit", "head").done()["sequence"]
    assert (tmp_path / "kept.anchor").stat().st_mode & 0o777 == 0o600
    _edit(month.home / "chitra.db", "PRAGMA user_version")
    for name in ("chitra.db", "keyring/payments.pem", "keyring/partners/momo.pem"):
        shutil.copy(month.home / name, tmp_path)
    offline = ("--home", tmp_path, "--json", "audit", "verify", "--database", tmp_path / "chitra.db")
    anchored = (*offline, "--anchor", tmp_path / "kept.anchor", "--certificate")
    assert chitra(*anchored, tmp_path / "payments.pem").done()["compared"] == 1
    (foreign,) = chitra(*anchored, tmp_path / "momo.pem").document["findings"]
    assert foreign["code"] == "anchor_forged"
    _edit(tmp_path / "chitra.db", "DELETE FROM audit WHERE sequence > 40")
    _edit(
        tmp_path / "chitra.db",
        "UPDATE audit_head SET (sequence, hash) = (SELECT sequence, hash FROM audit WHERE sequence = 40)",
    )
    assert chitra(*offline).done()["records"] == 40
    (cut,) = chitra(*anchored, tmp_path / "payments.pem").document["findings"]
    assert (cut["code"], cut["got"]) == ("outside_is_ahead", "40")


def test_a2_a_proof_of_a_payment_holds_a_head_and_finds_what_was_cut_off_or_rewritten(
    month: Gateway, tmp_path: Path
) -> None:
    """Whoever was given the proof of one payment can hold the whole record against it."""
    (settled, *_) = month.json("payment", "list", "--state", "settled").done()["payments"]
    path, head = tmp_path / "it.proof", month.json("audit", "head").done()
    month.json("payment", "prove", settled["end_to_end_id"], "-o", path, "--reason", "asked by the bank").done()
    held = month.json("prove", "check", path).done()["anchor"]
    assert held == {name: head[name] for name in ("instance", "epoch", "sequence", "hash")}
    assert month.json("audit", "verify", "--anchor", path).done()["compared"] == 2

    _edit(month.home / "chitra.db", "PRAGMA user_version")
    for name in ("chitra.db", "keyring/payments.pem", "keyring/partners/momo.pem"):
        shutil.copy(month.home / name, tmp_path)
    offline = ("--home", tmp_path, "--json", "audit", "verify", "--database", tmp_path / "chitra.db", "--anchor", path)
    assert chitra(*offline, "--certificate", tmp_path / "payments.pem").done()["compared"] == 1
    assert _codes(chitra(*offline, "--certificate", tmp_path / "momo.pem")) == ["anchor_forged"]
    _edit(tmp_path / "chitra.db", f"UPDATE audit SET hash = '{'0' * 64}' WHERE sequence = {head['sequence']}")
    assert "outside_differs" in _codes(chitra(*offline))
    _edit(tmp_path / "chitra.db", "DELETE FROM audit WHERE sequence > 40")
    assert "outside_is_ahead" in _codes(chitra(*offline))


def _codes(answer: Answer) -> list[str]:
    return [each["code"] for each in answer.document["findings"]]


_OF_OTHER_KINDS = '{"instance":"TEST00","epoch":"1","sequence":3,"hash":"ab","signature":7}'


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"body":{}}', '{"body":[]}', '{"body":{"anchor":{"epoch":1}}}', _OF_OTHER_KINDS],
)
def test_what_holds_no_anchor_is_said(month: Gateway, tmp_path: Path, content: str) -> None:
    (tmp_path / "kept").write_text(content)
    refused = month.json("audit", "verify", "--anchor", tmp_path / "kept")
    assert (refused.code, refused.document["error"]["code"]) == (1, "anchor_unreadable")


def test_the_head_on_a_page_is_read_back_as_it_was_written(month: Gateway) -> None:
    page = month.words("audit", "head", "--print").out
    assert page.count("Signature ____") == 2
    number = re.search(r"Record (\d+)", page)
    assert number is not None
    digits = " ".join(re.findall(r"^ {4}([0-9a-f ]+)$", page, re.MULTILINE))
    assert month.json("audit", "verify", "--head", f"{number[1]} {digits}").done()["compared"] == 2
