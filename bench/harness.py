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
from time import perf_counter

_KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Case:
    """One command; ``timed_inside`` when it measures its own work with ``measured`` and leaves out its set-up."""

    title: str
    command: tuple[str, ...]
    timed_inside: bool = True


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of a case. The peak is the whole process, interpreter and inputs included.

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
        """How many times as long ``other`` takes: the median over the rounds of the ratios within a round."""
        return median(theirs.seconds / ours.seconds for ours, theirs in zip(self.samples, other.samples, strict=True))


class CaseFailed(Exception):
    """A case ended with an error; its own words are on stderr."""


def python_case(title: str, module: str, *arguments: object) -> Case:
    """A case that is a function of ``bench.cases``."""
    return Case(title, (sys.executable, "-m", f"bench.cases.{module}", *map(str, arguments)))


def run(cases: Sequence[Case], rounds: int, told: Callable[[str], None]) -> list[Result]:
    """Every case once a round; results in the order of ``cases``."""
    samples: list[list[Sample]] = [[] for _ in cases]
    for number in range(1, rounds + 1):
        for case, taken in zip(cases, samples, strict=True):
            taken.append(_sample(case))
            told(f"{case.title}, {number} of {rounds}: {taken[-1].seconds:.3f} s")
    return [Result(case, tuple(taken)) for case, taken in zip(cases, samples, strict=True)]


def _sample(case: Case) -> Sample:
    began = perf_counter()
    process = subprocess.Popen(case.command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CaseFailed(f"{case.title}: exit {process.returncode}")
    seconds = float(json.loads(said)["seconds"]) if case.timed_inside else wall_seconds
    return Sample(seconds, usage.ru_maxrss / _KIB_PER_MIB)


@contextmanager
def measured() -> Iterator[None]:
    """Inside a case: the work that counts. Says its seconds on stdout."""
    began = perf_counter()
    yield
    print(json.dumps({"seconds": perf_counter() - began}))
