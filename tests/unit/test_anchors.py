"""Anchors outside the database, written by many threads at once."""

from __future__ import annotations

import os
from pathlib import Path

from support.stores import together

from gateway.anchors import FileAnchors
from gateway.ports import Anchor

WRITES = 50


def test_m15_threads_that_write_the_anchor_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    anchors = FileAnchors(tmp_path / "anchor.json", [])

    def write(number: int) -> None:
        for sequence in range(WRITES):
            anchors.write(Anchor("TEST00", 1, number * WRITES + sequence, "f" * 64, anchors.machine))
            assert anchors.read()[0].instance == "TEST00"

    assert together(*(lambda number=number: write(number) for number in range(4))) == [None] * 4
    assert [path.name for path in tmp_path.iterdir() if str(os.getpid()) in path.name] == [], "a temporary was left"
