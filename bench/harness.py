"""Running cases: whole processes, in turns (A B C A B C), so that the machine's moods meet all of them alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from tempfile import TemporaryFile
from threading import Timer
from time import perf_counter
from typing import IO

from bench.family import FamilyPeak

_KIB_PER_MIB = 1024
_SLOW_SECONDS = 15
_REASON_CHARS_MAX = 120


@dataclass(frozen=True, slots=True)
class Case:
    """One command; ``timed_inside`` when it measures its own work with ``measured`` and leaves out its set-up."""

    title: str
    command: tuple[str, ...]
    timed_inside: bool = True
    wall_seconds_max: int = 600
    """With its set-up; then it is ended."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a case. The peak is the whole process with its children, interpreter and inputs included.

    Linux counts the parent's memory at the start, too: a peak is never below the harness's own 20 MiB.
    """

    seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Result:
    case: Case
    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        return median(sample.seconds for sample in self.samples)

    @property
    def spread_seconds(self) -> tuple[float, float]:
        seconds = [sample.seconds for sample in self.samples]
        return min(seconds), max(seconds)

    @property
    def peak_mib(self) -> float:
        return max(sample.peak_mib for sample in self.samples)

    def times(self, other: Result) -> float:
        """How many times as long ``other`` takes: the median of the ratios within a round, over the rounds of both."""
        return median(theirs.seconds / ours.seconds for ours, theirs in zip(self.samples, other.samples, strict=False))


class CaseFailed(Exception):
    """A case ended with an error, or had to be ended; ``words`` is the last line it wrote."""

    def __init__(self, title: str, words: str) -> None:
        super().__init__(f"{title}: {words}")
        self.words = words


def python_case(title: str, module: str, *arguments: object) -> Case:
    """A case that is a function of ``bench.cases``."""
    return Case(title, (sys.executable, "-m", f"bench.cases.{module}", *map(str, arguments)))


def run(cases: Sequence[Case], rounds: int, told: Callable[[str], None]) -> list[Result]:
    """Every case once a round; results in the order of ``cases``. The first failure ends the run."""
    results = []
    for result in take_turns(cases, rounds, told):
        if isinstance(result, CaseFailed):
            raise result
        results.append(result)
    return results


def take_turns(cases: Sequence[Case], rounds: int, told: Callable[[str], None]) -> list[Result | CaseFailed]:
    """The same, but a case that fails is out and the others go on; one that takes long has one round only."""
    samples: list[list[Sample]] = [[] for _ in cases]
    failures: dict[int, CaseFailed] = {}
    for number in range(1, rounds + 1):
        for index, (case, taken) in enumerate(zip(cases, samples, strict=True)):
            if index in failures or (taken and taken[0].seconds > _SLOW_SECONDS):
                continue
            try:
                taken.append(_sample(case))
                told(f"{case.title}, {number} of {rounds}: {taken[-1].seconds:.3f} s")
            except CaseFailed as failure:
                failures[index] = failure
                told(str(failure))
    return [failures.get(index) or Result(case, tuple(samples[index])) for index, case in enumerate(cases)]


def _sample(case: Case) -> Sample:
    began = perf_counter()
    with TemporaryFile("w+") as words:
        process = subprocess.Popen(case.command, stdout=subprocess.PIPE, stderr=words, text=True)
        assert process.stdout is not None
        guard = Timer(case.wall_seconds_max, process.kill)
        guard.start()
        with process.stdout, FamilyPeak(process.pid) as family:
            said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        guard.cancel()
        wall_seconds = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise CaseFailed(case.title, _reason(process.returncode, words))
    seconds = float(json.loads(said)["seconds"]) if case.timed_inside else wall_seconds
    return Sample(seconds, max(usage.ru_maxrss, family.peak_kib) / _KIB_PER_MIB)


def _reason(code: int, words: IO[str]) -> str:
    words.seek(0)
    lines = words.read().strip().splitlines()
    return lines[-1][:_REASON_CHARS_MAX] if lines else f"exit {code}"


@contextmanager
def measured() -> Iterator[None]:
    """Inside a case: the work that counts. Says its seconds on stdout."""
    began = perf_counter()
    yield
    print(json.dumps({"seconds": perf_counter() - began}))
