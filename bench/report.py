"""Figures as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from bench.harness import Result

_HEAD = (
    "Written by `{command}`. Every case is a process of its own; the cases of a table run in turns within one run, so "
    'ratios travel between machines and seconds do not. "Times ours" is the median over the rounds of the ratio within '
    "a round."
)


@dataclass(frozen=True, slots=True)
class Report:
    """A page: its suites by name, and the packages whose versions must stand beside the figures."""

    file_name: str
    title: str
    command: str
    suites: tuple[str, ...]
    packages: tuple[str, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """What we want, and what this run shows."""

    text: str
    wanted: float
    seen: float | None
    unit: str
    at_least: bool = True

    @property
    def is_met(self) -> bool:
        if self.seen is None:
            return False
        return self.seen >= self.wanted if self.at_least else self.seen <= self.wanted


@dataclass(frozen=True, slots=True)
class Section:
    """One suite: its tables, the aims it judges, and what must be said beside them."""

    title: str
    tables: tuple[str, ...]
    aims: tuple[Aim, ...] = ()
    remarks: tuple[str, ...] = ()

    def markdown(self) -> str:
        parts = [f"## {self.title}", *self.tables]
        if self.remarks:
            parts.append("\n".join(f"- {remark}" for remark in self.remarks))
        return "\n\n".join(parts)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column is words, the others are figures."""
    rule = ["---"] + ["---:"] * (len(headings) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows))


def compared(results: Sequence[Result]) -> str:
    """A table of cases; the first one is ours, the last column says how many times as long each other takes."""
    ours = results[0]
    rows = [
        [
            result.case.title,
            f"{result.seconds:.3f}",
            "{:.3f} to {:.3f}".format(*result.spread_seconds),
            f"{result.peak_mib:.0f}",
            f"{ours.times(result):.2f}",
        ]
        for result in results
    ]
    return table(["case", "seconds (median)", "from to", "peak MiB", "times ours"], rows)


def document(report: Report, sections: Sequence[Section], load_before: float) -> str:
    aims = [aim for section in sections for aim in section.aims]
    head = [f"# {report.title}", _HEAD.format(command=report.command), *filter(None, [report.words])]
    judged = [_judged(aims)] if aims else []
    body = [_machine(report.packages, load_before), *judged, *(section.markdown() for section in sections)]
    return "\n\n".join([*head, *body]) + "\n"


def _judged(aims: Sequence[Aim]) -> str:
    rows = [
        [
            aim.text,
            f"{'at least' if aim.at_least else 'at most'} {aim.wanted:g} {aim.unit}",
            "not reached" if aim.seen is None else f"{aim.seen:.1f} {aim.unit}",
            "yes" if aim.is_met else "**no**",
        ]
        for aim in aims
    ]
    return "## Where we stand\n\n" + table(["aim", "wanted", "seen", "met"], rows)


def _machine(packages: Sequence[str], load_before: float) -> str:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    python = f"{platform.python_implementation()} {platform.python_version()}"
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory_gib:.0f} GiB, {platform.system()}, "
        f"{python}; load before the run {load_before:.1f}. {versions}."
    )
