"""``rate`` as people run it."""

from __future__ import annotations

from pathlib import Path

from support.inprocess import Gateway
from support.rates import HEAD, LEVEL, RISE


def _list(folder: Path, *rows: str) -> Path:
    path = folder / "rates.csv"
    path.write_text("\n".join([HEAD, *rows]))
    return path


def test_two_people_bring_the_shipped_rates_and_then_a_decree(month: Gateway, tmp_path: Path) -> None:
    proposed = month.json("rate", "import", "--operator", "checker")
    assert (proposed.code, proposed.document["verb"], proposed.document["problems"]) == (3, "rate import", [])
    decision = proposed.document["decision"]
    waiting = month.json("rate", "list", "--decision", decision).done()["rates"]
    assert [each["rate"] for each in waiting] == [None] * len(waiting)
    assert month.json("rate", "list").done()["rates"] == []
    assert month.json("decision", "confirm", decision, "--operator", "checker2").done()["state"] == "executed"
    again = month.json("rate", "import", "--operator", "checker")
    assert (again.code, again.document["already_seen"], again.document["decision"]) == (0, True, None)

    found = month.json("rate", "list", "--programme", "BTXH", "--at", "2026-10-05", "--limit", "1").done()["rates"]
    assert [(each["amount"], each["currency"], each["in_force"]) for each in found] == [(540_000, "VND", "2026-10-05")]
    shown = month.json("rate", "show", str(found[0]["rate"])).done()
    assert shown == found[0] | {"decision": decision, "replaced_by": None}
    assert "335/2026" in month.words("rate", "show", str(found[0]["rate"])).out
    assert "1,50" in month.words("rate", "list", "--programme", "btxh").out


def test_a_bad_list_is_told_row_by_row_and_nothing_is_proposed(month: Gateway, tmp_path: Path) -> None:
    path = _list(tmp_path, LEVEL, RISE.replace("540000", "540.000"))
    answer = month.json("rate", "import", path, "--operator", "checker", "--reason", "decree")
    assert (answer.code, answer.document["decision"]) == (3, None)
    assert [(each["row"], each["field"], each["code"]) for each in answer.document["problems"]] == [
        (3, "value", "amount_not_integer")
    ]
    assert month.json("decision", "list", "--state", "proposed").done()["decisions"] == []


def test_an_unknown_rate_or_another_decision_is_one_line(month: Gateway) -> None:
    answer = month.json("rate", "show", "99")
    assert (answer.code, answer.document["error"]["code"]) == (1, "rate_unknown")
    answer = month.json("rate", "list", "--decision", "D0")
    assert (answer.code, answer.document["error"]["code"]) == (1, "decision_unknown")
