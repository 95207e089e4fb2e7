"""The table of how exceptions end says something sensible for every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support import codes

from gateway.domain.deadlines import due_at
from gateway.domain.resolutions import ALARMS, ALONE, HANDLING, RESOLUTIONS, Urgency, handling


def test_every_kind_of_exception_has_its_row_and_nothing_else_does() -> None:
    assert set(HANDLING) == codes.kinds()


@pytest.mark.parametrize("kind", HANDLING)
def test_all_resolutions_of_a_kind_take_as_many_people(kind: str) -> None:
    people = {RESOLUTIONS[each].people for each in HANDLING[kind].resolutions}
    assert people == {1} if kind in ALONE else people == {2}


def test_no_alarm_is_ended_by_one_person_or_without_a_document() -> None:
    assert not ALARMS & ALONE
    assert all(HANDLING[kind].needs_evidence(each) for kind in ALARMS for each in HANDLING[kind].resolutions)


def test_a_kind_that_nobody_thought_of_counts_as_an_alarm() -> None:
    assert (handling("new_kind").urgency, handling("new_kind").people) == (Urgency.ALARM, 2)


def test_what_is_more_urgent_is_due_sooner() -> None:
    opened = datetime(2026, 11, 2, tzinfo=UTC)
    assert due_at("unknown_debit", opened) == opened + timedelta(hours=4)
    assert due_at("unknown_debit", opened) < due_at("unknown_credit", opened) < due_at("overdue", opened)
    assert due_at("overdue", opened) < due_at("archive_denied", opened)
