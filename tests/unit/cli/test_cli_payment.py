"""``payment``, ``report``: states, history, masking."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from support.inprocess import Gateway

from formats import tabular
from formats.iso20022 import reasons
from gateway.cli.messages.reasons import ACTIONS
from gateway.usecases.collect import Received
from gateway.usecases.match import Matched
from gateway.usecases.poll import Polled

COLUMNS = [tabular.Column("reference", ("Reference",), True), tabular.Column("beneficiary", ("Beneficiary",), True)]


def payments(month: Gateway, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = month.json("payment", "list", "--limit", "500", *options).done()["payments"]
    return found


def returned(month: Gateway) -> str:
    return str(payments(month, "--state", "returned")[0]["end_to_end_id"])


def batch(month: Gateway) -> str:
    return str(month.json("batch", "list").done()["batches"][0]["batch"])


def audit(month: Gateway, verb: str) -> list[tuple[str, str, str]]:
    with sqlite3.connect(month.home / "chitra.db") as db:
        return db.execute("SELECT actor, subject, details FROM audit WHERE verb = ?", (verb,)).fetchall()


def people(month: Gateway) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((month.home / "batch.csv").read_text("utf-8-sig"))))


def test_list_tells_where_every_payment_stands(month: Gateway) -> None:
    found = payments(month)
    assert len(found) == 40
    assert {each["state"] for each in found} == {"settled", "returned", "rejected"}
    assert all(each["file"] and each["delivery"] is None and each["currency"] == "VND" for each in found)


@pytest.mark.parametrize("field", ["state", "partner"])
def test_list_is_narrowed(month: Gateway, field: str) -> None:
    """The people of a rehearsal, and so how many there are of each, are another month's others."""
    every = payments(month)
    for value in {each[field] for each in every}:
        assert payments(month, f"--{field}", value) == [each for each in every if each[field] == value]


@pytest.mark.parametrize("options", [("--batch", "NONE"), ("--since", "2999-01-01")])
def test_a_list_of_nothing_is_empty(month: Gateway, options: tuple[str, ...]) -> None:
    assert payments(month, *options) == []


def test_show_tells_every_move_with_its_evidence(month: Gateway) -> None:
    shown = month.json("payment", "show", returned(month)).done()
    assert [move["to"] for move in shown["history"]] == [
        *("approved", "allocated", "sent", "accepted", "settled", "returned")
    ]
    assert all(move["at"] and move["evidence"] for move in shown["history"])
    assert shown["return_reason"]
    assert shown["returned_amount"] == shown["amount"]


def test_delivery_is_unknown_while_the_file_is(month: Gateway) -> None:
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute("UPDATE file_out SET state = 'unknown' WHERE partner = 'momo'")
    assert {each["delivery"] for each in payments(month, "--partner", "momo")} == {"unknown"}
    assert "delivery unknown" in month.words("payment", "list", "--partner", "momo").out


def test_show_masks_the_person(month: Gateway) -> None:
    someone = next(each for each in people(month) if each["note"])
    ours = next(each for each in payments(month) if each["payment_ref"] == someone["payment_ref"])
    answers = [asked("payment", "show", ours["end_to_end_id"]) for asked in (month.json, month.words)]
    for answer in answers:
        assert answer.code == 0
        for name in ("beneficiary_id", "beneficiary_name", "date_of_birth", "account", "note"):
            assert someone[name] not in answer.out
    assert answers[0].document["masked"] is True
    assert audit(month, "unmask") == []


def test_a1_unmasking_is_recorded_with_its_reason(month: Gateway) -> None:
    first = people(month)[0]
    e2e = next(each for each in payments(month) if each["payment_ref"] == first["payment_ref"])["end_to_end_id"]
    shown = month.json("payment", "show", e2e, "--unmask", "--reason", "hotline call").done()
    assert shown["person"]["beneficiary_id"] == first["beneficiary_id"]
    assert shown["person"]["account"] == first["account"]
    [(actor, subject, details)] = audit(month, "unmask")
    assert actor.startswith("user:")
    assert subject == e2e
    assert "hotline call" in details


@pytest.mark.parametrize("reason", [(), ("--reason", " ")])
def test_unmasking_without_a_reason_is_wrong_usage(month: Gateway, reason: tuple[str, ...]) -> None:
    assert month.json("payment", "show", returned(month), "--unmask", *reason).code == 2
    assert audit(month, "unmask") == []


