"""``python -m bench [SUITE ...]``: without suites everything, and the report is written."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bench.report import document
from bench.suites import SUITES

_REPORT = Path(__file__).parents[1] / "docs" / "reports" / "bench.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}")
    chosen = parser.parse_args().suites
    if unknown := set(chosen) - SUITES.keys():
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    load_before = os.getloadavg()[0]
    sections = [SUITES[name](_tell) for name in chosen or SUITES]
    text = document(sections, load_before)
    print(text)
    if not chosen:
        _REPORT.parent.mkdir(exist_ok=True)
        _REPORT.write_text(text, "utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
