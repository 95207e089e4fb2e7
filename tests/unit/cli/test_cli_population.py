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


PAYMENTS = "payment_ref,beneficiary_id,beneficiary_name,amount,account,bank\n" + "".join(
    f"P-{n},00104500000{n},Nguyễn Văn {'AB'[n - 1]},50000{n},1100000000{n},vietinbank\n" for n in (1, 2)
)


def test_who_died_after_the_approval_leaves_the_batch_by_two_people(month: Gateway, tmp_path: Path) -> None:
    listed, payments, target, answer = (
        tmp_path / name for name in ("list.csv", "pay.csv", "request.csv", "answer.csv")
    )
    listed.write_text(LIST + "001045000002,Nguyễn Văn B,1945-01-01,nam,00004,2026-01\n")
    payments.write_text(PAYMENTS)
    by = ("--operator", "maker")
    month.json("roster", "import", listed, "--programme", "btxh", *by).done()
    batch = month.json("batch", "import", payments, "--programme", "btxh", "--period", "2026-11", *by).done()["batch"]
    month.json("batch", "submit", batch, *by).done()
    for name in ("checker", "checker2"):
        month.json("batch", "approve", batch, "--operator", name).done()

    asked = month.json("population", "request", "--programme", "btxh", *by, "-o", target).done()
    with target.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    day = asked["asked_at"][:10]
    ends = ("00,,,,", f"03,,,{day},")
    answer.write_text(
        HEAD + "".join(f"{r[0]},{day},{r[1]},{r[2]},{r[3]},{end}\n" for r, end in zip(rows, ends, strict=True))
    )
    assert month.json("population", "answer", answer, *by).document["held"] == 1
    (found,) = month.json("exception", "list", "--state", "open").document["exceptions"]
    assert found["kind"] == "registry_held"

    proposed = month.json("batch", "amend", batch, *by, "--reason", "deceased")
    assert (proposed.code, proposed.document["change"]) == (3, "2 / 1000003 - 1 / 500002 = 1 / 500001")
    assert [each["why"] for each in proposed.document["lines"]] == ["registry_deceased"]
    decision = proposed.document["decision"]
    assert month.json("decision", "confirm", decision, "--operator", "checker").done()["state"] == "executed"
    shown = month.json("batch", "show", batch).done()
    assert shown["by_state"]["cancelled"] == {"payments": 1, "amount": 500_002}
    (amendment,) = shown["amendments"]
    assert (amendment["decision"], amendment["confirmed_by"]) == (decision, "checker")
    assert "2 / 1000003 - 1 / 500002 = 1 / 500001" in month.words("batch", "show", batch).out
    report = month.json("report", "batch", batch).done()
    assert (report["cancelled"], report["open"], report["ties"]) == (500_002, 500_001, True)
    refused = month.json("batch", "amend", batch, *by, "--reason", "again")
    assert (refused.code, refused.document["error"]["code"]) == (1, "amendment_of_nothing")
