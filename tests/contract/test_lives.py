"""Faults of the host, a few lives of each on every run; ``python -m proof host`` lives a hundred."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import lives

SEEDS = 4
CROWDED = 61
"""A life takes seconds, since every folder is full at every look."""
LIVES = [(fault, seed) for fault in lives.FAULTS for seed in range(1 if fault == CROWDED else SEEDS)]


@pytest.mark.parametrize(("fault", "seed"), LIVES)
def test_m1_m15_whatever_the_host_does_nobody_is_paid_twice_and_nothing_is_lost(
    fault: int, seed: int, tmp_path: Path
) -> None:
    _life, judged = lives.live(fault, seed, tmp_path / "life")
    assert judged == (0, 0, 0)
