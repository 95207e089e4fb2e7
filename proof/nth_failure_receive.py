"""L2 of receiving: every single operation fails in every way, then every ordered pair, recovery included."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from support.faults import sent_home
from support.gateways import copy_of
from support.receiving import KINDS, SCENARIOS, End, Fault, Judged, Scenario, judge, struck

from proof.section import Section, Tell


@dataclass(frozen=True)
class _Work:
    """One first fault of one scenario, with every fault that may follow it."""

    scenario: str
    home: Path
    expected: End
    first: Fault
    operation: str
    every: int
    """Of the pairs only each so many."""


@dataclass
class _Figures:
    scenario: str
    operations: int = 0
    singles: int = 0
    pairs: int = 0
    doubled: int = 0
    lost: int = 0
    corrupted: int = 0
    other: int = 0
    bad: list[str] = field(default_factory=list)

    def add(self, judged: Judged, what: str) -> None:
        self.doubled += judged.doubled
        self.lost += judged.lost
        self.corrupted += judged.corrupted
        self.other += judged.other
        self.bad += [what] if judged.bad else []

    def join(self, more: _Figures) -> None:
        for name in ("singles", "pairs", "doubled", "lost", "corrupted", "other"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.bad += more.bad


def run(tell: Tell, scale: float) -> Section:
    """``scale`` 1.0 is every ordered pair, 0.01 each hundredth; the single points are always all."""
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "sent"
        base.mkdir()
        sent_home(base)
        places = (Path(folder) / str(number) for number in range(len(SCENARIOS)))
        figures = [_scenario(each, base, next(places), scale, tell) for each in SCENARIOS.values()]
    return Section(
        title="Receiving: a failure at every operation, and at every two",
        text="\n".join([_INTRODUCTION, "", *_table(figures), *_bad(figures)]),
        doubled=sum(each.doubled for each in figures),
        lost=sum(each.lost for each in figures),
        corrupted=sum(each.corrupted for each in figures),
    )


_INTRODUCTION = (
    "One file on its way in; each request to the partner and each commit may be refused, lose its answer before or"
    " after it happened, or be the moment at which the process dies. After the first fault the same steps begin again,"
    " and the second fault may strike in that recovery; then three quiet rounds. Judged against the run without faults:"
    " states of payments, rows of every table, exceptions, what lies in the inbox and the archive, the bytes, the audit"
    " chain. More rows is doubled, fewer or another state is lost."
)


def _scenario(scenario: Scenario, base: Path, folder: Path, scale: float, tell: Tell) -> _Figures:
    folder.mkdir()
    home = scenario.prepare(copy_of(base, folder / "home"))
    expected, operations = struck(home, folder / "good", scenario, [])
    figures = _Figures(scenario.name, len(operations))
    every = max(round(1 / scale), 1)
    works = [
        _Work(scenario.name, home, expected, Fault(number, kind), operation, every)
        for number, operation in enumerate(operations)
        for kind in _kinds(operation)
    ]
    with get_context("fork").Pool(os.cpu_count()) as pool:  # with the keys that were made here
        for found in pool.imap_unordered(partial(_all_after, folder=folder), works):
            figures.join(found)
            for line in found.bad:
                tell(f"{scenario.name}: {line}")
    tell(f"{scenario.name}: {figures.singles} single faults, {figures.pairs} pairs")
    return figures


def _kinds(operation: str) -> tuple[str, ...]:
    """A commit is not answered by a partner: only the process may die at it."""
    return tuple(kind for kind in KINDS if operation != "commit" or kind.startswith("crash"))


def _all_after(work: _Work, folder: Path) -> _Figures:
    """The first fault alone, then with each second one that comes after it."""
    scenario, figures = SCENARIOS[work.scenario], _Figures(work.scenario)
    with tempfile.TemporaryDirectory(dir=folder) as place:
        found, operations = struck(work.home, Path(place) / "world", scenario, [work.first])
        figures.singles += 1
        figures.add(judge(found, work.expected), f"{work.first} ({work.operation})")
        for second in _seconds(work, operations):
            found, _operations = struck(work.home, Path(place) / "world", scenario, [work.first, second])
            figures.pairs += 1
            figures.add(judge(found, work.expected), f"{work.first} ({work.operation}), then {second}")
    return figures


def _seconds(work: _Work, operations: list[str]) -> Iterator[Fault]:
    pairs = [
        Fault(number, kind)
        for number in range(work.first.number + 1, len(operations))
        for kind in _kinds(operations[number])
    ]
    start = (work.first.number * len(KINDS) + KINDS.index(work.first.kind)) % work.every
    yield from pairs[start :: work.every]


def _table(figures: list[_Figures]) -> list[str]:
    head = ["| scenario | operations | single faults | ordered pairs | doubled | lost | corrupted | other |"]
    rows = [
        f"| {each.scenario} | {each.operations} | {each.singles:,} | {each.pairs:,} | {each.doubled} | {each.lost}"
        f" | {each.corrupted} | {each.other} |"
        for each in figures
    ]
    return [*head, "|---|" + "---:|" * 7, *rows]


def _bad(figures: list[_Figures]) -> list[str]:
    found = Counter({f"{each.scenario}: {line}": 1 for each in figures for line in each.bad})
    return ["", *(f"- {line}" for line in sorted(found)[:50])] if found else []
