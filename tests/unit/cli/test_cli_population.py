"""``population`` as people run it."""

from __future__ import annotations

import csv
from pathlib import Path

from support.inprocess import Gateway

LIST = "Số CCCD,Họ và tên,Ngày sinh,Giới tính,Mã xã,Từ tháng\n001045000001,Nguyễn Văn A,1945-01-01,nam,00004,2026-01\n"
HEAD = "request,answered_on,beneficiary_id,name,birth,result,known_name,known_birth,died_on,new_commune\n"


def test_a_person_carries_the_request_out_and_the_answer_in(month: Gateway, tmp_path: Path) -> None:
    listed, target, answer = (tmp_path / name for name in ("list.csv", "request.csv", "answer.csv"))
    listed.write_text(LIST)
    month.json("roster", "import", listed, "--programme", "btxh", "--operator", "maker").done()
    asked = month.json("population", "request", "--programme", "btxh", "--operator", "maker", "-o", target).done()
    assert (asked["asked"], target.stat().st_mode & 0o777) == (1, 0o600)
    with target.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = list(csv.reader(lines))[1:]
    assert row[:4] == [asked["request"], "001045000001", "Nguyễn Văn A", "1945-01-01"]
    day = asked["asked_at"][:10]
    answer.write_text(f"{HEAD}{row[0]},{day},{row[1]},{row[2]},{row[3]},05,,,,\n")
    taken = month.json("population", "answer", answer, "--operator", "maker")
    assert (taken.code, taken.document["results"], taken.document["already_seen"]) == (3, {"unknown": 1}, False)
    assert month.json("population", "answer", answer, "--operator", "maker").document["already_seen"]
    (found,) = month.json("population", "list").done()["requests"]
    assert (found["request"], found["answer"]) == (asked["request"], taken.document["answer"])
    (shown,) = month.json("population", "show", asked["request"]).done()["answers"]
    assert (shown["taken_by"], shown["results"]) == ("maker", {"unknown": 1})
    assert "not known" in month.words("--lang", "en", "population", "show", asked["request"]).out
    (item,) = month.json("roster", "items").done()["items"]
    assert (item["code"], item["blocking"]) == ("registry_unknown", True)
