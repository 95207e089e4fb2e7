"""The same cases at growing sizes. Who cannot take the next size is out from there on, and the report says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.harness import Case, CaseFailed, Result, take_turns
from bench.report import table

SECONDS_MAX = 120
PEAK_MIB_MAX = 4096
LARGE = 1_000_000
_ROUNDS = 3
_TELLING_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Climber:
    """One contestant; ``size_max`` ends it where more would show nothing new."""

    title: str
    case: Callable[[int], Case]
    size_max: int = LARGE
    seconds_max: int = SECONDS_MAX


@dataclass(slots=True)
class Ladder:
    """Results by title and size, ours first; ``outs`` say from where on and why somebody is missing."""

    sizes: tuple[int, ...]
    results: dict[str, dict[int, Result]]
    outs: dict[str, str] = field(default_factory=dict)

    def at(self, title: str, size: int) -> Result | None:
        return self.results[title].get(size)

    def times(self, title: str, size: int, ours: str | None = None) -> float | None:
        """How many times as long as ours it takes, by default as the first."""
        first, other = self.at(ours or next(iter(self.results)), size), self.at(title, size)
        return first.times(other) if first and other else None

    def peak_mib(self, title: str, size: int) -> float | None:
        result = self.at(title, size)
        return result.peak_mib if result else None

    def growth(self, title: str, small: int, large: int) -> float | None:
        """Peak at the large size by peak at the small one."""
        first, last = self.peak_mib(title, small), self.peak_mib(title, large)
        return last / first if first and last else None

    def tables(self) -> tuple[str, str]:
        return self._table("seconds (times ours)", self._seconds), self._table("peak MiB", self._peak)

    def remarks(self) -> tuple[str, ...]:
        """Who is out, and how far the rounds lie apart."""
        everything = (result for found in self.results.values() for result in found.values())
        apart = max((_apart(result) for result in everything if result.seconds >= _TELLING_SECONDS), default=0)
        out = (f"{title}: {reason}." for title, reason in self.outs.items())
        return (*out, f"Of medians above {_TELLING_SECONDS} s no round is further than {apart:.0%} away.")

    def take(self, climber: Climber, size: int, result: Result | CaseFailed) -> None:
        if isinstance(result, Result):
            self.results[climber.title][size] = result
        else:
            self.outs[climber.title] = f"failed at {size:,} with {result.words!r}"

    def may_try(self, climber: Climber, size: int) -> bool:
        """Whether somebody is still in, and neither time nor memory is foreseen to pass the limits."""
        if climber.title in self.outs or size > climber.size_max:
            return False
        found = self.results[climber.title].items()
        seconds = foreseen([(at, result.seconds) for at, result in found], size)
        peak_mib = foreseen([(at, result.peak_mib) for at, result in found], size)
        if seconds <= climber.seconds_max and peak_mib <= PEAK_MIB_MAX:
            return True
        self.outs[climber.title] = f"not run at {size:,}, where {seconds:,.0f} s and {peak_mib:,.0f} MiB are foreseen"
        return False

    def _table(self, heading: str, cell: Callable[[str, int], str]) -> str:
        rows = [[title, *(cell(title, size) for size in self.sizes)] for title in self.results]
        return table([heading, *(f"{size:,}" for size in self.sizes)], rows)

    def _seconds(self, title: str, size: int) -> str:
        result = self.at(title, size)
        return f"{result.seconds:.3f} ({self.times(title, size):.2f})" if result else "—"

    def _peak(self, title: str, size: int) -> str:
        result = self.at(title, size)
        return f"{result.peak_mib:,.0f}" if result else "—"


def climb(climbers: Sequence[Climber], sizes: tuple[int, ...], told: Callable[[str], None]) -> Ladder:
    """Three rounds at each size, one at a million. The first climber is ours: it takes every size and may not fail."""
    ladder = Ladder(sizes, {climber.title: {} for climber in climbers})
    for size in sizes:
        told(f"-- {size:,}")
        fit = [climber for climber in climbers if climber is climbers[0] or ladder.may_try(climber, size)]
        results = take_turns([climber.case(size) for climber in fit], _ROUNDS if size < LARGE else 1, told)
        if isinstance(results[0], CaseFailed):
            raise results[0]
        for climber, result in zip(fit, results, strict=True):
            ladder.take(climber, size, result)
    return ladder


def foreseen(known: Sequence[tuple[int, float]], size: int) -> float:
    """On the straight line through the last two known sizes; a single one is taken as proportional."""
    if not known:
        return 0
    (small, less), (large, more) = [(0, 0.0), *known][-2:]
    return more + (more - less) / (large - small) * (size - large)


def _apart(result: Result) -> float:
    return max(abs(sample.seconds / result.seconds - 1) for sample in result.samples)