def test_an_unknown_payment_is_one_line_and_no_record(month: Gateway) -> None:
    answer = month.json("payment", "show", "NOSUCH", "--unmask", "--reason", "hotline call")
    assert audit(month, "unmask") == []
    assert (answer.code, answer.document["error"]["code"]) == (1, "payment_unknown")


def test_report_sums_tie(month: Gateway) -> None:
    sums = month.json("report", "batch", batch(month)).done()
    assert sums["ties"] is True
    names = ("debited", "returned", "rejected", "cancelled", "held", "open")
    assert sum(sums[name] for name in names) == sums["approved"] > 0
    assert sums["charges"] == sums["reissued"] == 0
    assert "ties" in month.words("report", "batch", batch(month)).out


def test_a_closed_batch_shows_its_reports(month: Gateway) -> None:
    (original,) = month.json("report", "batch", batch(month)).done()["reports"]
    assert (original["number"], original["changes"]) == (1, [])
    assert original["sums"]["approved"] == month.json("report", "batch", batch(month)).done()["approved"]
    assert "original" in month.words("report", "batch", batch(month)).out


def test_report_writes_every_line_masked(month: Gateway, tmp_path: Path) -> None:
    month.json("report", "batch", batch(month), "--csv", tmp_path / "l.csv", "--xlsx", tmp_path / "l.xlsx").done()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text("utf-8-sig"))))
    assert [row["Reference"] for row in rows] == [each["payment_ref"] for each in people(month)]
    assert {row["State"] for row in rows} == {"debited", "returned", "rejected"}
    assert not {row["Beneficiary id"] for row in rows} & {each["beneficiary_id"] for each in people(month)}
    with (tmp_path / "l.xlsx").open("rb") as source:
        lines = [item for item in tabular.read(source, COLUMNS, "l.xlsx") if isinstance(item, tabular.Row)]
    assert [line.values["reference"] for line in lines] == [row["Reference"] for row in rows]


def test_report_unmasked_is_recorded(month: Gateway, tmp_path: Path) -> None:
    options = ("--csv", tmp_path / "l.csv", "--unmask", "--reason", "inspection")
    month.json("report", "batch", batch(month), *options).done()
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text("utf-8-sig"))))
    assert [row["Beneficiary id"].lstrip("'") for row in rows] == [each["beneficiary_id"] for each in people(month)]
    assert [subject for _, subject, _ in audit(month, "unmask")] == [batch(month)]


