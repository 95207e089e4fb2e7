"""``statement chain`` and ``statement expected``."""

from __future__ import annotations

from itertools import pairwise

from support.inprocess import Gateway


def account(month: Gateway) -> dict[str, str]:
    found = month.json("statement", "list", "--partner", "vietinbank").done()["statements"]
    return {"partner": "vietinbank", "account": next(each["account"] for each in found)}


def test_the_chain_of_an_account_is_shown_newest_first(month: Gateway) -> None:
    named = ("--partner", "vietinbank", "--account", account(month)["account"])
    rows = month.json("statement", "chain", *named).done()["chain"]
    assert rows
    assert rows == sorted(rows, key=lambda row: row["last"], reverse=True)
    assert {(row["difference"], row["missing_pages"], tuple(row["wrong"])) for row in rows} == {(0, "", ())}
    for later, earlier in pairwise(rows):
        assert later["opening"] == earlier["closing"]
    assert rows[0]["last"] in month.words("statement", "chain", *named).out


def test_of_an_unknown_account_the_chain_is_empty(month: Gateway) -> None:
    assert month.json("statement", "chain", "--partner", "momo", "--account", "0").done() == {"chain": []}


def test_what_is_expected_is_listed_where_it_is_agreed(month: Gateway) -> None:
    assert month.json("statement", "expected").done() == {"expected": []}
    assert "agreed" in month.words("statement", "expected").out
    path = month.home / "chitra.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("[partners.vietinbank]", "[partners.vietinbank]\nstatement_by = 10:00:00", 1), "utf-8")
    answer = month.json("statement", "expected", "--since", "2020-01-01", "--partner", "vietinbank")
    assert {each["account"] for each in answer.document["expected"]} == {account(month)["account"]}
    days = [each["day"] for each in answer.document["expected"]]
    assert days == sorted(days, reverse=True)
    assert "here" in {each["state"] for each in answer.document["expected"]}
