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


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--state", "returned"), 1),
        (("--partner", "momo"), 5),
        (("--batch", "NONE"), 0),
        (("--since", "2999-01-01"), 0),
    ],
)
def test_list_is_narrowed(month: Gateway, options: tuple[str, ...], count: int) -> None:
    assert len(payments(month, *options)) == count


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