def test_report_never_overwrites_and_knows_its_batches(month: Gateway, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("mine")
    assert month.json("report", "batch", batch(month), "--csv", tmp_path / "l.csv").code == 1
    assert (tmp_path / "l.csv").read_text() == "mine"
    assert month.json("report", "batch", "NONE").document["error"]["code"] == "batch_unknown"


def test_report_of_a_batch_that_does_not_tie_is_an_alarm(month: Gateway) -> None:
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute("UPDATE payment SET state = 'settled' WHERE state = 'rejected'")
    answer = month.json("report", "batch", batch(month))
    assert (answer.code, answer.document["ties"]) == (5, False)


# --- reasons ----------------------------------------------------------------------------------------------------


def in_vietnamese(month: Gateway, *arguments: str | Path) -> str:
    """One line of words, however wide the table."""
    answer = month.words("--lang", "vi", *arguments)
    assert answer.code == 0, answer.err
    return " ".join(answer.out.split())


def in_english(month: Gateway, *arguments: str | Path) -> str:
    return " ".join(month.words(*arguments).out.split())


@pytest.mark.parametrize("state", ["returned", "rejected"])
def test_show_says_why_and_what_to_do_in_both_languages(month: Gateway, state: str) -> None:
    first = payments(month, "--state", state)[0]
    reason = reasons.reason(first["return_reason"], "return_reason" if state == "returned" else "status_reason")
    assert reason is not None
    english, vietnamese = (
        said(month, "payment", "show", first["end_to_end_id"]) for said in (in_english, in_vietnamese)
    )
    assert f"{reason.code} {reason.en} {ACTIONS[reason.action]}" in english
    assert f"{reason.code} {reason.vi}" in vietnamese
    assert reason.en not in vietnamese
    assert ACTIONS[reason.action] not in vietnamese


def test_json_has_the_reason_beside_the_stable_code(month: Gateway) -> None:
    for each in payments(month, "--state", "rejected"):
        shown = month.json("payment", "show", each["end_to_end_id"]).done()
        assert shown["reason"] == each["reason"]
        assert shown["reason"].keys() == {"code", "message", "action", "action_message"}
        assert shown["reason"]["code"] == shown["return_reason"] == each["return_reason"]
        assert all(shown["reason"].values())
    settled = payments(month, "--state", "settled")[0]
    assert (settled["return_reason"], settled["reason"]) == (None, None)


def test_a_code_of_the_banks_own_asks_to_ask_the_bank(month: Gateway) -> None:
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute("UPDATE payment SET reason = 'X77' WHERE state = 'rejected'")
    reason = payments(month, "--state", "rejected")[0]["reason"]
    assert (reason["code"], reason["action"]) == ("X77", "ask_bank")
    assert "X77 Mã riêng của ngân hàng" in in_vietnamese(month, "payment", "list", "--state", "rejected")


def test_list_says_once_what_to_do_about_each_reason(month: Gateway) -> None:
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute("UPDATE payment SET reason = 'MD07' WHERE state IN ('rejected', 'returned')")
    english, vietnamese = (said(month, "payment", "list", "--limit", "500") for said in (in_english, in_vietnamese))
    assert english.count(ACTIONS["suspend_person"]) == 1
    assert english.count("MD07 The account holder has died.") == 1 + len([e for e in payments(month) if e["reason"]])
    assert ACTIONS["suspend_person"] not in vietnamese
    assert "What to do" not in in_english(month, "payment", "list", "--state", "settled")


def test_show_lists_what_the_partner_answered(month: Gateway) -> None:
    rejected = payments(month, "--state", "rejected")[0]
    shown = month.json("payment", "show", rejected["end_to_end_id"]).done()
    own = [each for each in shown["answers"] if each["level"] == "transfer"]
    assert [(each["status"], each["message"], each["reason"]) for each in own] == [
        ("RJCT", "rejected", rejected["return_reason"])
    ]
    assert f"RJCT bị từ chối {rejected['return_reason']}" in in_vietnamese(
        month, "payment", "show", rejected["end_to_end_id"]
    )


def test_report_says_why_payments_were_not_paid_and_what_to_do(month: Gateway, tmp_path: Path) -> None:
    report = month.json("report", "batch", batch(month), "--csv", tmp_path / "l.csv").done()
    unpaid = [each for each in payments(month) if each["return_reason"]]
    assert sum(each["payments"] for each in report["reasons"]) == len(unpaid) > 0
    assert sum(each["amount"] for each in report["reasons"]) == sum(each["amount"] for each in unpaid)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "l.csv").read_text("utf-8-sig"))))
    said = {row["Reference"]: (row["Reason"], row["What it means"], row["What to do"]) for row in rows}
    for each in payments(month):
        reason = each["reason"] or {"code": "", "message": "", "action_message": ""}
        assert said[each["payment_ref"]] == (reason["code"], reason["message"], reason["action_message"])
    first = report["reasons"][0]["reason"]
    assert f"{first['code']} {first['message']}" in in_english(month, "report", "batch", batch(month))


def test_poll_says_why_payments_were_refused_and_what_to_do(month: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    matched = Matched(matched=2, moved={"rejected": 2}, causes=[("rejected", "MD07", 2)])
    received = Received("R1", "momo", "STM_1.xml", "pain.002", "processed", matched=matched)
    monkeypatch.setattr("gateway.usecases.poll.poll", lambda context, partner: Polled(received=[received]))
    [told] = month.json("poll").document["files"][0]["reasons"]
    assert (told["state"], told["payments"], told["reason"]["action"]) == ("rejected", 2, "suspend_person")
    assert "MD07 The account holder has died." in in_english(month, "poll")
    assert "MD07 Chủ tài khoản đã qua đời." in " ".join(month.words("--lang", "vi", "poll").out.split())


def test_an_exception_says_the_reason_of_its_payment(month: Gateway) -> None:
    row = payments(month, "--state", "returned")[0]
    with sqlite3.connect(month.home / "chitra.db") as db:
        db.execute(
            "INSERT INTO exception (id, kind, partner, payment_id, params, state, opened_at)"
            " SELECT 900, 'second_return', partner, id, '{}', 'open', '2026-11-02T10:00:00.000000+00:00' FROM payment"
            " WHERE end_to_end_id = ?",
            (row["end_to_end_id"],),
        )
    assert month.json("exception", "show", "900").document["reason"] == row["reason"]
    assert f"{row['reason']['code']} {row['reason']['message']}" in in_english(month, "exception", "show", "900")
