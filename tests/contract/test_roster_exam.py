"""A small exam: nine lists in nine shapes with every kind of defect; ``python -m proof.roster`` has the large one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from exam.defects import KINDS, WHOLE
from exam.judge import Verdict, judged
from exam.month import OFFICES, Exam
from exam.play import BEFORE, Played, play
from support.gateways import new_gateway

PEOPLE, SHARE = 600, 0.12


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("exam")
        if request.param == "postgresql":
            gateway = stack.enter_context(request.getfixturevalue("postgres_first_day").gateway(folder))
        else:
            gateway = new_gateway(folder)
        stack.callback(gateway.close)
        yield play(Exam(7, PEOPLE, SHARE), gateway)


@pytest.fixture(scope="module")
def verdict(played: Played) -> Verdict:
    return judged(played)


def test_every_planted_defect_is_told_at_its_row_with_its_code(played: Played, verdict: Verdict) -> None:
    planted = Counter(entry.defect for entry in played.exam.planted)
    assert planted.keys() == {*KINDS, *WHOLE}
    assert verdict.missed == []
    assert verdict.found == planted


def test_nobody_without_a_defect_is_blocked(verdict: Verdict) -> None:
    assert +verdict.false_alarms == Counter()


def test_no_two_people_become_one_and_all_values_are_those_that_were_told(verdict: Verdict) -> None:
    assert verdict.wrong_people == []


def test_the_month_pays_exactly_those_and_as_much_as_another_reckoning_says(verdict: Verdict) -> None:
    assert verdict.wrong_payments == []
    assert verdict.payments > PEOPLE / 2


def test_a_list_of_an_earlier_day_is_refused_with_the_day_of_the_last_one(played: Played) -> None:
    today = played.lists[OFFICES[0]].file.as_of
    assert today > BEFORE
    assert played.refused == dict.fromkeys(OFFICES, ("roster_older", today))


def test_what_is_stored_is_sound(verdict: Verdict) -> None:
    assert verdict.unsound == []
