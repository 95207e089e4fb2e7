"""Findings and notes while a message is counted: bounded, and never an end of the explanation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from formats.errors import FormatError
from formats.iso20022.explain.model import Finding
from formats.iso20022.explain.outline import Outline

FINDINGS_MAX = 50
_T = TypeVar("_T")


class Findings:
    """The first ``FINDINGS_MAX`` of them, and whether there were more."""

    __slots__ = ("kept", "more")

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.more = False

    def add(self, path: str, rule: str, **params: str | int) -> None:
        self.take(Finding(path, rule, params))

    def take(self, finding: Finding) -> None:
        if len(self.kept) < FINDINGS_MAX:
            self.kept.append(finding)
        else:
            self.more = True

    def problems(self, path: str, problems: tuple[str, ...], currency: str | None = None) -> None:
        """Values that could not be read, their codes as rules."""
        for problem in problems:
            self.add(path, rule_of(problem), currency=currency or "")


class Counting:
    """What one summary needs: the frame of the file, how many rows to keep, and where to say what was found."""

    __slots__ = ("findings", "limit", "notes", "outline")

    def __init__(self, outline: Outline, limit: int) -> None:
        self.outline = outline
        self.limit = limit
        self.findings = Findings()
        self.notes: dict[str, int] = {}

    def note(self, rule: str) -> None:
        """Once more something that is worth knowing and needs nobody."""
        self.notes[rule] = self.notes.get(rule, 0) + 1

    def readable(self, items: Iterator[_T]) -> Iterator[_T]:
        """All that can be read; where reading ends before its time is a finding."""
        try:
            yield from items
        except FormatError as error:
            self.findings.take(of_error(error))


def of_error(error: FormatError) -> Finding:
    """An error of reading as a finding on the whole file."""
    return Finding("", rule_of(error.code), error.params)


def rule_of(code: str) -> str:
    """Rules are written with hyphens."""
    return code.replace("_", "-")
