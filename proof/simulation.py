"""L1: the deterministic simulation (``tests/simulation``), seed by seed on every core."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from proof.section import Section, Tell

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

if TYPE_CHECKING:
    from simulation.world import Outcome

SEEDS, STEPS = 10_000, 200
FIRST = 100_000
"""Beyond the seeds of every test run."""
_DOUBLED, _LOST = ("M1", "M9"), ("M2",)
"""Promises whose breach is a double or a loss; every other one counts as corruption."""


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 seeds of 200 steps."""
    seeds = max(1, round(SEEDS * scale))
    outcomes = list(_told(tell, seeds, _outcomes(seeds)))
    broken = [outcome for outcome in outcomes if outcome.broken]
    kinds = Counter(outcome.promise for outcome in broken)
    doubled, lost = (sum(kinds[each] for each in named) for named in (_DOUBLED, _LOST))
    return Section(
        title="L1: deterministic simulation",
        text=_text(outcomes, broken),
        doubled=doubled,
        lost=lost,
        corrupted=len(broken) - doubled - lost,
    )


def _outcomes(seeds: int) -> Iterator[Outcome]:
    """In the order in which they end."""
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        yield from pool.imap_unordered(_played, range(FIRST, FIRST + seeds), chunksize=4)


def _played(seed: int) -> Outcome:
    """An error that nobody caught breaks its seed, not the run."""
    from simulation.world import Outcome
    from simulation.world import run as simulate

    try:
        return simulate(seed, STEPS)
    except Exception as error:  # whatever it is, it is told with its seed
        return Outcome(seed, STEPS, "", {}, f"bug: {error!r}", "bug", [], 0, {})


def _told(tell: Tell, seeds: int, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for number, outcome in enumerate(outcomes, 1):
        if outcome.broken:
            tell(f"seed {outcome.seed} breaks at step {outcome.steps}: {outcome.broken}")
        if number % 100 == 0:
            tell(f"simulation: {number} of {seeds} seeds")
        yield outcome


def _text(outcomes: list[Outcome], broken: list[Outcome]) -> str:
    fired: Counter[int] = Counter()
    ends: Counter[str] = Counter()
    for outcome in outcomes:
        fired.update(outcome.fired)
        ends.update(outcome.ends)
    steps = sum(outcome.steps for outcome in outcomes)
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(ends.items()))
    lines = [
        f"{len(outcomes):,} seeds from {FIRST:,} on, {steps:,} steps, every promise looked at after each; then faults"
        " off and time runs. Again: `python -m tests.simulation SEED`.",
        "",
        f"- End-to-end ids debited by the simulated banks: {sum(each.debited for each in outcomes):,}, each once.",
        f"- Payments at the end: {states}.",
        f"- Faults struck: {fired.total():,}, of {len(fired)} numbers of the catalogue; least often"
        f" {min(fired.values(), default=0):,} times.",
        f"- Seeds that broke a promise: {len(broken)}.",
        *(f"  - seed {each.seed}, step {each.steps}: {each.broken}" for each in broken),
        "",
        "| fault | times |",
        "|---:|---:|",
        *(f"| {number} | {count:,} |" for number, count in sorted(fired.items())),
    ]
    return "\n".join(lines) + "\n"
