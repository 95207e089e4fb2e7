"""Write ``docs/reasons.md`` from the reason words and the instructions: ``python tools/reasons_page.py``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from gateway.cli import words
from gateway.cli.messages.reasons import ACTIONS, action_words

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/reasons.md"
TABLE = ROOT / "formats/iso20022/reasons.csv"
_OF = {"": "", "return_reason": " (of a return)", "verification_reason": " (of a verification)"}
_HEAD = """# Reasons

Why a payment was rejected, returned or cancelled, or an account could not be verified, and what you do next. The codes
are those of the ISO 20022 external code sets `ExternalStatusReason1Code`, `ExternalReturnReason1Code`,
`ExternalCancellationReason1Code` and `ExternalVerificationReason1Code`; a partner's own codes become ISO codes by
`reasons` of its [adapter](adapters.md). A code that is in none of them means: ask the
bank. The words are shown by `chitra payment list`, `payment show`, `exception show`, `poll`, `report batch` and its
lists; in JSON `code` and `action` are stable, `message` and `action_message` follow the language.

No instruction here sends money a second time. Paying again waits for what the [statements](statement.md) show (M10),
and a duplicate is first of all a sign that the money may be gone already.

This page is made from `formats/iso20022/reasons.csv` by `python tools/reasons_page.py`.
"""


def page() -> str:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    sections = ("\n".join(_section(action, rows)) for action in ACTIONS)
    return "\n".join([_HEAD, *sections])


def _section(action: str, rows: list[dict[str, str]]) -> Iterator[str]:
    yield f"## `{action}`\n"
    yield f"{_said(action, 'en')}\n"
    yield f"{_said(action, 'vi')}\n"
    yield "| code | meaning | ý nghĩa |\n|---|---|---|"
    for row in rows:
        if row["action"] == action:
            yield f"| {row['code']}{_OF[row['set']]} | {row['en']} | {row['vi']} |"
    yield ""


def _said(action: str, language: str) -> str:
    spoken = words.language()
    words.use(language)
    said = action_words(action)
    words.use(spoken)
    return said


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
