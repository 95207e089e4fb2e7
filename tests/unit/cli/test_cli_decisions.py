"""``stop``, ``start``, ``decision``, ``file resolve``, ``file mark-delivered`` as people run them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.inprocess import Gateway


def test_one_person_stops_and_two_start_again(month: Gateway) -> None:
    stopped = month.json("stop", "--partner", "vietinbank", "--reason", "doubled credits").done()
    assert [(s["scope"], s["subject"], s["code"]) for s in stopped["stops"]] == [("partner", "vietinbank", "emergency")]
    assert "Stopped." in month.words("stop", "--partner", "vietinbank", "--reason", "again", "--operator", "maker").out
    reason = ("--reason", "bank answered")
    proposed = month.json("start", "--partner", "vietinbank", "--operator", "checker", *reason)
    assert (proposed.code, proposed.document["state"]) == (3, "proposed")
    decision = proposed.document["decision"]
    same = month.json("decision", "confirm", decision, "--operator", "checker")
    assert (same.code, same.document["error"]["code"]) == (1, "second_person_needed")
    assert month.json("decision", "confirm", decision, "--operator", "checker2").done()["state"] == "executed"
    assert month.json("decision", "show", decision).done()["confirmed_by"] == "checker2"
    listed = month.json("decision", "list", "--state", "executed").done()["decisions"]
    assert decision in [each["decision"] for each in listed]
    assert month.json("partner", "show", "vietinbank").done()["frozen"] is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("stop", "--reason", " "), "reason_missing"),
        (("stop", "--partner", "nowhere", "--reason", "x"), "partner_unknown"),
        (("stop", "--programme", "nowhere", "--reason", "x"), "programme_unknown"),
        (("start", "--operator", "checker", "--reason", "x"), "nothing_stopped"),
        (("decision", "show", "D1"), "decision_unknown"),
        (("decision", "confirm", "D1", "--operator", "checker"), "decision_unknown"),
    ],
)
def test_what_cannot_be_done_is_one_line(month: Gateway, arguments: tuple[str, ...], code: str) -> None:
    answer = month.json(*arguments)
    assert (answer.code, answer.document["error"]["code"]) == (1, code)


def test_a_proposal_is_withdrawn(month: Gateway) -> None:
    month.json("stop", "--reason", "drill").done()
    proposed = month.json("start", "--operator", "checker", "--reason", "over").document["decision"]
    ended = month.json("decision", "withdraw", proposed, "--operator", "checker").done()
    assert (ended["state"], ended["lapse"]) == ("lapsed", "withdrawn")


def test_two_scopes_at_once_are_wrong_usage(month: Gateway) -> None:
    assert month.json("stop", "--partner", "momo", "--payer", "thachthat", "--reason", "x").code == 2


def test_a_verdict_on_a_file_that_is_not_unknown_is_refused(month: Gateway, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(b"%PDF")
    about = (month.json("file", "list").done()["files"][0]["file"], "--evidence", letter, "--reason", "x")
    for verb in (("resolve", "--verdict", "delivered"), ("mark-delivered",)):
        answer = month.json("file", *verb, *about, "--operator", "checker")
        assert answer.code == 1
        assert answer.document["error"]["code"] in {"file_not_unknown", "file_not_waiting", "file_unknown"}
