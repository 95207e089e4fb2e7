"""Memory of a process that has children: what they share counts once. Linux tells no such peak, so it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

_EVERY_SECONDS = 0.05
_PROC = Path("/proc")


class FamilyPeak:
    """While entered, the largest sum of proportional set sizes (PSS); stays 0 without children."""

    def __init__(self, pid: int) -> None:
        self.peak_kib = 0
        self._pid = pid
        self._ended = Event()
        self._watch = Thread(target=self._look)

    def __enter__(self) -> FamilyPeak:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            if descendants := list(_descendants(self._pid)):
                self.peak_kib = max(self.peak_kib, sum(map(_pss_kib, [self._pid, *descendants])))


def _descendants(pid: int) -> Iterator[int]:
    for children in _PROC.glob(f"{pid}/task/*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, children.read_text().split()):
                yield child
                yield from _descendants(child)


def _pss_kib(pid: int) -> int:
    """0 for a process that has just ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
