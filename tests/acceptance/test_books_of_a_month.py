"""The tie of every day of a month with every outcome: exact, and open where the bank's word is lost."""

from __future__ import annotations

import pytest
from months.books import Books, books
from months.outcomes import BOOKED_DAYS, LOST_DAY, PAGED_DAY
from months.play import sent


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Books:
    home, told = sent(tmp_path_factory.mktemp("sent"), 200)
    return books(home, tmp_path_factory.mktemp("books"), told)


@pytest.mark.parametrize("number", range(len(BOOKED_DAYS)))
def test_s4_every_day_ties_to_the_dong_but_for_what_the_bank_itself_did_wrong(month: Books, number: int) -> None:
    """Second debits and a currency that is not the account's are named, each by its amount, and nothing else is."""
    assert month.healed[number].date == BOOKED_DAYS[number]
    assert month.surprises(month.healed[number]) == []


def test_what_is_lost_keeps_its_day_from_tying_and_is_named(month: Books) -> None:
    open_ = {tie.date: {each.kind for each in (*tie.differences, *tie.awaited)} for tie in month.first if not tie.ties}
    assert {PAGED_DAY, LOST_DAY} <= set(open_)
    assert "page_missing" in open_[PAGED_DAY]
