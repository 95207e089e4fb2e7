"""Business days of Viet Nam."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar import WorkingDays
from gateway.clock import ZONE
from gateway.domain.calendar import add_working, execution_date, next_working

VIET_NAM = WorkingDays()
CUTOFF = time(15, 30)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def _at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_after_3_february_2027_tet_lasts_until_11_february() -> None:
    assert next_working(date(2027, 2, 4), VIET_NAM) == date(2027, 2, 11)
    assert add_working(date(2027, 2, 3), 1, VIET_NAM) == date(2027, 2, 11)


def test_the_culture_day_of_24_november_is_a_holiday() -> None:
    assert not VIET_NAM(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (_at(2, 9), date(2026, 11, 2)),
        (_at(2, 15, 29), date(2026, 11, 2)),
        (_at(2, 15, 30), date(2026, 11, 3)),
        (_at(6, 16), date(2026, 11, 9)),
        (_at(7, 9), date(2026, 11, 9)),
        (_at(31, 16, month=12), date(2027, 1, 4)),
    ],
)
def test_execution_is_today_before_the_cutoff_else_the_next_working_day(now: datetime, expected: date) -> None:
    assert execution_date(now, CUTOFF, VIET_NAM) == expected


def test_an_operators_own_holidays_and_working_saturdays_win() -> None:
    days = WorkingDays(extra=[date(2026, 11, 3)], working=[date(2026, 11, 7)])
    assert not days(date(2026, 11, 3))
    assert days(date(2026, 11, 7))
    assert next_working(date(2026, 11, 3), days) == date(2026, 11, 4)


@given(DAYS, st.integers(0, 20))
def test_adding_working_days_counts_exactly_the_working_days_between(day: date, count: int) -> None:
    end = add_working(day, count, VIET_NAM)
    between = [day + timedelta(days=ahead) for ahead in range(1, (end - day).days + 1)]
    assert sum(map(VIET_NAM, between)) == count
    assert count == 0 or VIET_NAM(end)


@given(DAYS)
def test_the_next_working_day_is_the_first_one(day: date) -> None:
    found = next_working(day, VIET_NAM)
    assert VIET_NAM(found)
    assert not any(VIET_NAM(day + timedelta(days=ahead)) for ahead in range((found - day).days))


def test_a_calendar_without_working_days_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ValueError, match="no working day"):
        next_working(date(2026, 11, 2), lambda _day: False)
