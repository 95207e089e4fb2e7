"""L4: the rule machine over payouts (``tests/stateful``), with other examples than those of every test run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from proof.section import Section, Tell

ROOT = Path(__file__).parents[1]
EXAMPLES, STEPS = 10_000, 100
PORTION = 100
"""Examples a process; each has its own seed, so that a failing portion is found again."""
_PROMISE = re.compile(r"AssertionError: ((?:[A-Z]\d+)[^\n]*|[^\n]+)")


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 10,000 examples of 100 steps."""
    examples = max(1, round(EXAMPLES * scale))
    seeds = range(1, -(-examples // PORTION) + 1)
    left = [min(PORTION, examples - PORTION * (seed - 1)) for seed in seeds]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ended = []
        for seed, broken in zip(seeds, pool.map(_portion, seeds, left), strict=True):
            ended.append(broken)
            tell(f"stateful: {seed} of {len(seeds)} portions" + (f"; seed {seed}: {broken}" if broken else ""))
    broken = {seed: wrong for seed, wrong in zip(seeds, ended, strict=True) if wrong}
    kinds = Counter(wrong[:2] for wrong in broken.values())
    return Section(
        title="L4: rule machine over payouts",
        text=_text(examples, broken),
        doubled=kinds["M1"],
        lost=kinds["M2"],
        corrupted=len(broken) - kinds["M1"] - kinds["M2"],
    )


def _portion(seed: int, examples: int) -> str:
    """What broke; empty when nothing did."""
    environment = os.environ | {
        "CHITRA_STATEFUL_EXAMPLES": str(examples),
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


def _text(examples: int, broken: dict[int, str]) -> str:
    lines = [
        f"{examples:,} examples of {STEPS} steps: people import, approve, cancel, stop, start, end exceptions; workers"
        " send and poll and die at any operation; the bank takes, accepts, books, rejects, returns with and without a"
        " name and in part, reverses, takes fees; its files come in any order and again; backups are restored. After"
        " every step S1, S2, S5, S6, S7, M1, M3, M4, M10, M11 and M13 are looked at, at the end M2 and, with everything"
        " told once more backwards, S2.",
        "",
        f"- Portions that broke a promise: {len(broken)}.",
        *(f"  - `--hypothesis-seed={seed}`: {wrong}" for seed, wrong in broken.items()),
    ]
    return "\n".join(lines) + "\n"
