"""The command line and the rehearsal month, whole."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.harness import Case, python_case, run
from bench.report import Aim, Section, compared, table

_ROUNDS = 3
_STARTS = 20
_PROFILED_ROWS_MAX = 16
Told = Callable[[str], None]


def startup(told: Told) -> Section:
    """``chitra --help`` beside an empty interpreter."""
    chitra = str(Path(sys.executable).with_name("chitra"))
    results = run(
        [
            Case("chitra --help", (chitra, "--help"), timed_inside=False),
            Case("python -c pass", (sys.executable, "-c", "pass"), timed_inside=False),
            Case("python -c 'import click'", (sys.executable, "-c", "import click"), timed_inside=False),
        ],
        _STARTS,
        lambda line: None,
    )
    told(f"chitra --help: {results[0].seconds:.3f} s")
    heavy = _json("startup")
    loaded = ", ".join(heavy) if heavy else "none"
    rows = [
        [result.case.title, f"{result.seconds:.3f}", "{:.3f} to {:.3f}".format(*result.spread_seconds)]
        for result in results
    ]
    return Section(
        "Starting the command line",
        (table(["case", "seconds (median)", "from to"], rows),),
        (Aim("heavy modules loaded for `chitra --help`", 0, len(heavy), "modules", at_least=False),),
        (f"{_STARTS} starts each. Of store, transport, keys, XML and rich output, loaded for help: {loaded}.",),
    )


def month(told: Told) -> Section:
    """``chitra demo`` with 1,000 payments, and where its time goes."""
    payments = 1_000
    (played,) = run([python_case("the demo's month", "month", "play", payments)], _ROUNDS, told)
    profile = _json("month", "profile", str(payments))
    where = list(profile["where"].items())[:_PROFILED_ROWS_MAX]
    return Section(
        "The demo: 1,000 payments, five partners, a whole month",
        (
            compared([played]),
            table(["step (under the profiler)", "seconds"], _figures(list(profile["steps"].items()))),
            table(["own time by place (under the profiler)", "seconds"], _figures(where)),
        ),
        (Aim("`chitra demo` with 1,000 payments", 60, played.seconds, "s", at_least=False),),
        (
            "Rehearsal partners and their SFTP server run in the same process and share the interpreter's lock; what "
            "their threads take shows as waiting.",
        ),
    )


def _figures(pairs: list[tuple[str, float]]) -> list[list[str]]:
    return [[name, f"{seconds:.2f}"] for name, seconds in pairs]


def _json(module: str, *arguments: str) -> dict[str, dict[str, float]]:
    said = subprocess.check_output([sys.executable, "-m", f"bench.cases.{module}", *arguments])
    found: dict[str, dict[str, float]] = json.loads(said)
    return found
