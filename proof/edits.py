"""Stored data edited at random (``tests/support/edits.py``): whether ``db check`` and ``audit verify`` find it."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from proof.section import Section, Tell

if TYPE_CHECKING:
    from support.edits import Edit

EDITS, PAYMENTS = 1_000, 40
_TOLD_EVERY = 100


def run(tell: Tell, scale: float = 1.0) -> Section:
    """``scale`` 1.0 is 1,000 edits, each in a copy of its own."""
    from support.edits import prepared, tried

    count = max(50, round(EDITS * scale))
    found: Counter[str] = Counter()
    missed: list[Edit] = []
    with tempfile.TemporaryDirectory(prefix="chitra-edits-") as folder:
        editor = prepared(Path(folder), PAYMENTS)
        for number, (edit, code) in enumerate(tried(editor, count), 1):
            if code is None:
                missed.append(edit)
            else:
                found[code] += 1
            if number % _TOLD_EVERY == 0:
                tell(f"edits: {number} of {count}, {len(missed)} missed")
    return Section(
        title="A2, T3, M12: stored data edited at random", text=_text(count, found, missed), corrupted=len(missed)
    )


def _text(count: int, found: Counter[str], missed: list[Edit]) -> str:
    codes = ", ".join(f"{number:,} `{code}`" for code, number in found.most_common())
    lines = [
        f"{count:,} edits of a month on SQLite, one at a time, past every trigger and constraint, the triggers put"
        " back: values, whole rows, records of acts, the end of the log, single bits of stored bytes. **"
        f"{len(missed):,} without a finding.** Columns that may change without notice are left out; they stand with"
        " their reasons in `tests/support/edits.py`.",
        "",
        f"First findings: {codes}.",
        *(f"- without a finding: {each.told}" for each in missed),
    ]
    return "\n".join(lines)
