"""A whole month over OpenSSH, by the command line only, on both databases."""

from __future__ import annotations

from support.homes import MONTHS, Home

SMALL = MONTHS / "month.2026-11.small.csv"
DAYS_MAX = 20


def test_m1_m2_month_ends_closed_and_the_partners_books_agree(served_home: Home) -> None:
    home = served_home
    batch = home.approved(SMALL)
    sent = home.send().done()
    assert {file["state"] for file in sent["files"]} == {"sent"}
    assert len(sent["files"]) == 5

    for _ in range(DAYS_MAX):
        home.work()
        if batch in home.poll().done()["closed"]:
            break
        home.next_day()
    assert home.states(batch) == {"rejected": 5, "returned": 4, "settled": 31}
