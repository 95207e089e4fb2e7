"""``payment prove`` and ``prove check``: recorded, private, never overwriting, checked where there is no home."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from support.inprocess import Gateway

STATES = ("settled", "returned", "rejected")


def payment(month: Gateway, state: str) -> str:
    listed = month.json("payment", "list", "--state", state).done()["payments"]
    return str(listed[0]["end_to_end_id"])


def proven(month: Gateway, end_to_end_id: str, path: Path) -> None:
    month.json("payment", "prove", end_to_end_id, "-o", str(path), "--reason", "asked by the payee").done()


@pytest.mark.parametrize("state", STATES)
def test_a_proof_of_the_month_is_checked_in_an_empty_folder(month: Gateway, tmp_path: Path, state: str) -> None:
    end_to_end_id, path = payment(month, state), tmp_path / "it.proof"
    proven(month, end_to_end_id, path)
    (tmp_path / "empty").mkdir()
    checked = Gateway(tmp_path / "empty").json("prove", "check", str(path)).done()
    assert (checked["payment"]["end_to_end_id"], checked["payment"]["state"]) == (end_to_end_id, state)
    assert [each["operator"] for each in checked["approvals"]] == ["checker", "checker2"]
    assert checked["sealed_by"]["fingerprint"]


def test_a_proof_is_readable_by_its_owner_only_and_recorded_with_its_reason(month: Gateway, tmp_path: Path) -> None:
    end_to_end_id, path = payment(month, "settled"), tmp_path / "it.proof"
    proven(month, end_to_end_id, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sqlite3.connect(month.home / "chitra.db") as db:
        (details,) = db.execute("SELECT details FROM audit WHERE verb = 'unmask'").fetchone()
    assert "asked by the payee" in details


def test_a_proof_needs_a_reason_and_overwrites_nothing(month: Gateway, tmp_path: Path) -> None:
    end_to_end_id, path = payment(month, "settled"), tmp_path / "it.proof"
    assert month.json("payment", "prove", end_to_end_id, "-o", str(path)).code == 2
    assert month.json("payment", "prove", end_to_end_id, "-o", str(path), "--reason", " ").code == 2
    assert not path.exists()
    proven(month, end_to_end_id, path)
    before = path.read_bytes()
    assert month.json("payment", "prove", end_to_end_id, "-o", str(path), "--reason", "again").code == 1
    assert path.read_bytes() == before


def test_a_changed_proof_is_an_alarm_that_says_what_does_not_fit(month: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "it.proof"
    proven(month, payment(month, "settled"), path)
    path.write_bytes(path.read_bytes().replace(b'"state":"settled"', b'"state":"returned"', 1))
    refused = month.json("prove", "check", str(path))
    assert (refused.code, refused.document["error"]["code"]) == (5, "bundle_state")


def test_people_are_told_whose_signatures_it_rests_on(month: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "it.proof"
    proven(month, payment(month, "returned"), path)
    said = month.words("prove", "check", str(path)).out
    assert "checker2" in said
    assert "compare them" in said
