"""``report tie``: every day of a month ties, in JSON and in words."""

from __future__ import annotations

from typing import Any

from support.inprocess import Gateway

SUMS = ("debited", "returned", "rejected", "cancelled", "held", "open")


def days(month: Gateway) -> list[str]:
    """Those with a statement of the book of record."""
    found: list[dict[str, Any]] = month.json("statement", "list", "--limit", "500").done()["statements"]
    return sorted({each["to"] for each in found if each["message"] == "camt.053"})


def test_every_day_of_the_month_ties(month: Gateway) -> None:
    ties = [month.json("report", "tie", "--date", day).document for day in days(month)]
    assert [(tie["differences"], tie["awaited"]) for tie in ties] == [([], [])] * len(days(month))
    assert all(sum(total[name] for name in SUMS) == total["approved"] for tie in ties for total in tie["totals"])
    (last,) = ties[-1]["totals"]
    report = month.json("report", "batch", month.json("batch", "list").done()["batches"][0]["batch"]).done()
    assert {name: last[name] for name in SUMS} == {name: report[name] for name in SUMS}
    assert last["approved"] == report["approved"] > 0


def test_what_was_known_before_the_month_is_nothing(month: Gateway) -> None:
    day = days(month)[-1]
    answer = month.json("report", "tie", "--date", day, "--known-at", "2020-01-01T08:00")
    assert answer.code == 3
    assert (answer.document["payments"], answer.document["accounts"]) == ([], [])
    assert {each["kind"] for each in answer.document["awaited"]} == {"statement_awaited"}


def test_s4_a_day_before_the_first_statement_shows_no_sums_and_is_not_proven(month: Gateway) -> None:
    told = month.words("report", "tie", "--date", "2020-01-02")
    assert "no balance proves this day" in told.out
    assert "Sum" not in told.out
    assert told.out.endswith("The day is not proven.\n")
    assert told.code == 3


def test_a_tie_is_told_in_words_and_by_payer(month: Gateway) -> None:
    day = days(month)[-1]
    assert "The day ties." in month.words("report", "tie", "--date", day).out
    answer = month.json("report", "tie", "--date", day, "--payer", "nobody")
    assert (answer.code, answer.document["error"]["code"]) == (1, "payer_unknown")
