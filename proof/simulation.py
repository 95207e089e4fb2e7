"""L1: the deterministic simulation (``tests/simulation``), seed by seed on every core.

It is told part by part (``proof.parts``): a run that was ended goes on with the next seed.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from proof.parts import Part, Parts
from proof.section import Section, Tell

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

if TYPE_CHECKING:
    from simulation.world import Outcome

SEEDS, STEPS = 10_000, 200
_PART = 100
"""Seeds after which the figures are written down."""
_CHUNK, _CHUNKS_A_PROCESS = 4, 50
"""A process that has played many seeds holds on to memory, and becomes slower."""
FIRST = 100_000
"""Beyond the seeds of every test run."""
_DOUBLED, _LOST = ("M1", "M9"), ("M2",)
"""Promises whose breach is a double or a loss; every other one counts as corruption."""


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 seeds of 200 steps, those of earlier parts included."""
    parts = Parts("simulation")
    done = sum(part["seeds"] for part in parts.all)
    with get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=_CHUNKS_A_PROCESS) as pool:
        outcomes = pool.imap(_played, range(FIRST + done, FIRST + round(SEEDS * scale)), chunksize=_CHUNK)
        while some := list(islice(outcomes, _PART)):
            figures = _figures(some)
            parts.add(figures)
            for each in figures["broken"]:
                tell(each)
            tell(f"simulation: {some[-1].seed - FIRST + 1} seeds")
    return _section(parts)


def _figures(outcomes: list[Outcome]) -> Part:
    fired: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for each in outcomes:
        fired.update({str(number): count for number, count in each.fired.items()})
        ends.update(each.ends)
    broken = [each for each in outcomes if each.broken]
    kinds = Counter(each.promise for each in broken)
    doubled, lost = (sum(kinds[each] for each in named) for named in (_DOUBLED, _LOST))
    return {
        "seeds": len(outcomes),
        "steps": sum(each.steps for each in outcomes),
        "debited": sum(each.debited for each in outcomes),
        "fired": dict(fired),
        "ends": dict(ends),
        "doubled": doubled,
        "lost": lost,
        "corrupted": len(broken) - doubled - lost,
        "broken": [f"seed {each.seed}, step {each.steps}: {each.broken}" for each in broken],
    }


def _played(seed: int) -> Outcome:
    """An error that nobody caught breaks its seed, not the run."""
    from simulation.world import Outcome
    from simulation.world import run as simulate

    try:
        return simulate(seed, STEPS)
    except Exception as error:  # whatever it is, it is told with its seed
        return Outcome(seed, STEPS, "", {}, f"bug: {error!r}", "bug", [], 0, {})


def _section(parts: Parts) -> Section:
    total = parts.total()
    fired = {int(number): count for number, count in total["fired"].items()}
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(total["ends"].items()))
    lines = [
        f"{total['seeds']:,} seeds from {FIRST:,} on ({parts.commits('seeds')}), {total['steps']:,} steps,"
        " every promise looked at after each; then faults"
        " off and time runs. Again: `python -m tests.simulation SEED`.",
        "",
        f"- End-to-end ids debited by the simulated banks: {total['debited']:,}, each once.",
        f"- Payments at the end: {states}.",
        f"- Faults struck: {sum(fired.values()):,}, of {len(fired)} numbers of the catalogue; least often"
        f" {min(fired.values(), default=0):,} times.",
        f"- Seeds that broke a promise: {len(total['broken'])}.",
        *(f"  - {each}" for each in total["broken"]),
        "",
        "| fault | times |",
        "|---:|---:|",
        *(f"| {number} | {count:,} |" for number, count in sorted(fired.items())),
    ]
    return Section(
        title="deterministic simulation",
        text="\n".join(lines) + "\n",
        doubled=total["doubled"],
        lost=total["lost"],
        corrupted=total["corrupted"],
    )
