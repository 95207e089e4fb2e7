"""The month from its beginning: from nine communes' lists to books that tie."""

from __future__ import annotations

from pathlib import Path

from support.inprocess import Gateway

PEOPLE = 63


def test_nine_messy_lists_become_a_month_that_ties_and_nobody_is_lost(tmp_path: Path) -> None:
    home = Gateway(tmp_path / "home")
    played = home.json("demo", tmp_path / "home", "--full", "--payments", str(PEOPLE)).document
    assert played["ties"]
    assert len(played["batches"]) == len(played["lists"]) == 9
    assert sum(each["rows"] for each in played["lists"]) == PEOPLE
    assert played["registry"]["deceased"] == played["registry"]["moved"] == 1
    decisions = home.json("decision", "list").document["decisions"]
    assert [each["state"] for each in decisions if each["verb"] == "population settle"] == ["executed"]
    items = home.json("roster", "items", "--limit", "1000").document["items"]
    assert len(items) == sum(each["to_look_at"] for each in played["lists"])
    assert played["payments"] == sum(each["paid"] for each in played["lists"])
    unpaid = PEOPLE - played["payments"]
    assert 0 < unpaid <= len(items) + 1, "of the two whom two people ended, who moved is paid once more"
