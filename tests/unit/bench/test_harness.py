"""The bench's arithmetic: turns, ratios within a round, memory of the case alone."""

from __future__ import annotations

import sys

import pytest

from bench.harness import Case, CaseFailed, Result, Sample, run
from bench.report import Aim, compared

_SAY = "import json; {work}; print(json.dumps({{'seconds': {seconds}}}))"


def _case(title: str, seconds: float, work: str = "pass") -> Case:
    return Case(title, (sys.executable, "-c", _SAY.format(work=work, seconds=seconds)))


def _result(*seconds: float) -> Result:
    return Result(_case("any", 0), tuple(Sample(each, 10) for each in seconds))


def test_cases_take_turns() -> None:
    told: list[str] = []
    run([_case("a", 1), _case("b", 2)], 2, told.append)
    assert [line.split(",")[0] for line in told] == ["a", "b", "a", "b"]


def test_a_case_says_its_own_seconds() -> None:
    (result,) = run([_case("a", 0.125)], 1, lambda line: None)
    assert result.seconds == 0.125


def test_the_ratio_is_the_median_of_the_ratios_within_a_round() -> None:
    ours, theirs = _result(1, 10, 2), _result(3, 40, 2)
    assert ours.times(theirs) == 3


def test_the_peak_is_that_of_the_case() -> None:
    work = "x = b'x' * (300 << 20)"
    large, small = run([_case("large", 1, work), _case("small", 1)], 1, lambda line: None)
    assert small.peak_mib < 300 <= large.peak_mib


def test_a_case_that_fails_stops_the_run() -> None:
    with pytest.raises(CaseFailed, match="a: exit 3"):
        run([_case("a", 1, "raise SystemExit(3)")], 1, lambda line: None)


@pytest.mark.parametrize(("seen", "at_least", "is_met"), [(8, True, True), (7.9, True, False), (7.9, False, True)])
def test_an_aim_is_judged_by_its_direction(seen: float, at_least: bool, is_met: bool) -> None:
    assert Aim("any", 8, seen, "times", at_least).is_met is is_met


def test_a_table_compares_with_its_first_case() -> None:
    assert compared([_result(2, 2), _result(6, 8)]).splitlines()[-1].endswith("| 3.50 |")
