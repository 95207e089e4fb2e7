"""L8: the tester tested. Every planted bug must be caught by the simulation; the seeds are searched from scratch."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from proof.section import Section, Tell

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

STEPS = 200
SEEDS = 400
"""How many a bug may take before it counts as missed."""


@dataclass(frozen=True, slots=True)
class Catch:
    """The first seed that catches a bug, and how; no seed when none did."""

    bug: str
    seed: int | None = None
    step: int = 0
    broken: str = ""


def run(tell: Tell, scale: float = 1.0) -> Section:
    """Every bug, at up to 400 seeds each at scale 1.0."""
    catches = []
    for catch in search(max(1, round(SEEDS * scale))):
        tell(f"planted bug {catch.bug}: " + (f"seed {catch.seed}, {catch.broken}" if catch.seed else "MISSED"))
        catches.append(catch)
    return Section(title="L8: planted bugs", text=_text(sorted(catches, key=lambda catch: catch.bug)))


def search(seeds: int, names: list[str] | None = None) -> Iterator[Catch]:
    """In the order in which they are found."""
    from simulation.patches import names_of_bugs

    with get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(partial(first_catch, seeds=seeds), names or names_of_bugs())


def first_catch(bug: str, seeds: int) -> Catch:
    from simulation.patches import planted
    from simulation.world import run as simulate

    with planted(bug):
        for seed in range(1, seeds + 1):
            outcome = simulate(seed, STEPS)
            if outcome.broken:
                return Catch(bug, seed, outcome.steps, outcome.broken)
    return Catch(bug)


def _text(catches: list[Catch]) -> str:
    from simulation.patches import story_of

    caught = sum(catch.seed is not None for catch in catches)
    rows = [
        f"| `{each.bug}` | {story_of(each.bug)} | {each.seed or 'missed'} | {each.step} | {each.broken} |"
        for each in catches
    ]
    head = (
        f"{len(catches)} bugs planted into the product, {caught} caught; the first seed of the simulation that does it:"
    )
    return "\n".join(
        [head, "", "| bug | what is wrong | seed | step | what was seen |", "|---|---|---:|---:|---|", *rows]
    )
