"""``python -m proof.roster [exam | sizes] ...``: the roster's exam and its sizes, told in ``docs/reports/roster.md``.

Figures of a part that is not run now are kept; ``docs/reports/roster.json`` has them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from proof.roster_report import STEPS, XLSX_STEPS, report

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs" / "reports" / "roster.md"
FIGURES = ROOT / "docs" / "reports" / "roster.json"
PEOPLE, SHARE, SEED = 38_000, 0.05, 7
SIZES = (10_000, 100_000, 1_000_000)
XLSX_SIZE = 100_000
_SERVER = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "1GB", "max_wal_size": "8GB"}
Figures = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proof.roster", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", default=["exam", "sizes"], help="exam, sizes")
    parser.add_argument("--people", type=int, default=PEOPLE, help="of the exam")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--databases", nargs="*", default=("SQLite", "PostgreSQL"))
    parser.add_argument("--folder", default="/dev/shm", help="where databases and lists lie while it runs")
    options = parser.parse_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    tempfile.tempdir = options.folder
    figures: Figures = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    if "exam" in options.parts:
        figures["exam"] = _exam(options.people)
        _write(figures)
    if "sizes" in options.parts:
        for database in options.databases:
            for size in options.sizes:
                _measure(database, size, figures.setdefault("sizes", {}), lambda: _write(figures))
    return int(bool(figures.get("exam", {}).get("wrong")))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _write(figures: Figures) -> None:
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    REPORT.write_text("\n".join(report(figures)) + "\n", "utf-8")


# --- the exam --------------------------------------------------------------------------------------------------


def _exam(people: int) -> Figures:
    from exam.judge import judged
    from exam.lists import SHAPES
    from exam.month import Exam
    from exam.play import play
    from support.gateways import new_gateway

    load, exam = os.getloadavg()[0], Exam(SEED, people, SHARE)
    with tempfile.TemporaryDirectory(prefix="chitra-exam-") as folder:
        began = time.process_time()
        played = play(exam, new_gateway(Path(folder)))
        cpu_seconds = time.process_time() - began
        verdict = judged(played)
        played.gateway.close()
    planted = Counter(entry.defect for entry in exam.planted)
    codes: dict[str, set[str]] = {kind: set() for kind in planted}
    for entry in exam.planted:
        codes[entry.defect].update(code for _, code, _ in entry.told)
    shapes = [
        {
            "shape": SHAPES[office.shape].words,
            "suffix": SHAPES[office.shape].suffix,
            "rows": played.lists[office].file.rows,
            "planted": sum(bool(entry.defect) for entry in (*paper.entries, *paper.removed)),
            "seconds": round(played.of_shape[office], 2),
        }
        for office, paper in exam.papers.items()
    ]
    return {
        "people": people,
        "load": round(load, 1),
        "kinds": [
            {"kind": kind, "planted": count, "found": verdict.found[kind], "codes": _codes(kind, codes[kind])}
            for kind, count in sorted(planted.items())
        ],
        "shapes": shapes,
        "missed": len(verdict.missed),
        "false_alarms": dict(+verdict.false_alarms),
        "remarks": dict(+verdict.remarks),
        "held": verdict.people,
        "wrong_people": len(verdict.wrong_people),
        "payments": verdict.payments,
        "amount": verdict.amount,
        "wrong_payments": len(verdict.wrong_payments),
        "left_out": dict(verdict.left_out),
        "unsound": len(verdict.unsound),
        "refused": len(played.refused),
        "seconds": {act: round(seconds, 1) for act, seconds in played.seconds.items()},
        "cpu_seconds": round(cpu_seconds),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "wrong": bool(verdict.missed or verdict.wrong_people or verdict.wrong_payments or verdict.unsound),
    }


def _codes(kind: str, told: set[str]) -> str:
    from exam.defects import WHOLE

    return ", ".join(f"`{code}`" for code in sorted(told | ({WHOLE[kind]} if kind in WHOLE else set())))


# --- sizes -----------------------------------------------------------------------------------------------------


def _measure(database: str, size: int, found: Figures, keep: Any) -> None:
    """Every step a process of its own, on one database that stays."""
    results: Figures = {"load": round(os.getloadavg()[0], 1), "steps": {}}
    found.setdefault(database, {})[str(size)] = results
    with _home(database) as (folder, url):
        _run("prepare", size, folder, url)
        for step in (
            "read",
            "import_first",
            "import_second",
            "request",
            "answer_file",
            "answer",
            "build",
            "import_again",
        ):
            result = _run(step, size, folder, url)
            if step in STEPS:
                results["steps"][step] = result
                keep()
    if size == XLSX_SIZE:
        with _home(database) as (folder, url):
            _run("prepare", size, folder, url)
            for step in XLSX_STEPS:
                results["steps"][step] = _run(step, size, folder, url)
                keep()


def _run(step: str, size: int, folder: Path, url: str) -> list[float]:
    """Seconds and CPU seconds of the step itself, and the peak of its process in MiB."""
    command = [sys.executable, "-m", "proof.roster_steps", step, str(size), str(folder), url]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{step} at {size:,} ended with {process.returncode}")
    spent = json.loads(said or '{"seconds": 0, "cpu_seconds": 0}')
    peak_mib = round(usage.ru_maxrss / 1024)
    _tell(f"{step} {size:,}: {spent['seconds']:.1f} s, CPU {spent['cpu_seconds']:.1f} s, {peak_mib} MiB")
    return [round(spent["seconds"], 2), round(spent["cpu_seconds"], 2), peak_mib]


@contextmanager
def _home(database: str) -> Iterator[tuple[Path, str]]:
    from support.postgres import cluster

    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="chitra-roster-"))
        stack.callback(shutil.rmtree, folder)
        if database == "SQLite":
            yield folder, f"sqlite:///{folder / 'chitra.db'}"
            return
        yield folder, stack.enter_context(stack.enter_context(cluster(**_SERVER)).database())


if __name__ == "__main__":
    sys.exit(main())
