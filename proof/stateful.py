"""L4: the rule machine over payouts (``tests/stateful``), with other examples than those of every test run.

It is told part by part (``proof.parts``): a run that was ended goes on with the next portion.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof.parts import Part, Parts
from proof.section import Section, Tell

ROOT = Path(__file__).parents[1]
EXAMPLES, STEPS = 10_000, 100
PORTION = 100
"""Examples a process; each has its own seed, so that a failing portion is found again."""
_PROMISE = re.compile(r"AssertionError: ((?:[A-Z]\d+)[^\n]*|[^\n]+)")


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 examples of 100 steps, those of earlier parts included."""
    parts = Parts("stateful")
    done = parts.total().get("portions", 0)
    seeds = range(done + 1, round(EXAMPLES * scale / PORTION) + 1)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for seed, wrong in zip(seeds, pool.map(_portion, seeds), strict=True):
            parts.add({"portions": 1, "examples": PORTION, "broken": [f"{seed}: {wrong}"] if wrong else []})
            tell(f"stateful: {seed} of {round(EXAMPLES * scale / PORTION)} portions {wrong}")
    total = parts.total()
    kinds = Counter(each.partition(": ")[2][:2] for each in total["broken"])
    return Section(
        title="L4: rule machine over payouts",
        text=_text(parts, total),
        doubled=kinds["M1"],
        lost=kinds["M2"],
        corrupted=len(total["broken"]) - kinds["M1"] - kinds["M2"],
    )


def _portion(seed: int) -> str:
    """What broke; empty when nothing did."""
    environment = os.environ | {
        "CHITRA_STATEFUL_EXAMPLES": str(PORTION),
        "CHITRA_STATEFUL_STEPS": str(STEPS),
        "CHITRA_STATEFUL_SEEDED": "1",
        "PYTHONPATH": "tests",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
    done = subprocess.run(
        [*command, "tests/stateful"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode == 0:
        return ""
    found = _PROMISE.search(done.stdout)
    return found[1] if found else f"exit code {done.returncode}"


def _text(parts: Parts, total: Part) -> str:
    lines = [
        f"{total['examples']:,} examples of {STEPS} steps ({parts.commits('examples')}): people import, approve,"
        " cancel, pay again, recall, stop, start, end exceptions; workers send and poll and die at any operation; the"
        " bank takes, accepts, books, rejects, returns with and without a name and in part, reverses, takes fees,"
        " answers recalls; its files come in any order and again; backups are restored. After every step S1, S2, S5,"
        " S6, S7, M1, M3, M4, M10, M11 and M13 are looked at, at the end M2 and, with everything told once more"
        " backwards, S2.",
        "",
        f"- Portions of {PORTION} that broke a promise: {len(total['broken'])}.",
        *(f"  - `--hypothesis-seed={each}`" for each in total["broken"]),
    ]
    return "\n".join(lines) + "\n"
