"""``report changes`` as people run it."""

from __future__ import annotations

from pathlib import Path

from support.inprocess import Gateway

from gateway.domain import months


def test_a_month_without_a_list_has_lost_everybody_and_the_sums_tie(month: Gateway, tmp_path: Path) -> None:
    (batch,) = month.json("batch", "list").done()["batches"]
    asked = ("report", "changes", "--programme", batch["programme"], "--period", months.before(batch["period"], -1))
    path = tmp_path / "changes.csv"
    found = month.json(*asked, "--csv", path).done()
    assert found["ties"]
    assert found["gone"] == found["before"]
    assert {each["why"] for each in found["changes"]} == {"not_in_roster"}
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) > len(found["changes"])
    assert found["changes"][0]["beneficiary_id"].startswith("********")
    assert "The two months tie." in month.words(*asked).out
