"""``python -m proof [--scale S] [LAYER ...]``: run the layers of the proof and write ``docs/reports/safety.md``.

Every layer runs in a process of its own, so that none is disturbed by what another left behind. Figures of an earlier
run are kept for layers that are not run now.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from proof.section import Section

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "reports" / "safety.md"
FIGURES = ROOT / "docs" / "reports" / "safety.json"

LAYERS = {
    "simulation": "L1",
    "nth_failure": "L2, sending",
    "nth_failure_receive": "L2, receiving",
    "kills": "L3",
    "stateful": "L4",
    "month": "S3",
    "line": "L3, the line",
    "races": "L6",
    "namespaces": "two machines",
    "host": "the host",
    "planted": "L8",
    "edits": "the stored data",
}
"""Module of this package -> the layer of the money-safety notes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="1 for the full figures, less for a try")
    parser.add_argument("--section", help=argparse.SUPPRESS)
    parser.add_argument("layers", nargs="*", metavar="LAYER", help=f"of {', '.join(LAYERS)}")
    options = parser.parse_args()
    if options.section:
        return _section(options.section, options.scale)
    if unknown := set(options.layers) - LAYERS.keys():
        parser.error(f"no such layer: {', '.join(sorted(unknown))}")
    known = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    for layer in options.layers or LAYERS:
        known[layer] = _run(layer, options.scale)
        FIGURES.write_text(json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
        REPORT.write_text(_report(known), "utf-8")
    return int(any(_failed(each) for each in known.values()))


def _section(layer: str, scale: float) -> int:
    """One layer, in this process; its section goes to stdout as JSON."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    section: Section = import_module(f"proof.{layer}").run(_tell, scale)
    print(json.dumps(asdict(section), ensure_ascii=False))
    return 0


def _run(layer: str, scale: float) -> dict[str, object]:
    started = time.monotonic()
    command = [sys.executable, "-m", "proof", "--section", layer, "--scale", str(scale)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    found: dict[str, object] = (
        json.loads(lines[-1])
        if done.returncode == 0 and lines
        else {"title": layer, "text": f"**Did not end**: exit code {done.returncode}.", "broken": True}
    )
    return found | {"seconds": round(time.monotonic() - started), "scale": scale, "commit": _commit()}


def _failed(found: dict[str, object]) -> bool:
    return bool(found.get("broken")) or any(found.get(count) for count in ("doubled", "lost", "corrupted"))


def _report(known: dict[str, dict[str, object]]) -> str:
    ran = [layer for layer in LAYERS if layer in known]
    lines = [
        "# Proof of money safety",
        "",
        "Written by `make proof`. What each layer is and what it judges by is in [simulation](../simulation.md) and"
        " [promises](../promises.md). The judge of money is the bank's own ledger, never our store.",
        "",
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, CPython {platform.python_version()}.",
        "",
        "| layer | | doubled | lost | corrupted | scale | seconds | commit |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for layer in ran:
        found = known[layer]
        cells = [
            found.get(name, "-") for name in ("title", "doubled", "lost", "corrupted", "scale", "seconds", "commit")
        ]
        lines.append(f"| {LAYERS[layer]} | {' | '.join(map(str, cells))} |")
    for layer in ran:
        lines += ["", f"## {LAYERS[layer]}: {known[layer]['title']}", "", str(known[layer]["text"]).strip()]
    return "\n".join(lines) + "\n"


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    return found.stdout.strip() or "-"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
