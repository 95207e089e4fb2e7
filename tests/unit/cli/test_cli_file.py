"""``file``: list, show, export."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from pathlib import Path

import pytest
from support.inprocess import Gateway


def file_out(month: Gateway) -> dict[str, object]:
    found: dict[str, object] = month.json("file", "list", "--direction", "out").done()["files"][0]
    return found


def file_in(month: Gateway) -> dict[str, object]:
    found: dict[str, object] = month.json("file", "list", "--direction", "in").done()["files"][0]
    return found


def test_list_shows_files_in_both_directions_newest_first(month: Gateway) -> None:
    files = month.json("file", "list", "--limit", "500").done()["files"]
    assert {each["direction"] for each in files} == {"out", "in"}
    assert [each["at"] for each in files] == sorted((each["at"] for each in files), reverse=True)
    assert {"file", "direction", "partner", "message", "name", "sha256", "state", "attempts"} <= files[0].keys()


def test_list_is_narrowed_by_state_direction_partner_and_limit(month: Gateway) -> None:
    files = month.json("file", "list", "--state", "closed", "--partner", "momo", "--limit", "1").done()["files"]
    assert [(each["direction"], each["partner"], each["attempts"]) for each in files] == [("out", "momo", 1)]
    assert month.json("file", "list", "--state", "unknown").done()["files"] == []


def test_since_means_the_local_day_and_a_wrong_day_or_state_is_wrong_usage(month: Gateway) -> None:
    first = month.json("file", "list", "--limit", "500").done()["files"][-1]["at"]
    assert month.json("file", "list", "--since", "2999-01-01").done()["files"] == []
    assert len(month.json("file", "list", "--since", first[:10], "--limit", "500").done()["files"]) > 5
    assert month.json("file", "list", "--since", "yesterday").code == 2
    assert month.json("file", "list", "--state", "asleep").code == 2


def test_show_tells_attempts_history_and_wire_objects_of_a_file_sent(month: Gateway) -> None:
    shown = month.json("file", "show", str(file_out(month)["file"])).done()
    assert [each["outcome"] for each in shown["attempts"]] == ["renamed"]
    assert shown["sent_at"] < shown["overdue_at"] < shown["person_at"]
    assert [move["to"] for move in shown["history"]][-3:] == ["sent", "acknowledged", "closed"]
    assert shown["wire"][0]["sha256"] == shown["sha256"]
    assert shown["findings"] == []


def test_show_tells_proof_and_history_of_a_file_received(month: Gateway) -> None:
    shown = month.json("file", "show", str(file_in(month)["file"])).done()
    assert (shown["direction"], shown["state"], shown["proof"], shown["error"]) == (
        "in",
        "processed",
        "enveloped",
        None,
    )
    assert [move["to"] for move in shown["history"]] == ["received", "processed"]


def test_show_speaks_to_people_too(month: Gateway) -> None:
    answer = month.words("file", "show", str(file_out(month)["file"]))
    assert answer.code == 0
    assert str(file_out(month)["name"]) in answer.out


@pytest.mark.parametrize("form", ["wire", "message"])
def test_m7_export_gives_the_bytes_that_lie_at_the_partner(month: Gateway, tmp_path: Path, form: str) -> None:
    file, target = file_out(month), tmp_path / "out.xml"
    month.json("file", "export", str(file["file"]), "-o", target, "--form", form).done()
    at_partner = month.home / "sandbox" / str(file["partner"]) / "home" / "in" / "archive" / str(file["name"])
    assert target.read_bytes() == at_partner.read_bytes()


def test_export_says_that_no_signature_lies_beside_a_file(month: Gateway, tmp_path: Path) -> None:
    for file in (file_out(month), file_in(month)):
        answer = month.json("file", "export", str(file["file"]), "-o", tmp_path / "s.p7s", "--form", "signature")
        assert (answer.code, answer.document["error"]["code"]) == (1, "no_signature_beside")
        assert not (tmp_path / "s.p7s").exists()


def test_export_gives_the_bytes_received_for_their_owner_only(month: Gateway, tmp_path: Path) -> None:
    file, target = file_in(month), tmp_path / "in.xml"
    exported = month.json("file", "export", str(file["file"]), "-o", target).done()
    assert hashlib.sha256(target.read_bytes()).hexdigest() == file["sha256"] == exported["sha256"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_export_never_overwrites(month: Gateway, tmp_path: Path) -> None:
    target = tmp_path / "mine.xml"
    target.write_text("mine")
    answer = month.json("file", "export", str(file_out(month)["file"]), "-o", target)
    assert (answer.code, answer.document["error"]["code"]) == (1, "file_exists")
    assert target.read_text() == "mine"


def test_export_into_a_missing_folder_is_one_line(month: Gateway, tmp_path: Path) -> None:
    answer = month.json("file", "export", str(file_out(month)["file"]), "-o", tmp_path / "no" / "x.xml")
    assert (answer.code, answer.document["error"]["code"]) == (1, "cannot_write")


def test_t3_export_of_tampered_bytes_is_an_alarm_and_leaves_no_file(month: Gateway, tmp_path: Path) -> None:
    file, target = file_out(month), tmp_path / "x.xml"
    with sqlite3.connect(month.home / "chitra.db") as db:
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'blob'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("UPDATE blob SET bytes = zeroblob(length(bytes)) WHERE sha256 = ?", (file["sha256"],))
    assert month.json("file", "export", str(file["file"]), "-o", target).code == 5
    assert not target.exists()


@pytest.mark.parametrize("command", [("show",), ("export", "-o", "x.xml")])
def test_an_unknown_file_is_one_line(month: Gateway, command: tuple[str, ...]) -> None:
    answer = month.json("file", command[0], "NOSUCH", *command[1:])
    assert (answer.code, answer.document["error"]["code"]) == (1, "file_unknown")
