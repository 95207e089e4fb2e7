"""``file reprocess``: the same rules again, with the exit codes and the JSON of ``poll``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from support.banks import Booking
from support.evidence import OTHER
from support.gateways import bank_key
from support.inprocess import Gateway


def _pin(month: Gateway) -> None:
    (month.home / "keyring/partners/stranger.pem").write_bytes(bank_key("STRANGER").pem)
    month.configure('trusted = ["keyring/partners/vietinbank.pem"]', 'trusted = ["keyring/partners/stranger.pem"]')


@pytest.fixture
def account(month: Gateway) -> str:
    payers = tomllib.loads((month.home / "chitra.toml").read_text())["payers"]
    return str(next(iter(payers.values()))["accounts"]["vietinbank"])


@pytest.fixture
def set_aside(month: Gateway, account: str, tmp_path: Path) -> str:
    """A statement whose certificate nobody has pinned."""
    path = tmp_path / "stranger.xml"
    path.write_bytes(OTHER.statement(Booking(None, 700, "X"), account=account))
    answer = month.json("statement", "import", path, "--partner", "vietinbank")
    assert answer.code == 5
    return str(month.json("file", "list", "--state", "quarantined").done()["files"][0]["file"])


def test_what_is_mended_is_processed_and_what_was_processed_stays(month: Gateway, set_aside: str) -> None:
    _pin(month)
    first = month.json("file", "reprocess", set_aside, "--operator", "checker")
    (file,) = first.document["files"]
    assert (first.code, file["file"], file["state"], file["entries"]) == (3, set_aside, "processed", 1)
    assert {"partner", "name", "message", "matched", "moved", "exceptions", "findings"} <= file.keys()
    assert month.json("file", "reprocess", set_aside).done()["files"][0]["state"] == "processed"
    kinds = month.json("exception", "list", "--state", "resolved").done()["exceptions"]
    assert "quarantined" in {each["kind"] for each in kinds}


def test_what_is_not_mended_is_an_alarm_and_an_unknown_file_is_refused(month: Gateway, set_aside: str) -> None:
    answer = month.json("file", "reprocess", "R-NONE", set_aside)
    assert answer.code == 5
    assert [each.get("error", {}).get("code") for each in answer.document["files"]] == [
        "file_unknown",
        "certificate_not_pinned",
    ]
    assert month.json("file", "reprocess", "R-NONE").code == 1


def test_people_read_why_and_a_stranger_may_not_ask(month: Gateway, set_aside: str) -> None:
    assert "R-NONE" in month.words("file", "reprocess", "R-NONE").out
    answer = month.words("file", "reprocess", set_aside, "--operator", "nobody")
    assert (answer.code, "nobody" in answer.err) == (1, True)
    assert month.words("file", "reprocess").code == 2
