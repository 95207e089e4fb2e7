"""L2 of sending: every single operation fails in every way, then every ordered pair, in each delivery form."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from support.sending import FAULTS, PLACES, Judged, World, ended, fits, naive_failures, sealed_home

from adapters.profile import Delivery
from proof.section import Section, Tell

_RECOVERIES = 2
"""Runs after the first one in which the second fault may lie."""


@dataclass(frozen=True)
class _Work:
    """Every scenario of one form and bank that begins with one kind of fault."""

    form: Delivery
    habit: str
    kind: str
    every: int
    """Of the pairs only each so many."""


@dataclass
class _Figures:
    """What came of the scenarios of one form and bank."""

    operations: int = 0
    singles: int = 0
    pairs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    def add(self, world: World, scenario: str) -> None:
        try:
            self.ends[ended(world, scenario)] += 1
        except Judged as error:
            self.wrong[error.wrong] += 1
            self.bad.append(str(error))

    def join(self, more: _Figures) -> None:
        self.operations = max(self.operations, more.operations)
        self.singles += more.singles
        self.pairs += more.pairs
        self.ends += more.ends
        self.wrong += more.wrong
        self.bad += more.bad


def run(tell: Tell, scale: float) -> Section:
    """``scale`` 1.0 is every ordered pair, 0.01 each hundredth; the single points are always all."""
    every = max(round(1 / scale), 1)
    works = [_Work(form, habit, kind, every) for form, habit in PLACES for kind in FAULTS]
    figures: dict[tuple[str, str], _Figures] = {place: _Figures() for place in PLACES}
    with tempfile.TemporaryDirectory() as folder:
        home = sealed_home(Path(folder) / "home")
        naive = _naive(home, Path(folder) / "naive")
        with get_context("spawn").Pool(os.cpu_count()) as pool:
            for number, (work, found) in enumerate(pool.imap_unordered(partial(_worked, home), works), 1):
                figures[work.form, work.habit].join(found)
                tell(f"{number} of {len(works)}: {work.form}, bank {work.habit}, first {work.kind}")
    wrong = sum((each.wrong for each in figures.values()), Counter[str]())
    return Section(
        title="Sending: a failure at every operation, and at every two, in each delivery form",
        text="\n".join([_INTRODUCTION, "", *_table(figures), "", naive, *_bad(figures)]),
        doubled=wrong["doubled"],
        lost=wrong["lost"],
        corrupted=wrong["corrupted"],
    )


def _worked(home: Path, work: _Work) -> tuple[_Work, _Figures]:
    with tempfile.TemporaryDirectory() as folder:
        begun = World(home, Path(folder) / "begun", work.form, work.habit)
        world = World(home, Path(folder) / "world", work.form, work.habit)
        try:
            return work, _scenarios(begun, world, work)
        finally:
            begun.close()
            world.close()


def _scenarios(begun: World, world: World, work: _Work) -> _Figures:
    """Each first fault alone, and with each second one, in the same run or in a recovery from it."""
    figures, turn = _Figures(), 0
    begun.begin()
    figures.operations = len(begun.process())
    for first in range(figures.operations):
        begun.begin({first: work.kind})
        reached = begun.process()
        if first >= len(reached) or not fits(work.kind, reached[first]):
            continue
        name = f"{work.kind} at {first} ({reached[first]})"
        figures.singles += 1
        world.begin({}, begun)
        figures.add(world, name)
        for second, operation, kind in _seconds(begun, world, first):
            turn += 1
            if turn % work.every == 0:
                figures.pairs += 1
                _begin_again(begun, world, {first: work.kind, second: kind})
                figures.add(world, f"{name}, then {kind} at {second} ({operation})")
    return figures


def _seconds(begun: World, world: World, first: int) -> Iterator[tuple[int, str, str]]:
    """(number, operation, kind) of every fault that may follow."""
    world.begin({}, begun)
    for _ in range(_RECOVERIES):
        world.process()
    operations = list(world.done)
    for number in range(first + 1, len(operations)):
        yield from ((number, operations[number], kind) for kind in FAULTS if fits(kind, operations[number]))


def _begin_again(begun: World, world: World, plan: dict[int, str]) -> None:
    """Where the second fault lies in a recovery the first run need not be run anew."""
    if max(plan) >= len(begun.done):
        world.begin({max(plan): plan[max(plan)]}, begun)
    else:
        world.begin(plan)
        world.process()


# --- words -------------------------------------------------------------------------------------------------------

_INTRODUCTION = (
    "One sealed file on its way out. Each request to the partner may be refused, or lose its answer before or after it"
    " happened; at each request and each commit the process may die, before it and after it. The second fault lies in"
    f" the rest of the same run or in one of the {_RECOVERIES} runs after it; then come runs without faults until the"
    " file has its end. The judge is a bank that keeps every file that ever stood under a final name (with its marker"
    " where one is agreed; whole, where there is no other sign): one file at most, its bytes and name as sealed, no"
    " file called sent that the bank never had, intent committed before each effect, no second release, no temporary"
    " left, audit chain whole. A bank *takes* a file before the server has answered, *archives* it"
    " likewise, or *waits*. Faults 8, 10-18, 36, 37, 39-43, 47, 48, 50 and 104 of the catalogue."
)


def _table(figures: dict[tuple[str, str], _Figures]) -> list[str]:
    rows = [
        f"| {form} | {habit} | {each.operations} | {each.singles:,} | {each.pairs:,} | {each.ends['sent']:,} |"
        f" {each.ends['unknown']:,} | {each.wrong['doubled']} | {each.wrong['lost']} | {each.wrong['corrupted']} |"
        for (form, habit), each in figures.items()
    ]
    return [
        "| form | bank | operations | single faults | pairs | sent | unknown | doubled | lost | corrupted |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
        *rows,
    ]


def _naive(home: Path, folder: Path) -> str:
    """The sender that everybody writes first, before the same judge."""
    world = World(home, folder, habit="takes")
    scenarios, wrong = naive_failures(lambda: world)
    doubled = sum(what == "doubled" for _, what in wrong)
    return (
        f"A naive sender (`put`, rename, and again after any error) before the same bank, single faults only:"
        f" {doubled} of {scenarios} scenarios doubled, {len(wrong) - doubled} corrupted."
    )


def _bad(figures: dict[tuple[str, str], _Figures]) -> list[str]:
    bad = [what for each in figures.values() for what in each.bad]
    return ["", *(f"- {what}" for what in bad[:20])] if bad else []
