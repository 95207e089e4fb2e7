"""The rehearsal month, whole: partners, SFTP server and gateway in one process, as ``chitra demo`` runs it."""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.harness import measured
from gateway.demo import play_month

_ROOT = Path(__file__).parents[2]
_DEEP_ROOM = "gateway"
_WAITS = {
    "'commit' of 'sqlite3.Connection'": "SQLite: commit (fsync)",
    "'acquire' of '_thread.lock'": "waiting for the rehearsal server's threads",
    "'execute' of 'sqlite3": "SQLite: statements",
    "'executemany' of 'sqlite3": "SQLite: statements",
    "load_pem_private_key": "keys: opening PEM private keys",
    "bcrypt": "keys: opening SSH identities (bcrypt)",
    "scrypt": "keys: opening sealed keys (scrypt)",
    "generate_private_key": "keys: making new ones",
}
Function = tuple[str, int, str]


def play(payments: int) -> None:
    with TemporaryDirectory() as folder, measured():
        month = play_month(Path(folder) / "home", payments, 1, lambda step: None)
    assert month.ties


def profile(payments: int) -> None:
    """Prints seconds by step and own seconds by room or package; the profiler itself slows Python code down."""
    steps = _Steps()
    profiler = cProfile.Profile()
    with TemporaryDirectory() as folder:
        profiler.runcall(play_month, Path(folder) / "home", payments, 1, steps.begin)
    steps.begin("end")
    print(json.dumps({"steps": steps.seconds, "where": _where(pstats.Stats(profiler))}))


class _Steps:
    """Wall seconds between the announcements of the demo."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._current, self._began = "start", perf_counter()

    def begin(self, step: str) -> None:
        now = perf_counter()
        self.seconds[self._current] += now - self._began  # type: ignore[assignment]
        self._current, self._began = step, now


def _where(stats: pstats.Stats) -> dict[str, float]:
    """Own seconds by place; what a built-in function takes counts for its callers."""
    seconds: Counter[str] = Counter()
    for function, (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if function[0] != "~" or not callers:
            seconds[_place(function)] += own
            continue
        for caller, (_, _, part, _) in callers.items():
            seconds[_wait(function) or _place(caller)] += part
    return dict(seconds.most_common())


def _wait(function: Function) -> str | None:
    return next((name for text, name in _WAITS.items() if text in function[2]), None)


def _place(function: Function) -> str:
    """The room, the third-party package, or the standard library."""
    path = Path(function[0])
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if not path.is_relative_to(_ROOT):
        return "Python itself"
    parts = path.relative_to(_ROOT).parts
    return "/".join(parts[:2]) if parts[0] == _DEEP_ROOM else parts[0]


if __name__ == "__main__":
    {"play": play, "profile": profile}[sys.argv[1]](int(sys.argv[2]))
