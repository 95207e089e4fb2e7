"""When a partner is asked again, over a given clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from gateway.domain.calendar import VIET_NAM
from gateway.domain.schedule import Hours, Pace, is_open, opening, pause

PACE = Pace(poll_seconds=30, quiet_seconds=600, backoff_seconds_max=900)
OFFICE = Hours(time(8), time(17))
NO_CHANCE = 0.5
"""In the middle: neither shorter nor longer."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIET_NAM)


MONDAY = at("2026-11-02 09:00")
HOLIDAY = date(2026, 11, 4)


def works(day: date) -> bool:
    return day.weekday() < 5 and day != HOLIDAY


def seconds(
    now: datetime, failures: int = 0, chance: float = NO_CHANCE, hours: Hours = OFFICE, pace: Pace = PACE
) -> float:
    return pause(pace, hours, now, works, failures, chance)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-02 07:59", False),
        ("2026-11-02 08:00", True),
        ("2026-11-02 16:59", True),
        ("2026-11-02 17:00", False),
        ("2026-11-04 09:00", False),
        ("2026-11-07 09:00", False),
    ],
)
def test_hours_begin_with_their_first_minute_and_end_before_their_last_on_working_days(
    now: str, expected: bool
) -> None:
    assert is_open(OFFICE, at(now), works) is expected


def test_without_hours_a_working_day_is_open_from_midnight_to_midnight() -> None:
    assert is_open(Hours(), at("2026-11-02 00:00"), works)
    assert is_open(Hours(), at("2026-11-02 23:59"), works)
    assert not is_open(Hours(), at("2026-11-08 12:00"), works)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-02 07:00", "2026-11-02 08:00"),
        ("2026-11-02 17:30", "2026-11-03 08:00"),
        ("2026-11-03 18:00", "2026-11-05 08:00"),
        ("2026-11-06 18:00", "2026-11-09 08:00"),
        ("2026-11-08 03:00", "2026-11-09 08:00"),
    ],
)
def test_the_next_opening_leaps_over_days_without_work(now: str, expected: str) -> None:
    assert opening(OFFICE, at(now), works) == at(expected)


def test_in_the_partners_hours_the_pause_is_the_usual_one_a_tenth_shorter_or_longer() -> None:
    assert [seconds(MONDAY, chance=chance) for chance in (0, 0.5, 1)] == [27, 30, 33]


def test_outside_them_it_is_the_quiet_one() -> None:
    assert seconds(at("2026-11-02 20:00")) == 600
    assert seconds(at("2026-11-07 12:00")) == 600


def test_the_quiet_pause_ends_soon_after_the_hours_begin() -> None:
    assert seconds(at("2026-11-02 07:55"), chance=0) == 300
    assert seconds(at("2026-11-02 07:55"), chance=1) == 330


def test_just_before_the_hours_begin_it_is_not_shorter_than_the_usual_one() -> None:
    assert seconds(at("2026-11-02 07:59") + timedelta(seconds=59)) == 30


def test_a_quiet_pause_shorter_than_the_usual_one_is_not_taken() -> None:
    assert seconds(at("2026-11-02 20:00"), pace=Pace(300, 60, 900)) == 300


def test_the_pause_doubles_with_every_failure_up_to_its_cap_and_is_usual_again_after_a_success() -> None:
    assert [seconds(MONDAY, failures=failures) for failures in range(7)] == [30, 60, 120, 240, 480, 900, 900]


def test_failures_count_outside_the_hours_too() -> None:
    assert seconds(at("2026-11-07 12:00"), failures=1) == 60


def test_a_partner_with_a_longer_pause_than_the_cap_is_never_asked_faster_because_it_fails() -> None:
    assert seconds(MONDAY, failures=3, pace=Pace(3600, 3600, 900)) == 3600


def test_it_never_grows_beyond_every_bound_however_long_a_partner_is_dead() -> None:
    pauses = [seconds(MONDAY, failures=failures, chance=1) for failures in (0, 1, 5, 60, 100_000)]
    assert all(earlier <= later for earlier, later in pairwise(pauses))
    assert pauses[-1] == 990
