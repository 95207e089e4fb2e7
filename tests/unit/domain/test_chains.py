"""S4: the chain of an account's statements, whatever the order in which they came (S3)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from gateway.domain.chains import Link, Sheet, findings, gap, links

Found = tuple[str, dict[str, str | int], int | None]


def _is_working(day: date) -> bool:
    return day.weekday() < 5


def sheet(day: str, opening: int | None, closing: int | None, **changes: Any) -> Sheet:
    """A statement of one day that ties."""
    fields: dict[str, Any] = {
        "id": 1,
        "message_id": f"M{day}",
        "statement_id": f"S{day}",
        "created": f"{day}T17:00:00+07:00",
        "first": day,
        "last": day,
        "sequence": None,
        "legal_sequence": None,
        "page": None,
        "last_page": None,
        "opening": opening,
        "closing": closing,
        "entries": 1,
        "entry_sum": 0 if opening is None or closing is None else closing - opening,
        "content": b"",
    }
    return Sheet(**(fields | changes))


MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (f"2026-11-0{day}" for day in (2, 3, 4, 5))
FRIDAY, NEXT_MONDAY = "2026-11-06", "2026-11-09"


def found(*sheets: Sheet, daily: bool = False) -> list[Found]:
    """Everything that is wrong, in every order of arrival the same."""
    orders = (
        list(permutations(sheets))
        if len(sheets) < 5
        else [random.Random(seed).sample(sheets, len(sheets)) for seed in range(20)]
    )
    pictures = [_found(links(order), daily) for order in orders]
    assert all(picture == pictures[0] for picture in pictures), "S3: it depends on the order"
    return pictures[0]


def _found(chain: list[Link], daily: bool) -> list[Found]:
    told = [(each.kind, {**each.place, **each.details}, each.amount) for each in findings(chain, _is_working, daily)]
    return sorted(told, key=repr)


def kinds(*sheets: Sheet, daily: bool = False) -> list[str]:
    return [kind for kind, _place, _amount in found(*sheets, daily=daily)]


def test_statements_that_follow_each_other_are_silent() -> None:
    chain = [sheet(FRIDAY, 10, 7), sheet(NEXT_MONDAY, 7, -2), sheet("2026-11-10", -2, 5)]
    assert found(*chain, daily=True) == []


def test_a_statement_that_does_not_tie_is_told_with_the_difference() -> None:
    assert found(sheet(MONDAY, 10, 7, entry_sum=-1)) == [
        ("statement_does_not_tie", {"day": MONDAY, "number": "", "page": 1}, -2)
    ]


def test_a_closing_balance_that_is_not_the_next_opening_is_told() -> None:
    assert found(sheet(MONDAY, 10, 7), sheet(TUESDAY, 8, 8)) == [("chain_broken", {"day": TUESDAY, "number": ""}, 1)]


@pytest.mark.parametrize("numbering", ["sequence", "legal_sequence"])
def test_a_number_that_is_missing_is_told_also_where_the_balances_meet(numbering: str) -> None:
    one, other = sheet(MONDAY, 10, 7, **{numbering: 4}), sheet(THURSDAY, 7, 9, **{numbering: 8})
    assert found(one, other) == [("statement_gap", {"day": THURSDAY, "number": "8", "numbers": "5-7"}, None)]
    apart = replace(other, opening=6, entry_sum=3)
    assert found(one, apart) == [("statement_gap", {"day": THURSDAY, "number": "8", "numbers": "5-7"}, -1)]


def test_each_of_two_numberings_must_be_without_gaps() -> None:
    one, other = sheet(MONDAY, 1, 1, sequence=1, legal_sequence=1), sheet(TUESDAY, 1, 1, sequence=2, legal_sequence=3)
    assert found(one, other) == [("statement_gap", {"day": TUESDAY, "number": "2", "numbers": "2"}, None)]


def test_a_gap_heals_when_the_missing_statements_are_there() -> None:
    chain = [sheet(day, 5, 5, sequence=number) for number, day in enumerate((MONDAY, TUESDAY, WEDNESDAY), 1)]
    assert kinds(chain[0], chain[2]) == ["statement_gap"]
    assert kinds(*chain) == []


@pytest.mark.parametrize(("number", "expected"), [(1, []), (251, []), (3, ["1-2"]), (253, ["251-252"])])
def test_numbers_may_begin_again_with_the_year_or_go_on(number: int, expected: list[str]) -> None:
    chain = (sheet("2026-12-31", 5, 5, sequence=250), sheet("2027-01-04", 5, 5, sequence=number))
    assert [place["numbers"] for _kind, place, _amount in found(*chain)] == expected


def test_a_number_that_never_changes_proves_nothing() -> None:
    chain = [sheet(day, 5, 5, sequence=1) for day in (MONDAY, WEDNESDAY)]
    assert kinds(*chain, daily=True) == ["day_missing"]
    assert gap(links(chain), _is_working, date(2026, 11, 2), date(2026, 11, 4)) == "statement_missing"


def test_a_working_day_without_statement_is_told_where_no_number_proves_it() -> None:
    one, other = sheet(FRIDAY, 10, 7), sheet("2026-11-11", 7, 7)
    assert found(one, other) == []
    assert found(one, other, daily=True) == [("day_missing", {"first": NEXT_MONDAY, "last": "2026-11-10"}, None)]
    assert found(one, replace(other, opening=6, closing=6)) == [
        ("day_missing", {"first": NEXT_MONDAY, "last": "2026-11-10"}, -1)
    ]


def page(
    number: int, *, last: bool | None = False, opening: int | None = None, closing: int | None = None, **changes: Any
) -> Sheet:
    fields = {"sequence": 1, "page": number, "last_page": last, "entry_sum": -1, "message_id": f"P{number}"}
    return sheet(MONDAY, opening, closing, **(fields | changes))


def test_pages_make_one_statement_in_any_order() -> None:
    pages = [page(1, opening=10), page(2), page(3, last=True, closing=7)]
    assert found(*pages) == []
    assert kinds(*pages, sheet(TUESDAY, 6, 6, sequence=2)) == ["chain_broken"]


def test_pages_joined_by_interim_balances_must_meet() -> None:
    pages = [page(1, opening=10, closing=9), page(2, last=True, opening=9, closing=8)]
    assert found(*pages) == []
    broken = [pages[0], replace(pages[1], opening=7, closing=6)]
    assert found(*broken) == [("chain_broken", {"day": MONDAY, "number": "1", "page": 2}, -2)]


@pytest.mark.parametrize(
    ("numbers", "last", "missing"),
    [
        ((1,), False, "2-"),
        ((2,), False, "1, 3-"),
        ((1, 3), True, "2"),
        ((1, 5), True, "2-4"),
        ((2, 4), False, "1, 3, 5-"),
    ],
)
def test_missing_pages_are_told_together(numbers: tuple[int, ...], last: bool, missing: str) -> None:
    pages = [page(number, last=last and number == numbers[-1]) for number in numbers]
    assert found(*pages) == [("page_missing", {"day": MONDAY, "number": "1", "pages": missing}, None)]


def test_of_a_statement_with_a_page_missing_no_balance_is_compared() -> None:
    assert kinds(page(1, opening=10), sheet(TUESDAY, 6, 6, sequence=2)) == ["page_missing"]
    assert kinds(page(1, opening=10, closing=9), sheet(TUESDAY, 6, 6, sequence=2)) == ["page_missing"]


def test_a_whole_that_does_not_tie_over_its_pages_is_told_once() -> None:
    assert found(page(1, opening=10), page(2, last=True, closing=7)) == [
        ("statement_does_not_tie", {"day": MONDAY, "number": "1"}, -1)
    ]


def test_the_same_statement_again_under_other_ids_is_nothing() -> None:
    one = sheet(MONDAY, 10, 7, sequence=1)
    again = replace(one, id=2, message_id="AGAIN", statement_id="AGAIN", created=f"{TUESDAY}T08:00:00+07:00")
    assert found(one, again) == []


def test_a_correction_is_told_and_the_newer_by_its_own_time_counts() -> None:
    old = sheet(MONDAY, 10, 7, sequence=1, content=b"1")
    new = replace(old, id=2, closing=6, entry_sum=-4, created=f"{MONDAY}T18:00:00+07:00", content=b"2")
    after = sheet(TUESDAY, 6, 6, sequence=2)
    assert kinds(old, new, after) == ["statement_corrected"]
    assert kinds(old, replace(new, created=f"{MONDAY}T16:00:00+07:00"), after) == [
        "chain_broken",
        "statement_corrected",
    ]


def test_what_was_said_first_and_is_said_again_last_counts() -> None:
    old = sheet(MONDAY, 10, 7, sequence=1)
    new = replace(old, id=2, closing=6, entry_sum=-4, created=f"{MONDAY}T18:00:00+07:00", content=b"2")
    again = replace(old, id=3, created=f"{MONDAY}T19:00:00+07:00")
    assert kinds(old, new, again, sheet(TUESDAY, 7, 7, sequence=2)) == ["statement_corrected"]


def test_a_correction_heals_what_did_not_tie() -> None:
    old = sheet(MONDAY, 10, 7, entry_sum=-1)
    new = replace(old, id=2, entry_sum=-3, created=f"{MONDAY}T18:00:00+07:00")
    assert kinds(old, new) == ["statement_corrected"]


def test_periods_over_each_other_are_told_once_for_all_of_them() -> None:
    week = sheet(FRIDAY, 10, 5, first=MONDAY, statement_id="WEEK")
    days = [sheet(day, 10, 9) for day in (TUESDAY, WEDNESDAY)]
    assert found(week, *days) == [("statements_overlap", {"first": MONDAY, "last": FRIDAY}, None)]
    assert kinds(week, *days, sheet(NEXT_MONDAY, 4, 4)) == ["chain_broken", "statements_overlap"]


def test_periods_that_share_a_border_day_do_not_overlap() -> None:
    chain = [sheet(TUESDAY, 10, 9, first=MONDAY), sheet(WEDNESDAY, 9, 8, first=TUESDAY)]
    assert found(*chain, daily=True) == []


def test_several_statements_of_one_day_follow_by_number() -> None:
    assert found(sheet(MONDAY, 10, 9, sequence=7), sheet(MONDAY, 9, 4, sequence=8)) == []


def test_an_extract_without_number_and_balance_is_no_part_of_the_chain() -> None:
    assert found(sheet(MONDAY, 10, 7), sheet(MONDAY, None, None, statement_id="X"), sheet(TUESDAY, 7, 7)) == []
    assert found(sheet(MONDAY, 10, 7), sheet(MONDAY, None, None, first="2026-10-01"), sheet(TUESDAY, 7, 7)) == []


def test_statements_without_any_date_are_ordered_by_their_creation() -> None:
    undated = {"first": "", "last": ""}
    chain = [sheet(day, 5, 5, sequence=number, **undated) for number, day in ((1, MONDAY), (3, WEDNESDAY))]
    assert kinds(*chain) == ["statement_gap"]
    assert found(sheet("", 5, 5, created=""), sheet(MONDAY, 5, 5)) == []


def test_a_page_number_beyond_all_reason_costs_nothing() -> None:
    assert found(page(1), page(10**15, last=True))[0][1]["pages"] == f"2-{10**15 - 1}"
    assert kinds(sheet("1990-01-02", 1, 1), sheet("2100-12-30", 2, 2)) == ["day_missing"]


# --- absence -------------------------------------------------------------------------------------------------------


def _gap(*sheets: Sheet) -> str | None:
    return gap(links(sheets), _is_working, date(2026, 11, 2), date(2026, 11, 4))


WEEK = [sheet(day, 5, 5) for day in (MONDAY, TUESDAY, WEDNESDAY)]


def test_a_whole_chain_proves_every_booking() -> None:
    assert _gap(*WEEK) is None
    numbered = [sheet(day, 5, 5, sequence=number) for number, day in ((1, MONDAY), (2, THURSDAY))]
    assert _gap(*numbered) is None


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        (WEEK[1:], "chain_begins_late"),
        ([replace(WEEK[0], first="", last=""), *WEEK[1:]], "chain_begins_late"),
        (WEEK[:2], "chain_ends_early"),
        ([WEEK[0], WEEK[2]], "statement_missing"),
        ([WEEK[0], replace(WEEK[1], entry_sum=1), WEEK[2]], "statement_does_not_tie"),
        ([WEEK[0], replace(WEEK[1], closing=None), WEEK[2]], "statement_does_not_tie"),
        ([WEEK[0], replace(WEEK[1], opening=6, closing=6), WEEK[2]], "statement_missing"),
        ([*WEEK[:2], replace(WEEK[2], page=1, last_page=False)], "chain_ends_early"),
        ([*WEEK[:2], replace(WEEK[2], page=2, last_page=True)], "statement_missing"),
        ([*WEEK, replace(WEEK[1], id=2, entries=2, content=b"2")], "statement_undecided"),
        ([*WEEK, sheet(WEDNESDAY, 5, 5, first=MONDAY, statement_id="ALL")], "statements_overlap"),
    ],
)
def test_a_chain_with_a_hole_proves_nothing(sheets: list[Sheet], why: str) -> None:
    assert _gap(*sheets) == why
