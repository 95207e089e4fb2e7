"""Stored data edited at random (``tests/support/edits.py``): whether ``db check`` and ``audit verify`` find it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from proof.section import Section, Tell

if TYPE_CHECKING:
    from support.edits import Edit, Editor

EDITS, PAYMENTS = 1_000, 40
_TOLD_EVERY = 100


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 1,000 edits on each database, each in a copy of its own."""
    from support.edits import on_postgresql, prepared
    from support.postgres import cluster

    count = max(50, round(EDITS * scale))
    with tempfile.TemporaryDirectory(prefix="chitra-edits-") as folder, cluster() as running:
        editor = prepared(Path(folder), PAYMENTS)
        on_sqlite = _tried(editor, count, tell, "SQLite")
        with running.database() as url:
            on_postgres = _tried(on_postgresql(editor, running, url), count, tell, "PostgreSQL")
    missed = len(on_sqlite.missed) + len(on_postgres.missed)
    text = "\n\n".join([_INTRODUCTION, _text("SQLite", on_sqlite), _text("PostgreSQL", on_postgres)])
    return Section(title="A2, T3, M12: stored data edited at random", text=text, corrupted=missed)


@dataclass
class _Result:
    count: int = 0
    found: Counter[str] = field(default_factory=Counter)
    missed: list[Edit] = field(default_factory=list)


def _tried(editor: Editor, count: int, tell: Tell, database: str) -> _Result:
    from support.edits import tried

    result = _Result(count)
    for number, (edit, code) in enumerate(tried(editor, count), 1):
        if code is None:
            result.missed.append(edit)
        else:
            result.found[code] += 1
        if number % _TOLD_EVERY == 0:
            tell(f"edits on {database}: {number} of {count}, {len(result.missed)} missed")
    return result


_INTRODUCTION = (
    "Edits of a month, one at a time, past every trigger and constraint, the triggers put back: values, whole rows,"
    " records of acts, the end of the log, single bits of stored bytes. Columns that may change without notice are left"
    " out; they stand with their reasons in `tests/support/edits.py`."
)


def _text(database: str, result: _Result) -> str:
    codes = ", ".join(f"{number:,} `{code}`" for code, number in result.found.most_common())
    lines = [
        f"{database}: {result.count:,} edits, **{len(result.missed):,} without a finding.** First findings: {codes}.",
        *(f"- without a finding: {each.told}" for each in result.missed),
    ]
    return "\n".join(lines)
