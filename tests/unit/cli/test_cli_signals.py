"""``batch signals`` and ``batch acknowledge`` as people run them, up to the approval."""

from __future__ import annotations

from support.inprocess import Gateway


def paid_again(month: Gateway) -> str:
    """A submitted batch that pays a returned payment again, to another account."""
    before = month.json("payment", "list", "--state", "returned").done()["payments"][0]
    proposed = month.json(
        *("payment", "reissue", before["end_to_end_id"], "--account", "1055500001", "--bank", "vietinbank"),
        *("--operator", "maker", "--reason", "new account"),
    )
    month.json("decision", "confirm", proposed.document["decision"], "--operator", "checker").done()
    batch = str(month.json("payment", "show", before["end_to_end_id"]).done()["successor_batch"])
    month.json("batch", "submit", batch, "--operator", "maker").done()
    return batch


def test_m11_a_batch_with_signals_is_approved_by_those_who_acknowledged_them(month: Gateway) -> None:
    batch = paid_again(month)
    refused = month.words("batch", "approve", batch, "--operator", "checker")
    assert refused.code == 1
    assert refused.out.index("other account than last time") < refused.out.index("account_changed")
    assert "that checker has not acknowledged as they are now: account_changed." in refused.err
    shown = month.json("batch", "signals", batch)
    (line,), (count,) = shown.document["lines"], shown.document["signals"]
    assert (shown.code, line["signal"], count["lines"], count["acknowledged_by"]) == (3, "account_changed", 1, [])
    assert (line["account"], line["beneficiary_id"][:8]) == ("******0001", "*" * 8)
    for name in ("checker", "checker2"):
        person = ("--operator", name)
        acknowledged = month.json(
            "batch", "acknowledge", batch, "--signal", "account_changed", "--reason", "asked", *person
        )
        assert acknowledged.done()["acknowledged"] == [
            {"signal": "account_changed", "lines": 1, "sha256": count["sha256"]}
        ]
        state = month.json("batch", "approve", batch, *person).done()["state"]
    assert state == "approved"
    assert "checker, checker2" in month.words("batch", "signals", batch).out


def test_who_looks_at_people_in_full_leaves_a_record(month: Gateway) -> None:
    batch = paid_again(month)
    shown = month.json("batch", "signals", batch, "--unmask", "--reason", "asked the person")
    assert shown.document["lines"][0]["account"] == "1055500001"
    assert month.json("batch", "signals", batch, "--unmask").code == 2
