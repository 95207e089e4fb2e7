"""Growing sizes: who is foreseen to take too long or too much, or fails, is out; we are not."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from bench import ladder as ladder_module
from bench.harness import Case, CaseFailed
from bench.ladder import Climber, climb, foreseen

_SAY = "import json, sys; size = {size}; {work}; print(json.dumps({{'seconds': {seconds}}}))"


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child's peak begins with its parent's memory, which here is that of all the tests run before."""
    monkeypatch.setattr(ladder_module, "PEAK_MIB_MAX", 1 << 30)


def climber(title: str, seconds: Callable[[int], float], work: str = "pass", size_max: int = 1_000_000) -> Climber:
    def case(size: int) -> Case:
        return Case(title, (sys.executable, "-c", _SAY.format(size=size, work=work, seconds=seconds(size))))

    return Climber(title, case, size_max)


def proportional(each: float) -> Callable[[int], float]:
    return lambda size: size * each


def quiet(_: str) -> None:
    pass


def test_times_are_those_of_the_same_size() -> None:
    ladder = climb([climber("ours", proportional(1e-3)), climber("peer", proportional(3e-3))], (10, 100), quiet)
    assert [ladder.times("peer", size) for size in (10, 100)] == pytest.approx([3, 3])


def test_a_peer_foreseen_to_take_too_long_is_not_run_and_the_report_says_so() -> None:
    ladder = climb([climber("ours", proportional(1)), climber("peer", proportional(1))], (10, 100, 1000), quiet)
    assert ladder.at("peer", 100)
    assert ladder.at("ours", 1000)
    assert ladder.at("peer", 1000) is None
    assert "not run at 1,000, where 1,000 s and " in ladder.outs["peer"]


def test_a_peer_that_fails_is_out_with_its_own_words() -> None:
    work = "size < 100 or sys.exit('a million elements are too many')"
    ladder = climb([climber("ours", proportional(0)), climber("peer", proportional(0), work)], (10, 100, 1000), quiet)
    assert ladder.at("peer", 10)
    assert ladder.at("peer", 1000) is None
    assert ladder.outs == {"peer": "failed at 100 with 'a million elements are too many'"}


def test_we_may_not_fail() -> None:
    with pytest.raises(CaseFailed, match="ours: no"):
        climb([climber("ours", proportional(0), "sys.exit('no')")], (10,), quiet)


def test_a_climber_ends_where_it_is_told_to() -> None:
    ladder = climb([climber("ours", proportional(1)), climber("peer", proportional(1), size_max=10)], (10, 100), quiet)
    assert ladder.at("peer", 100) is None
    assert ladder.outs == {}
    assert ladder.tables()[0].splitlines()[-1].endswith("| — |")


@pytest.mark.parametrize(
    ("known", "wanted"),
    [([], 0), ([(10, 5.0)], 50), ([(10, 40.0), (20, 50.0)], 130), ([(1, 9.0), (10, 40.0), (20, 50.0)], 130)],
)
def test_foresight_follows_the_last_two_sizes(known: list[tuple[int, float]], wanted: float) -> None:
    assert foreseen(known, 100) == wanted
