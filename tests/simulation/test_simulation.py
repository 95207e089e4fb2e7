"""L1: one process, many worlds, every promise looked at after every step; a failure names its seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.chance import FAULTS
from simulation.world import Outcome, run

STEPS = 200
SEEDS = 150
PORTION = 15
KEPT = Path(__file__).with_name("seeds.txt")


def _kept() -> list[int]:
    lines = KEPT.read_text().splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def _require_kept_promises(outcome: Outcome) -> None:
    story = "\n".join(outcome.told[-20:])
    again = f"python -m tests.simulation {outcome.seed} --steps {STEPS}"
    assert outcome.broken is None, f"step {outcome.steps}: {outcome.broken}\n{again}\n{story}"


@pytest.mark.parametrize("first", range(1, SEEDS + 1, PORTION))
def test_m1_to_a3_whatever_fails_in_whatever_order_every_promise_holds(first: int) -> None:
    for seed in range(first, first + PORTION):
        _require_kept_promises(run(seed, STEPS))


@pytest.mark.parametrize("seed", _kept())
def test_a_seed_that_once_broke_a_promise_does_not_any_more(seed: int) -> None:
    _require_kept_promises(run(seed, STEPS))


def test_a_seed_tells_the_same_story_again() -> None:
    one, other = run(3, 120), run(3, 120)
    assert one == other
    assert one.digest != run(4, 120).digest


def test_money_moves_and_faults_strike() -> None:
    """A simulation in which nothing happens would keep every promise."""
    outcomes = [run(seed, STEPS) for seed in range(900, 912)]
    assert sum(outcome.debited for outcome in outcomes) >= 30
    assert {state for outcome in outcomes for state in outcome.ends} >= {"settled", "rejected", "returned"}
    assert len({number for outcome in outcomes for number in outcome.fired}) >= len(FAULTS) // 2
