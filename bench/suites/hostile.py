"""What hostile files cost: time and memory of refusing or reading each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec

from bench.report import Section, table

_MODULE = "bench.cases.faults"


def hostile(told: Callable[[str], None]) -> Section:
    """The rows of ``bench.cases.faults``: fault, what, size_bytes, seconds, peak_mib, outcome."""
    if not find_spec(_MODULE):
        return Section("Hostile files", (), remarks=("Not measured yet.",))
    said = subprocess.check_output([sys.executable, "-m", _MODULE], text=True)
    rows = [_cells(json.loads(line)) for line in said.splitlines()]
    told(f"hostile: {len(rows)} files")
    headings = ["fault", "file", "MiB", "seconds", "peak MiB", "outcome"]
    return Section("Hostile files", (table(headings, rows),))


def _cells(row: dict[str, object]) -> list[str]:
    return [
        str(row["fault"]),
        str(row["what"]),
        f"{int(str(row['size_bytes'])) / 2**20:.2f}",
        f"{float(str(row['seconds'])):.3f}",
        f"{float(str(row['peak_mib'])):.0f}",
        str(row["outcome"]),
    ]
