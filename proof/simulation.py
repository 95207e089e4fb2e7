"""L1: the deterministic simulation (``tests/simulation``), seed by seed on every core.

A run takes hours, so it is told part by part in ``docs/reports/simulation.json``: a run that was ended goes on with the
next seed, and the report names the commit of each part. Without the file it begins anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proof.section import Section, Tell

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

if TYPE_CHECKING:
    from simulation.world import Outcome

PARTS = Path(__file__).parents[1] / "docs" / "reports" / "simulation.json"
SEEDS, STEPS = 10_000, 200
_PART = 100
"""Seeds after which the figures are written down."""
FIRST = 100_000
"""Beyond the seeds of every test run."""
_DOUBLED, _LOST = ("M1", "M9"), ("M2",)
"""Promises whose breach is a double or a loss; every other one counts as corruption."""


Part = dict[str, Any]
"""Figures of some seeds that follow each other, run on one commit."""


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 seeds of 200 steps, those of earlier parts included."""
    parts: list[Part] = json.loads(PARTS.read_text("utf-8")) if PARTS.exists() else []
    done = sum(part["seeds"] for part in parts)
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        outcomes = pool.imap(_played, range(FIRST + done, FIRST + round(SEEDS * scale)), chunksize=4)
        while some := list(islice(outcomes, _PART)):
            _add(parts, some)
            PARTS.write_text(json.dumps(parts, indent=1) + "\n", "utf-8")
            for each in parts[-1]["broken"]:
                tell(each)
            tell(f"simulation: {some[-1].seed - FIRST + 1} seeds")
    return _section(parts)


def _add(parts: list[Part], outcomes: list[Outcome]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    part = _figures(outcomes) | {"commit": commit.stdout.strip()}
    if parts and parts[-1]["commit"] == part["commit"]:
        parts[-1] = _sum([parts[-1], part])
    else:
        parts.append(part)


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
        "first": outcomes[0].seed,
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


def _sum(parts: Iterable[Part]) -> Part:
    """Numbers and lists added up, counts by their names; the first seed and the commit of the first."""
    total: Part = {}
    for part in parts:
        for name, value in part.items():
            if name in ("first", "commit"):
                total.setdefault(name, value)
            elif isinstance(value, dict):
                total[name] = dict(Counter(total.get(name, {})) + Counter(value))
            else:
                total[name] = total[name] + value if name in total else value
    return total


def _played(seed: int) -> Outcome:
    """An error that nobody caught breaks its seed, not the run."""
    from simulation.world import Outcome
    from simulation.world import run as simulate

    try:
        return simulate(seed, STEPS)
    except Exception as error:  # whatever it is, it is told with its seed
        return Outcome(seed, STEPS, "", {}, f"bug: {error!r}", "bug", [], 0, {})


def _section(parts: list[Part]) -> Section:
    total = _sum(parts)
    fired = {int(number): count for number, count in total["fired"].items()}
    states = ", ".join(f"{count:,} {state}" for state, count in sorted(total["ends"].items()))
    where = "; ".join(f"{part['seeds']:,} from {part['first']:,} on at {part['commit']}" for part in parts)
    lines = [
        f"{total['seeds']:,} seeds ({where}), {total['steps']:,} steps, every promise looked at after each; then faults"
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
