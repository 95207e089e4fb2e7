"""``report actions``: what communes do about payments that were refused or came back."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path

import pytest
from support.inprocess import Gateway, chitra

from gateway.cli.messages.reasons import ACTIONS, NAMES


def test_lines_come_before_their_sums_and_both_agree(month: Gateway) -> None:
    found = month.json("report", "actions").done()
    lines, sums = found["lines"], found["totals"]
    assert lines
    assert {each["state"] for each in lines} == {"rejected", "returned"}
    assert sum(each["amount"] for each in lines) == sum(each["amount"] for each in sums)
    assert len(lines) == sum(each["payments"] for each in sums)
    assert all(each["action"] == each["reason"]["action"] for each in lines)
    assert [each["commune"] for each in lines] == sorted(each["commune"] for each in lines)
    told = month.words("report", "actions").out
    assert told.index(lines[-1]["payment_ref"]) < told.index(" ".join(ACTIONS[sums[0]["action"]].split()[:3]))


def test_a_commune_gets_its_list_in_vietnamese(month: Gateway, tmp_path: Path) -> None:
    lines = month.json("report", "actions").done()["lines"]
    commune = lines[0]["commune"]
    target = tmp_path / "commune.csv"
    written = chitra("--lang", "vi", "--home", month.home, "report", "actions", "--commune", commune, "--csv", target)
    assert written.code == 0
    rows = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"))))
    mine = [each for each in lines if each["commune"] == commune]
    assert rows[0][:2] == ["Mã xã", "Việc cần làm"]
    assert [each[4] for each in rows[1 : len(mine) + 1]] == [each["payment_ref"] for each in mine]
    assert set(rows[len(mine) + 1]) == {""}
    assert sum(int(each[3]) for each in rows[len(mine) + 2 :]) == len(mine)
    assert not {NAMES[each["action"]] for each in mine} & {each[1] for each in rows}


def test_the_list_is_masked_unless_somebody_says_why(month: Gateway, tmp_path: Path) -> None:
    def names(*options: str) -> set[str]:
        found = month.json("report", "actions", *options).done()["lines"]
        return {each["beneficiary_name"] for each in found}

    masked, whole = names(), names("--unmask", "--reason", "visit")
    assert not masked & whole
    with sqlite3.connect(month.home / "chitra.db") as db:
        assert db.execute("SELECT count(*) FROM audit WHERE verb = 'unmask'").fetchone() == (1,)
    assert month.json("report", "actions", "--unmask").code == 2


def test_a_file_is_never_overwritten(month: Gateway, tmp_path: Path) -> None:
    target = tmp_path / "commune.xlsx"
    assert month.json("report", "actions", "--xlsx", target).done()["xlsx"] == str(target)
    assert month.json("report", "actions", "--xlsx", target).code == 1


@pytest.mark.parametrize("option", ["--commune", "--batch"])
def test_where_nothing_failed_nothing_is_listed(month: Gateway, option: str) -> None:
    assert month.json("report", "actions", option, "NONE").done() == {"lines": [], "totals": []}
    assert "Nothing was refused" in month.words("report", "actions", option, "NONE").out
