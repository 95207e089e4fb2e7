"""``report form09`` as people run it."""

from __future__ import annotations

import csv
from pathlib import Path

from support.inprocess import Gateway

from gateway.domain import months
from gateway.domain.spelled import dong


def test_the_form_has_every_payment_the_total_in_words_and_what_changed(month: Gateway, tmp_path: Path) -> None:
    (batch,) = month.json("batch", "list").done()["batches"]
    asked = ("report", "form09", "--programme", batch["programme"], "--period", batch["period"])
    path = tmp_path / "form09.csv"
    assert month.json(*asked, "--csv", path).code == 2
    found = month.json(*asked, "--csv", path, "--reason", "for the Treasury").done()
    assert (found["now"]["amount"], found["difference"]) == (batch["amount"], batch["amount"])
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    lines = [each for each in rows[1:] if each[0]]
    assert (len(lines), sum(int(each[4]) for each in lines)) == (batch["payments"], batch["amount"])
    assert any(dong(batch["amount"]) in each[1] for each in rows)


def test_what_did_not_arrive_is_withdrawn_for_the_month_after_less_what_is_still_there(month: Gateway) -> None:
    (batch,) = month.json("batch", "list").done()["batches"]
    after = months.before(batch["period"], -1)
    found = month.json("report", "form09", "--programme", batch["programme"], "--period", after).done()
    sums = month.json("report", "batch", batch["batch"]).done()
    assert found["unpaid"]["amount"] == sums["rejected"] + sums["returned"] > 0
    there = sum(max(each["available"] or 0, 0) for each in found["accounts"])
    assert found["still_there"] == there
    assert found["advice"] == max(found["waiting"]["amount"] + found["unpaid"]["amount"] - there, 0)
