"""The bench's arithmetic: turns, ratios within a round, memory of the case alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.harness import Case, CaseFailed, Result, Sample, run, take_turns
from bench.report import Aim, compared
from bench.suites import REPORTS, SUITES

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


def _peaks_mib(*scripts: str) -> list[float]:
    """Measured from a fresh interpreter, as the bench is: Linux counts what a process was before it became the case,
    and this one may be large by now."""
    cases = [Case(script, (sys.executable, "-c", script)) for script in scripts]
    program = f"""
from bench.harness import Case, run
cases = [Case(title, tuple(command)) for title, command in {[(case.title, case.command) for case in cases]!r}]
print([result.peak_mib for result in run(cases, 1, lambda line: None)])"""
    root = Path(__file__).parents[3]
    return json.loads(subprocess.check_output([sys.executable, "-c", program], cwd=root))  # type: ignore[no-any-return]


def test_the_peak_is_that_of_the_case() -> None:
    work = "x = b'x' * (300 << 20)"
    large, small = _peaks_mib(_SAY.format(work=work, seconds=1), _SAY.format(work="pass", seconds=1))
    assert small < 300 <= large


def test_a_case_that_fails_stops_the_run() -> None:
    with pytest.raises(CaseFailed, match="a: exit 3"):
        run([_case("a", 1, "raise SystemExit(3)")], 1, lambda line: None)


@pytest.mark.parametrize(("seen", "at_least", "is_met"), [(8, True, True), (7.9, True, False), (7.9, False, True)])
def test_an_aim_is_judged_by_its_direction(seen: float, at_least: bool, is_met: bool) -> None:
    assert Aim("any", 8, seen, "times", at_least).is_met is is_met


def test_a_table_compares_with_its_first_case() -> None:
    assert compared([_result(2, 2), _result(6, 8)]).splitlines()[-1].endswith("| 3.50 |")


def test_a_case_that_fails_leaves_the_turns_to_the_others_and_says_its_last_line() -> None:
    failed, other = take_turns([_case("a", 1, "raise SystemExit('too large')"), _case("b", 2)], 2, lambda line: None)
    assert isinstance(failed, CaseFailed)
    assert failed.words == "too large"
    assert isinstance(other, Result)
    assert len(other.samples) == 2


def test_a_case_that_takes_long_has_one_round() -> None:
    slow, fast = run([_case("slow", 16), _case("fast", 1)], 3, lambda line: None)
    assert [len(result.samples) for result in (slow, fast)] == [1, 3]
    assert fast.times(slow) == 16


def test_the_memory_of_a_child_counts_and_what_it_shares_counts_once() -> None:
    work = """
import os, time
shared = b'x' * (50 << 20)
child = os.fork()
own = b'y' * (50 << 20)
time.sleep(0.5)
if not child:
    os._exit(0)
os.wait()"""
    script = f"{work}\nimport json\nprint(json.dumps({{'seconds': 1}}))"
    (peak_mib,) = _peaks_mib(script)
    assert 140 < peak_mib < 190


def test_an_aim_that_was_not_reached_is_not_met() -> None:
    assert not Aim("any", 64, None, "MiB", at_least=False).is_met


def test_every_suite_of_a_report_exists() -> None:
    assert {name for report in REPORTS.values() for name in report.suites} == SUITES.keys()
