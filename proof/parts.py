"""Figures of a proof that takes hours, part by part: a run that was ended goes on, on whatever commit stands then.

The parts are kept in ``docs/reports/parts/LAYER.json``, each with the commit it ran on; without the file a layer begins
anew.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "docs" / "reports" / "parts"
Part = dict[str, Any]
"""Numbers and lists, which add up, and counts by name."""


class Parts:
    """What one layer has shown so far."""

    def __init__(self, layer: str) -> None:
        self._path = FOLDER / f"{layer}.json"
        self.all: list[Part] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else []

    def add(self, figures: Part) -> None:
        """Figures that were just seen; written down at once."""
        part = figures | {"commit": _commit()}
        if self.all and self.all[-1]["commit"] == part["commit"]:
            self.all[-1] = added([self.all[-1], part])
        else:
            self.all.append(part)
        FOLDER.mkdir(parents=True, exist_ok=True)
        self._path.write_text(json.dumps(self.all, indent=1, ensure_ascii=False) + "\n", "utf-8")

    def total(self) -> Part:
        return added(self.all)

    def commits(self, count: str) -> str:
        """How much of ``count`` was seen on which commit."""
        return ", ".join(f"{part[count]:,} at {part['commit']}" for part in self.all)


def added(parts: Iterable[Part]) -> Part:
    """All of them as one; the commit is the first one's."""
    total: Part = {}
    for part in parts:
        for name, value in part.items():
            if name == "commit":
                total.setdefault(name, value)
            elif isinstance(value, dict):
                total[name] = dict(Counter(total.get(name, {})) + Counter(value))
            else:
                total[name] = total[name] + value if name in total else value
    return total


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "-"
