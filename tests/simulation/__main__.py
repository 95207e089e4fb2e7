"""``python -m tests.simulation SEED [--steps N] [--seeds M]``: tell one seed again, or run many from it on.

The story of a single seed is printed step by step; with ``--seeds`` only what broke.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from simulation.world import Outcome, run

EVERYTHING = 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    if given.seeds == 1:
        outcome = run(given.seed, given.steps, keep=EVERYTHING)
        print("\n".join(outcome.told))
        return _report(outcome)
    return max(_report(run(seed, given.steps)) for seed in range(given.seed, given.seed + given.seeds))


def _report(outcome: Outcome) -> int:
    print(f"seed {outcome.seed}: {outcome.ends}, {outcome.debited} debited, trace {outcome.digest[:16]}")
    if outcome.broken is None:
        return 0
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    print(f"BROKEN at step {outcome.steps} of seed {outcome.seed}, commit {commit.stdout.strip()}: {outcome.broken}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
