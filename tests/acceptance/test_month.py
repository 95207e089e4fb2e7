"""A whole month over OpenSSH, by the command line only, on both databases."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from support.homes import Home

from gateway.sandbox.ledger import Judged

ROUNDS_MAX = 8


def test_m1_m2_month_ends_closed_ties_and_agrees_with_the_partners_books(approved_home: Home) -> None:
    home = approved_home
    sent = home.send().done()
    assert Counter(file["state"] for file in sent["files"]) == {"sent": 5}
    assert sum(file["payments"] for file in sent["files"]) == 40
    delivered = home.orders()
    assert {file["sha256"] for file in sent["files"]} == {sha256(data).hexdigest() for data in delivered.values()}
    assert home.send().done() == {"files": [], "errors": [], "received": []}
    assert home.orders() == delivered

    until_closed(home)
    assert home.states(home.batch) == {"rejected": 5, "returned": 4, "settled": 31}
    report = home.chitra("report", "batch", home.batch).done()
    assert report["ties"] is True
    assert report["approved"] == report["debited"] + report["returned"] + report["rejected"]
    assert home.chitra("exception", "list").done()["exceptions"] == []
    assert home.ledger() == expected_ledger(home)

    assert home.poll().done() == {"files": [], "errors": [], "closed": []}


def until_closed(home: Home) -> None:
    """Two days one by one, for bookings and returns; then the rest of the return windows at once."""
    for round_ in range(ROUNDS_MAX):
        home.work()
        if home.batch in home.poll().done()["closed"]:
            return
        home.next_days(1 if round_ < 2 else 10)
    raise AssertionError("the batch does not close")


def expected_ledger(home: Home) -> dict[str, Judged]:
    """What the partners must have done, by what the gateway holds of each payment."""
    payments = home.chitra("payment", "list", "--limit", "1000").done()["payments"]
    return {payment["end_to_end_id"]: _judged(payment["state"], payment["amount"]) for payment in payments}


def _judged(state: str, amount: int) -> Judged:
    """Debited exactly once when settled or returned, never when rejected."""
    debited = state in ("settled", "returned")
    return Judged(
        debited=int(debited),
        debited_amount=amount if debited else 0,
        returned_amount=amount if state == "returned" else 0,
        rejected=int(state == "rejected"),
        reversed_amount=0,
        accepted=int(debited),
    )
