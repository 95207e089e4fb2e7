"""The installed ``chitra`` as its users have it: a process, an exit code, one JSON document."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

CHITRA = Path(sys.executable).parent / "chitra"
_SECONDS_MAX = 120
Item = TypeVar("Item")


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str

    @cached_property
    def json(self) -> Any:
        """The document on stdout; fails when there is none or more than one."""
        return json.loads(self.stdout)

    def done(self) -> Any:
        """The document of a command that had nothing to complain about."""
        assert self.code == 0, f"exit {self.code}: {self.stderr or self.stdout}"
        return self.json


def chitra(home: Path | None, *arguments: str | Path) -> Result:
    """Run one command with ``--json`` on a home; a traceback is never an answer."""
    where = ("--home", home) if home else ()
    return run("--json", *where, *arguments)


def run(*arguments: str | Path, **environment: str) -> Result:
    """One command line as it stands, without a terminal."""
    finished = subprocess.run(
        [CHITRA, *arguments],
        env=surroundings(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS_MAX,
    )
    assert "Traceback" not in finished.stderr, finished.stderr
    return Result(finished.returncode, finished.stdout, finished.stderr)


def start(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A command that runs on while the test does something to it."""
    return subprocess.Popen(
        [CHITRA, "--json", "--home", home, *arguments],
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def side_by_side(act: Callable[[Item], Result], items: Iterable[Item]) -> dict[Item, Result]:
    """Independent commands two at a time: item -> result."""
    items = list(items)
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(items, pool.map(act, items), strict=True))


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a command: English, no home but the named one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHITRA_")}
    return {**inherited, "CHITRA_LANG": "en", **more}
