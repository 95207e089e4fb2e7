"""What hostile files cost our reader: each at the catalogue's size and at twice that, in a process of its own.

``python -m bench.cases.faults`` prints a line of JSON for each; ``read PATH`` is one of these processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from formats.errors import FormatError
from formats.iso20022 import camt

_TESTS = Path(__file__).parents[2] / "tests"
_SCALES = (1, 2)
_LEFT_OUT = "85.file-of-1-gigabyte.camt053.xml"
"""Plain entries; the reading of a million of them is measured elsewhere."""


def measure() -> Iterator[dict[str, Any]]:
    """Of every made statement: as the reader of camt takes it."""
    sys.path.append(str(_TESTS))
    made: dict[str, Callable[..., None]] = import_module("support.hostile").MADE
    for name in sorted(name for name in made if name.endswith(".camt053.xml") and name != _LEFT_OUT):
        for scale in _SCALES:
            with tempfile.NamedTemporaryFile(suffix=".xml") as file:
                made[name](file, scale)
                file.flush()
                number, what, *_ = name.split(".")
                yield {"fault": int(number), "what": what.replace("-", " "), **_measured(Path(file.name))}


def _measured(path: Path) -> dict[str, Any]:
    process = subprocess.Popen([sys.executable, "-m", __spec__.name, "read", str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    said: dict[str, Any] = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    return {"size_bytes": path.stat().st_size, "peak_mib": usage.ru_maxrss / 1024, **said}


def read(path: Path) -> dict[str, Any]:
    began = perf_counter()
    try:
        with path.open("rb") as source:
            items = sum(1 for _ in camt.read(source))
        outcome = f"{items} items"
    except FormatError as error:
        outcome = error.code
    return {"seconds": perf_counter() - began, "outcome": outcome}


if __name__ == "__main__":
    if sys.argv[1:2] == ["read"]:
        print(json.dumps(read(Path(sys.argv[2]))))
    else:
        for row in measure():
            print(json.dumps(row), flush=True)
