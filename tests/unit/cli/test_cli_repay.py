"""``payment reissue`` and ``batch repay`` as people run them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.inprocess import Gateway

CORRECTED = ("--account", "1055500001", "--bank", "vietinbank")
WHY = ("--operator", "maker", "--reason", "new account")


def _one(month: Gateway, state: str) -> dict[str, Any]:
    found: dict[str, Any] = month.json("payment", "list", "--state", state).done()["payments"][0]
    return found


def test_a_returned_payment_is_paid_again_by_two_people(month: Gateway) -> None:
    before = _one(month, "returned")
    proposed = month.json("payment", "reissue", before["end_to_end_id"], *CORRECTED, *WHY)
    assert (proposed.code, proposed.document["verb"], proposed.document["state"]) == (3, "payment reissue", "proposed")
    assert "1055500001" not in str(proposed.document)
    decision = proposed.document["decision"]
    assert month.json("decision", "confirm", decision, "--operator", "checker").done()["state"] == "executed"
    line = month.json("payment", "show", before["end_to_end_id"]).done()
    after = month.json("payment", "show", line["successor"]).done()
    assert (after["predecessor"], after["state"], after["amount"]) == (
        before["end_to_end_id"],
        "ready",
        before["amount"],
    )
    assert (after["batch"], after["successor"]) == (line["successor_batch"], None)
    assert month.json("batch", "show", after["batch"]).done()["predecessor"] == before["batch"]
    assert f"Pays {before['end_to_end_id']} again." in month.words("payment", "show", line["successor"]).out
    assert "Paid again by" in month.words("payment", "show", before["end_to_end_id"]).out


def test_what_may_not_be_paid_again_is_one_line(month: Gateway) -> None:
    settled = _one(month, "settled")
    answer = month.json("payment", "reissue", settled["end_to_end_id"], *CORRECTED, *WHY)
    assert (answer.code, answer.document["error"]["code"]) == (1, "reissue_not_ended")
    unknown = month.json("payment", "reissue", "E0", *CORRECTED, *WHY)
    assert (unknown.code, unknown.document["error"]["code"]) == (1, "payment_unknown")


def _list(folder: Path, *references: str) -> Path:
    path = folder / "corrected.csv"
    rows = "".join(f"{each},10555{number:05d},vietinbank\n" for number, each in enumerate(references))
    path.write_text("payment_ref,account,bank\n" + rows)
    return path


def test_a_list_is_paid_again_without_the_rows_that_may_not(month: Gateway, tmp_path: Path) -> None:
    returned, settled = _one(month, "returned"), _one(month, "settled")
    path = _list(tmp_path, returned["payment_ref"], settled["payment_ref"])
    proposed = month.json("batch", "repay", returned["batch"], path, *WHY)
    assert proposed.code == 3
    assert [(p["row"], p["code"]) for p in proposed.document["problems"]] == [(3, "reissue_not_ended")]
    assert (proposed.document["payments"], proposed.document["amount"]) == (1, returned["amount"])
    decision = proposed.document["decision"]
    assert month.json("decision", "confirm", decision, "--operator", "checker").done()["state"] == "executed"
    assert month.json("report", "batch", returned["batch"]).done()["reissued"] == returned["amount"]


def test_a_list_of_which_nothing_may_be_paid_again_proposes_nothing(month: Gateway, tmp_path: Path) -> None:
    settled = _one(month, "settled")
    path = _list(tmp_path, settled["payment_ref"])
    answer = month.json("batch", "repay", settled["batch"], path, *WHY)
    assert (answer.code, answer.document["decision"]) == (3, None)
    assert "Nothing of this list may be paid again." in month.words("batch", "repay", settled["batch"], path, *WHY).out
    assert month.json("decision", "list", "--state", "proposed").done()["decisions"] == []
