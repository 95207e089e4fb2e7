"""``python -m bench [--report NAME | SUITE ...]``: a whole report, which is written, or some suites, which are not."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from bench.report import document
from bench.suites import REPORTS, SUITES

_FOLDER = Path(__file__).parents[1] / "docs" / "reports"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--report", choices=REPORTS, default="bench")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"of {', '.join(SUITES)}")
    options = parser.parse_args()
    if unknown := set(options.suites) - SUITES.keys():
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    report = REPORTS[options.report]
    load_before = os.getloadavg()[0]
    sections = [SUITES[name](_tell) for name in options.suites or report.suites]
    text = document(report, sections, load_before)
    print(text)
    if not options.suites:
        _FOLDER.mkdir(exist_ok=True)
        (_FOLDER / report.file_name).write_text(text, "utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
